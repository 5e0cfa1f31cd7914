//! An attempt to renew a certificate failed.

use certificates::{CertificateDetail, Failure, FailureReason, Recovery, RenewalStatus, days_left};
use jiff::Timestamp;
use notices::{Kind, Notice, Severity, foreign, foreign_up_to};

use super::headline::headline;
use super::{SENTENCE, day};
use crate::import_count::count_command;
use crate::sender::Sender;
use crate::state::CertificateState;

/// Fewer days than this, and a failed renewal cannot wait for office hours.
const URGENT_DAYS: i64 = 7;

pub(crate) fn failed(
    state: &CertificateState,
    failure: &Failure,
    attempt: u32,
    sender: &Sender,
    now: Timestamp,
) -> Notice {
    let (certificate, reason) = (&state.certificate, failure.reason);
    // Where no expiry is known, the worst is assumed.
    let left = certificate.not_after.map_or(0, |expiry| days_left(expiry, now));
    let in_use = certificate.in_use != Some(false);
    let severity = if in_use && left <= URGENT_DAYS { Severity::Critical } else { Severity::Warning };
    let headline = headline(certificate.display_name(), |name| {
        format!("renewal of {name} failed ({reason}); {}", remaining(left))
    });
    Notice {
        owner: state.owner.as_deref().map(foreign),
        purpose: state.purpose.as_deref().map(foreign),
        status: Some(RenewalStatus::RenewalFailed),
        reason: Some(reason),
        what_happened: what_happened(certificate, failure, attempt),
        why_it_matters: why_it_matters(certificate, in_use, left),
        what_happens_next: what_happens_next(reason).into(),
        what_to_do: what_to_do(certificate, reason, sender, now),
        ..Notice::new(Kind::RenewalFailed, severity, &headline, certificate, now)
    }
}

/// The same notice where a retry may have to wait.
pub(crate) fn with_maintenance(mut notice: Notice) -> Notice {
    notice.what_happens_next.push_str(
        " Retries wait for the maintenance windows and freezes in the stack parameter Settings, except those that you request.",
    );
    notice
}

fn remaining(left: i64) -> String {
    match left {
        ..0 => "it has expired".into(),
        0 => "it expires today".into(),
        1 => "1 day left".into(),
        _ => format!("{left} days left"),
    }
}

fn what_happened(certificate: &CertificateDetail, failure: &Failure, attempt: u32) -> String {
    let name = foreign(certificate.display_name());
    let detail = foreign_up_to(failure.detail.trim_end_matches('.'), SENTENCE);
    let in_place = if failure.reason == FailureReason::VerificationFailed {
        "A valid certificate is in place in any case: the old or the new one."
    } else {
        "The certificate in place was not touched."
    };
    format!("Attempt {attempt} to renew the imported certificate {name} failed: {detail}. {in_place}")
}

fn why_it_matters(certificate: &CertificateDetail, in_use: bool, left: i64) -> String {
    let expiry = day(certificate.not_after);
    match (in_use, left < 0) {
        (true, false) => {
            format!("It expires on {expiry}. After that, clients will get TLS errors from the resources that use it.")
        }
        (true, true) => format!("It expired on {expiry}: clients get TLS errors from the resources that use it."),
        (false, false) => format!("It expires on {expiry}. Nothing in AWS uses it now."),
        (false, true) => format!("It expired on {expiry}. Nothing in AWS uses it now."),
    }
}

fn what_happens_next(reason: FailureReason) -> &'static str {
    match reason.recovery() {
        Recovery::Automatic => {
            "acm-autopilot retries automatically: after one hour, then after four hours, then daily."
        }
        Recovery::Manual if reason.waits_for_a_request() => {
            "Nothing happens automatically: each attempt would be charged for a certificate that ACM then refuses. \
             acm-autopilot retries only when you request it, as below."
        }
        Recovery::Manual if reason.is_nothing_new() => {
            "acm-autopilot reads the secret again when it is written (if the secret's tag acm-autopilot:certificate names this \
             certificate), and when the next threshold of days left is crossed."
        }
        Recovery::Manual => {
            "acm-autopilot retries when one of these tags of the certificate changes (acm-autopilot:renew-from, private-ca, \
             secret, acme, acme-profile, validity-days), or when the next threshold of days left is crossed. It does not retry before that."
        }
    }
}

fn what_to_do(certificate: &CertificateDetail, reason: FailureReason, sender: &Sender, now: Timestamp) -> Vec<String> {
    let (arn, region) = (&certificate.arn, certificate.arn.region());
    let mut steps = vec![reason.advice().to_owned()];
    steps.extend(in_a_spoke(reason, sender));
    if reason == FailureReason::ImportQuotaReached {
        steps.push(imports_so_far(sender, now));
    }
    if let Some(group) = sender.log_group.as_deref().filter(|_| needs_the_log(reason)) {
        let region = &sender.region;
        steps.push(format!(
            "The log has more: aws logs filter-log-events --region {region} --log-group-name {group} --filter-pattern \
             '\"{arn}\"'"
        ));
    }
    if reason.recovery() == Recovery::Manual {
        let delay = if reason.may_have_cost() { " (not within an hour of this attempt)" } else { "" };
        steps.push(format!(
            "Then request a new attempt{delay}: aws acm add-tags-to-certificate --region {region} --certificate-arn {arn} \
             --tags Key=acm-autopilot:status,Value=pending-renewal"
        ));
    }
    steps
}

/// The advice names what is configured for the function's own account.
fn in_a_spoke(reason: FailureReason, sender: &Sender) -> Option<String> {
    let account = &sender.spoke.as_ref()?.account;
    if reason == FailureReason::PermissionMissing {
        let role = "acm-autopilot-renew";
        return Some(format!(
            "In the account {account}, imported-renewal acts as the role {role} of infra/spoke.yaml."
        ));
    }
    depends_on_grants(reason).then(|| {
        format!(
            "What certificates of the account {account} may use is in `grants` of the stack parameter \
             OrganizationSettings. The other stack parameters allow nothing more there."
        )
    })
}

fn depends_on_grants(reason: FailureReason) -> bool {
    matches!(
        reason,
        FailureReason::CaNotConfigured
            | FailureReason::CaNotGranted
            | FailureReason::SecretNotGranted
            | FailureReason::AcmeNotConfigured
            | FailureReason::AcmeNameNotGranted
            | FailureReason::IssuerChanged
    )
}

/// ACM does not show how much of its quota is used.
fn imports_so_far(sender: &Sender, now: Timestamp) -> String {
    format!(
        "Count the imports that acm-autopilot made in 365 days. ACM does not show how many count towards the quota, and \
         imports of others count too, so at least this many do: {}",
        count_command(&sender.region, sender.spoke.as_ref(), now)
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
            | FailureReason::AcmeUnavailable
            | FailureReason::ImportRefused
    )
}
