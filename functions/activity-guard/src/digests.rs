//! Sends what was held back: the same act by the same principal within an hour is one notice.

use jiff::{SignedDuration, Timestamp};
use notices::Topic;

use crate::Error;
use crate::answer::DigestReport;
use crate::journal::{Journal, Series, day, hour};
use crate::notice::notice;
use crate::report::not_sent;

/// Hours of yesterday and today that were missed are sent too.
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// What is needed to send digests.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Digests<'a> {
    pub(crate) journal: Journal<'a>,
    pub(crate) topic: &'a Topic,
}

impl Digests<'_> {
    /// Sends a digest for each series of an hour that is over.
    pub(crate) async fn run(&self, now: Timestamp) -> Result<DigestReport, Error> {
        let mut report = DigestReport { outcome: "sent", digests: 0, acts: 0 };
        let yesterday = now.checked_sub(DAY).unwrap_or(now);
        for day in [day(yesterday), day(now)] {
            for (series, keys) in self.journal.held(&day).await? {
                if series.hour < hour(now) {
                    report.acts += self.send(&series, &keys).await?;
                    report.digests += 1;
                }
            }
        }
        Ok(report)
    }

    async fn send(&self, series: &Series, keys: &[String]) -> Result<usize, Error> {
        let acts = self.journal.acts(keys).await?;
        if !acts.is_empty() {
            let sent = self.topic.publish_activity(&notice(&acts)).await;
            sent.map_err(|cause| not_sent(&acts, cause))?;
        }
        self.journal.remember_digest(series).await?;
        Ok(acts.len())
    }
}
