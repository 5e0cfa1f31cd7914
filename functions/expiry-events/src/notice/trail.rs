//! The words about accounts and Regions whose API calls do not reach EventBridge.

use certificates::Target;
use jiff::SignedDuration;
use notices::{Severity, TargetKind, TargetNotice};

use crate::policy::trail::TrailState;

const FOUND_BY: &str = "expiry-events";

/// What is delayed, by how long at most, and what can be done.
pub(crate) fn without_trail(target: &Target, state: TrailState, gap: SignedDuration) -> TargetNotice {
    let (what, step) = match state {
        TrailState::Stopped => (
            format!("No CloudTrail trail of {target} is logging"),
            "Start logging: aws cloudtrail start-logging --name, with the ARN of the trail, in its home Region.",
        ),
        TrailState::WithoutWriteEvents => (
            format!("No CloudTrail trail of {target} records management events that write"),
            "Let the trail's event selectors include management events, at least those that write.",
        ),
        _ => (
            format!("There is no CloudTrail trail for {target}"),
            "Create a trail of CloudTrail with management events, best for all Regions or for the organization.",
        ),
    };
    TargetNotice {
        what_happened: format!("{what}, so API calls there are not reported to acm-autopilot."),
        why_it_matters: format!(
            "Nothing is lost, but some things start only with the next sweep, up to {} later: a renewal that somebody asks for \
             with a tag, one from a secret in a Region where Secrets Manager sends no events, and the validation records of a \
             new certificate.",
            hours(gap)
        ),
        what_to_do: vec![step.to_owned(), "If you can wait for the next sweep, there is nothing to do.".to_owned()],
        what_happens_next: "The trails are checked once a day. You are notified again only when this changes."
            .to_owned(),
        ..TargetNotice::new(TargetKind::TargetWithoutTrail, Severity::Info, FOUND_BY, target)
    }
}

/// It is as it should be again.
pub(crate) fn with_trail(target: &Target) -> TargetNotice {
    TargetNotice {
        what_happened: format!(
            "A CloudTrail trail of {target} is logging, so API calls there start work within minutes."
        ),
        ..TargetNotice::new(TargetKind::TargetWithTrail, Severity::Info, FOUND_BY, target)
    }
}

fn hours(gap: SignedDuration) -> String {
    match gap.as_mins() {
        minutes if minutes < 60 => format!("{minutes} minutes"),
        minutes if minutes < 120 => "an hour".to_owned(),
        minutes => format!("{} hours", minutes / 60),
    }
}
