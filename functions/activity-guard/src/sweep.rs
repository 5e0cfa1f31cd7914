//! Finds in the shards what calls left behind whose events never came: EventBridge delivers what it can.

use std::collections::BTreeMap;

use certificates::Target;
use grants::Grants;
use notices::Topic;

use crate::Error;
use crate::answer::TargetReport;
use crate::facts::Facts;
use crate::journal::Journal;
use crate::notice::notice;
use crate::policy::ActKind;
use crate::policy::lasting::{Finding, Memory, findings, remembered};
use crate::report::{Reported, not_sent};

/// What is needed to sweep an account and Region.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sweep<'a> {
    pub(crate) facts: Facts<'a>,
    pub(crate) journal: Journal<'a>,
    pub(crate) topic: &'a Topic,
    pub(crate) grants: &'a Grants,
}

impl Sweep<'_> {
    /// Sends one notice for each kind of what is new.
    pub(crate) async fn run(&self) -> Result<TargetReport, Error> {
        let target = self.facts.target;
        let report = |outcome, findings, notices| TargetReport {
            outcome,
            account: target.account.clone(),
            region: target.region.clone(),
            findings,
            notices,
        };
        let Some(shard) = self.facts.shard().await? else { return Ok(report("no-shard", 0, 0)) };
        let memory = self.journal.memory(target).await?;
        if memory.as_of == Some(shard.header.taken_at) {
            return Ok(report("unchanged", memory.found.len(), 0));
        }
        let found = findings(&shard, &memory, self.grants);
        let mut new: BTreeMap<ActKind, Vec<Reported>> = BTreeMap::new();
        for finding in &found {
            if self.is_new(finding, &memory).await? {
                new.entry(finding.kind).or_default().push(reported(finding, target));
            }
        }
        for acts in new.values() {
            self.send(acts).await?;
        }
        // Last: a run that failed before is repeated, and finds the same.
        self.journal.remember(target, &remembered(&shard, &memory, &found)).await?;
        Ok(report("swept", found.len(), new.len()))
    }

    /// Neither the last sweep nor an event since then noticed it.
    async fn is_new(&self, finding: &Finding, memory: &Memory) -> Result<bool, Error> {
        if memory.found.contains(&finding.memory_key()) {
            return Ok(false);
        }
        let noticed = self.journal.noticed(&finding.key()).await?;
        Ok(noticed
            .is_none_or(|noticed| !noticed.had(&finding.names) || memory.as_of.is_some_and(|last| noticed.at < last)))
    }

    async fn send(&self, acts: &[Reported]) -> Result<(), Error> {
        self.topic.publish_activity(&notice(acts)).await.map_err(|cause| not_sent(acts, cause))
    }
}

fn reported(finding: &Finding, target: &Target) -> Reported {
    let known = &finding.known;
    let reported = Reported::of_state(finding.kind, finding.severity, target, Some(known), known.as_of);
    let names = if finding.names.is_empty() { reported.names } else { finding.names.clone() };
    Reported { names, ..reported }
}
