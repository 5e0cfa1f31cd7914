//! At least three certificates of an account for tests have names of one domain only, which one wildcard would cover.
//!
//! An account is for tests if its name, a unit that it is in, or the purpose of the certificate says so. In production a
//! wildcard would put all of these names behind one key, and is not proposed.

use std::collections::HashMap;

use inventory::Kind;
use jiff::Timestamp;
use notices::foreign;

use crate::life::{Life, life};
use crate::model::Row;
use crate::settings::ReportSettings;

/// Fewer are not worth it.
const LEAST: u32 = 3;

type Key<'a> = (&'a str, &'a str, &'a str);

/// How many certificates there are of each domain.
#[derive(Debug)]
pub(super) struct Index<'a> {
    now: Timestamp,
    settings: &'a ReportSettings,
    domains: HashMap<Key<'a>, u32>,
}

impl<'a> Index<'a> {
    pub(super) fn new(rows: &'a [Row], settings: &'a ReportSettings, now: Timestamp) -> Self {
        let mut domains: HashMap<Key<'a>, u32> = HashMap::new();
        for key in rows.iter().filter_map(|row| key(row, settings, now)) {
            *domains.entry(key).or_default() += 1;
        }
        domains.retain(|_, count| *count >= LEAST);
        Self { now, settings, domains }
    }

    pub(super) fn find(&self, row: &Row) -> Option<String> {
        let key = key(row, self.settings, self.now)?;
        let count = self.domains.get(&key)?;
        Some(format!(
            "One certificate for *.{} would do for {count} of this account, which is for tests.",
            foreign(key.2)
        ))
    }
}

fn key<'a>(row: &'a Row, settings: &ReportSettings, now: Timestamp) -> Option<Key<'a>> {
    let entry = &row.entry;
    let counts = matches!(entry.kind, Kind::Imported | Kind::AmazonIssued | Kind::Private)
        && !entry.has_more_names
        && life(entry, now) == Life::Valid;
    if !counts || !is_for_tests(row, settings) {
        return None;
    }
    let mut parents = entry.names.iter().map(|name| parent(name));
    let first = parents.next()??;
    parents.all(|other| other == Some(first)).then_some((row.account.id.as_str(), row.region.as_str(), first))
}

/// The domain whose wildcard covers a name: exactly one label is above it. A domain of one label has no wildcard.
fn parent(name: &str) -> Option<&str> {
    name.split_once('.').map(|(_, parent)| parent).filter(|parent| parent.contains('.'))
}

fn is_for_tests(row: &Row, settings: &ReportSettings) -> bool {
    match row.entry.purpose.as_deref().and_then(|purpose| settings.is_production(purpose)) {
        Some(is_production) => !is_production,
        None => {
            settings.speaks_of_tests(&row.account.name)
                || row.account.units.iter().any(|unit| settings.speaks_of_tests(unit))
        }
    }
}
