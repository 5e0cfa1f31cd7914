//! Renewals a year as lifetimes shrink.
//!
//! A certificate is renewed 365 / (lifetime - lead) times a year. The lifetime is its own, and for public certificates
//! at most the limit of the year. The lead is the time before the expiry at which it is renewed: at most 30 days for
//! imported ones (imported-renewal) and by hand, 45 for ACM's public ones and 60 for private ones
//! ([managed renewal](https://docs.aws.amazon.com/acm/latest/userguide/managed-renewal.html)), and, since ACM does not
//! say what it will do with lifetimes of 47 days, never more than two thirds of the lifetime.

use std::collections::BTreeMap;

use certificates::utc_date;
use inventory::Kind;
use jiff::Timestamp;

use crate::life::{Life, life};
use crate::model::{Forecast, Renewer, Row, is_certificate};
use crate::settings::ReportSettings;

/// The longest lifetime of public certificates at the end of a year
/// ([Baseline Requirements, 6.3.2](https://cabforum.org/working-groups/server/baseline-requirements/requirements/#632-certificate-operational-periods-and-key-pair-usage-periods)).
fn longest_lifetime(year: i16) -> u16 {
    match year {
        ..2026 => 398,
        2026 => 200,
        2027 | 2028 => 100,
        2029.. => 47,
    }
}

/// This year, and the years in which the limit changes.
pub(crate) fn forecast(rows: &[Row], settings: &ReportSettings, now: Timestamp) -> Vec<Forecast> {
    let this_year = utc_date(now).year();
    let mut years = vec![this_year];
    years.extend([2027, 2029].into_iter().filter(|year| *year > this_year));
    years.into_iter().map(|year| of_year(year, rows, settings, now)).collect()
}

fn of_year(year: i16, rows: &[Row], settings: &ReportSettings, now: Timestamp) -> Forecast {
    let limit = longest_lifetime(year);
    let (mut automatic, mut by_hand, mut unknown) = (0.0, 0.0, 0.0);
    let mut imports: BTreeMap<(&str, &str), f64> = BTreeMap::new();
    for row in rows.iter().filter(|row| is_certificate(row.entry.kind) && life(&row.entry, now) == Life::Valid) {
        let Some(renewals) = renewals(row, limit) else { continue };
        match row.renewal.who {
            Renewer::Acm | Renewer::Autopilot | Renewer::AcmeClient => automatic += renewals,
            Renewer::Person | Renewer::Nobody => by_hand += renewals,
            Renewer::Unknown => unknown += renewals,
            Renewer::NotNeeded => {}
        }
        if row.entry.kind == Kind::Imported {
            *imports.entry((&row.account.id, &row.region)).or_default() += renewals;
        }
    }
    let over_import_quota = imports
        .into_iter()
        .map(|((account, region), imports)| (format!("{account}/{region}"), whole(imports)))
        .filter(|(_, imports)| *imports > settings.imports_per_year)
        .collect();
    Forecast {
        year,
        longest_lifetime_days: limit,
        automatic: whole(automatic),
        by_hand: whole(by_hand),
        unknown: whole(unknown),
        over_import_quota,
    }
}

/// Renewals of one certificate in a year.
fn renewals(row: &Row, limit: u16) -> Option<f64> {
    let entry = &row.entry;
    let own = entry.not_after?.duration_since(entry.not_before?).as_secs() as f64 / 86_400.0;
    let is_public = match entry.kind {
        Kind::AmazonIssued | Kind::Acme => entry.root_hierarchy.as_deref() != Some("N2_AMAZON_MANAGED"),
        Kind::Imported | Kind::IamServer => true,
        _ => false,
    };
    let lifetime = if is_public { own.min(f64::from(limit)) } else { own }.max(1.0);
    let lead: f64 = match entry.kind {
        Kind::AmazonIssued => 45.0,
        Kind::Private => 60.0,
        _ => 30.0,
    };
    Some(365.0 / (lifetime - lead.min(lifetime * 2.0 / 3.0)))
}

fn whole(number: f64) -> u64 {
    number.round() as u64
}
