//! SearchCertificates: issuer, subject, serial, validation and ACME client of up to 500 certificates with one call.

use std::collections::HashMap;

use aws_client::{CallError, RateLimiter};
use aws_sdk_acm::Client;
use aws_sdk_acm::types::{AcmCertificateMetadata, CertificateSearchResult, DistinguishedName};
use certificates::CertificateArn;
use inventory::Identity;

const OPERATION: &str = "acm:SearchCertificates";
/// The most that SearchCertificates takes
/// ([MaxResults](https://docs.aws.amazon.com/acm/latest/APIReference/API_SearchCertificates.html)).
const PAGE: i32 = 500;

/// The identities of all certificates that it shows.
///
/// # Errors
/// A page could not be read. Part of the list is never an answer.
pub(super) async fn search(
    client: &Client,
    pace: &RateLimiter,
) -> Result<HashMap<CertificateArn, Identity>, CallError> {
    let (mut found, mut next_token) = (HashMap::new(), None);
    loop {
        pace.acquire().await;
        let call = client.search_certificates().max_results(PAGE).set_next_token(next_token);
        let page = call.send().await.map_err(|error| CallError::new(OPERATION, &error))?;
        found.extend(page.results().iter().filter_map(result));
        next_token = page.next_token;
        if next_token.is_none() {
            return Ok(found);
        }
    }
}

fn result(result: &CertificateSearchResult) -> Option<(CertificateArn, Identity)> {
    let arn = result.certificate_arn()?.parse().ok()?;
    let attributes = result.x509_attributes();
    let identity = Identity {
        issuer: attributes.and_then(|attributes| attributes.issuer()).and_then(text),
        subject: attributes.and_then(|attributes| attributes.subject()).and_then(text),
        serial: attributes.and_then(|attributes| attributes.serial_number()).map(str::to_owned),
        ..result
            .certificate_metadata()
            .and_then(|of| of.as_acm_certificate_metadata().ok())
            .map_or_else(Identity::default, by_acm)
    };
    Some((arn, identity))
}

fn by_acm(metadata: &AcmCertificateMetadata) -> Identity {
    Identity {
        validation_method: metadata.validation_method().map(|method| method.as_str().to_owned()),
        renewal_status: metadata.renewal_status().map(|status| status.as_str().to_owned()),
        acme_endpoint: metadata.acme_endpoint_arn().map(str::to_owned),
        acme_account: metadata.acme_account_id().map(str::to_owned),
        ..Identity::default()
    }
}

/// The name as text, from the widest attribute to the narrowest; `None` where it is empty. In which order the certificate
/// has them is not shown.
fn text(name: &DistinguishedName) -> Option<String> {
    let one = |key: &str, value: Option<&str>| value.map(|value| format!("{key}={value}"));
    let components = name.domain_components().iter().map(|value| format!("DC={value}"));
    let custom = name.custom_attributes().iter();
    let custom =
        custom.filter_map(|one| Some(format!("{}={}", one.object_identifier()?, one.value().unwrap_or_default())));
    let parts: Vec<String> = components
        .chain(one("C", name.country()))
        .chain(one("ST", name.state()))
        .chain(one("L", name.locality()))
        .chain(one("O", name.organization()))
        .chain(one("OU", name.organizational_unit()))
        .chain(custom)
        .chain(one("title", name.title()))
        .chain(one("SN", name.surname()))
        .chain(one("GN", name.given_name()))
        .chain(one("initials", name.initials()))
        .chain(one("generationQualifier", name.generation_qualifier()))
        .chain(one("pseudonym", name.pseudonym()))
        .chain(one("dnQualifier", name.distinguished_name_qualifier()))
        .chain(one("serialNumber", name.serial_number()))
        .chain(one("CN", name.common_name()))
        .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_written_from_the_widest_to_the_narrowest() {
        let name = DistinguishedName::builder().common_name("www.example.com").organization("Example").country("DE");
        assert_eq!(text(&name.build()).as_deref(), Some("C=DE, O=Example, CN=www.example.com"));
        assert_eq!(text(&DistinguishedName::builder().build()), None);
    }
}
