//! `renewal-status`: the renewal of an imported certificate by this project goes well.
//!
//! | certificate | verdict |
//! |---|---|
//! | ACM's own: ACM renews it, and `managed-renewal` tells | not applicable |
//! | has no tag `acm-autopilot:status`: no renewal was asked for | not applicable |
//! | the tag is none of the four states | non-compliant |
//! | `renewal-complete` | compliant |
//! | `renewal-failed` | non-compliant, with the reason of `acm-autopilot:status-reason` and what to do |
//! | `renewal-failed`, and imported anew since then | compliant: the next sweep corrects the record |
//! | `renewal-in-progress` for longer than `inProgressMinutes` | non-compliant: the function died at it |
//! | `pending-renewal` for longer than `pendingMinutes` | non-compliant: nobody took it up |
//! | either of them for no longer | compliant |
//!
//! A state of which nobody knows since when, or that began in the future, counts as old, as it does for the
//! functions.
//!
//! Source: the tags of `shared/certificates`; no function runs for longer than 15 minutes
//! ([Lambda quotas](https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html)).

use certificates::tags::{self, TagState, Recorded};
use certificates::{CLAIM_LASTS, CertificateType, FailureReason, RenewalStatus, utc_date};
use jiff::{SignedDuration, Timestamp};

use crate::facts::{Certificate, Lookup};
use crate::rules::{Context, Evaluation, Evaluator, Number, Parameter, Rule, Verdict};

const IN_PROGRESS_MINUTES: Number = Number {
    name: "inProgressMinutes",
    default: CLAIM_LASTS.as_mins(),
    limits: CLAIM_LASTS.as_mins()..=1_440,
    about: "A renewal that is in progress for more than so many minutes is non-compliant",
};

const PENDING_MINUTES: Number = Number {
    name: "pendingMinutes",
    default: 60,
    limits: 15..=10_080,
    about: "A renewal that is pending for more than so many minutes is non-compliant",
};

/// A time in a tag that lies further ahead than clocks differ was never written by us.
const CLOCK_SKEW: SignedDuration = SignedDuration::from_mins(5);

pub const RULE: Rule = Rule {
    name: "renewal-status",
    about: "Renewals of imported certificates neither fail nor get stuck.",
    evaluate: Evaluator::Certificate(evaluate),
    judges_deleted: false,
    parameters: &[Parameter::Number(&IN_PROGRESS_MINUTES), Parameter::Number(&PENDING_MINUTES)],
    lookups: &[Lookup::Description, Lookup::Tags],
    corresponds_to: &[],
};

fn evaluate(certificate: &Certificate, context: &Context<'_>) -> Evaluation {
    if matches!(certificate.certificate_type()?, CertificateType::AmazonIssued | CertificateType::Private) {
        return Ok(Verdict::not_applicable("ACM renews it itself; managed-renewal tells how that goes."));
    }
    let tags = certificate.tags()?;
    if !tags.contains(tags::STATUS) {
        return Ok(Verdict::not_applicable("No renewal was asked for: it has no tag acm-autopilot:status."));
    }
    let recorded = TagState::read(tags).recorded;
    let since = recorded.since.filter(|since| *since <= context.now + CLOCK_SKEW);
    let is_older_than = |minutes: &Number| {
        let most = SignedDuration::from_mins(context.settings.number(minutes));
        since.is_none_or(|since| context.now.duration_since(since) > most)
    };
    let when = since.map_or("at an unknown time".into(), |since| format!("on {}", tags::format_time(since)));
    Ok(match recorded.status {
        None => Verdict::non_compliant(
            "The tag acm-autopilot:status is no state of a renewal. Set it to pending-renewal, or remove it.",
        ),
        Some(RenewalStatus::RenewalComplete) => Verdict::compliant(format!("Its renewal was completed {when}.")),
        Some(RenewalStatus::RenewalFailed) => failed(certificate, &recorded, since)?,
        Some(RenewalStatus::RenewalInProgress) if is_older_than(&IN_PROGRESS_MINUTES) => {
            Verdict::non_compliant(format!(
                "Its renewal began {when} and has not ended: the function died at it. Look at the log of \
                 imported-renewal; the next sweep asks for it again."
            ))
        }
        Some(RenewalStatus::PendingRenewal) if is_older_than(&PENDING_MINUTES) => Verdict::non_compliant(format!(
            "Its renewal was asked for {when}, and nobody took it up. Look at the queue and the dead-letter queue of \
             imported-renewal; the next sweep asks for it again."
        )),
        Some(RenewalStatus::RenewalInProgress) => Verdict::compliant(format!("Its renewal began {when}.")),
        Some(RenewalStatus::PendingRenewal) => Verdict::compliant(format!("Its renewal was asked for {when}.")),
    })
}

/// Whoever imports a certificate by hand after a failure leaves the record as it is.
fn failed(certificate: &Certificate, recorded: &Recorded, since: Option<Timestamp>) -> Evaluation {
    if let Some(since) = since
        && let Some(imported) = certificate.imported_at()?.filter(|imported| *imported > since)
    {
        return Ok(Verdict::compliant(format!(
            "Its renewal failed, and it was imported anew on {}. The next sweep corrects the tags.",
            utc_date(imported)
        )));
    }
    let on = since.map_or(String::new(), |since| format!(" on {}", utc_date(since)));
    let why = recorded.reason.map_or("no reason told", FailureReason::as_str);
    let advice = recorded.reason.map_or("Read the log of imported-renewal.", FailureReason::advice);
    Ok(Verdict::non_compliant(format!("Its renewal failed{on}: {why}. {advice}")))
}

#[cfg(test)]
mod tests {
    use certificates::{CertificateType, FailureReason};

    use super::RULE;
    use crate::facts::{Certificate, Fact};
    use crate::rules::Compliance::{Compliant, NonCompliant, NotApplicable};
    use crate::rules::support::{at, check, evaluate, imported, issued, known, private, refused, tagged};

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
                ("ACM's own", &[], issued(), NotApplicable, "managed-renewal"),
                ("private", &[], private(), NotApplicable, "managed-renewal"),
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
                ("failed, nobody knows why", &[], failed("gremlins"), NonCompliant, "no reason told. Read the log"),
                ("failed, replaced by hand", &[], replaced, Compliant, "anew on 2026-11-20"),
                ("failed, some time", &[], renewal("renewal-failed", "once"), NonCompliant, "failed: no reason"),
                ("15 minutes", &[], renewal("renewal-in-progress", "2026-11-21T05:45:00Z"), Compliant, "began"),
                ("more", &[], renewal("renewal-in-progress", "2026-11-21T05:44:59Z"), NonCompliant, "has not ended"),
                ("allowed", half_a_day, renewal("renewal-in-progress", "2026-11-21T05:44:59Z"), Compliant, "began"),
                ("no time", &[], forgotten, NonCompliant, "at an unknown time"),
                ("in the future", &[], renewal("renewal-in-progress", "2027-01-01T00:00:00Z"), NonCompliant, "unknown"),
                ("clocks differ", &[], renewal("renewal-in-progress", "2026-11-21T06:04:00Z"), Compliant, "began"),
                ("pending", &[], renewal("pending-renewal", "2026-11-21T05:00:00Z"), Compliant, "asked for"),
                ("lost", &[], renewal("pending-renewal", "2026-11-21T04:59:59Z"), NonCompliant, "dead-letter queue"),
                ("12 hours", half_a_day, renewal("pending-renewal", "2026-11-20T17:00:00Z"), NonCompliant, "nobody"),
                ("no state", &[], renewal("renewing", "2026-11-21T05:00:00Z"), NonCompliant, "no state of a renewal"),
                ("empty", &[], renewal("", "2026-11-21T05:00:00Z"), NonCompliant, "no state of a renewal"),
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
