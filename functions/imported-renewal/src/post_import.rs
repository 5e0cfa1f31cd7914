//! What should be as before when a certificate was replaced.

use aws_sdk_acm::Client;
use certificates::CertificateDetail;
use certificates::tags::{RENEWAL, STATUS, Tags};

use crate::state::CertificateState;

/// The resources that use the certificate and the operator's tags should be as before. What is not is restored, or goes
/// into the notice: the remarks.
pub(crate) async fn check(client: &Client, state: &CertificateState, after: &CertificateDetail) -> Vec<String> {
    let uses = check_uses(&state.certificate, after);
    uses.into_iter().chain(restore_tags(client, state, after).await).collect()
}

fn check_uses(before: &CertificateDetail, after: &CertificateDetail) -> Option<String> {
    let lost = before.in_use_by.iter().find(|user| !after.in_use_by.contains(user))?;
    Some(format!("Check {lost}: it used the certificate before the renewal, and ACM no longer says so."))
}

async fn restore_tags(client: &Client, state: &CertificateState, after: &CertificateDetail) -> Option<String> {
    let tags = match acm::list_tags(client, &after.arn).await {
        Ok(tags) => tags.unwrap_or_default(),
        Err(error) => {
            return Some(format!("Check the certificate's tags; they could not be read after the import: {error}"));
        }
    };
    let lost = lost_tags(&state.tags, &tags);
    if lost.is_empty() {
        return None;
    }
    let keys: Vec<&str> = lost.iter().map(|(key, _)| *key).collect();
    let keys = keys.join(", ");
    let restored = acm::add_tags(client, &after.arn, &lost).await;
    tracing::warn!(certificate_arn = %after.arn, reason = "tags-lost", keys);
    Some(format!("Set these tags again, which the import lost: {keys}. {}", restored.err()?))
}

/// An import keeps the tags or loses them all. While the claim is there, a tag that is not was removed by an operator,
/// who must not find it again.
fn lost_tags<'a>(before: &'a Tags, after: &Tags) -> Vec<(&'a str, String)> {
    if after.contains(STATUS) {
        return Vec::new();
    }
    before
        .iter()
        .filter(|(key, _)| !after.contains(key) && !key.starts_with("aws:") && !RENEWAL.contains(key))
        .map(|(key, value)| (key, value.to_owned()))
        .collect()
}
