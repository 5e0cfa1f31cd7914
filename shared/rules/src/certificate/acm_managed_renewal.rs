//! `acm-managed-renewal`: ACM's own renewal of a certificate succeeds.
//!
//! | certificate | verdict |
//! |---|---|
//! | imported: ACM never renews it; see `renewal-status` | not applicable |
//! | not issued, or revoked | not applicable |
//! | no renewal so far, `SUCCESS`, `PENDING_AUTO_RENEWAL` | compliant |
//! | `FAILED` | non-compliant, with ACM's reason and the domains that are not validated |
//! | `PENDING_VALIDATION`, and `pendingDaysLeft` or fewer days left: ACM waits for validation | the same |
//! | `PENDING_VALIDATION` with more days left | compliant |
//! | a state that is not known here | non-compliant |
//!
//! ACM starts at most 60 days before the expiry, so a renewal that waits is non-compliant at once by default.
//!
//! Source: [RenewalSummary](https://docs.aws.amazon.com/acm/latest/APIReference/API_RenewalSummary.html) (which
//! says that private certificates have none, though its reasons `PCA_...` are of no others);
//! [renewal status](https://docs.aws.amazon.com/acm/latest/userguide/check-certificate-renewal-status.html).

use certificates::{CertificateType, Renewal, Validation, days_left};

use crate::facts::{Certificate, Lookup};
use crate::{Context, Evaluation, Evaluator, Number, Parameter, Rule, Verdict, names, applicability};

const PENDING_DAYS_LEFT: Number = Number {
    name: "pendingDaysLeft",
    default: 60,
    limits: 0..=398,
    about: "A renewal that waits for validation is non-compliant with this many days left or fewer",
};

pub const RULE: Rule = Rule {
    name: "acm-managed-renewal",
    about: "ACM's own renewals neither fail nor wait for validation.",
    evaluate: Evaluator::Certificate(evaluate),
    parameters: &[Parameter::Number(&PENDING_DAYS_LEFT)],
    lookups: &[Lookup::Description],
    corresponds_to: &["ElectricEye ACM.4", "Cloud Custodian filter health-event", "CloudSploit acmValidation"],
};

fn evaluate(certificate: &Certificate, context: &Context<'_>) -> Evaluation {
    if *certificate.certificate_type()? == CertificateType::Imported {
        return Ok(Verdict::not_applicable(
            "It is imported: ACM never renews it. See renewal-status.",
        ));
    }
    if let Some(verdict) = applicability::not_issued(certificate)? {
        return Ok(verdict);
    }
    let Some(renewal) = certificate.renewal()? else {
        return Ok(Verdict::compliant("ACM has not started to renew it."));
    };
    match renewal.status.as_str() {
        "SUCCESS" => Ok(Verdict::compliant("ACM renewed it.")),
        "PENDING_AUTO_RENEWAL" => Ok(Verdict::compliant("ACM is renewing it, and needs no help.")),
        "FAILED" => Ok(Verdict::non_compliant(format!(
            "ACM could not renew it{}. {} Or request another before it expires.",
            details(renewal),
            advice(renewal)
        ))),
        "PENDING_VALIDATION" => {
            let most = context.settings.number(&PENDING_DAYS_LEFT);
            let left = certificate.not_after()?.map(|end| days_left(end, context.now));
            Ok(match left {
                Some(left) if left > most => Verdict::compliant(format!(
                    "Its renewal waits for validation; {left} days are left, more than {most}."
                )),
                _ => Verdict::non_compliant(format!(
                    "Its renewal waits for validation{}. {}",
                    details(renewal),
                    advice(renewal)
                )),
            })
        }
        other => Ok(Verdict::non_compliant(format!(
            "Its renewal status is {}, which this rule does not know. Check it in ACM.",
            names::some_of(&[other])
        ))),
    }
}

fn waiting(renewal: &Renewal) -> impl Iterator<Item = &certificates::DomainValidation> {
    renewal.domains.iter().filter(|domain| domain.succeeded != Some(true))
}

/// ACM's reason, and the domains that are not validated.
fn details(renewal: &Renewal) -> String {
    let reason = renewal.reason.as_deref().map_or(String::new(), |reason| format!(" ({})", names::some_of(&[reason])));
    let domains: Vec<&str> = waiting(renewal).map(|domain| domain.domain_name.as_str()).collect();
    if domains.is_empty() { reason } else { format!("{reason}: {}", names::some_of(&domains)) }
}

/// What to do: [troubleshoot](https://docs.aws.amazon.com/acm/latest/userguide/troubleshooting-renewal.html).
fn advice(renewal: &Renewal) -> &'static str {
    match renewal.reason.as_deref() {
        Some("CAA_ERROR") => "Allow amazon.com in the domains' CAA records.",
        Some("PCA_ACCESS_DENIED") => "Give ACM the permission to issue from the private CA.",
        Some("SLR_NOT_FOUND") => "Create ACM's service-linked role.",
        Some(reason) if reason.starts_with("PCA_") => "Check the private CA's status, quotas and expiry.",
        _ => {
            let mut validations = waiting(renewal).map(|domain| &domain.validation);
            match validations.next() {
                Some(Validation::Email(_)) => "Follow the link in ACM's e-mail, or use DNS validation.",
                Some(Validation::Dns(_)) => "Create ACM's CNAME records in public DNS.",
                Some(Validation::Other(_)) | None => "Check its renewal in ACM.",
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use certificates::DomainValidation;

    use super::*;
    use crate::Compliance::{Compliant, NonCompliant, NotApplicable};
    use crate::support::{check, ends, imported, issued, known, pending, private, refused};

    fn renews(
        certificate: Certificate,
        status: &str,
        reason: Option<&str>,
        domains: &[DomainValidation],
    ) -> Certificate {
        let renewal = Renewal { status: status.into(), reason: reason.map(str::to_owned), domains: domains.to_vec() };
        Certificate { renewal: known(Some(renewal)), ..certificate }
    }

    fn domain(name: &str, succeeded: Option<bool>, validation: Validation) -> DomainValidation {
        DomainValidation { domain_name: name.into(), succeeded, validation }
    }

    #[test]
    fn table() {
        let soon = || ends(issued(), "2026-12-24T00:00:00Z");
        let dns = [
            domain("a.example.com", Some(true), Validation::Dns(None)),
            domain("b.example.com", Some(false), Validation::Dns(None)),
            domain("c.example.com", None, Validation::Dns(None)),
        ];
        let mail = [domain("example.com", Some(false), Validation::Email(Vec::new()))];
        let long = "a".repeat(63) + "." + &"b".repeat(63) + "." + &"c".repeat(63) + ".example.com";
        let many = vec![domain(&long, Some(false), Validation::Dns(None)); 10];
        let revoked = Certificate { status: known("REVOKED"), ..renews(issued(), "FAILED", None, &[]) };
        check(
            &RULE,
            &[
                ("none", &[], issued(), Compliant, "not started"),
                ("done", &[], renews(issued(), "SUCCESS", None, &[]), Compliant, "renewed it"),
                ("on its way", &[], renews(soon(), "PENDING_AUTO_RENEWAL", None, &dns), Compliant, "no help"),
                ("waits", &[], renews(soon(), "PENDING_VALIDATION", None, &dns), NonCompliant, ": b.example.com, c."),
                ("waits", &[], renews(soon(), "PENDING_VALIDATION", None, &dns), NonCompliant, "CNAME records"),
                ("mail", &[], renews(soon(), "PENDING_VALIDATION", None, &mail), NonCompliant, "Follow the link"),
                ("no domains", &[], renews(soon(), "PENDING_VALIDATION", None, &[]), NonCompliant, "validation. Check"),
                ("time left", &[], renews(issued(), "PENDING_VALIDATION", None, &dns), Compliant, "116 days are left"),
                (
                    "33 days left",
                    &[("pendingDaysLeft", "32")],
                    renews(soon(), "PENDING_VALIDATION", None, &dns),
                    Compliant,
                    "33 days",
                ),
                (
                    "33 days are too few",
                    &[("pendingDaysLeft", "33")],
                    renews(soon(), "PENDING_VALIDATION", Some("CAA_ERROR"), &dns),
                    NonCompliant,
                    "(CAA_ERROR): b.example.com",
                ),
                ("CAA", &[], renews(issued(), "FAILED", Some("CAA_ERROR"), &dns), NonCompliant, "CAA records"),
                ("no reason", &[], renews(issued(), "FAILED", None, &dns), NonCompliant, "renew it: b.example.com"),
                (
                    "private",
                    &[],
                    renews(private(), "FAILED", Some("PCA_ACCESS_DENIED"), &[]),
                    NonCompliant,
                    "permission",
                ),
                (
                    "private",
                    &[],
                    renews(private(), "FAILED", Some("PCA_INVALID_STATE"), &[]),
                    NonCompliant,
                    "the private CA's status",
                ),
                ("a new reason", &[], renews(issued(), "FAILED", Some("MOON"), &[]), NonCompliant, "(MOON). Check"),
                ("a new state", &[], renews(issued(), "PAUSED", None, &[]), NonCompliant, "PAUSED"),
                (
                    "long names",
                    &[],
                    renews(issued(), "FAILED", Some("ADDITIONAL_VERIFICATION_REQUIRED"), &many),
                    NonCompliant,
                    "and 9 more",
                ),
                ("imported", &[], renews(imported(), "FAILED", None, &[]), NotApplicable, "renewal-status"),
                ("pending", &[], pending(), NotApplicable, "not issued yet"),
                ("revoked", &[], revoked, NotApplicable, "revoked"),
            ],
        );
    }

    #[test]
    fn parameters_are_checked() {
        assert!(refused(&RULE, &[("pendingDaysLeft", "399")]).contains("from 0 to 398"));
        assert!(refused(&RULE, &[("pendingDays", "1")]).contains("it has pendingDaysLeft"));
    }
}
