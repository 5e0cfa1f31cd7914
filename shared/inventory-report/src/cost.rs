//! What certificates and CAs cost a month.
//!
//! Only what is known to cost: private CAs until they are deleted, private certificates whose key was exported, and the
//! names of exportable public certificates, at issuance and at each renewal. Prices are those of most Regions
//! ([AWS Private CA](https://aws.amazon.com/private-ca/pricing/), [ACM](https://aws.amazon.com/certificate-manager/pricing/)),
//! without the discounts for more than 1,000 private certificates a month.

use inventory::{Entry, Kind};
use jiff::Timestamp;
use jiff::civil::{Date, date};

use crate::life::{Life, life};
use crate::model::{Cost, CostItem, Row};
use crate::verdicts::use_verdict::is_exported;

/// Since when the newest of the prices holds.
const PRICES_OF: Date = date(2026, 2, 18);
const GENERAL_PURPOSE: f64 = 400.0;
const SHORT_LIVED: f64 = 50.0;
const PRIVATE_CERTIFICATE: f64 = 0.75;
const NAME: f64 = 7.0;
const WILDCARD: f64 = 79.0;
/// ACM renews public certificates of 198 days 45 days before their expiry, and private ones of 395 days 60 days before.
const PUBLIC_RENEWALS_A_MONTH: f64 = 365.0 / 12.0 / (198.0 - 45.0);
const PRIVATE_RENEWALS_A_MONTH: f64 = 365.0 / 12.0 / (395.0 - 60.0);

/// What the rows cost.
pub(crate) fn cost(rows: &[Row], now: Timestamp) -> Cost {
    let entries = || rows.iter().map(|row| &row.entry);
    let count = |counts: &dyn Fn(&Entry) -> bool| entries().filter(|entry| counts(entry)).count() as u64;
    let is_billed_ca = |entry: &Entry, mode: Option<&str>| {
        entry.kind == Kind::PrivateCa
            && !matches!(entry.status.as_str(), "DELETED" | "CREATING" | "FAILED")
            && entry.authority.as_deref().and_then(|authority| authority.usage_mode.as_deref()) == mode
    };
    let is_exportable = |entry: &&Entry| {
        entry.kind == Kind::AmazonIssued
            && entry.export_option.as_deref() == Some("ENABLED")
            && life(entry, now) == Life::Valid
    };
    let (wildcards, names) =
        entries().filter(is_exportable).flat_map(every_name).fold((0, 0), |(wild, plain), name| {
            if name.starts_with("*.") { (wild + 1, plain) } else { (wild, plain + 1) }
        });
    let exported = |entry: &Entry| entry.kind == Kind::Private && is_exported(entry) && life(entry, now) == Life::Valid;
    let items = [
        (
            "private CAs in general-purpose mode",
            count(&|ca| is_billed_ca(ca, Some("GENERAL_PURPOSE"))),
            GENERAL_PURPOSE,
        ),
        (
            "private CAs for short-lived certificates",
            count(&|ca| is_billed_ca(ca, Some("SHORT_LIVED_CERTIFICATE"))),
            SHORT_LIVED,
        ),
        ("private CAs whose mode is not known (not in the sum)", count(&|ca| is_billed_ca(ca, None)), 0.0),
        ("exported private certificates", count(&exported), PRIVATE_CERTIFICATE * PRIVATE_RENEWALS_A_MONTH),
        ("names of exportable public certificates", names, NAME * PUBLIC_RENEWALS_A_MONTH),
        ("wildcard names of exportable public certificates", wildcards, WILDCARD * PUBLIC_RENEWALS_A_MONTH),
    ];
    let items: Vec<CostItem> = items.into_iter().filter(|(_, count, _)| *count > 0).map(item).collect();
    let monthly_usd = cents(items.iter().map(|item| item.monthly_usd).sum());
    Cost { prices_of: Some(PRICES_OF), items, monthly_usd }
}

fn item((what, count, each): (&str, u64, f64)) -> CostItem {
    CostItem { what: what.to_owned(), count, each_usd: cents(each), monthly_usd: cents(each * count as f64) }
}

/// The names that are paid for: a listing may have left some out.
fn every_name(entry: &Entry) -> impl Iterator<Item = &str> {
    let first = entry.names.is_empty().then_some(entry.name.as_str());
    entry.names.iter().map(String::as_str).chain(first)
}

fn cents(usd: f64) -> f64 {
    (usd * 100.0).round() / 100.0
}
