//! `ca-root-issues-no-leaves`: a root CA signs subordinate CAs and nothing else.
//!
//! | CA | verdict |
//! |---|---|
//! | a subordinate CA | not applicable |
//! | is one of `exemptedCaArns` | not applicable |
//! | is deleted, could not be created, or has no certificate yet | not applicable |
//! | `DISABLED` or `EXPIRED`: it issues nothing | compliant |
//! | any other state, with `disabled` | non-compliant |
//! | any other state; it issued a certificate in ACM in this account and Region that is still usable | non-compliant |
//! | any other state; it issued none | compliant |
//!
//! AWS Private CA has no list of what a CA has issued. What ACM has can be seen: all of that is for
//! end entities, which a root should not issue to. What programs requested from the CA and then imported,
//! as imported-renewal does, and what ACM has in other accounts, cannot be seen: ACM does not report the CA of imported
//! certificates. With `disabled`, as in AWS's own rule, a root has to be disabled
//! except while it signs a subordinate CA.
//!
//! Source: [best practices](https://docs.aws.amazon.com/privateca/latest/userguide/ca-best-practices.html),
//! "Minimize use of the root CA".

use super::applicability::{self, EXEMPTED};
use crate::facts::{PrivateCa, Lookup};
use crate::{Context, Evaluation, Evaluator, Flag, Parameter, Rule, Verdict};

const DISABLED: Flag = Flag {
    name: "disabled",
    default: false,
    about: "Whether roots have to be disabled, whatever they have issued, as acm-pca-root-ca-disabled requires",
};

pub const RULE: Rule = Rule {
    name: "ca-root-issues-no-leaves",
    about: "Root CAs sign subordinate CAs and nothing else.",
    evaluate: Evaluator::PrivateCa(evaluate),
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

fn evaluate(ca: &PrivateCa, context: &Context<'_>) -> Evaluation {
    if let Some(verdict) = applicability::exempted(ca, context) {
        return Ok(verdict);
    }
    if let Some(verdict) = applicability::without_certificate(ca)? {
        return Ok(verdict);
    }
    if ca.ca_type()? == "SUBORDINATE" {
        return Ok(Verdict::not_applicable("It is a subordinate CA."));
    }
    let status = ca.status()?;
    if matches!(status.as_str(), "DISABLED" | "EXPIRED") {
        return Ok(Verdict::compliant(format!("It is {status}: it issues nothing.")));
    }
    if context.settings.flag(&DISABLED) {
        return Ok(Verdict::non_compliant(format!(
            "It is a root CA and {status}. Disable it, and enable it only to sign a subordinate CA."
        )));
    }
    let mut leaves = ca.issued_to_acm()?.map(|leaf| leaf.display_name());
    Ok(match leaves.next() {
        None => Verdict::compliant("It issued no certificate in ACM."),
        Some(first) => {
            // How many there are is not known where some could not be described.
            let more = if leaves.next().is_some() { " and others" } else { "" };
            let first: String = first.chars().take(60).collect();
            Verdict::non_compliant(format!(
                "It is a root CA, and issued the certificate {first}{more}. Issue certificates from a subordinate CA \
                 instead, and disable the root."
            ))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::facts::{PrivateCa, Certificate, Fact};
    use crate::Compliance::{Compliant, NonCompliant, NotApplicable};
    use crate::support::{check, evaluate, issued, known, private, refused, root_ca, subordinate_ca};

    fn issuer(certificates: Vec<Certificate>) -> PrivateCa {
        PrivateCa { certificates: Fact::Known(certificates.into()), ..root_ca() }
    }

    fn root(status: &str) -> PrivateCa {
        PrivateCa { status: known(status), ..issuer(vec![private()]) }
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
                ("a leaf", &[], issuer(vec![private()]), NonCompliant, "the certificate example.com. Issue"),
                ("leaves", &[], issuer(vec![long, private(), private()]), NonCompliant, "and others. Issue"),
                ("others' leaves", &[], issuer(vec![issued(), other, ended]), Compliant, "no certificate"),
                ("a new state", &[], root("SLEEPING"), NonCompliant, "example.com"),
                ("disabled", &[], root("DISABLED"), Compliant, "issues nothing"),
                ("expired", &[], root("EXPIRED"), Compliant, "issues nothing"),
                ("active", strict, issuer(vec![]), NonCompliant, "a root CA and ACTIVE. Disable it"),
                ("disabled", strict, root("DISABLED"), Compliant, "DISABLED"),
                ("exempted", exempted, root_ca(), NotApplicable, "exemptedCaArns"),
                ("subordinate", strict, subordinate_ca(), NotApplicable, "subordinate"),
                ("pending", strict, root("PENDING_CERTIFICATE"), NotApplicable, "no certificate yet"),
                ("deleted", strict, root("DELETED"), NotApplicable, "deleted"),
            ],
        );
    }

    #[test]
    fn certificates_are_looked_up_only_where_they_decide() {
        let unknown = |status| PrivateCa { certificates: Fact::Unknown, ..root(status) };
        assert!(evaluate(&RULE, &[], &unknown("DISABLED")).is_ok());
        assert!(evaluate(&RULE, &[("disabled", "true")], &unknown("ACTIVE")).is_ok());
        assert!(evaluate(&RULE, &[], &unknown("ACTIVE")).is_err());
    }

    #[test]
    fn parameters_are_checked() {
        assert!(refused(&RULE, &[("exemptedCaArns", "root")]).contains("`root` is not the ARN of a private CA"));
        assert!(refused(&RULE, &[("disabled", "yes")]).contains("`true` or `false`"));
    }
}
