//! Private CAs, whose own certificates expire and make no event when they do.

use aws_client::{CallError, CallErrorKind};
use aws_sdk_acmpca::Client;
use inventory::{Authority, Crl, Entry, Kind, Ocsp, Reading, Tags};
use jiff::Timestamp;
use private_ca::CertificateAuthority;

use crate::certificates::bare;
use crate::unreadable::unreadable;

/// A CA that can be restored. AWS Private CA answers nothing but its description.
const DELETED: &str = "DELETED";

/// All CAs that the account owns in the Region, with their tags. Tags that could not be read are shown so in the entry.
///
/// # Errors
/// The CAs could not be listed. Part of the list is never an answer.
pub(super) async fn list(client: &Client, at: Timestamp) -> Result<Vec<Entry>, CallError> {
    let (mut entries, mut denied) = (Vec::new(), None);
    for ca in private_ca::list(client).await? {
        let tags = match &denied {
            // The next one would be denied, too.
            Some(denied) => Reading::Unreadable(unreadable(denied)),
            None => match tags(client, &ca, at).await {
                Ok(tags) => tags,
                Err(error) => {
                    let reading = Reading::Unreadable(unreadable(&error));
                    denied = Some(error).filter(|error| error.kind == CallErrorKind::Denied);
                    reading
                }
            },
        };
        entries.push(Entry { tags, ..entry(&ca) });
    }
    Ok(entries)
}

async fn tags(client: &Client, ca: &CertificateAuthority, as_of: Timestamp) -> Result<Reading<Tags>, CallError> {
    if ca.status.as_deref() == Some(DELETED) {
        return Ok(Reading::NotAsked);
    }
    let tags = private_ca::list_tags(client, &ca.arn).await?;
    let owned = |tags: certificates::tags::Tags| {
        tags.iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect::<Tags>()
    };
    Ok(tags.map_or(Reading::NotAsked, |tags| Reading::Known { value: owned(tags), as_of }))
}

fn entry(ca: &CertificateAuthority) -> Entry {
    let id = ca.arn.as_str().rsplit('/').next().unwrap_or_default();
    Entry {
        status: ca.status.clone().unwrap_or_default(),
        key_algorithm: ca.key_algorithm.as_ref().map(|key| key.as_str().to_owned()),
        not_before: ca.not_before,
        not_after: ca.not_after,
        created_at: ca.created_at,
        authority: Some(Box::new(authority(ca))),
        ..bare(ca.arn.as_str(), Kind::PrivateCa, ca.common_name.as_deref().unwrap_or(id))
    }
}

fn authority(ca: &CertificateAuthority) -> Authority {
    Authority {
        ca_type: ca.ca_type.clone(),
        usage_mode: ca.usage_mode.clone(),
        signing_algorithm: ca.signing_algorithm.clone(),
        key_storage_standard: ca.key_storage_standard.clone(),
        failure_reason: ca.failure_reason.clone(),
        owner_account: ca.owner_account.clone(),
        last_state_change_at: ca.last_state_change_at,
        restorable_until: ca.restorable_until,
        crl: ca.crl.as_ref().map(|crl| Crl {
            enabled: crl.enabled,
            bucket: crl.bucket.clone(),
            object_acl: crl.object_acl.clone(),
            expiration_days: crl.expiration_days,
            custom_cname: crl.custom_cname.clone(),
        }),
        ocsp: ca.ocsp.as_ref().map(|ocsp| Ocsp { enabled: ocsp.enabled, custom_cname: ocsp.custom_cname.clone() }),
    }
}
