//! Who did what in a month, as CSV.

use futures::{StreamExt, TryStreamExt, stream};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use object_store::Store;
use safe_csv::write_line;

use crate::Error;
use crate::answer::AuditReport;
use crate::journal::{Entry, Journal};

const COLUMNS: [&str; 13] = [
    "time",
    "account",
    "region",
    "act",
    "resource",
    "name",
    "names",
    "detail",
    "principal",
    "source_ip",
    "owner",
    "outcome",
    "event_id",
];
/// Acts that are read at the same time.
const CONCURRENCY: usize = 16;

/// What is needed to write an audit.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Audit<'a> {
    pub(crate) store: &'a Store,
}

impl Audit<'_> {
    /// Writes that of a month; `None`: of the last whole one.
    pub(crate) async fn run(&self, month: Option<&str>, now: Timestamp) -> Result<AuditReport, Error> {
        let month = month.map_or_else(|| last_month(now), str::to_owned);
        let journal = Journal(self.store);
        let keys = journal.recorded(&month).await?;
        let read: Vec<_> = keys.iter().map(|key| journal.entry(key)).collect();
        let entries: Vec<Option<Entry>> = stream::iter(read).buffered(CONCURRENCY).try_collect().await?;
        let mut entries: Vec<Entry> = entries.into_iter().flatten().collect();
        entries.sort_by(|a, b| (a.act.at, &a.act.event_id).cmp(&(b.act.at, &b.act.event_id)));
        let key = format!("activity/audit/{month}.csv");
        self.store.write(&key, "text/csv", csv(&entries)).await?;
        Ok(AuditReport { outcome: "written", audit: self.store.address(&key), acts: entries.len() })
    }
}

fn last_month(now: Timestamp) -> String {
    let date = now.to_zoned(TimeZone::UTC).date();
    date.checked_sub(1.month()).unwrap_or(date).strftime("%Y-%m").to_string()
}

fn csv(entries: &[Entry]) -> Vec<u8> {
    let mut bytes = Vec::new();
    // Nothing fails that writes to memory.
    let _ = write_line(&mut bytes, COLUMNS);
    for entry in entries {
        let _ = write_line(&mut bytes, cells(entry));
    }
    bytes
}

fn cells(Entry { act, outcome }: &Entry) -> [String; 13] {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    [
        act.at.to_string(),
        act.account.clone(),
        act.region.clone(),
        act.kind.as_str().to_owned(),
        act.resource.clone(),
        text(&act.name),
        act.names.join(" "),
        text(&act.detail),
        text(&act.principal),
        text(&act.source_ip),
        text(&act.owner),
        outcome.clone(),
        text(&act.event_id),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_month_is_the_whole_one_before() {
        for (now, expected) in [("2026-12-01T08:00:00Z", "2026-11"), ("2027-01-31T00:00:00Z", "2026-12")] {
            assert_eq!(last_month(now.parse().unwrap()), expected);
        }
    }
}
