//! Targets that a function cannot work in: each is reported once for each cause, and once more when it works again.

use std::collections::HashMap;

use aws_client::CallError;
use aws_config::SdkConfig;
use certificates::Target;
use notices::{Severity, TargetKind, TargetNotice, Topic};

use crate::members::Member;
use crate::reported_targets::ReportedTargets;

/// What notices say of the function that found it. Each has a role of its own, so one may find what another does not.
#[derive(Debug, Clone, Copy)]
pub struct Finder {
    /// Its name.
    pub function: &'static str,
    /// How urgent it is that it works again.
    pub severity: Severity,
    /// What does not happen until then.
    pub why_it_matters: &'static str,
    /// How its role comes into an account.
    pub role: &'static str,
    /// What to do where it has nothing to do in an account.
    pub otherwise: &'static str,
}

/// Reports for one function.
#[derive(Debug, Clone)]
pub struct UnreadableTargets {
    reported: ReportedTargets,
    finder: Finder,
}

impl UnreadableTargets {
    /// `sdk` has the hub's own credentials.
    pub fn new(sdk: &SdkConfig, finder: Finder) -> Self {
        let reported = ReportedTargets::new(sdk, &format!("unreadable-targets/{}", finder.function));
        Self { reported, finder }
    }

    /// All that were reported, with the cause of each.
    ///
    /// # Errors
    /// They could not be read.
    pub async fn all(&self) -> Result<HashMap<Target, String>, CallError> {
        self.reported.all().await
    }

    /// The cause in few words. AWS's own may name a request.
    pub fn reason(cause: &CallError) -> String {
        format!("{} {}", cause.operation, cause.code.as_deref().unwrap_or("failed"))
    }

    /// Reports a target in which AWS refused a call, unless that is known. `known`: what the message that asked for the work
    /// says. The answer is the reason, which is the same for as long as the cause is the same.
    ///
    /// It is published first and then remembered: a notice that is repeated after a crash is better than one that nobody got.
    ///
    /// # Errors
    /// It could not be published or remembered.
    pub async fn report(
        &self,
        topic: &Topic,
        member: &Member,
        cause: &CallError,
        known: Option<&str>,
    ) -> Result<String, CallError> {
        let reason = Self::reason(cause);
        if known != Some(reason.as_str()) && self.reported.cause(&member.target).await?.as_ref() != Some(&reason) {
            topic.publish_about_target(&self.unreadable(&member.target, cause)).await?;
            self.reported.remember(&member.target, &reason).await?;
        }
        Ok(reason)
    }

    /// Reports that a target works again, if it was reported. A message may be delivered again, or late: what it says of the
    /// target is as old as itself.
    ///
    /// # Errors
    /// It could not be published or forgotten.
    pub async fn resolve(&self, topic: &Topic, member: &Member, known: Option<&str>) -> Result<(), CallError> {
        if known.is_none() || self.reported.cause(&member.target).await?.is_none() {
            return Ok(());
        }
        topic.publish_about_target(&self.readable(&member.target)).await?;
        self.reported.forget(&member.target).await
    }

    fn unreadable(&self, target: &Target, cause: &CallError) -> TargetNotice {
        let Finder { function, severity, why_it_matters, role, otherwise } = self.finder;
        let region =
            "If the Region is not enabled in the account, enable it, or take it out of the organization settings.";
        TargetNotice {
            what_happened: format!("AWS refused {} to {function} for {target}.", cause.operation),
            what_to_do: [role, region, otherwise].map(str::to_owned).into(),
            what_happens_next: "Each sweep tries again. You are notified when it succeeds, or when the cause changes."
                .into(),
            why_it_matters: why_it_matters.into(),
            cause: Some(cause.to_string()),
            ..TargetNotice::new(TargetKind::TargetUnreadable, severity, function, target)
        }
    }

    fn readable(&self, target: &Target) -> TargetNotice {
        TargetNotice {
            what_happened: format!(
                "{} can read the certificates of {target} again, and checked them.",
                self.finder.function
            ),
            ..TargetNotice::new(TargetKind::TargetReadable, Severity::Info, self.finder.function, target)
        }
    }
}
