//! `validation-method`: control of a certificate's names is proven by an allowed method.
//!
//! | certificate | verdict |
//! |---|---|
//! | imported or private: nothing is validated | not applicable |
//! | its request failed, or it is revoked | not applicable |
//! | ACM does not report the validation, or its method | not applicable |
//! | every name is validated by a method in `allowed` | compliant |
//! | one is validated by another method, or by one that is not known here | non-compliant |
//!
//! A certificate can have several methods: each name counts. HTTP is for what CloudFront manages and
//! renews automatically; e-mail waits for a person each time.
//!
//! Source: [DomainValidation](https://docs.aws.amazon.com/acm/latest/APIReference/API_DomainValidation.html);
//! [domain validation](https://docs.aws.amazon.com/acm/latest/userguide/domain-ownership-validation.html).

use certificates::{CertificateType, Validation};

use crate::facts::{Certificate, Lookup};
use crate::{Context, Entries, Evaluation, Evaluator, List, Parameter, Rule, Verdict, names, applicability};

/// Validation through a file on the site.
pub(super) const HTTP: &str = "HTTP";

const ALLOWED: List = List {
    name: "allowed",
    default: &["DNS", HTTP],
    entries: Entries::OneOf(&["DNS", "EMAIL", HTTP]),
    about: "Allowed validation methods",
};

pub const RULE: Rule = Rule {
    name: "validation-method",
    about: "Names of certificates are validated by an allowed method.",
    evaluate: Evaluator::Certificate(evaluate),
    parameters: &[Parameter::List(&ALLOWED)],
    lookups: &[Lookup::Description],
    corresponds_to: &["CloudSploit acmValidation"],
};

fn evaluate(certificate: &Certificate, context: &Context<'_>) -> Evaluation {
    match certificate.certificate_type()? {
        CertificateType::Imported => {
            return Ok(Verdict::not_applicable("It is imported: ACM does not validate its names."));
        }
        CertificateType::Private => {
            return Ok(Verdict::not_applicable("It is private: its names need no validation."));
        }
        CertificateType::AmazonIssued | CertificateType::Other(_) => {}
    }
    if let Some(verdict) = applicability::unusable(certificate)? {
        return Ok(verdict);
    }
    let allowed = context.settings.list(&ALLOWED);
    let domains = certificate.domain_validations()?;
    let method = |validation| match validation {
        &Validation::Dns(_) => Some("DNS"),
        &Validation::Email(_) => Some("EMAIL"),
        Validation::Other(method) => method.as_deref(),
    };
    let mut others = domains
        .iter()
        .filter_map(|domain| Some((domain.domain_name.as_str(), method(&domain.validation)?)))
        .filter(|(_, method)| !allowed.contains(method))
        .peekable();
    if let Some((_, method)) = others.peek() {
        let (method, advice) = match *method {
            "EMAIL" => ("EMAIL", "Switch to DNS validation with UpdateCertificateOptions, or request another \
             certificate with it."),
            other => (other, "Request another certificate with DNS validation."),
        };
        let method = names::some_of(&[method]).chars().take(30).collect::<String>();
        let names: Vec<&str> = others.map(|(name, _)| name).collect();
        return Ok(Verdict::non_compliant(format!(
            "Validated by {method}: {} (allowed: {}). {advice}",
            names::some_of(&names),
            allowed.join(", ")
        )));
    }
    if domains.is_empty() || domains.iter().any(|domain| method(&domain.validation).is_none()) {
        return Ok(Verdict::not_applicable("ACM does not report the validation method of all its names."));
    }
    Ok(Verdict::compliant(format!("All of its names are validated by {}.", allowed.join(" or "))))
}

#[cfg(test)]
mod tests {
    use certificates::DomainValidation;

    use super::*;
    use crate::Compliance::{Compliant, NonCompliant, NotApplicable};
    use crate::support::{check, imported, issued, known, pending, private, refused};

    fn validated(domains: &[(&str, Validation)]) -> Certificate {
        let domains = domains.iter().map(|(name, validation)| DomainValidation {
            domain_name: (*name).into(),
            succeeded: Some(true),
            validation: validation.clone(),
        });
        Certificate { domain_validations: known(domains.collect::<Vec<_>>()), ..issued() }
    }

    #[test]
    fn table() {
        let (dns, mail) = (Validation::Dns(None), Validation::Email(Vec::new()));
        let other = |method: &str| Validation::Other(Some(method.into()));
        let long = "x".repeat(63) + "." + &"y".repeat(63) + ".example.com";
        let revoked = Certificate { status: known("REVOKED"), ..validated(&[("a.example", mail.clone())]) };
        let by_dns: &[(&str, &str)] = &[("allowed", "DNS")];
        let by_mail: &[(&str, &str)] = &[("allowed", "DNS,EMAIL,HTTP")];
        check(
            &RULE,
            &[
                ("DNS", &[], issued(), Compliant, "DNS or HTTP"),
                ("pending", &[], pending(), Compliant, "DNS"),
                ("HTTP", &[], validated(&[("a.example", other("HTTP"))]), Compliant, ""),
                ("HTTP, not allowed", by_dns, validated(&[("a.example", other("HTTP"))]), NonCompliant, "Validated by HTTP"),
                (
                    "mail",
                    &[],
                    validated(&[("a.example", mail.clone())]),
                    NonCompliant,
                    "Validated by EMAIL: a.example (allowed",
                ),
                ("mail, allowed", by_mail, validated(&[("a.example", mail.clone())]), Compliant, "EMAIL"),
                (
                    "the second name",
                    &[],
                    validated(&[("a.example", dns.clone()), ("b.example", mail.clone())]),
                    NonCompliant,
                    "EMAIL: b.example (allowed: DNS, HTTP). Switch",
                ),
                ("a new method", &[], validated(&[("a.example", other("FAX"))]), NonCompliant, "Validated by FAX"),
                ("a flood", &[], validated(&[(&long, other(&long)), (&long, mail)]), NonCompliant, "Request another"),
                ("not reported", &[], validated(&[("a.example", Validation::Other(None))]), NotApplicable, "does not report"),
                ("none", &[], validated(&[]), NotApplicable, "does not report"),
                ("imported", &[], imported(), NotApplicable, "imported"),
                ("private", &[], private(), NotApplicable, "private"),
                ("revoked", &[], revoked, NotApplicable, "revoked"),
            ],
        );
    }

    #[test]
    fn parameters_are_checked() {
        assert!(refused(&RULE, &[("allowed", "dns")]).contains("`dns` is not one of DNS, EMAIL, HTTP"));
        assert!(refused(&RULE, &[("methods", "DNS")]).contains("it has allowed"));
    }
}
