//! `ca-expiry`: a private CA does not expire within the configured number of days.
//!
//! | CA | verdict |
//! |---|---|
//! | is one of `exemptedCaArns` | not applicable |
//! | has expired, or has `rootDays` (a root) or `subordinateDays` or fewer calendar days left | non-compliant |
//! | has more days left | compliant |
//! | is deleted, could not be created, or has no certificate yet | not applicable |
//!
//! Everything below a CA expires with it, and AWS sends no event before. Disabled CAs count: what they
//! have issued expires with them. For a root the default is a year, since everybody who trusts it needs the next
//! one; a subordinate CA gets a new certificate from its parent, for the same key.
//!
//! Source: [managing the CA lifecycle](https://docs.aws.amazon.com/privateca/latest/userguide/ca-lifecycle.html).

use certificates::{days_left, has_expired};

use super::applicability::{self, EXEMPTED};
use crate::facts::{PrivateCa, Lookup};
use crate::{Context, Evaluation, Evaluator, Number, Parameter, Rule, Verdict};

const ROOT_DAYS: Number = Number {
    name: "rootDays",
    default: 365,
    limits: 0..=7_300,
    about: "Root CAs with this many calendar days left or fewer are non-compliant",
};

const SUBORDINATE_DAYS: Number = Number {
    name: "subordinateDays",
    default: 90,
    limits: 0..=7_300,
    about: "Subordinate CAs with this many calendar days left or fewer are non-compliant",
};

pub const RULE: Rule = Rule {
    name: "ca-expiry",
    about: "Private CAs do not expire within the configured number of days.",
    evaluate: Evaluator::PrivateCa(evaluate),
    parameters: &[Parameter::Number(&ROOT_DAYS), Parameter::Number(&SUBORDINATE_DAYS), Parameter::List(&EXEMPTED)],
    lookups: &[Lookup::Description],
    corresponds_to: &[],
};

fn evaluate(ca: &PrivateCa, context: &Context<'_>) -> Evaluation {
    if let Some(verdict) = applicability::exempted(ca, context) {
        return Ok(verdict);
    }
    if let Some(verdict) = applicability::without_certificate(ca)? {
        return Ok(verdict);
    }
    let expiry = *applicability::required(ca.not_after()?, "NotAfter")?;
    let is_root = ca.ca_type()? == "ROOT";
    let least = context.settings.number(if is_root { &ROOT_DAYS } else { &SUBORDINATE_DAYS });
    let what_to_do = if is_root {
        "Renew its certificate, or create a new root and distribute it to all who trust this one."
    } else {
        "Have its parent CA issue a new certificate, and install it."
    };
    let (left, date) = (days_left(expiry, context.now), crate::applicability::expiry_date(expiry));
    Ok(if has_expired(expiry, context.now) {
        Verdict::non_compliant(format!("It expired on {date}, and everything below it with it. {what_to_do}"))
    } else if left <= least {
        Verdict::non_compliant(format!(
            "It expires in {left} days, on {date}, and everything below it with it; more than {least} days are \
             required. \
             {what_to_do}"
        ))
    } else {
        Verdict::compliant(format!("It expires in {left} days, on {date}."))
    })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::facts::PrivateCa;
    use crate::Compliance::{Compliant, NonCompliant, NotApplicable};
    use crate::support::{at, check, known, refused, root_ca, subordinate_ca, missing};

    fn ends(ca: PrivateCa, end: &str) -> PrivateCa {
        PrivateCa { not_after: known(Some(at(end))), ..ca }
    }

    fn without_end(status: &str) -> PrivateCa {
        PrivateCa { status: known(status), not_after: known(None), ..root_ca() }
    }

    #[test]
    fn table() {
        let disabled = PrivateCa { status: known("DISABLED"), ..ends(root_ca(), "2027-01-01T00:00:00Z") };
        let arn = root_ca().arn.to_string();
        let exempted: &[(&str, &str)] = &[("exemptedCaArns", &arn)];
        let short: &[(&str, &str)] = &[("rootDays", "0"), ("subordinateDays", "30")];
        check(
            &RULE,
            &[
                ("root", &[], root_ca(), Compliant, "on 2036-01-01"),
                ("root, 366 days", &[], ends(root_ca(), "2027-11-22T00:00:00Z"), Compliant, "in 366 days"),
                ("root, 365 days", &[], ends(root_ca(), "2027-11-21T23:59:59Z"), NonCompliant, "distribute it"),
                ("disabled root", &[], disabled, NonCompliant, "in 41 days"),
                ("subordinate", &[], subordinate_ca(), Compliant, "on 2031-01-01"),
                ("91 days", &[], ends(subordinate_ca(), "2027-02-20T00:00:00Z"), Compliant, "in 91 days"),
                ("90 days", &[], ends(subordinate_ca(), "2027-02-19T00:00:00Z"), NonCompliant, "its parent CA"),
                ("30 required", short, ends(subordinate_ca(), "2027-02-19T00:00:00Z"), Compliant, "in 90 days"),
                ("on the day", short, ends(root_ca(), "2026-11-21T06:00:00Z"), NonCompliant, "in 0 days"),
                ("over", short, ends(root_ca(), "2026-11-21T05:59:59Z"), NonCompliant, "It expired on 2026-11-21"),
                ("exempted", exempted, ends(root_ca(), "2026-11-20T00:00:00Z"), NotApplicable, "exemptedCaArns"),
                ("pending", &[], without_end("PENDING_CERTIFICATE"), NotApplicable, "no certificate yet"),
                ("failed", &[], without_end("FAILED"), NotApplicable, "could not be created"),
                ("deleted", &[], without_end("DELETED"), NotApplicable, "ca-pending-deletion"),
            ],
        );
    }

    #[test]
    fn an_active_ca_without_an_expiry_gives_no_verdict() {
        assert_eq!(missing(&RULE, &[], &without_end("ACTIVE")).fact, "NotAfter");
    }

    #[test]
    fn parameters_are_checked() {
        assert!(refused(&RULE, &[("rootDays", "-1")]).contains("from 0 to 7300"));
        assert!(refused(&RULE, &[("days", "30")]).contains("it has rootDays, subordinateDays, exemptedCaArns"));
    }
}
