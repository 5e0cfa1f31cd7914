//! Lists private CAs.

use aws_client::CallError;
use aws_sdk_acmpca::Client;
use aws_sdk_acmpca::types::ResourceOwner;

use crate::{CertificateAuthority, convert};

/// The most that lists of AWS Private CA take
/// ([MaxResults](https://docs.aws.amazon.com/privateca/latest/APIReference/API_ListCertificateAuthorities.html)).
const PAGE: i32 = 1000;

/// All CAs that the account owns in the Region, including deleted ones that can be restored. An entry of the
/// list holds all that a description holds.
///
/// # Errors
/// A page could not be read. Part of the list is never an answer.
pub async fn list(client: &Client) -> Result<Vec<CertificateAuthority>, CallError> {
    let mut all = Vec::new();
    let mut next_token = None;
    loop {
        let page = client
            .list_certificate_authorities()
            .resource_owner(ResourceOwner::SelfValue)
            .max_results(PAGE)
            .set_next_token(next_token)
            .send()
            .await
            .map_err(|error| CallError::new("acm-pca:ListCertificateAuthorities", &error))?;
        all.extend(page.certificate_authorities().iter().filter_map(|ca| {
            let arn = ca.arn()?.parse().ok()?;
            Some(convert::certificate_authority(arn, ca))
        }));
        next_token = page.next_token;
        if next_token.is_none() {
            return Ok(all);
        }
    }
}
