//! What uses certificates, by the grants on ACM's key in KMS: each service that uses a certificate has a grant to decrypt
//! its private key, and the grant's encryption context names certificate and resource
//! ([Security for certificate private keys](https://docs.aws.amazon.com/acm/latest/userguide/kms.html),
//! [ListGrants for VPC Lattice](https://docs.aws.amazon.com/vpc-lattice/latest/ug/data-protection.html)). Whether the grants
//! of all services name the resource is unverified.

use std::collections::HashMap;

use aws_client::CallError;
use aws_sdk_kms::Client;
use aws_sdk_kms::types::GrantListEntry;
use inventory::{SeenIn, Source, Usage};
use jiff::Timestamp;

use crate::certificates::{asked_ones, counted, reading};
use crate::found::Found;
use crate::resource::usage as named;
use crate::target_facts::TargetFacts;
use crate::unreadable::unreadable;

/// The AWS managed key of ACM.
const ALIAS: &str = "alias/aws/acm";
/// The most that both lists take
/// ([Limit](https://docs.aws.amazon.com/kms/latest/APIReference/API_ListGrants.html)).
const PAGE: i32 = 100;
const LIST_ALIASES: &str = "kms:ListAliases";
const LIST_GRANTS: &str = "kms:ListGrants";
/// The member of the encryption context that names the certificate.
const CERTIFICATE: &str = "aws:acm:arn";

/// Reads all grants of the account and Region. Where ACM has no key yet there are none.
pub(crate) async fn look_up(
    client: &Client,
    asked: &impl Fn(Source) -> bool,
    of: &TargetFacts,
    at: Timestamp,
) -> Found {
    let grants = reading(asked(Source::Grants), at, async { list(client).await.map_err(|error| unreadable(&error)) });
    let grants = grants.await;
    let mut uses: HashMap<String, Vec<Usage>> = HashMap::new();
    for grant in grants.known().into_iter().flatten() {
        if let Some((certificate, usage)) = usage(grant, &of.target.account) {
            uses.entry(certificate).or_default().push(usage);
        }
    }
    Found { uses, sources: asked_ones([(Source::Grants, counted(&grants, Vec::len))]), ..Found::default() }
}

async fn list(client: &Client) -> Result<Vec<GrantListEntry>, CallError> {
    let (mut all, mut marker) = (Vec::new(), None);
    let Some(key) = key(client).await? else { return Ok(all) };
    loop {
        let call = client.list_grants().key_id(&key).limit(PAGE).set_marker(marker);
        let page = call.send().await.map_err(|error| CallError::new(LIST_GRANTS, &error))?;
        all.extend(page.grants.unwrap_or_default());
        marker = next(LIST_GRANTS, page.truncated, page.next_marker)?;
        if marker.is_none() {
            return Ok(all);
        }
    }
}

/// The id of ACM's key; `None` where ACM never needed one. DescribeKey would find it too, but it makes the key where there is
/// none ([DescribeKey](https://docs.aws.amazon.com/kms/latest/APIReference/API_DescribeKey.html)), and this only reads.
async fn key(client: &Client) -> Result<Option<String>, CallError> {
    let mut marker = None;
    loop {
        let call = client.list_aliases().limit(PAGE).set_marker(marker);
        let page = call.send().await.map_err(|error| CallError::new(LIST_ALIASES, &error))?;
        if let Some(alias) = page.aliases().iter().find(|alias| alias.alias_name() == Some(ALIAS)) {
            return Ok(alias.target_key_id().map(str::to_owned));
        }
        marker = next(LIST_ALIASES, page.truncated, page.next_marker)?;
        if marker.is_none() {
            return Ok(None);
        }
    }
}

fn next(operation: &'static str, truncated: bool, marker: Option<String>) -> Result<Option<String>, CallError> {
    match (truncated, marker) {
        (false, _) => Ok(None),
        (true, Some(marker)) => Ok(Some(marker)),
        (true, None) => Err(CallError::incomplete_answer(operation, "NextMarker")),
    }
}

/// The certificate's ARN and its use; `None` where the grant is for no certificate.
fn usage(grant: &GrantListEntry, account: &str) -> Option<(String, Usage)> {
    let constraints = grant.constraints()?;
    let contexts = [constraints.encryption_context_equals(), constraints.encryption_context_subset()];
    let context: Vec<_> = contexts.into_iter().flatten().collect();
    // "In a grant constraint, the key in each key-value pair is not case sensitive" (GrantConstraints).
    let is_certificate = |key: &str| key.eq_ignore_ascii_case(CERTIFICATE);
    let certificate = context.iter().copied().flatten().find(|(key, _)| is_certificate(key))?.1;
    let resources = context.iter().copied().flatten().filter(|(key, value)| !is_certificate(key) && is_arn(value));
    let resource = resources.map(|(_, value)| value.as_str()).min().or(constraints.source_arn());
    let mut usage = match resource {
        Some(resource) => named(resource, account, SeenIn::Grant),
        None => of_grantee(grant, account)?,
    };
    usage.grants.extend(grant.grant_id().map(str::to_owned));
    Some((certificate.clone(), usage))
}

/// The use of a grant that names no resource: of a role, such as that of Nitro Enclaves, or of a service.
fn of_grantee(grant: &GrantListEntry, account: &str) -> Option<Usage> {
    let grantee = grant.grantee_service_principal().or(grant.grantee_principal())?;
    if is_arn(grantee) {
        return Some(named(grantee, account, SeenIn::Grant));
    }
    let service = grantee.split('.').next().unwrap_or(grantee);
    Some(Usage {
        resource: grantee.to_owned(),
        service: service.to_owned(),
        label: format!("a resource that its grant does not name ({service})"),
        is_aws_owned: false,
        seen_in: [SeenIn::Grant].into(),
        grants: [].into(),
    })
}

fn is_arn(text: &str) -> bool {
    text.starts_with("arn:")
}

#[cfg(test)]
mod tests;
