//! `ca-root-issues-no-leaves`: a root CA signs subordinate CAs and nothing else.
//!
//! | CA | verdict |
//! |---|---|
//! | a subordinate CA | not applicable |
//! | is one of `exemptedCaArns` | not applicable |
//! | is deleted, could not be created, or has no certificate yet | not applicable |
//! | `DISABLED` or `EXPIRED`: it issues nothing | compliant |
//! | any other state, with `disabled` | non-compliant |
//! | any other state; a certificate of ACM in this account and Region that has not ended comes from it | non-compliant |
//! | any other state; none does | compliant |
//!
//! AWS Private CA has no list of what a CA has issued. What ACM holds can be seen: all of that is for
//! servers, and so none of a root's business. What programs had issued by themselves and then imported,
//! as imported-renewal does, and what ACM holds in other accounts, cannot be seen: ACM tells no CA of imported
//! certificates. With `disabled`, as AWS's own rule has it, a root has to be disabled
//! whenever nobody signs a subordinate CA with it.
//!
//! Source: [best practices](https://docs.aws.amazon.com/privateca/latest/userguide/ca-best-practices.html),
//! "Minimize use of the root CA".

use super::standing::{self, EXEMPTED};
use crate::facts::{Authority, Lookup};
use crate::rules::{Context, Evaluation, Evaluator, Flag, Parameter, Rule, Verdict};

const DISABLED: Flag = Flag {
    name: "disabled",
    default: false,
    about: "Whether a root has to be disabled, whatever it has issued, as acm-pca-root-ca-disabled wants it",
};

pub const RULE: Rule = Rule {
    name: "ca-root-issues-no-leaves",
    about: "Root CAs sign subordinate CAs and nothing else.",
    evaluate: Evaluator::Authority(evaluate),
    judges_deleted: false,
    parameters: &[Parameter::Flag(&DISABLED), Parameter::List(&EXEMPTED)],
    lookups: &[Lookup::Description, Lookup::PrivateCertificates],
    corresponds_to: &[
        "Security Hub PCA.1",
        "AWS Config acm-pca-root-ca-disabled",
        "Steampipe acmpca_root_certificate_authority_disabled",
        "HashiCorp Sentinel acm-pca-root-ca-disabled",
        "Datadog def-000-9j8",
    ],
};

fn evaluate(authority: &Authority, context: &Context<'_>) -> Evaluation {
    if authority.authority_type()? == "SUBORDINATE" {
        return Ok(Verdict::not_applicable("It is a subordinate CA."));
    }
    if let Some(verdict) = standing::exempted(authority, context) {
        return Ok(verdict);
    }
    if let Some(verdict) = standing::without_certificate(authority)? {
        return Ok(verdict);
    }
    let status = authority.status()?;
    if matches!(status.as_str(), "DISABLED" | "EXPIRED") {
        return Ok(Verdict::compliant(format!("It is {status}: it issues nothing.")));
    }
    if context.settings.flag(&DISABLED) {
        return Ok(Verdict::non_compliant(format!(
            "It is a root and {status}. Disable it, and enable it only to sign a subordinate CA."
        )));
    }
    let mut leaves = authority.issued_to_acm()?.map(|leaf| leaf.display_name());
    Ok(match leaves.next() {
        None => Verdict::compliant("No certificate of ACM comes from it."),
        Some(first) => {
            // How many there are is not known where some could not be described.
            let more = if leaves.next().is_some() { " and others" } else { "" };
            let first: String = first.chars().take(60).collect();
            Verdict::non_compliant(format!(
                "It is a root, and issued the certificate {first}{more}. Let a subordinate CA issue them, and disable \
                 the root."
            ))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::facts::{Authority, Certificate, Fact};
    use crate::rules::Compliance::{Compliant, NonCompliant, NotApplicable};
    use crate::rules::support::{check, evaluate, issued, known, private, refused, root_ca, subordinate_ca};

    fn issuer(certificates: Vec<Certificate>) -> Authority {
        Authority { certificates: Fact::Known(certificates.into()), ..root_ca() }
    }

    fn root(status: &str) -> Authority {
        Authority { status: known(status), ..issuer(vec![private()]) }
    }

    #[test]
    fn table() {
        let other = Certificate { certificate_authority: known(Some(subordinate_ca().arn.to_string())), ..private() };
        let ended = Certificate { status: known("EXPIRED"), ..private() };
        let strict: &[(&str, &str)] = &[("disabled", "true")];
        let arn = root_ca().arn.to_string();
        let exempted: &[(&str, &str)] = &[("exemptedCaArns", &arn), ("disabled", "true")];
        let long = Certificate { domain_name: known(Some("x".repeat(253))), ..private() };
        check(
            &RULE,
            &[
                ("a leaf", &[], issuer(vec![private()]), NonCompliant, "the certificate example.com. Let"),
                ("leaves", &[], issuer(vec![long, private(), private()]), NonCompliant, "and others. Let"),
                ("others' leaves", &[], issuer(vec![issued(), other, ended]), Compliant, "No certificate"),
                ("a new state", &[], root("SLEEPING"), NonCompliant, "example.com"),
                ("disabled", &[], root("DISABLED"), Compliant, "issues nothing"),
                ("expired", &[], root("EXPIRED"), Compliant, "issues nothing"),
                ("active", strict, issuer(vec![]), NonCompliant, "a root and ACTIVE. Disable it"),
                ("disabled", strict, root("DISABLED"), Compliant, "DISABLED"),
                ("exempted", exempted, root_ca(), NotApplicable, "exemptedCaArns"),
                ("subordinate", strict, subordinate_ca(), NotApplicable, "subordinate"),
                ("pending", strict, root("PENDING_CERTIFICATE"), NotApplicable, "waits"),
                ("deleted", strict, root("DELETED"), NotApplicable, "deleted"),
            ],
        );
    }

    #[test]
    fn certificates_are_looked_at_only_where_they_decide() {
        let unknown = |status| Authority { certificates: Fact::Unknown, ..root(status) };
        assert!(evaluate(&RULE, &[], &unknown("DISABLED")).is_ok());
        assert!(evaluate(&RULE, &[("disabled", "true")], &unknown("ACTIVE")).is_ok());
        assert!(evaluate(&RULE, &[], &unknown("ACTIVE")).is_err());
    }

    #[test]
    fn parameters_are_checked() {
        assert!(refused(&RULE, &[("exemptedCaArns", "root")]).contains("`root` is no ARN of a private CA"));
        assert!(refused(&RULE, &[("disabled", "yes")]).contains("`true` or `false`"));
    }
}
