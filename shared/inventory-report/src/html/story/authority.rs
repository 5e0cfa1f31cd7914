//! What AWS shows of a private CA.

use inventory::{Authority, Crl, Ocsp};

use super::super::cell::moment;
use super::Item;
use super::facts::present;
use crate::Row;

pub(super) fn authority(row: &Row) -> Vec<Item> {
    let Some(Authority {
        ca_type,
        usage_mode,
        signing_algorithm,
        key_storage_standard,
        failure_reason,
        owner_account,
        last_state_change_at,
        restorable_until,
        crl,
        ocsp,
    }) = row.entry.authority.as_deref()
    else {
        return Vec::new();
    };
    present([
        ("Type", ca_type.clone()),
        ("Mode", usage_mode.clone()),
        ("Signs with", signing_algorithm.clone()),
        ("Key storage", key_storage_standard.clone()),
        ("Reason of the failure", failure_reason.clone()),
        ("Account that owns it", owner_account.clone()),
        ("Status changed", last_state_change_at.map(moment)),
        ("Can be restored until", restorable_until.map(moment)),
        ("Revocation list", crl.as_ref().map(revocation_list)),
        ("OCSP", ocsp.as_ref().map(responder)),
    ])
}

fn revocation_list(crl: &Crl) -> String {
    let place = crl.custom_cname.as_ref().or(crl.bucket.as_ref());
    match (crl.enabled, place) {
        (false, _) => "off".to_owned(),
        (true, Some(place)) => format!("in {place}"),
        (true, None) => "on".to_owned(),
    }
}

fn responder(ocsp: &Ocsp) -> String {
    match (ocsp.enabled, &ocsp.custom_cname) {
        (false, _) => "off".to_owned(),
        (true, Some(name)) => format!("at {name}"),
        (true, None) => "on".to_owned(),
    }
}
