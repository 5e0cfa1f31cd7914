//! The daily check whether the API calls of a target reach EventBridge, and the one notice about it.

use aws_client::CallError;
use certificates::Target;
use jiff::{SignedDuration, Timestamp};
use notices::Topic;
use organization::ReportedTargets;

use crate::notice::trail::{with_trail, without_trail};
use crate::policy::trail::{TrailState, is_due};
use crate::target_context::TargetContext;

/// Where it is remembered which targets were reported.
pub(crate) const REPORTED: &str = "targets-without-trail";

#[derive(Debug)]
pub(crate) struct TrailCheck<'a> {
    pub(crate) context: &'a TargetContext,
    pub(crate) target: &'a Target,
    pub(crate) reported: &'a ReportedTargets,
    pub(crate) now: Timestamp,
}

impl TrailCheck<'_> {
    /// What the trails come to, once a day. Whatever goes wrong, tomorrow's check finds it: no sweep fails for it.
    pub(crate) async fn run(&self) -> Option<TrailState> {
        let TargetContext { settings, trails, dry_run, .. } = self.context;
        let gap = settings.trail_checks?;
        if !is_due(self.target, gap, self.now) {
            return None;
        }
        let state = trails.state(&self.target.region).await;
        let Target { account, region, .. } = self.target;
        tracing::info!(account, region, trail = state.as_str());
        if !dry_run && let Err(cause) = self.report(state, gap).await {
            tracing::warn!(account, region, reason = "trail-not-reported", %cause);
        }
        Some(state)
    }

    /// Published first and then remembered, like everything else.
    async fn report(&self, state: TrailState, gap: SignedDuration) -> Result<(), CallError> {
        if state == TrailState::NotRead {
            return Ok(());
        }
        let known = self.reported.cause(self.target).await?;
        let topic: &Topic = &self.context.topic;
        match (state, known.as_deref()) {
            (TrailState::Logging, None) => Ok(()),
            (TrailState::Logging, Some(_)) => {
                topic.publish_about_target(&with_trail(self.target)).await?;
                self.reported.forget(self.target).await
            }
            (_, Some(known)) if known == state.as_str() => Ok(()),
            _ => {
                topic.publish_about_target(&without_trail(self.target, state, gap)).await?;
                self.reported.remember(self.target, state.as_str()).await
            }
        }
    }
}
