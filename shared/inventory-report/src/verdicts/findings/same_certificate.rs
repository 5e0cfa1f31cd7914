//! Another entry is the same certificate: the same issuer and serial number, or the same fingerprint.

use std::collections::HashMap;

use crate::model::Row;

/// What names a certificate among all others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Key<'a> {
    Serial(&'a str, &'a str),
    Fingerprint(&'a str),
}

/// Rows by certificate; only those of which there are several.
#[derive(Debug)]
pub(super) struct Index<'a>(HashMap<Key<'a>, Vec<&'a Row>>);

impl<'a> Index<'a> {
    pub(super) fn new(rows: &'a [Row]) -> Self {
        let mut groups: HashMap<Key<'a>, Vec<&'a Row>> = HashMap::new();
        for row in rows {
            keys(row).for_each(|key| groups.entry(key).or_default().push(row));
        }
        groups.retain(|_, rows| rows.len() > 1);
        Self(groups)
    }

    pub(super) fn find(&self, row: &Row) -> Option<String> {
        let others = keys(row).find_map(|key| super::others(row, self.0.get(&key)?))?;
        Some(format!("The same certificate is also {others}: replace all of them when it is renewed."))
    }
}

fn keys(row: &Row) -> impl Iterator<Item = Key<'_>> {
    let fingerprint = row.entry.chain.known().map(|chain| Key::Fingerprint(chain.fingerprint.as_str()));
    let serial = row
        .entry
        .identity
        .known()
        .and_then(|identity| Some(Key::Serial(identity.issuer.as_deref()?, identity.serial.as_deref()?)));
    fingerprint.filter(|key| *key != Key::Fingerprint("")).into_iter().chain(serial)
}
