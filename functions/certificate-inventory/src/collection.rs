//! Reads one account and Region into its shard.

use certificates::Target;
use inventory::{Shard, SourceReading};
use inventory_collector::{Collector, TargetFacts};
use jiff::Timestamp;

use crate::Error;
use crate::answer::CollectionReport;
use crate::shards::Shards;

#[derive(Debug)]
pub(crate) struct Collection<'a> {
    pub(crate) collector: &'a Collector,
    pub(crate) shards: Shards<'a>,
    pub(crate) facts: &'a TargetFacts,
    /// When the deep pass stops.
    pub(crate) latest: Timestamp,
}

impl Collection<'_> {
    /// The shard is written after each pass, so that a run that is ended early has not been for nothing.
    pub(crate) async fn run(&self) -> Result<CollectionReport, Error> {
        let target = &self.facts.target;
        let previous = self.shards.previous(target).await?;
        let mut shard = self.collector.fast_pass(self.facts, previous.as_ref()).await;
        self.shards.write(target, &shard).await?;
        let deep = self.collector.deep_pass(&mut shard, self.latest).await;
        self.shards.write(target, &shard).await?;
        let report = report(target, &shard, deep.read, deep.left);
        let CollectionReport { account, region, entries, described, left, unreadable, .. } = &report;
        tracing::info!(
            outcome = "collected",
            account,
            region,
            entries,
            described,
            left,
            unreadable = unreadable.join(" ")
        );
        Ok(report)
    }
}

fn report(target: &Target, shard: &Shard, described: usize, left: usize) -> CollectionReport {
    CollectionReport {
        outcome: "collected",
        account: target.account.clone(),
        region: target.region.clone(),
        entries: shard.entries.len(),
        described,
        left,
        unreadable: shard.header.sources.iter().filter_map(unreadable).collect(),
    }
}

/// Such as `kms:ListGrants AccessDeniedException`.
fn unreadable(reading: &SourceReading) -> Option<String> {
    reading.found.unreadable().map(|why| format!("{} {}", why.action, why.code))
}
