//! `ca-pending-deletion`: no CA is on its way to be deleted for good without anybody knowing.
//!
//! | CA | verdict |
//! |---|---|
//! | is deleted, and can still be restored | non-compliant |
//! | is deleted, and `RestorableUntil` is over | not applicable: there is nothing to be done |
//! | is one of `exemptedCaArns` | not applicable: its deletion is wanted |
//! | is not deleted | compliant |
//!
//! For 7 to 30 days a deleted CA can be restored; then its key is gone, and with it every renewal. In the
//! meantime it issues nothing and publishes no CRL.
//!
//! AWS wants a deleted resource to be `NOT_APPLICABLE`, and so it is with every other rule, without a call
//! ([Managing Deleted Resources for AWS Config Custom Lambda Rules](https://docs.aws.amazon.com/config/latest/developerguide/evaluate-config_develop-rules-delete.html)).
//! This one deviates, since the CA can be restored
//! for 7 to 30 days: it has the CA described at the item of its deletion, and believes that it is deleted for good
//! only if AWS Private CA does not find it. No item tells of the day on which it cannot be restored any more: the rule
//! needs its schedule to take the verdict back. What the item of a CA's deletion looks like, and when it comes,
//! AWS does not document; should none come, the next scheduled evaluation tells.
//!
//! Source: [deleting a CA](https://docs.aws.amazon.com/privateca/latest/userguide/PCADeleteCA.html);
//! [restoring one](https://docs.aws.amazon.com/privateca/latest/userguide/PCARestoreCA.html).

use certificates::{days_left, utc_date};

use super::standing::{self, EXEMPTED};
use crate::facts::{Authority, Lookup};
use crate::rules::{Context, Evaluation, Evaluator, Parameter, Rule, Verdict};

pub const RULE: Rule = Rule {
    name: "ca-pending-deletion",
    about: "Private CAs are not about to be deleted for good.",
    evaluate: Evaluator::Authority(evaluate),
    judges_deleted: true,
    parameters: &[Parameter::List(&EXEMPTED)],
    lookups: &[Lookup::Description],
    corresponds_to: &[],
};

fn evaluate(authority: &Authority, context: &Context<'_>) -> Evaluation {
    if authority.status()? != "DELETED" {
        return Ok(Verdict::compliant("It is not deleted."));
    }
    if let Some(verdict) = standing::exempted(authority, context) {
        return Ok(verdict);
    }
    Ok(match *authority.restorable_until()? {
        Some(until) if until < context.now => Verdict::not_applicable("It is deleted, and cannot be restored."),
        Some(until) => Verdict::non_compliant(format!(
            "It is deleted, and can be restored for {} days, until {}. Restore it if anything still needs it; else \
             name it in exemptedCaArns.",
            days_left(until, context.now),
            utc_date(until)
        )),
        None => Verdict::non_compliant(
            "It is deleted. Restore it at once if anything still needs it; else name it in exemptedCaArns.",
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::facts::Authority;
    use crate::rules::Compliance::{Compliant, NonCompliant, NotApplicable};
    use crate::rules::support::{at, check, known, refused, root_ca, subordinate_ca};

    fn deleted(until: Option<&str>) -> Authority {
        Authority { status: known("DELETED"), restorable_until: known(until.map(at)), ..root_ca() }
    }

    #[test]
    fn table() {
        let arn = root_ca().arn.to_string();
        let exempted: &[(&str, &str)] = &[("exemptedCaArns", &arn)];
        let pending = Authority { status: known("PENDING_CERTIFICATE"), ..root_ca() };
        check(
            &RULE,
            &[
                ("active", &[], subordinate_ca(), Compliant, "not deleted"),
                ("pending", &[], pending, Compliant, "not deleted"),
                ("deleted", &[], deleted(Some("2026-12-01T00:00:00Z")), NonCompliant, "for 10 days, until 2026-12-01"),
                ("no date", &[], deleted(None), NonCompliant, "at once"),
                ("on the day", &[], deleted(Some("2026-11-21T06:00:00Z")), NonCompliant, "for 0 days"),
                ("gone", &[], deleted(Some("2026-11-21T05:59:59Z")), NotApplicable, "cannot be restored"),
                ("exempted", exempted, deleted(Some("2026-12-01T00:00:00Z")), NotApplicable, "exemptedCaArns"),
            ],
        );
    }

    #[test]
    fn parameters_are_checked() {
        let certificate = "arn:aws:acm:us-east-1:123456789012:certificate/a";
        assert!(refused(&RULE, &[("exemptedCaArns", certificate)]).contains("is no ARN of a private CA"));
    }
}
