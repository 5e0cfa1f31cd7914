//! What an earlier shard has of a certificate and the lists do not show.

use std::collections::HashMap;

use inventory::{Entry, Identity, Reading, Shard};
use x509::SerialNumber;

/// Keeps what the deep pass read earlier, with its age, of certificates that are the same ones still.
pub(crate) fn keep(entries: &mut [Entry], previous: &Shard) {
    let earlier: HashMap<&str, &Entry> = previous.entries.iter().map(|entry| (entry.arn.as_str(), entry)).collect();
    for entry in entries {
        if let Some(earlier) = earlier.get(entry.arn.as_str()).filter(|earlier| is_same(entry, earlier)) {
            entry.described = earlier.described.clone();
            entry.chain = earlier.chain.clone();
            entry.unused_since = earlier.unused_since;
            keep_identity(&mut entry.identity, &earlier.identity);
        }
    }
}

/// What could not be read now is known from earlier, with its age.
fn keep_identity(now: &mut Reading<Identity>, earlier: &Reading<Identity>) {
    if now.known().is_none() && earlier.known().is_some() {
        *now = earlier.clone();
    }
}

/// By the serial, or where one of them is not known, by the times of issuance and import.
fn is_same(entry: &Entry, earlier: &Entry) -> bool {
    match (serial(entry), serial(earlier)) {
        (Some(one), Some(other)) => one == other,
        _ => (entry.not_before, entry.imported_at) == (earlier.not_before, earlier.imported_at),
    }
}

fn serial(entry: &Entry) -> Option<SerialNumber> {
    SerialNumber::parse(entry.identity.known()?.serial.as_deref()?)
}

#[cfg(test)]
mod tests {
    use inventory::{Chain, Described, Kind};
    use jiff::Timestamp;

    use super::*;

    const AT: Timestamp = Timestamp::UNIX_EPOCH;

    fn known<T>(value: T) -> Reading<T> {
        Reading::Known { value, as_of: AT }
    }

    fn entry(serial: Option<&str>, imported_second: i64) -> Entry {
        let mut entry =
            crate::certificates::bare("arn:aws:acm:us-east-1:123456789012:certificate/a", Kind::Imported, "a");
        entry.imported_at = Some(Timestamp::from_second(imported_second).unwrap());
        entry.identity = match serial {
            Some(serial) => known(Identity { serial: Some(serial.to_owned()), ..Identity::default() }),
            None => Reading::NotAsked,
        };
        entry
    }

    #[test]
    fn a_certificate_is_the_same_by_its_serial_or_its_times() {
        for (now, earlier, is_the_same) in [
            (entry(Some("0a:1b"), 1), entry(Some("A1B"), 2), true),
            (entry(Some("0a:1b"), 1), entry(Some("0a:1c"), 1), false),
            (entry(None, 1), entry(Some("0a:1c"), 1), true),
            (entry(Some("0a:1b"), 1), entry(None, 2), false),
        ] {
            assert_eq!(is_same(&now, &earlier), is_the_same, "{now:?} {earlier:?}");
        }
    }

    #[test]
    fn facts_of_the_same_certificate_are_kept_with_their_age() {
        let mut earlier = entry(Some("0a"), 1);
        earlier.described = known(Described::default());
        earlier.chain = known(Chain::default());
        earlier.unused_since = Some(AT);
        let shard = |entry| Shard { header: header(), entries: vec![entry] };
        let mut entries = [entry(None, 1)];
        keep(&mut entries, &shard(earlier.clone()));
        assert_eq!(entries[0], earlier);
        let mut replaced = [entry(Some("0b"), 2)];
        keep(&mut replaced, &shard(earlier));
        assert_eq!(replaced[0], entry(Some("0b"), 2));
    }

    fn header() -> inventory::Header {
        let account = inventory::Account { id: "123456789012".into(), name: String::new(), units: Vec::new() };
        let (partition, region) = ("aws".into(), "us-east-1".into());
        inventory::Header {
            schema: inventory::SCHEMA,
            partition,
            account,
            region,
            taken_at: AT,
            sources: Vec::new(),
            uses_elsewhere: Vec::new(),
        }
    }
}
