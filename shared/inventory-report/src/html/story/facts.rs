//! What AWS shows of a certificate.

use certificates::{DomainValidation, Validation};
use inventory::{Described, Reading};
use jiff::Timestamp;

use super::super::cell::{Cell, Tone, moment};
use super::super::words;
use super::{Item, read_at};
use crate::Row;

/// Items of what is there; a member that an entry does not have is left out.
pub(super) fn present(items: impl IntoIterator<Item = (&'static str, Option<String>)>) -> Vec<Item> {
    items.into_iter().filter_map(|(term, value)| Some(Item::new(term, Cell::plain(&value?)))).collect()
}

pub(super) fn certificate(row: &Row) -> Vec<Item> {
    let entry = &row.entry;
    let time = |time: Option<Timestamp>| time.map(moment);
    let list = |values: &Option<Vec<String>>| values.as_ref().map(|values| values.join(", "));
    let flag = |value: Option<bool>| value.map(|value| if value { "yes" } else { "no" }.to_owned());
    present([
        ("ARN", Some(entry.arn.clone())),
        ("Kind", Some(words::kind(entry.kind).to_owned())),
        ("Status", Some(entry.status.clone()).filter(|status| !status.is_empty())),
        ("Names", names(row)),
        ("Key", entry.key_algorithm.clone()),
        ("Not before", time(entry.not_before)),
        ("Expiry", time(entry.not_after)),
        ("Created", time(entry.created_at)),
        ("Issued", time(entry.issued_at)),
        ("Imported", time(entry.imported_at)),
        ("Unused since", time(entry.unused_since)),
        ("Renewal eligibility", entry.renewal_eligibility.clone()),
        ("Key export", entry.export_option.clone()),
        ("Key was exported", flag(entry.exported)),
        ("Managed by", entry.managed_by.clone()),
        ("Root hierarchy", entry.root_hierarchy.clone()),
        ("Certificate usage", entry.usage.clone()),
        ("Key usages", list(&entry.key_usages)),
        ("Extended key usages", list(&entry.extended_key_usages)),
    ])
}

fn names(row: &Row) -> Option<String> {
    let more = if row.entry.has_more_names { " and more that the listing does not show" } else { "" };
    (!row.entry.names.is_empty()).then(|| format!("{}{more}", row.entry.names.join(", ")))
}

pub(super) fn identity(row: &Row) -> Vec<Item> {
    let mut items = match &row.entry.identity {
        Reading::Known { value, as_of } => {
            let mut items = present([
                ("Issuer", value.issuer.clone()),
                ("Subject", value.subject.clone()),
                ("Serial", value.serial.clone()),
                ("Validation method", value.validation_method.clone()),
                ("Renewal status", value.renewal_status.clone()),
                ("ACME endpoint", value.acme_endpoint.clone()),
                ("ACME account", value.acme_account.clone()),
            ]);
            if items.is_empty() {
                items.push(Item::new("Issuer and serial", Cell::plain("AWS shows none")));
            }
            with_age(items, *as_of)
        }
        unread => vec![Item::new("Issuer and serial", Cell::of(unread, |_| Cell::default()))],
    };
    match &row.entry.described {
        Reading::Known { value, as_of } => items.extend(with_age(described(value), *as_of)),
        unread => items.push(Item::new("DescribeCertificate", Cell::of(unread, |_| Cell::default()))),
    }
    items
}

fn described(described: &Described) -> Vec<Item> {
    let renewal = described.renewal.as_ref();
    let mut items = present([
        ("Issued by the private CA", described.certificate_authority.clone()),
        ("Signature algorithm", described.signature_algorithm.clone()),
        ("Transparency logging", described.transparency_logging.clone()),
        ("Managed renewal", renewal.map(|renewal| renewal.status.clone())),
        ("Reason of the renewal's status", renewal.and_then(|renewal| renewal.reason.clone())),
        ("Reason of the failure", described.failure_reason.clone()),
        ("Revoked", described.revoked_at.map(moment)),
        ("Reason of the revocation", described.revocation_reason.clone()),
    ]);
    items.extend(described.domain_validations.iter().map(validation));
    items
}

fn validation(domain: &DomainValidation) -> Item {
    let how = match &domain.validation {
        Validation::Dns(Some(record)) => format!("by {} {} {}", record.name, record.kind, record.value),
        Validation::Dns(None) => "by DNS".to_owned(),
        Validation::Email(addresses) => format!("by e-mail to {}", addresses.join(", ")),
        Validation::Other(Some(method)) => format!("by {method}"),
        Validation::Other(None) => "by a method that ACM does not show".to_owned(),
    };
    let (state, tone) = match domain.succeeded {
        Some(true) => ("validated", Tone::Good),
        Some(false) => ("not validated", Tone::Attention),
        None => ("validation not shown", Tone::Plain),
    };
    Item::new(&format!("Domain {}", domain.domain_name), Cell::new(state, tone).with_note(&how))
}

pub(super) fn chain(row: &Row) -> Vec<Item> {
    match &row.entry.chain {
        Reading::Known { value, as_of } => {
            let issuers = (!value.issuers.is_empty()).then(|| value.issuers.join(" ← "));
            let items = present([
                ("SHA-256", Some(value.fingerprint.clone()).filter(|fingerprint| !fingerprint.is_empty())),
                ("Issuers, from the certificate upwards", issuers),
                ("First expiry in the chain", value.first_expiry.map(moment)),
            ]);
            with_age(items, *as_of)
        }
        unread => vec![Item::new("Certificate and chain", Cell::of(unread, |_| Cell::default()))],
    }
}

/// The age of facts that were read together is said at the first of them.
fn with_age(mut items: Vec<Item>, as_of: Timestamp) -> Vec<Item> {
    if let Some(first) = items.first_mut().filter(|first| first.value.note.is_empty()) {
        first.value.note = read_at(as_of);
    }
    items
}
