//! An attempt failed.

use certificates::{CertificateDetail, FailureReason, Recovery, RenewalStatus, days_left};
use jiff::Timestamp;
use notices::{Kind, Notice, Severity, foreign, foreign_up_to};

use super::headline::headline;
use super::{SENTENCE, day};
use crate::imports::count_command;
use crate::record::Look;

/// Fewer days than this, and a failed renewal cannot wait for office hours.
const URGENT_DAYS: i64 = 7;

/// The notice. `log_group` is that of the function, where it is known.
pub(crate) fn failure(
    look: &Look,
    reason: FailureReason,
    detail: &str,
    attempt: u32,
    log_group: Option<&str>,
    now: Timestamp,
) -> Notice {
    let facts = &look.facts;
    // Where no end is known, the worst is assumed.
    let left = facts.not_after.map_or(0, |end| days_left(end, now));
    let in_use = facts.in_use != Some(false);
    let severity = if in_use && left <= URGENT_DAYS { Severity::Critical } else { Severity::Warning };
    let headline =
        headline(facts.display_name(), |name| format!("renewal of {name} failed ({reason}); {}", remaining(left)));
    Notice {
        owner: look.owner.as_deref().map(foreign),
        status: Some(RenewalStatus::RenewalFailed),
        reason: Some(reason),
        what_happened: what_happened(facts, reason, detail, attempt),
        why_it_matters: why_it_matters(facts, in_use, left),
        what_happens_next: what_happens_next(reason).into(),
        what_to_do: what_to_do(facts, reason, log_group, now),
        ..Notice::new(Kind::RenewalFailed, severity, &headline, facts, now)
    }
}

fn remaining(left: i64) -> String {
    match left {
        ..0 => "it has expired".into(),
        0 => "it expires today".into(),
        1 => "1 day left".into(),
        _ => format!("{left} days left"),
    }
}

fn what_happened(facts: &CertificateDetail, reason: FailureReason, detail: &str, attempt: u32) -> String {
    let name = foreign(facts.display_name());
    let detail = foreign_up_to(detail.trim_end_matches('.'), SENTENCE);
    let in_place = if reason == FailureReason::VerificationFailed {
        "A valid certificate is in place in any case: the old or the new one."
    } else {
        "The certificate in place was not touched."
    };
    format!("Attempt {attempt} to renew the imported certificate {name} failed: {detail}. {in_place}")
}

fn why_it_matters(facts: &CertificateDetail, in_use: bool, left: i64) -> String {
    let end = day(facts.not_after);
    match (in_use, left < 0) {
        (true, false) => format!("It expires on {end}. After that, clients of everything that uses it see errors."),
        (true, true) => format!("It expired on {end}: clients of everything that uses it see errors."),
        (false, false) => format!("It expires on {end}. Nothing in AWS uses it at the moment."),
        (false, true) => format!("It expired on {end}. Nothing in AWS uses it at the moment."),
    }
}

fn what_happens_next(reason: FailureReason) -> &'static str {
    match reason.recovery() {
        Recovery::Automatic => {
            "acm-autopilot retries automatically: after one hour, then after four hours, then daily."
        }
        Recovery::Manual if reason.waits_for_a_request() => {
            "Nothing happens automatically: each attempt would be charged for a certificate that ACM then refuses. \
             acm-autopilot tries again when it is asked to, as below."
        }
        Recovery::Manual => {
            "acm-autopilot tries again when one of these tags of the certificate changes (acm-autopilot:renew-from, \
             private-ca, secret, validity-days), or when the next threshold of days left is crossed. Until then \
             nothing happens automatically."
        }
    }
}

fn what_to_do(
    facts: &CertificateDetail,
    reason: FailureReason,
    log_group: Option<&str>,
    now: Timestamp,
) -> Vec<String> {
    let (arn, region) = (&facts.arn, facts.arn.region());
    let mut steps = vec![reason.advice().to_owned()];
    if reason == FailureReason::ImportQuotaReached {
        steps.push(imports_so_far(region, now));
    }
    if let Some(group) = log_group.filter(|_| needs_the_log(reason)) {
        steps.push(format!(
            "The log has more: aws logs filter-log-events --region {region} --log-group-name {group} --filter-pattern \
             '\"{arn}\"'"
        ));
    }
    if reason.recovery() == Recovery::Manual {
        let delay = if reason.may_have_cost() { " (not within an hour of this attempt)" } else { "" };
        steps.push(format!(
            "Then ask for a new attempt{delay}: aws acm add-tags-to-certificate --region {region} --certificate-arn {arn} \
             --tags Key=acm-autopilot:status,Value=pending-renewal"
        ));
    }
    steps
}

/// ACM does not show how much of its quota is used.
fn imports_so_far(region: &str, now: Timestamp) -> String {
    format!(
        "See how many imports acm-autopilot made. ACM shows no number, and counts the imports of others too, so at least \
         this many imports were made in 365 days: {}",
        count_command(region, now)
    )
}

/// Whether the notice cannot say everything.
fn needs_the_log(reason: FailureReason) -> bool {
    matches!(
        reason,
        FailureReason::ServiceError
            | FailureReason::IssuerTimeout
            | FailureReason::OutOfTime
            | FailureReason::Interrupted
            | FailureReason::VerificationFailed
            | FailureReason::PermissionMissing
            | FailureReason::TaggingRefused
            | FailureReason::IssuerRefused
            | FailureReason::ImportRefused
    )
}
