//! `ca-status`: a private CA is in a state in which it can issue, or is meant not to.
//!
//! | CA | verdict |
//! |---|---|
//! | is one of `exemptedCaArns` | not applicable |
//! | `ACTIVE` | compliant |
//! | `DISABLED`, a root | compliant: a root is needed only to sign subordinate CAs |
//! | `DISABLED`, a subordinate | non-compliant: it issues nothing and costs as much as an active one |
//! | `EXPIRED` | non-compliant |
//! | `FAILED` | non-compliant |
//! | `CREATING`, `PENDING_CERTIFICATE` for no longer than `pendingDays` | not applicable: it is being set up |
//! | the same for longer | non-compliant |
//! | `DELETED` | not applicable: see `ca-pending-deletion` |
//! | a state that is not known here | non-compliant |
//!
//! Source: [CA status](https://docs.aws.amazon.com/privateca/latest/userguide/PcaUpdateCA.html#ca-status);
//! disabled roots: [best practices](https://docs.aws.amazon.com/privateca/latest/userguide/ca-best-practices.html).

use certificates::{calendar_days_between, utc_date};

use super::applicability::{self, EXEMPTED};
use crate::facts::{PrivateCa, Lookup};
use crate::{Context, Evaluation, Evaluator, Number, Parameter, Rule, Verdict};

const PENDING_DAYS: Number = Number {
    name: "pendingDays",
    default: 7,
    limits: 0..=365,
    about: "Days that a new CA may be without a certificate",
};

pub const RULE: Rule = Rule {
    name: "ca-status",
    about: "Private CAs are active, or disabled roots.",
    evaluate: Evaluator::PrivateCa(evaluate),
    parameters: &[Parameter::Number(&PENDING_DAYS), Parameter::List(&EXEMPTED)],
    lookups: &[Lookup::Description],
    corresponds_to: &[],
};

fn evaluate(ca: &PrivateCa, context: &Context<'_>) -> Evaluation {
    if let Some(verdict) = applicability::exempted(ca, context) {
        return Ok(verdict);
    }
    let status = ca.status()?.as_str();
    Ok(match status {
        "ACTIVE" => Verdict::compliant("It is active."),
        "DISABLED" if ca.ca_type()? == "ROOT" => {
            Verdict::compliant("It is a disabled root: enable it only to sign a subordinate CA.")
        }
        "DISABLED" => Verdict::non_compliant(
            "It is disabled: it issues and renews nothing, and costs as much as an active CA. Enable it, or delete it \
             if nobody needs it.",
        ),
        "EXPIRED" => Verdict::non_compliant(
            "Its own certificate has expired, and so has everything below it. Issue and install a new CA certificate.",
        ),
        "FAILED" => Verdict::non_compliant("It could not be created. Delete it and create another."),
        "DELETED" => Verdict::not_applicable("It is deleted; see ca-pending-deletion."),
        "CREATING" | "PENDING_CERTIFICATE" => pending(ca, context)?,
        other => Verdict::non_compliant(format!("Its status is {other}, which this rule does not know. Check it in \
             AWS Private CA.")),
    })
}

fn pending(ca: &PrivateCa, context: &Context<'_>) -> Evaluation {
    let status = ca.status()?;
    let most = context.settings.number(&PENDING_DAYS);
    let created = *applicability::required(ca.created_at()?, "CreatedAt")?;
    let days = calendar_days_between(utc_date(created), utc_date(context.now));
    Ok(if days > most {
        Verdict::non_compliant(format!(
            "It has been {status} for {days} days (limit {most}). Sign and install its certificate, or delete the CA."
        ))
    } else {
        Verdict::not_applicable(format!("It is {status}: it is being set up."))
    })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::facts::PrivateCa;
    use crate::Compliance::{Compliant, NonCompliant, NotApplicable};
    use crate::support::{NOW, at, check, known, root_ca, subordinate_ca, missing};

    fn root(status: &str) -> PrivateCa {
        PrivateCa { status: known(status), ..root_ca() }
    }

    fn subordinate(status: &str) -> PrivateCa {
        PrivateCa { status: known(status), ..subordinate_ca() }
    }

    fn created(at_: &str) -> PrivateCa {
        PrivateCa { created_at: known(Some(at(at_))), ..subordinate("PENDING_CERTIFICATE") }
    }

    #[test]
    fn without_its_creation_time_a_pending_ca_gets_no_verdict() {
        let without = PrivateCa { created_at: known(None), ..created(NOW) };
        assert_eq!(missing(&RULE, &[], &without).fact, "CreatedAt");
    }

    #[test]
    fn table() {
        let arn = subordinate_ca().arn.to_string();
        let exempted: &[(&str, &str)] = &[("exemptedCaArns", &arn)];
        check(
            &RULE,
            &[
                ("active root", &[], root("ACTIVE"), Compliant, "active"),
                ("active subordinate", &[], subordinate("ACTIVE"), Compliant, "active"),
                ("disabled root", &[], root("DISABLED"), Compliant, "only to sign"),
                ("disabled subordinate", &[], subordinate("DISABLED"), NonCompliant, "Enable it"),
                ("expired", &[], root("EXPIRED"), NonCompliant, "Issue and install"),
                ("failed", &[], root("FAILED"), NonCompliant, "create another"),
                ("deleted", &[], root("DELETED"), NotApplicable, "ca-pending-deletion"),
                ("new", &[], created("2026-11-14T00:00:00Z"), NotApplicable, "being set up"),
                ("forgotten", &[], created("2026-11-13T00:00:00Z"), NonCompliant, "for 8 days (limit 7)"),
                ("0 days", &[("pendingDays", "0")], created("2026-11-20T00:00:00Z"), NonCompliant, "1 days"),
                ("exempted", exempted, subordinate("DISABLED"), NotApplicable, "exemptedCaArns"),
                ("another one exempted", exempted, root("FAILED"), NonCompliant, "create another"),
                ("a new state", &[], root("SLEEPING"), NonCompliant, "SLEEPING"),
            ],
        );
    }
}
