//! `ca-expiry`: a private CA ends no sooner than in so many days.
//!
//! | CA | verdict |
//! |---|---|
//! | is one of `exemptedCaArns` | not applicable |
//! | has ended, or has `rootDays` (a root) or `subordinateDays` or fewer calendar days left | non-compliant |
//! | has more days left | compliant |
//! | is deleted, could not be created, or has no certificate yet | not applicable |
//!
//! With a CA ends everything below it, and AWS sends no event before it does. Disabled CAs count: what they
//! have issued ends with them. A root takes a year by default, since whoever trusts it has to be given the
//! next one; a subordinate CA gets a new certificate from its parent, for the same key.
//!
//! Source: [managing the CA lifecycle](https://docs.aws.amazon.com/privateca/latest/userguide/ca-lifecycle.html).

use certificates::{days_left, has_expired};

use super::standing::{self, EXEMPTED};
use crate::facts::{Authority, Lookup};
use crate::rules::{Context, Evaluation, Evaluator, Number, Parameter, Rule, Verdict};

const ROOT_DAYS: Number = Number {
    name: "rootDays",
    default: 365,
    limits: 0..=7_300,
    about: "A root CA with so many calendar days left, or fewer, is non-compliant",
};

const SUBORDINATE_DAYS: Number = Number {
    name: "subordinateDays",
    default: 90,
    limits: 0..=7_300,
    about: "A subordinate CA with so many calendar days left, or fewer, is non-compliant",
};

pub const RULE: Rule = Rule {
    name: "ca-expiry",
    about: "Private CAs end no sooner than in so many days.",
    evaluate: Evaluator::Authority(evaluate),
    judges_deleted: false,
    parameters: &[Parameter::Number(&ROOT_DAYS), Parameter::Number(&SUBORDINATE_DAYS), Parameter::List(&EXEMPTED)],
    lookups: &[Lookup::Description],
    corresponds_to: &[],
};

fn evaluate(authority: &Authority, context: &Context<'_>) -> Evaluation {
    if let Some(verdict) = standing::exempted(authority, context) {
        return Ok(verdict);
    }
    if let Some(verdict) = standing::without_certificate(authority)? {
        return Ok(verdict);
    }
    let end = *standing::told(authority.not_after()?, "NotAfter")?;
    let is_root = authority.authority_type()? == "ROOT";
    let least = context.settings.number(if is_root { &ROOT_DAYS } else { &SUBORDINATE_DAYS });
    let what_to_do = if is_root {
        "Renew its certificate or create the next root, and have it trusted."
    } else {
        "Have its parent issue a new certificate, and install it."
    };
    let (left, date) = (days_left(end, context.now), crate::rules::standing::end(end));
    Ok(if has_expired(end, context.now) {
        Verdict::non_compliant(format!("It ended on {date}, and everything below it with it. {what_to_do}"))
    } else if left <= least {
        Verdict::non_compliant(format!(
            "It ends in {left} days, on {date}, and everything below it with it; more than {least} are wanted. \
             {what_to_do}"
        ))
    } else {
        Verdict::compliant(format!("It ends in {left} days, on {date}."))
    })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::facts::Authority;
    use crate::rules::Compliance::{Compliant, NonCompliant, NotApplicable};
    use crate::rules::support::{at, check, evaluate, known, refused, root_ca, subordinate_ca};

    fn ends(authority: Authority, end: &str) -> Authority {
        Authority { not_after: known(Some(at(end))), ..authority }
    }

    fn without_end(status: &str) -> Authority {
        Authority { status: known(status), not_after: known(None), ..root_ca() }
    }

    #[test]
    fn table() {
        let disabled = Authority { status: known("DISABLED"), ..ends(root_ca(), "2027-01-01T00:00:00Z") };
        let arn = root_ca().arn.to_string();
        let exempted: &[(&str, &str)] = &[("exemptedCaArns", &arn)];
        let short: &[(&str, &str)] = &[("rootDays", "0"), ("subordinateDays", "30")];
        check(
            &RULE,
            &[
                ("root", &[], root_ca(), Compliant, "on 2036-01-01"),
                ("root, 366 days", &[], ends(root_ca(), "2027-11-22T00:00:00Z"), Compliant, "in 366 days"),
                ("root, 365 days", &[], ends(root_ca(), "2027-11-21T23:59:59Z"), NonCompliant, "have it trusted"),
                ("disabled root", &[], disabled, NonCompliant, "in 41 days"),
                ("subordinate", &[], subordinate_ca(), Compliant, "on 2031-01-01"),
                ("91 days", &[], ends(subordinate_ca(), "2027-02-20T00:00:00Z"), Compliant, "in 91 days"),
                ("90 days", &[], ends(subordinate_ca(), "2027-02-19T00:00:00Z"), NonCompliant, "its parent"),
                ("30 wanted", short, ends(subordinate_ca(), "2027-02-19T00:00:00Z"), Compliant, "in 90 days"),
                ("on the day", short, ends(root_ca(), "2026-11-21T06:00:00Z"), NonCompliant, "in 0 days"),
                ("over", short, ends(root_ca(), "2026-11-21T05:59:59Z"), NonCompliant, "It ended on 2026-11-21"),
                ("exempted", exempted, ends(root_ca(), "2026-11-20T00:00:00Z"), NotApplicable, "exemptedCaArns"),
                ("pending", &[], without_end("PENDING_CERTIFICATE"), NotApplicable, "waits for its certificate"),
                ("failed", &[], without_end("FAILED"), NotApplicable, "could not be created"),
                ("deleted", &[], without_end("DELETED"), NotApplicable, "ca-pending-deletion"),
            ],
        );
    }

    #[test]
    fn an_active_ca_without_an_end_is_no_verdict() {
        assert_eq!(evaluate(&RULE, &[], &without_end("ACTIVE")).unwrap_err().fact, "NotAfter");
    }

    #[test]
    fn parameters_are_checked() {
        assert!(refused(&RULE, &[("rootDays", "-1")]).contains("from 0 to 7300"));
        assert!(refused(&RULE, &[("days", "30")]).contains("it has rootDays, subordinateDays, exemptedCaArns"));
    }
}
