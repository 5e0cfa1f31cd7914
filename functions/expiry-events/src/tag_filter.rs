//! The tags of a hundred certificates with one call, which spare a sweep most of its calls of ACM.

use std::collections::HashMap;
use std::pin::pin;
use std::time::Duration;

use aws_client::{CallError, CallErrorKind, Clock, RateLimiter};
use certificates::CertificateArn;
use certificates::tags::Tags;
use futures::future::{Either, select};
use jiff::{SignedDuration, Timestamp};
use tagged_certificates::PAGE;

use crate::plan::plan;
use crate::policy::Settings;
use crate::policy::direct_read::{Shown, is_worth_asking, reason_to_read, reason_without_tags};
use crate::policy::sweep_candidates::{Candidate, acm_may_be_stuck};
use crate::{CertificateState, Occasion};

/// Calls start this far apart, since the quota is shared by everybody in the account.
const CALL_INTERVAL: SignedDuration = SignedDuration::from_millis(80);
/// Tags that are not listed within this time are read from ACM: in a network without an endpoint of this API, for instance.
const LONGEST: Duration = Duration::from_secs(20);

#[derive(Debug)]
pub(crate) struct TagFilter<'a> {
    pub(crate) tagging: &'a aws_sdk_resourcegroupstagging::Client,
    pub(crate) clock: &'a Clock,
    pub(crate) settings: &'a Settings,
}

/// What is left of the candidates.
#[derive(Debug)]
pub(crate) struct Filtered {
    pub(crate) candidates: Vec<Candidate>,
    /// How many are not checked, because of the tags that are shown.
    pub(crate) skipped: usize,
    /// Why no tags could be listed, so that all candidates are checked.
    pub(crate) not_listed: Option<&'static str>,
}

impl Filtered {
    pub(crate) fn all(candidates: Vec<Candidate>) -> Self {
        Self { candidates, skipped: 0, not_listed: None }
    }
}

impl TagFilter<'_> {
    /// Without those candidates of which the tags that are shown say that nothing is to be done. `certificates`: how many
    /// the account has.
    pub(crate) async fn apply(&self, candidates: Vec<Candidate>, certificates: usize) -> Filtered {
        let now = self.clock.now();
        let may_be_skipped = candidates
            .iter()
            .filter(|candidate| reason_without_tags(&candidate.certificate, self.settings, now).is_none())
            .count();
        if !is_worth_asking(may_be_skipped, certificates, PAGE.into()) {
            return Filtered::all(candidates);
        }
        match self.list().await {
            Ok(shown) => self.filter(candidates, shown, now),
            Err(why) => Filtered { not_listed: Some(why), ..Filtered::all(candidates) },
        }
    }

    fn filter(
        &self,
        mut candidates: Vec<Candidate>,
        mut shown: HashMap<CertificateArn, Tags>,
        now: Timestamp,
    ) -> Filtered {
        let before = candidates.len();
        candidates.retain(|candidate| self.is_read(candidate, shown.remove(&candidate.certificate.arn), now));
        Filtered { skipped: before - candidates.len(), candidates, not_listed: None }
    }

    fn is_read(&self, candidate: &Candidate, tags: Option<Tags>, now: Timestamp) -> bool {
        let certificate = &candidate.certificate;
        let state = tags.map(|tags| CertificateState::new(Occasion::Sweep, certificate.clone().into(), tags, now));
        let shown = state.as_ref().map(|state| Shown {
            tags: &state.tag_state,
            is_quiet: plan(state, self.settings).is_empty() && !acm_may_be_stuck(state),
        });
        reason_to_read(certificate, shown, self.settings, now).is_some()
    }

    /// The tags that are shown, or why there are none.
    async fn list(&self) -> Result<HashMap<CertificateArn, Tags>, &'static str> {
        let pace = RateLimiter::new(self.clock, CALL_INTERVAL);
        let list = pin!(tagged_certificates::list_tags(self.tagging, &pace));
        match select(list, pin!(self.clock.sleep(LONGEST))).await {
            Either::Left((Ok(shown), _)) => Ok(shown),
            Either::Left((Err(error), _)) => Err(warn(cause(&error), &error.to_string())),
            Either::Right(_) => Err(warn("timed-out", "tag:GetResources has not answered in time")),
        }
    }
}

fn cause(error: &CallError) -> &'static str {
    match error.kind {
        CallErrorKind::Throttled => "throttled",
        CallErrorKind::Unavailable => "unavailable",
        CallErrorKind::Denied => "access-denied",
        CallErrorKind::Refused => "refused",
    }
}

fn warn(cause: &'static str, error: &str) -> &'static str {
    tracing::warn!(reason = "tags-not-listed", cause, "the tags of each certificate are read from ACM: {error}");
    cause
}
