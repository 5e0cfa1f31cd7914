//! Makes a report of all shards.

use aws_client::Clock;
use futures::{StreamExt, stream};
use inventory::Shard;
use inventory_report::{HtmlOptions, Report, ReportSettings, Snapshot, UnusableShard, reduce};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use object_store::Store;
use organization::Member;

use crate::Error;
use crate::answer::ReportReport;
use crate::digests::Digests;
use crate::measures::Measures;
use crate::shards::Shards;

const LATEST: &str = "reports/latest";
const SNAPSHOT: &str = "snapshot.json";
/// Shards that are read at the same time.
const CONCURRENCY: usize = 16;

#[derive(Debug)]
pub(crate) struct ReportRun<'a> {
    pub(crate) store: &'a Store,
    pub(crate) clock: &'a Clock,
    pub(crate) members: &'a [Member],
    pub(crate) digests: Digests<'a>,
}

/// A file of the report.
struct File {
    name: &'static str,
    content_type: &'static str,
    bytes: Vec<u8>,
}

impl ReportRun<'_> {
    pub(crate) async fn run(&self) -> Result<ReportReport, Error> {
        let now = self.clock.now();
        let shards = self.shards().await;
        let without_shard = shards.iter().filter(|shard| shard.is_err()).count();
        let previous = self.snapshot().await?;
        let report = reduce(shards, &ReportSettings::default(), previous.as_ref(), now);
        for file in files(&report)? {
            self.write(&file, now).await?;
        }
        let measures = Measures::of(&report);
        measures.keep(self.store).await?;
        measures.emit(now);
        let digests = self.digests.send_if_due(&report, &self.store.address(&latest("report.html")), now).await?;
        // Last: a run that failed before is repeated, and finds the same changes.
        self.keep_snapshot(&report.snapshot(previous.as_ref())).await?;
        Ok(self.answer(&report, without_shard, digests))
    }

    /// Of every account and Region that there is, whether it has a shard or not.
    async fn shards(&self) -> Vec<Result<Shard, UnusableShard>> {
        let shards = Shards(self.store);
        let read: Vec<_> = self.members.iter().map(|member| shards.for_report(member)).collect();
        stream::iter(read).buffered(CONCURRENCY).collect().await
    }

    /// What the last report was; a damaged one is the same as none, but for the log.
    async fn snapshot(&self) -> Result<Option<Snapshot>, Error> {
        let Some(bytes) = self.store.read(SNAPSHOT).await? else { return Ok(None) };
        let snapshot = serde_json::from_slice(&bytes);
        Ok(snapshot
            .inspect_err(|cause| tracing::warn!(reason = "snapshot-not-used", %cause, "no changes are shown"))
            .ok())
    }

    async fn keep_snapshot(&self, snapshot: &Snapshot) -> Result<(), Error> {
        let bytes = serde_json::to_vec(snapshot).map_err(|error| Error::Report(error.to_string()))?;
        Ok(self.store.write(SNAPSHOT, "application/json", bytes).await?)
    }

    /// As the latest, and once more under its day.
    async fn write(&self, file: &File, now: Timestamp) -> Result<(), Error> {
        let day = now.to_zoned(TimeZone::UTC).date();
        for key in [latest(file.name), format!("reports/{day}/{}", file.name)] {
            self.store.write(&key, file.content_type, file.bytes.clone()).await?;
        }
        Ok(())
    }

    fn answer(&self, report: &Report, targets_without_shard: usize, digests: usize) -> ReportReport {
        let totals = &report.totals;
        let answer = ReportReport {
            outcome: "reported",
            report: self.store.address(&latest("report.html")),
            entries: totals.entries,
            targets: self.members.len(),
            targets_without_shard,
            gaps: report.gaps.len(),
            expiring_unhandled: totals.expiring_unhandled,
            expired_in_use: totals.expired_in_use,
            digests,
        };
        let ReportReport { report, entries, targets, gaps, expiring_unhandled, expired_in_use, .. } = &answer;
        tracing::info!(
            outcome = "reported",
            report,
            entries,
            targets,
            targets_without_shard,
            gaps,
            expiring_unhandled,
            expired_in_use,
            digests
        );
        answer
    }
}

fn latest(name: &str) -> String {
    format!("{LATEST}/{name}")
}

fn files(report: &Report) -> Result<[File; 3], Error> {
    let failed = |error: std::io::Error| Error::Report(error.to_string());
    let (mut html, mut csv, mut json) = (Vec::new(), Vec::new(), Vec::new());
    let options =
        HtmlOptions { all_rows_in: vec!["report.csv".into(), "report.json".into()], ..HtmlOptions::default() };
    inventory_report::write_html(report, &options, &mut html).map_err(failed)?;
    inventory_report::write_csv(report, &mut csv).map_err(failed)?;
    inventory_report::write_json(report, &mut json).map_err(failed)?;
    Ok([
        File { name: "report.html", content_type: "text/html; charset=utf-8", bytes: html },
        File { name: "report.csv", content_type: "text/csv; charset=utf-8", bytes: csv },
        File { name: "report.json", content_type: "application/json", bytes: json },
    ])
}
