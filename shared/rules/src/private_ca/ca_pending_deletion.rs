//! `ca-pending-deletion`: no CA is about to be deleted for good.
//!
//! | CA | verdict |
//! |---|---|
//! | is deleted, and can still be restored | non-compliant |
//! | is deleted, and `RestorableUntil` has passed | not applicable: nothing can be done |
//! | is one of `exemptedCaArns` | not applicable: its deletion is intended |
//! | is not deleted, and AWS Config recorded its deletion less than two minutes ago | no verdict yet |
//! | is not deleted otherwise | compliant |
//!
//! For 7 to 30 days a deleted CA can be restored; then its key is gone, and with it every renewal. In the
//! meantime it issues nothing and publishes no CRL.
//!
//! AWS wants a deleted resource to be `NOT_APPLICABLE`, and with every other rule it is, without a call
//! ([Managing Deleted Resources for AWS Config Custom Lambda Rules](https://docs.aws.amazon.com/config/latest/developerguide/evaluate-config_develop-rules-delete.html)).
//! This rule deviates, since the CA can be restored: an item of a deletion does not say until when, so the rule asks
//! for it. A CA that AWS Private CA does not find is deleted for good. One that it still describes as not deleted may
//! have been restored, or AWS Private CA may not know of the deletion yet: within two minutes there is no verdict.
//! No item says on which day a CA can no longer be restored: the rule needs its schedule to withdraw the verdict. AWS
//! does not document what the item of a CA's deletion looks like, and when it comes; if none comes, the next scheduled
//! evaluation finds the deletion.
//!
//! Source: [deleting a CA](https://docs.aws.amazon.com/privateca/latest/userguide/PCADeleteCA.html);
//! [restoring one](https://docs.aws.amazon.com/privateca/latest/userguide/PCARestoreCA.html).

use certificates::{days_left, utc_date};

use super::applicability::{self, EXEMPTED};
use crate::facts::{Lookup, PrivateCa, is_settling};
use crate::{Context, Evaluation, Evaluator, NoVerdict, Parameter, Rule, Verdict};

pub const RULE: Rule = Rule {
    name: "ca-pending-deletion",
    about: "Private CAs are not about to be deleted for good.",
    evaluate: Evaluator::PrivateCa(evaluate),
    parameters: &[Parameter::List(&EXEMPTED)],
    lookups: &[Lookup::Description],
    corresponds_to: &[],
};

fn evaluate(ca: &PrivateCa, context: &Context<'_>) -> Evaluation {
    if ca.status()? != "DELETED" {
        if is_settling(ca.deletion_recorded_at.known().flatten(), context.now) {
            return Err(NoVerdict::NotYet("AWS Config recorded its deletion, and AWS Private CA does not show it yet"));
        }
        return Ok(Verdict::compliant("It is not deleted."));
    }
    if let Some(verdict) = applicability::exempted(ca, context) {
        return Ok(verdict);
    }
    Ok(match *ca.restorable_until()? {
        Some(until) if until < context.now => Verdict::not_applicable("It is deleted, and can no longer be restored."),
        Some(until) => Verdict::non_compliant(format!(
            "It is deleted, and can be restored for {} days, until {}. Restore it if anything still needs it; if not, \
             add it to exemptedCaArns.",
            days_left(until, context.now),
            utc_date(until)
        )),
        None => Verdict::non_compliant(
            "It is deleted. Restore it at once if anything still needs it; if not, add it to exemptedCaArns.",
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::facts::PrivateCa;
    use crate::Compliance::{Compliant, NonCompliant, NotApplicable};
    use crate::NoVerdict;
    use crate::support::{at, check, evaluate, known, refused, root_ca, subordinate_ca};

    fn deleted(until: Option<&str>) -> PrivateCa {
        PrivateCa { status: known("DELETED"), restorable_until: known(until.map(at)), ..root_ca() }
    }

    #[test]
    fn table() {
        let arn = root_ca().arn.to_string();
        let exempted: &[(&str, &str)] = &[("exemptedCaArns", &arn)];
        let pending = PrivateCa { status: known("PENDING_CERTIFICATE"), ..root_ca() };
        check(
            &RULE,
            &[
                ("active", &[], subordinate_ca(), Compliant, "not deleted"),
                ("pending", &[], pending, Compliant, "not deleted"),
                ("deleted", &[], deleted(Some("2026-12-01T00:00:00Z")), NonCompliant, "for 10 days, until 2026-12-01"),
                ("no date", &[], deleted(None), NonCompliant, "at once"),
                ("on the day", &[], deleted(Some("2026-11-21T06:00:00Z")), NonCompliant, "for 0 days"),
                ("gone", &[], deleted(Some("2026-11-21T05:59:59Z")), NotApplicable, "can no longer be restored"),
                ("exempted", exempted, deleted(Some("2026-12-01T00:00:00Z")), NotApplicable, "exemptedCaArns"),
            ],
        );
    }

    #[test]
    fn a_deletion_that_aws_private_ca_does_not_show_yet_gives_no_verdict() {
        let recorded = |when: &str| PrivateCa { deletion_recorded_at: known(Some(at(when))), ..root_ca() };
        let early = evaluate(&RULE, &[], &recorded("2026-11-21T05:58:01Z"));
        assert!(matches!(early, Err(NoVerdict::NotYet(_))), "{early:?}");
        assert_eq!(evaluate(&RULE, &[], &recorded("2026-11-21T05:58:00Z")).unwrap().compliance(), Compliant);
    }

    #[test]
    fn parameters_are_checked() {
        let certificate = "arn:aws:acm:us-east-1:123456789012:certificate/a";
        assert!(refused(&RULE, &[("exemptedCaArns", certificate)]).contains("is not the ARN of a private CA"));
    }
}
