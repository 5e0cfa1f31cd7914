//! Key usages that a renewal has to keep.

use std::collections::BTreeSet;

use certificates::{Failure, FailureReason};
use x509::usages::{CLIENT_AUTH, KEY_ENCIPHERMENT};
use x509::{Certificate, KeyType};

use super::demand;

/// [Reimport](https://docs.aws.amazon.com/acm/latest/userguide/import-reimport.html): usages may be
/// added and not removed, but for ClientAuth, and keyEncipherment with an ECDSA key.
pub(super) fn are_kept(current: &Certificate, key_usage: u16, extended: &BTreeSet<String>) -> Result<(), Failure> {
    let is_rsa = current.key_type.is_some_and(KeyType::is_rsa);
    let droppable = if is_rsa { 0 } else { KEY_ENCIPHERMENT };
    // A current certificate without the extension lists no usage that could be lost.
    let lost = current.key_usage.unwrap_or_default() & !key_usage & !droppable;
    demand(lost == 0, FailureReason::KeyUsageLost, || format!("key usages would be lost (bits {lost:#b})"))?;
    let lost = current.extended_key_usage.difference(extended).find(|oid| *oid != CLIENT_AUTH);
    demand(lost.is_none(), FailureReason::KeyUsageLost, || {
        format!("the extended key usage {} would be lost", lost.map_or("", String::as_str))
    })
}
