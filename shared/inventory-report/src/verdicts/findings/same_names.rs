//! Another valid certificate of the account and Region has the same names and type of key.
//!
//! Those of ACME clients are left out: a certificate and its successor overlap. One for RSA and one for ECDSA keys serve
//! different clients.

use std::collections::HashMap;

use inventory::Kind;
use jiff::Timestamp;

use crate::life::{Life, life};
use crate::model::Row;

type Key<'a> = (&'a str, &'a str, Option<&'a str>, String);

/// Rows by names; only those of which there are several.
#[derive(Debug)]
pub(super) struct Index<'a> {
    now: Timestamp,
    groups: HashMap<Key<'a>, Vec<&'a Row>>,
}

impl<'a> Index<'a> {
    pub(super) fn new(rows: &'a [Row], now: Timestamp) -> Self {
        let mut groups: HashMap<Key<'a>, Vec<&'a Row>> = HashMap::new();
        for row in rows {
            if let Some(key) = key(row, now) {
                groups.entry(key).or_default().push(row);
            }
        }
        groups.retain(|_, rows| rows.len() > 1);
        Self { now, groups }
    }

    pub(super) fn find(&self, row: &Row) -> Option<String> {
        if self.groups.is_empty() {
            return None;
        }
        let others = super::others(row, self.groups.get(&key(row, self.now)?)?)?;
        Some(format!("The certificate {others} has the same names and type of key: keep one."))
    }
}

fn key(row: &Row, now: Timestamp) -> Option<Key<'_>> {
    let entry = &row.entry;
    let counts = matches!(entry.kind, Kind::Imported | Kind::AmazonIssued | Kind::Private)
        && !entry.names.is_empty()
        && !entry.has_more_names
        && life(entry, now) == Life::Valid;
    let names = || {
        let mut names: Vec<String> = entry.names.iter().map(|name| name.to_lowercase()).collect();
        names.sort_unstable();
        names.dedup();
        names.join(" ")
    };
    counts.then(|| (row.account.id.as_str(), row.region.as_str(), entry.key_algorithm.as_deref(), names()))
}
