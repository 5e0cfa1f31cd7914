//! Which certificates have to be described, and which of them first.

use inventory::{Entry, Reading};
use jiff::{SignedDuration, Timestamp};

use crate::certificates::is_of_acm;
use crate::merge::is_unused;

/// Every certificate is described at least as often.
const WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Before a verdict "unused": InUseBy is late, both ways (hashicorp/terraform-provider-aws#3866, aws-cdk#36265).
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// A certificate to describe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Due {
    pub(super) place: usize,
    pub(super) arn: String,
    pub(super) wants_chain: bool,
}

/// Those never described first, then the one described longest ago.
pub(super) fn in_order(entries: &[Entry], now: Timestamp) -> Vec<Due> {
    let mut due: Vec<_> = entries.iter().enumerate().filter(|(_, entry)| is_due(entry, now)).collect();
    due.sort_by_key(|(_, entry)| as_of(&entry.described));
    let due = due.into_iter().map(|(place, entry)| {
        let wants_chain = is_issued(entry) && is_older(&entry.chain, WEEK, now);
        Due { place, arn: entry.arn.clone(), wants_chain }
    });
    due.collect()
}

/// Whether it is a certificate of ACM whose description is missing or older than a week.
pub(super) fn lacks_description(entry: &Entry, now: Timestamp) -> bool {
    is_of_acm(entry.kind) && is_older(&entry.described, WEEK, now)
}

/// A chain that could not be read waits for the next description.
fn is_due(entry: &Entry, now: Timestamp) -> bool {
    lacks_description(entry, now)
        || is_of_acm(entry.kind)
            && (entry.identity.known().is_none()
                || (is_issued(entry) && entry.chain == Reading::NotAsked)
                || (is_unused(entry) && is_older(&entry.described, DAY, now)))
}

fn is_issued(entry: &Entry) -> bool {
    entry.not_after.is_some()
}

fn is_older<T>(reading: &Reading<T>, age: SignedDuration, now: Timestamp) -> bool {
    as_of(reading).is_none_or(|as_of| now.duration_since(as_of) > age)
}

fn as_of<T>(reading: &Reading<T>) -> Option<Timestamp> {
    match reading {
        Reading::Known { as_of, .. } => Some(*as_of),
        Reading::Unreadable(_) | Reading::NotAsked => None,
    }
}

#[cfg(test)]
mod tests {
    use inventory::{Chain, Described, Identity, Kind, Unreadable};

    use super::*;
    use crate::certificates::bare;

    fn hours_ago(hours: i64) -> Timestamp {
        now() - SignedDuration::from_hours(hours)
    }

    fn now() -> Timestamp {
        Timestamp::from_second(1_800_000_000).unwrap()
    }

    fn read<T: Default>(hours: i64) -> Reading<T> {
        Reading::Known { value: T::default(), as_of: hours_ago(hours) }
    }

    fn denied<T>() -> Reading<T> {
        Reading::Unreadable(Unreadable { code: "Denied".into(), action: "a".into(), explanation: String::new() })
    }

    /// In use, and read so many hours ago.
    fn entry(hours: i64) -> Entry {
        Entry {
            in_use: Some(true),
            not_after: Some(now()),
            identity: read::<Identity>(0),
            described: read::<Described>(hours),
            chain: read::<Chain>(hours),
            ..bare("arn:a", Kind::AmazonIssued, "a")
        }
    }

    #[test]
    fn what_is_missing_or_old_or_about_to_be_called_unused_is_due() {
        let not_issued = |chain| Entry { not_after: None, chain, ..entry(1) };
        for (entry, due) in [
            (entry(1), None),
            (entry(167), None),
            (entry(169), Some(true)),
            (Entry { described: Reading::NotAsked, ..entry(1) }, Some(false)),
            (Entry { described: denied(), ..entry(1) }, Some(false)),
            (Entry { identity: denied(), ..entry(1) }, Some(false)),
            (Entry { chain: Reading::NotAsked, ..entry(1) }, Some(true)),
            (Entry { chain: denied(), ..entry(1) }, None),
            (Entry { chain: denied(), ..entry(169) }, Some(true)),
            (not_issued(Reading::NotAsked), None),
            (Entry { in_use: Some(false), ..entry(23) }, None),
            (Entry { in_use: Some(false), ..entry(25) }, Some(false)),
            (Entry { kind: Kind::IamServer, ..entry(1_000) }, None),
        ] {
            let found = in_order(std::slice::from_ref(&entry), now());
            assert_eq!(found.first().map(|due| due.wants_chain), due, "{entry:?}");
        }
    }

    #[test]
    fn those_never_described_come_first_and_then_the_oldest() {
        let never = Entry { described: Reading::NotAsked, ..entry(1) };
        let order = in_order(&[entry(200), entry(1), entry(300), never], now());
        assert_eq!(order.iter().map(|due| due.place).collect::<Vec<_>>(), [3, 2, 0]);
    }
}
