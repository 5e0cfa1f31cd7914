//! What should be as before when a certificate was replaced.

use aws_sdk_acm::Client;
use certificates::CertificateDetail;
use certificates::tags::{RENEWAL, STATUS};

use crate::record::Look;

/// The operator's tags and the resources that use the certificate should be as before. What is
/// not is restored, or goes into the notice.
///
/// An import keeps the tags or loses them all. While the claim is there, a tag that is not was
/// removed by an operator, who must not find it again.
pub(crate) async fn check(client: &Client, look: &Look, after: &CertificateDetail) -> Vec<String> {
    let mut remarks = Vec::new();
    let lost: Vec<&String> = look.facts.in_use_by.iter().filter(|user| !after.in_use_by.contains(user)).collect();
    if let Some(first) = lost.first() {
        remarks.push(format!("Check {first}: it used the certificate before the renewal, and ACM no longer says so."));
    }
    let tags = match acm::list_tags(client, &after.arn).await {
        Ok(tags) => tags.unwrap_or_default(),
        Err(error) => {
            remarks.push(format!("Check the certificate's tags; they could not be read after the import: {error}"));
            return remarks;
        }
    };
    let lost: Vec<(&str, String)> = look
        .tags
        .iter()
        .filter(|(key, _)| !tags.contains(key) && !key.starts_with("aws:") && !RENEWAL.contains(key))
        .map(|(key, value)| (key, value.to_owned()))
        .collect();
    if !lost.is_empty() && !tags.contains(STATUS) {
        let keys: Vec<&str> = lost.iter().map(|(key, _)| *key).collect();
        let keys = keys.join(", ");
        if let Err(error) = acm::add_tags(client, &after.arn, &lost).await {
            remarks.push(format!("Set these tags again, which the import lost: {keys}. {error}"));
        }
        tracing::warn!(certificate_arn = %after.arn, reason = "tags-lost", keys);
    }
    remarks
}
