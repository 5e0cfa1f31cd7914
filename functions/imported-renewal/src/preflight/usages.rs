//! Key usages that a renewal has to keep.

use std::collections::BTreeSet;

use certificates::FailureReason;

use super::{Refusal, demand};
use crate::certificate::{CLIENT_AUTH, Certificate};
use crate::key::KeyType;

/// `digitalSignature` in [`Certificate::key_usage`].
pub(crate) const DIGITAL_SIGNATURE: u16 = 1;
/// `keyEncipherment` in [`Certificate::key_usage`].
pub(crate) const KEY_ENCIPHERMENT: u16 = 1 << 2;

/// [Reimport](https://docs.aws.amazon.com/acm/latest/userguide/import-reimport.html): usages may be
/// added and not removed, but for ClientAuth, and keyEncipherment with an ECDSA key.
pub(super) fn are_kept(present: &Certificate, key_usage: u16, extended: &BTreeSet<String>) -> Result<(), Refusal> {
    let is_rsa = present.key_type.is_some_and(KeyType::is_rsa);
    let droppable = if is_rsa { 0 } else { KEY_ENCIPHERMENT };
    // A present certificate without the extension lists no usage that could be lost.
    let lost = present.key_usage.unwrap_or_default() & !key_usage & !droppable;
    demand(lost == 0, FailureReason::KeyUsageLost, || format!("key usages would be lost (bits {lost:#b})"))?;
    let lost = present.extended_key_usage.difference(extended).find(|oid| *oid != CLIENT_AUTH);
    demand(lost.is_none(), FailureReason::KeyUsageLost, || {
        format!("the extended key usage {} would be lost", lost.map_or("", String::as_str))
    })
}
