//! Sends the weekly digests, each owner's once.

use std::collections::BTreeSet;

use inventory_report::Report;
use jiff::Timestamp;
use notices::{Digest, Topic};
use object_store::Store;
use serde::{Deserialize, Serialize};

use crate::Error;
use crate::policy::digest::{digests, week};

const KEY: &str = "digests.json";

/// To whom digests of a week were sent.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sent {
    week: String,
    owners: BTreeSet<String>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Digests<'a> {
    pub(crate) store: &'a Store,
    pub(crate) topic: &'a Topic,
}

impl Digests<'_> {
    /// Sends to those who got none this week; the answer is how many. What was sent is remembered even when a later one
    /// fails, so that nobody gets it again with the next report.
    pub(crate) async fn send_if_due(&self, report: &Report, address: &str, now: Timestamp) -> Result<usize, Error> {
        let mut sent = self.sent(now).await?;
        let due = |digest: &Digest| !sent.owners.contains(digest.owner.as_deref().unwrap_or_default());
        let due: Vec<_> = digests(report, address).into_iter().filter(due).collect();
        if due.is_empty() {
            return Ok(0);
        }
        let result = self.send(&due, &mut sent).await;
        self.remember(&sent).await?;
        result.map(|()| due.len())
    }

    async fn send(&self, due: &[Digest], sent: &mut Sent) -> Result<(), Error> {
        for digest in due {
            let owner = digest.owner.clone().unwrap_or_default();
            let published = self.topic.publish_digest(digest).await;
            published.map_err(|cause| Error::Digest { owner: owner.clone(), cause })?;
            sent.owners.insert(owner);
        }
        Ok(())
    }

    async fn sent(&self, now: Timestamp) -> Result<Sent, Error> {
        let week = week(now);
        let known: Option<Sent> = self.store.read(KEY).await?.and_then(|bytes| serde_json::from_slice(&bytes).ok());
        Ok(known.filter(|known| known.week == week).unwrap_or(Sent { week, owners: BTreeSet::new() }))
    }

    async fn remember(&self, sent: &Sent) -> Result<(), Error> {
        let bytes = serde_json::to_vec(sent).map_err(|error| Error::Report(error.to_string()))?;
        Ok(self.store.write(KEY, "application/json", bytes).await?)
    }
}
