//! A set of shards that shows every verdict, finding, gap and change, for tests.

mod catalogue;
mod entries;
mod many;

use inventory::{Account, Header, Reading, Shard, Source, SourceReading, Unreadable};
use jiff::Timestamp;

use crate::changes::Snapshot;
use crate::model::Report;
use crate::reduce::{UnusableShard, reduce};
use crate::settings::ReportSettings;

pub use entries::{entry, in_use, unused};
pub use many::many;

/// Account and Region of [`entry`].
pub const PLACE: (&str, &str) = ("111111111111", "eu-central-1");

/// When the report of the sample is made: 2026-11-28T06:00:00Z.
pub fn now() -> Timestamp {
    at(0, 0)
}

/// A time some days and hours after [`now`].
pub fn at(days: i64, hours: i64) -> Timestamp {
    const NOW: i64 = 1_795_845_600;
    Timestamp::from_second(NOW + (days * 24 + hours) * 3_600).unwrap_or_default()
}

/// What AWS refused.
pub fn denied(action: &str) -> Unreadable {
    Unreadable {
        code: "AccessDeniedException".into(),
        action: action.into(),
        explanation: format!("The role of the inventory may not call {action}: add it to its policy."),
    }
}

/// A shard of which all sources were read but those that are named here.
pub fn shard(account: Account, region: &str, unread: &[Source], entries: Vec<inventory::Entry>) -> Shard {
    let source = |source: Source| SourceReading {
        source,
        found: match unread.contains(&source) {
            true => Reading::Unreadable(denied(entries::action(source))),
            false => Reading::Known { value: 7, as_of: at(0, -1) },
        },
    };
    let header = Header {
        schema: inventory::SCHEMA,
        partition: "aws".into(),
        account,
        region: region.into(),
        taken_at: at(0, -1),
        sources: entries::SOURCES.into_iter().map(source).collect(),
        uses_elsewhere: Vec::new(),
    };
    Shard { header, entries }
}

/// An account.
pub fn account(id: &str, name: &str, units: &[&str]) -> Account {
    Account { id: id.into(), name: name.into(), units: units.iter().map(|unit| (*unit).to_owned()).collect() }
}

/// The shards of three accounts, one of which could not be read at all.
pub fn shards() -> Vec<Result<Shard, UnusableShard>> {
    catalogue::shards()
}

/// The report before, in which some things were different.
pub fn previous() -> Snapshot {
    catalogue::previous()
}

/// The report of the sample.
pub fn report() -> Report {
    reduce(shards(), &ReportSettings::default(), Some(&previous()), now())
}
