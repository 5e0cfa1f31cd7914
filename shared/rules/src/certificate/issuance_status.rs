//! `issuance-status`: a requested certificate was issued, and is not revoked.
//!
//! | certificate | verdict |
//! |---|---|
//! | `ISSUED`, requested | compliant |
//! | `ISSUED`, imported | not applicable: nobody requested it |
//! | `EXPIRED` | not applicable: it was issued; see `certificate-expiry` |
//! | `PENDING_VALIDATION` for less than `pendingHours` | not applicable: it is being validated |
//! | the same for as long or longer | non-compliant |
//! | `VALIDATION_TIMED_OUT` | non-compliant |
//! | `FAILED` | non-compliant, with ACM's reason and what to do about it |
//! | `REVOKED` | non-compliant, whether in use or not |
//! | `INACTIVE` | non-compliant: nothing can use it |
//! | a state that is not known here | non-compliant |
//!
//! ACM tries for 72 hours, and then the request times out. Somebody should know much sooner that a record is
//! missing.
//!
//! Source: [CertificateDetail, `Status` and `FailureReason`](https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateDetail.html);
//! advice: [certificate requests fail](https://docs.aws.amazon.com/acm/latest/userguide/troubleshooting-failed.html).

use certificates::CertificateType;
use jiff::Timestamp;

use crate::facts::{Certificate, Lookup, Missing};
use crate::{Context, Evaluation, Evaluator, Number, Parameter, Rule, Verdict, applicability};

const PENDING_HOURS: Number = Number {
    name: "pendingHours",
    default: 24,
    limits: 0..=72,
    about: "Hours that a request may wait for validation; ACM gives up after 72",
};

pub const RULE: Rule = Rule {
    name: "issuance-status",
    about: "Requested certificates are issued, and none is revoked.",
    evaluate: Evaluator::Certificate(evaluate),
    parameters: &[Parameter::Number(&PENDING_HOURS)],
    lookups: &[Lookup::Description],
    corresponds_to: &[
        "Steampipe acm_certificate_no_failed_certificate",
        "Steampipe acm_certificate_no_pending_validation_certificate",
        "ElectricEye ACM.1",
        "ElectricEye ACM.5",
        "CloudGuard D9.AWS.CRY.29",
    ],
};

fn evaluate(certificate: &Certificate, context: &Context<'_>) -> Evaluation {
    Ok(match certificate.status()?.as_str() {
        "ISSUED" if *certificate.certificate_type()? == CertificateType::Imported => {
            Verdict::not_applicable("It is imported: nobody requested it.")
        }
        "ISSUED" => Verdict::compliant("It is issued."),
        "EXPIRED" => Verdict::not_applicable("It was issued and has expired; see certificate-expiry."),
        "PENDING_VALIDATION" => pending(certificate, context)?,
        "VALIDATION_TIMED_OUT" => Verdict::non_compliant(
            "ACM could not validate its domains within 72 hours and gave up. Delete it, create the CNAME records (or \
             check the mailboxes), and request it again.",
        ),
        "FAILED" => failed(certificate.failure_reason()?.as_deref()),
        "REVOKED" => revoked(certificate)?,
        "INACTIVE" => Verdict::non_compliant("It is INACTIVE: nothing can use it. Request another, then delete it."),
        other => Verdict::non_compliant(format!(
            "Its status is {}, which this rule does not know. Check it in ACM.",
            applicability::short(other)
        )),
    })
}

fn pending(certificate: &Certificate, context: &Context<'_>) -> Evaluation {
    let Some(since) = *certificate.created_at()? else {
        return Err(Missing { fact: "CreatedAt", lookup: Lookup::Description }.into());
    };
    let (hours, most) = (hours_between(since, context.now), context.settings.number(&PENDING_HOURS));
    if hours < most {
        return Ok(Verdict::not_applicable(format!("It has been waiting for validation for {hours} hours (limit \
             {most}).")));
    }
    let advice = match certificate.certificate_type()? {
        CertificateType::Private => "Check the status of its private CA.",
        _ => "Create its CNAME records in public DNS, or follow the link in ACM's e-mail; ACM gives up after 72 hours.",
    };
    Ok(Verdict::non_compliant(format!("It has been waiting for validation for {hours} hours (limit {most}). {advice}")))
}

fn hours_between(from: Timestamp, to: Timestamp) -> i64 {
    to.duration_since(from).as_hours()
}

fn revoked(certificate: &Certificate) -> Evaluation {
    let in_use = *certificate.in_use()?;
    let reason = certificate.revocation_reason()?;
    let reason = reason.as_ref().map_or_else(String::new, |reason| format!(" ({})", applicability::short(reason)));
    let advice = if in_use {
        "It is in use: clients may refuse to connect. Switch to another certificate now, then delete it."
    } else {
        "It is not in use: delete it."
    };
    Ok(Verdict::non_compliant(format!("It is revoked{reason}. {advice}")))
}

fn failed(reason: Option<&str>) -> Verdict {
    let advice = match reason {
        Some("CAA_ERROR") => {
            "A CAA record forbids Amazon to issue: add amazon.com, amazontrust.com, awstrust.com or amazonaws.com."
        }
        Some("NO_AVAILABLE_CONTACTS") => "ACM found no mailbox to write to: use DNS validation.",
        Some("ADDITIONAL_VERIFICATION_REQUIRED") => "ACM needs more information about the domain: contact AWS Support.",
        Some("DOMAIN_NOT_ALLOWED") => {
            "A name is on a list of unsafe sites: have it removed, or contact AWS Support."
        }
        Some("INVALID_PUBLIC_DOMAIN") => "A name is not below a public suffix: correct it, or use a private CA.",
        Some("DOMAIN_VALIDATION_DENIED") => "The owner of the domain denied the request: ask them.",
        Some("PCA_ACCESS_DENIED") => "ACM may not use the private CA: give acm.amazonaws.com the permission.",
        Some("PCA_LIMIT_EXCEEDED") => "A quota of the private CA is used up: request an increase.",
        Some("PCA_INVALID_STATE") => "The private CA is not active: enable it.",
        Some("PCA_INVALID_ARN" | "PCA_RESOURCE_NOT_FOUND") => "The private CA does not exist: use another.",
        Some("PCA_INVALID_DURATION") => "The certificate would outlive its private CA: renew the CA's certificate.",
        Some("PCA_NAME_CONSTRAINTS_VALIDATION") => "The name constraints of the private CA exclude a name: change it.",
        Some("PCA_INVALID_ARGS" | "PCA_REQUEST_FAILED") => "The private CA refused the request: check the CA and \
             CloudTrail.",
        Some("SLR_NOT_FOUND") => "The service-linked role of ACM is missing: create it.",
        _ => "Check the request in ACM.",
    };
    let reason = reason.map_or_else(|| "no reason given".to_owned(), applicability::short);
    Verdict::non_compliant(format!("The request failed ({reason}). {advice} Then delete it and request it again."))
}

#[cfg(test)]
mod tests {
    use certificates::CertificateType;

    use super::RULE;
    use crate::facts::{Certificate, Fact};
    use crate::Compliance::{Compliant, NonCompliant, NotApplicable};
    use crate::support::{at, check, ends, evaluate, imported, issued, known, pending, private, refused, missing};

    fn state(status: &str) -> Certificate {
        Certificate { status: known(status), ..issued() }
    }

    fn requested(time: &str) -> Certificate {
        Certificate { created_at: known(Some(at(time))), ..pending() }
    }

    fn failed(reason: Option<&str>) -> Certificate {
        Certificate { failure_reason: known(reason.map(str::to_owned)), ..state("FAILED") }
    }

    #[test]
    fn table() {
        let revoked =
            || Certificate { revocation_reason: known(Some("KEY_COMPROMISE".to_owned())), ..state("REVOKED") };
        let unused = Certificate { in_use: known(false), ..revoked() };
        let slow_ca =
            Certificate { certificate_type: known(CertificateType::Private), ..requested("2026-11-19T00:00:00Z") };
        let expired = Certificate { status: known("EXPIRED"), ..ends(issued(), "2026-11-20T00:00:00Z") };
        check(
            &RULE,
            &[
                ("issued", &[], issued(), Compliant, "is issued"),
                ("private", &[], private(), Compliant, "is issued"),
                ("imported", &[], imported(), NotApplicable, "nobody requested"),
                ("expired", &[], expired, NotApplicable, "certificate-expiry"),
                ("new", &[], pending(), NotApplicable, "0 hours (limit 24)"),
                ("in time", &[], requested("2026-11-20T06:00:01Z"), NotApplicable, "23 hours"),
                ("a day", &[], requested("2026-11-20T06:00:00Z"), NonCompliant, "24 hours (limit 24). Create its CNAME"),
                ("2 allowed", &[("pendingHours", "2")], requested("2026-11-21T04:00:00Z"), NonCompliant, "2 hours"),
                ("at once", &[("pendingHours", "0")], pending(), NonCompliant, "0 hours"),
                ("a private CA", &[], slow_ca, NonCompliant, "its private CA"),
                ("in the future", &[], requested("2027-01-01T00:00:00Z"), NotApplicable, "(limit 24)"),
                ("timed out", &[], state("VALIDATION_TIMED_OUT"), NonCompliant, "gave up"),
                ("revoked", &[], revoked(), NonCompliant, "(KEY_COMPROMISE). It is in use"),
                ("revoked, no use", &[], unused, NonCompliant, "delete it"),
                ("inactive", &[], state("INACTIVE"), NonCompliant, "INACTIVE"),
                ("a new state", &[], state("SLEEPING"), NonCompliant, "SLEEPING"),
                ("no reason", &[], failed(None), NonCompliant, "no reason given"),
                ("a new reason", &[], failed(Some("GREMLINS")), NonCompliant, "(GREMLINS). Check the request"),
            ],
        );
    }

    /// Every reason of the API has its own advice, and all fit.
    #[test]
    fn reasons_of_failures() {
        for reason in aws_sdk_acm::types::FailureReason::values() {
            let advice = if *reason == "OTHER" { "Check the request" } else { "" };
            check(&RULE, &[(reason, &[], failed(Some(reason)), NonCompliant, advice)]);
            let verdict = evaluate(&RULE, &[], &failed(Some(reason))).unwrap();
            assert_eq!(verdict.reason().contains("Check the request"), *reason == "OTHER", "{verdict:?}");
        }
        check(&RULE, &[("CAA", &[], failed(Some("CAA_ERROR")), NonCompliant, "amazontrust.com")]);
    }

    #[test]
    fn a_pending_request_of_unknown_age_gets_no_verdict() {
        for created_at in [Fact::Unknown, known(None)] {
            let missing = missing(&RULE, &[], &Certificate { created_at, ..pending() });
            assert_eq!(missing.fact, "CreatedAt");
        }
        assert!(refused(&RULE, &[("pendingHours", "73")]).contains("from 0 to 72"));
    }
}
