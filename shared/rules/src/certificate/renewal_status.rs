//! `renewal-status`: the renewal of an imported certificate by this project succeeds.
//!
//! | certificate | verdict |
//! |---|---|
//! | ACM's own: ACM renews it; see `acm-managed-renewal` | not applicable |
//! | has no tag `acm-autopilot:status`: no renewal was requested | not applicable |
//! | the tag is not one of the four states | non-compliant |
//! | `renewal-complete` | compliant |
//! | `renewal-failed` | non-compliant, with the reason of `acm-autopilot:status-reason` and what to do |
//! | `renewal-failed`, and imported again since then | compliant: the next sweep corrects the record |
//! | `renewal-in-progress` for longer than `inProgressMinutes` | non-compliant: the function crashed or was terminated |
//! | `pending-renewal` for longer than `pendingMinutes` | non-compliant: imported-renewal has not started it |
//! | either of them for no longer | compliant |
//!
//! A state without a start, or with one in the future, counts as old, as it does for the
//! functions.
//!
//! Source: the tags of `shared/certificates`; no function runs for longer than 15 minutes
//! ([Lambda quotas](https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html)).

use certificates::tags::{self, TagState, Recorded};
use certificates::{CLAIM_LASTS, CertificateType, FailureReason, RenewalProgress, RenewalStatus, utc_date};
use jiff::{SignedDuration, Timestamp};

use crate::facts::{Certificate, Lookup};
use crate::{Context, Evaluation, Evaluator, Number, Parameter, Rule, Verdict};

const IN_PROGRESS_MINUTES: Number = Number {
    name: "inProgressMinutes",
    default: CLAIM_LASTS.as_mins(),
    limits: CLAIM_LASTS.as_mins()..=1_440,
    about: "Renewals that are in progress for more than this many minutes are non-compliant",
};

const PENDING_MINUTES: Number = Number {
    name: "pendingMinutes",
    default: 60,
    limits: 15..=10_080,
    about: "Renewals that are pending for more than this many minutes are non-compliant",
};

pub const RULE: Rule = Rule {
    name: "renewal-status",
    about: "Renewals of imported certificates neither fail nor get stuck.",
    evaluate: Evaluator::Certificate(evaluate),
    parameters: &[Parameter::Number(&IN_PROGRESS_MINUTES), Parameter::Number(&PENDING_MINUTES)],
    lookups: &[Lookup::Description, Lookup::Tags],
    corresponds_to: &[],
};

fn evaluate(certificate: &Certificate, context: &Context<'_>) -> Evaluation {
    if matches!(certificate.certificate_type()?, CertificateType::AmazonIssued | CertificateType::Private) {
        return Ok(Verdict::not_applicable("ACM renews it; see acm-managed-renewal."));
    }
    let tags = certificate.tags()?;
    if !tags.contains(tags::STATUS) {
        return Ok(Verdict::not_applicable("No renewal was requested: it has no tag acm-autopilot:status."));
    }
    let recorded = TagState::read(tags).recorded;
    let progress = RenewalProgress::new(&recorded, context.now);
    let since = progress.since();
    let is_older_than =
        |minutes: &Number| progress.is_older_than(SignedDuration::from_mins(context.settings.number(minutes)));
    let when = since.map_or("at an unknown time".into(), |since| format!("on {}", tags::format_time(since)));
    Ok(match recorded.status {
        None => Verdict::non_compliant(
            "Its tag acm-autopilot:status is not a state of a renewal. Set it to pending-renewal, or remove it.",
        ),
        Some(RenewalStatus::RenewalComplete) => Verdict::compliant(format!("It was renewed {when}.")),
        Some(RenewalStatus::RenewalFailed) => failed(certificate, &recorded, since)?,
        Some(RenewalStatus::RenewalInProgress) if is_older_than(&IN_PROGRESS_MINUTES) => {
            Verdict::non_compliant(format!(
                "Its renewal started {when} and has not finished: the function crashed or was terminated. Check the \
                 log of imported-renewal; the next sweep requests the renewal again."
            ))
        }
        Some(RenewalStatus::PendingRenewal) if is_older_than(&PENDING_MINUTES) => Verdict::non_compliant(format!(
            "Its renewal was requested {when} and has not started. Check the queue and the dead-letter queue of \
             imported-renewal; the next sweep requests the renewal again."
        )),
        Some(RenewalStatus::RenewalInProgress) => Verdict::compliant(format!("Its renewal started {when}.")),
        Some(RenewalStatus::PendingRenewal) => Verdict::compliant(format!("Its renewal was requested {when}.")),
    })
}

/// A certificate that is imported by hand after a failure keeps its record.
fn failed(certificate: &Certificate, recorded: &Recorded, since: Option<Timestamp>) -> Evaluation {
    if let Some(since) = since
        && let Some(imported) = certificate.imported_at()?.filter(|imported| *imported > since)
    {
        return Ok(Verdict::compliant(format!(
            "Its renewal failed, and it was imported again on {}. The next sweep corrects the tags.",
            utc_date(imported)
        )));
    }
    let on = since.map_or(String::new(), |since| format!(" on {}", utc_date(since)));
    let why = recorded.reason.map_or("no reason given", FailureReason::as_str);
    let advice = recorded.reason.map_or("Check the log of imported-renewal.", FailureReason::advice);
    Ok(Verdict::non_compliant(format!("Its renewal failed{on}: {why}. {advice}")))
}

#[cfg(test)]
mod tests {
    use certificates::{CertificateType, FailureReason};

    use super::RULE;
    use crate::facts::{Certificate, Fact};
    use crate::Compliance::{Compliant, NonCompliant, NotApplicable};
    use crate::support::{at, check, evaluate, imported, issued, known, private, refused, tagged};

    fn renewal(status: &str, since: &str) -> Certificate {
        tagged(imported(), &[("acm-autopilot:status", status), ("acm-autopilot:status-since", since)])
    }

    fn failed(reason: &str) -> Certificate {
        let tags = [
            ("acm-autopilot:status", "renewal-failed"),
            ("acm-autopilot:status-since", "2026-11-20T06:00:00Z"),
            ("acm-autopilot:status-reason", reason),
        ];
        tagged(imported(), &tags)
    }

    #[test]
    fn table() {
        let replaced = Certificate { imported_at: known(Some(at("2026-11-20T07:00:00Z"))), ..failed("ca-disabled") };
        let strange = Certificate { certificate_type: known(CertificateType::from("BORROWED")), ..imported() };
        let half_a_day: &[(&str, &str)] = &[("inProgressMinutes", "720"), ("pendingMinutes", "720")];
        let forgotten = tagged(imported(), &[("acm-autopilot:status", "renewal-in-progress")]);
        check(
            &RULE,
            &[
                ("without tags", &[], imported(), NotApplicable, "acm-autopilot:status"),
                ("others' tags", &[], tagged(imported(), &[("status", "renewal-failed")]), NotApplicable, "no tag"),
                ("ACM's own", &[], issued(), NotApplicable, "acm-managed-renewal"),
                ("private", &[], private(), NotApplicable, "acm-managed-renewal"),
                ("another origin", &[], strange, NotApplicable, "no tag"),
                (
                    "complete",
                    &[],
                    renewal("renewal-complete", "2026-11-01T00:00:00Z"),
                    Compliant,
                    "2026-11-01T00:00:00Z",
                ),
                (
                    "failed",
                    &[],
                    failed("ca-disabled"),
                    NonCompliant,
                    "on 2026-11-20: ca-disabled. Enable the private CA",
                ),
                ("failed, nobody knows why", &[], failed("gremlins"), NonCompliant, "no reason given. Check the log"),
                ("failed, replaced by hand", &[], replaced, Compliant, "again on 2026-11-20"),
                ("failed, some time", &[], renewal("renewal-failed", "once"), NonCompliant, "failed: no reason"),
                ("15 minutes", &[], renewal("renewal-in-progress", "2026-11-21T05:45:00Z"), Compliant, "started"),
                ("more", &[], renewal("renewal-in-progress", "2026-11-21T05:44:59Z"), NonCompliant, "has not finished"),
                ("allowed", half_a_day, renewal("renewal-in-progress", "2026-11-21T05:44:59Z"), Compliant, "started"),
                ("no time", &[], forgotten, NonCompliant, "at an unknown time"),
                ("in the future", &[], renewal("renewal-in-progress", "2027-01-01T00:00:00Z"), NonCompliant, "unknown"),
                ("clocks differ", &[], renewal("renewal-in-progress", "2026-11-21T06:04:00Z"), Compliant, "started"),
                ("pending", &[], renewal("pending-renewal", "2026-11-21T05:00:00Z"), Compliant, "requested"),
                ("lost", &[], renewal("pending-renewal", "2026-11-21T04:59:59Z"), NonCompliant, "dead-letter queue"),
                ("12 hours", half_a_day, renewal("pending-renewal", "2026-11-20T17:00:00Z"), NonCompliant, "has not started"),
                ("no state", &[], renewal("renewing", "2026-11-21T05:00:00Z"), NonCompliant, "not a state of a renewal"),
                ("empty", &[], renewal("", "2026-11-21T05:00:00Z"), NonCompliant, "not a state of a renewal"),
            ],
        );
    }

    #[test]
    fn every_reason_fits() {
        for reason in FailureReason::ALL {
            check(&RULE, &[(reason.as_str(), &[], failed(reason.as_str()), NonCompliant, reason.advice())]);
        }
    }

    #[test]
    fn tags_of_others_are_not_looked_up() {
        let listed = Certificate { tags: Fact::Unknown, ..issued() };
        assert!(evaluate(&RULE, &[], &listed).is_ok());
        assert!(evaluate(&RULE, &[], &Certificate { tags: Fact::Unknown, ..imported() }).is_err());
    }

    #[test]
    fn parameters_are_checked() {
        assert!(refused(&RULE, &[("inProgressMinutes", "14")]).contains("from 15 to 1440"));
        assert!(refused(&RULE, &[("pendingMinutes", "0")]).contains("from 15 to 10080"));
        assert!(refused(&RULE, &[("pendingHours", "1")]).contains("it has inProgressMinutes, pendingMinutes"));
    }
}
