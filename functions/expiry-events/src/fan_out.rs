//! Sweeps all targets of a hub, each as a message of its own.

use certificates::Target;
use lambda::Metrics;
use organization::{Member, Organization, SweepQueue, TargetSweep, UnreadableTargets};
use serde_json::Value;

use crate::answer::FanOutReport;
use crate::{Coverage, Error, Outcome};

#[derive(Debug)]
pub(crate) struct FanOut<'a> {
    pub(crate) organization: &'a Organization,
    pub(crate) queue: &'a SweepQueue,
    pub(crate) unreadable: &'a UnreadableTargets,
}

impl FanOut<'_> {
    /// `request`: what the event asks to be swept.
    pub(crate) async fn run(
        &self,
        home: &Target,
        request: &Value,
        metrics: &mut Metrics,
    ) -> Result<FanOutReport, Error> {
        let coverage = Coverage::read(request)?;
        let members = self.organization.members(home).await.map_err(Error::Targets)?;
        let known = self.unreadable.all().await.map_err(Error::Targets)?;
        let sweeps: Vec<_> = members
            .iter()
            .filter(|member| has_any(member, coverage))
            .map(|member| TargetSweep {
                unreadable: known.get(&member.target).cloned(),
                ..TargetSweep::new(member, request)
            })
            .collect();
        self.queue.send(&sweeps).await.map_err(Error::Targets)?;
        let targets = sweeps.len();
        metrics.count("TargetsSwept", targets as u64);
        tracing::info!(outcome = Outcome::FannedOut.as_str(), targets, unreadable = known.len());
        Ok(FanOutReport { outcome: Outcome::FannedOut, targets })
    }
}

/// Whether a sweep can find a certificate there that is renewed: not from an ACME server where no directory is granted.
fn has_any(member: &Member, coverage: Coverage) -> bool {
    let may_use_acme = member.spoke.as_ref().is_none_or(|spoke| !spoke.grants.acme_directories.is_empty());
    coverage == Coverage::All || may_use_acme
}
