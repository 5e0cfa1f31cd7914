//! Reads AWS Certificate Manager into the types of `certificates`, and writes tags.
//!
//! Every key type, every key-pair origin, every root hierarchy, every page: whoever searches for
//! certificates here finds all of them.

mod convert;
mod list;
mod root_hierarchy;

use aws_client::CallError;
use aws_sdk_acm::Client;
use aws_sdk_acm::types::Tag;
use certificates::tags::Tags;
use certificates::{CertificateArn, CertificateDetail, DomainValidation};

pub use list::{Listing, list};
use root_hierarchy::{Described, ExtraMembers};

/// Describes a certificate; `None` when it is gone.
///
/// # Errors
/// The call failed.
pub async fn describe(client: &Client, arn: &CertificateArn) -> Result<Option<CertificateDetail>, CallError> {
    const OPERATION: &str = "acm:DescribeCertificate";
    let extra = ExtraMembers::<Described>::default();
    let call = client.describe_certificate().certificate_arn(arn.as_str()).customize().interceptor(extra.clone());
    let answer = match call.send().await {
        Ok(answer) => answer,
        Err(error) => return absent_is_none(CallError::new(OPERATION, &error)),
    };
    let certificate = answer.certificate.ok_or_else(|| CallError::incomplete_answer(OPERATION, "Certificate"))?;
    let mut detail = convert::detail(arn, &certificate);
    extra.take().add_to(&mut detail);
    Ok(Some(detail))
}

/// The validations that ACM requests of a certificate whose validation method changes, which only
/// ListCertificateDomainValidations shows, and those by DNS that are active already; `None` when the certificate is gone.
///
/// # Errors
/// A page could not be read. Part of the list is never an answer.
pub async fn requested_validations(
    client: &Client,
    arn: &CertificateArn,
) -> Result<Option<Vec<DomainValidation>>, CallError> {
    let mut requested = Vec::new();
    let mut next_token = None;
    loop {
        let call = client.list_certificate_domain_validations().certificate_arn(arn.as_str());
        let page = match call.set_next_token(next_token).send().await {
            Ok(page) => page,
            Err(error) => return absent_is_none(CallError::new("acm:ListCertificateDomainValidations", &error)),
        };
        requested.extend(page.domain_validation_summary_list().iter().filter_map(convert::requested));
        next_token = page.next_token;
        if next_token.is_none() {
            return Ok(Some(requested));
        }
    }
}

/// The tags of a certificate; `None` when it is gone.
///
/// # Errors
/// The call failed.
pub async fn list_tags(client: &Client, arn: &CertificateArn) -> Result<Option<Tags>, CallError> {
    match client.list_tags_for_certificate().certificate_arn(arn.as_str()).send().await {
        Ok(answer) => Ok(Some(answer.tags().iter().map(|tag| (tag.key(), tag.value().unwrap_or_default())).collect())),
        Err(error) => absent_is_none(CallError::new("acm:ListTagsForCertificate", &error)),
    }
}

/// Sets tags: all of them, or none when the call fails.
///
/// # Errors
/// The call failed.
pub async fn add_tags(client: &Client, arn: &CertificateArn, tags: &[(&str, String)]) -> Result<(), CallError> {
    const OPERATION: &str = "acm:AddTagsToCertificate";
    let mut call = client.add_tags_to_certificate().certificate_arn(arn.as_str());
    for (key, value) in tags {
        let tag = Tag::builder().key(*key).value(value).build();
        call = call.tags(tag.map_err(|_| CallError::incomplete_answer(OPERATION, "key"))?);
    }
    call.send().await.map(|_| ()).map_err(|error| CallError::new(OPERATION, &error))
}

/// Removes tags by their keys, whatever their values. Keys that are not there do not matter.
///
/// # Errors
/// The call failed.
pub async fn remove_tags(client: &Client, arn: &CertificateArn, keys: &[&str]) -> Result<(), CallError> {
    const OPERATION: &str = "acm:RemoveTagsFromCertificate";
    let mut call = client.remove_tags_from_certificate().certificate_arn(arn.as_str());
    for key in keys {
        let tag = Tag::builder().key(*key).build();
        call = call.tags(tag.map_err(|_| CallError::incomplete_answer(OPERATION, "key"))?);
    }
    call.send().await.map(|_| ()).map_err(|error| CallError::new(OPERATION, &error))
}

fn absent_is_none<T>(error: CallError) -> Result<Option<T>, CallError> {
    if error.has_code("ResourceNotFoundException") { Ok(None) } else { Err(error) }
}
