//! `transparency-logging`: a public certificate is recorded in certificate transparency logs.
//!
//! | certificate | verdict |
//! |---|---|
//! | imported: its CA recorded it, or nobody did; ACM has no say | not applicable |
//! | private: it belongs into no public log | not applicable |
//! | its request failed, it is revoked, or it has expired | not applicable |
//! | the preference is `ENABLED` | compliant |
//! | ACM tells no preference: it records every public certificate | compliant |
//! | the preference is `DISABLED`, or one that is not known here | non-compliant |
//!
//! Since 2026 nobody can opt out: in RequestCertificate and UpdateCertificateOptions the preference is deprecated.
//! Older certificates may still have it.
//!
//! Source: [CertificateOptions](https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateOptions.html);
//! [certificate transparency](https://docs.aws.amazon.com/acm/latest/userguide/acm-concepts.html#concept-transparency).

use certificates::CertificateType;

use crate::facts::{Certificate, Lookup};
use crate::rules::{Context, Evaluation, Evaluator, Rule, Verdict, names, standing};

/// The rule.
pub const RULE: Rule = Rule {
    name: "transparency-logging",
    about: "Public certificates are recorded in certificate transparency logs.",
    evaluate: Evaluator::Certificate(evaluate),
    judges_deleted: false,
    parameters: &[],
    lookups: &[Lookup::Description],
    corresponds_to: &[
        "AWS Config acm-certificate-transparent-logging-enabled",
        "prowler acm_certificates_transparency_logs_enabled",
        "Steampipe acm_certificate_transparency_logging_enabled",
        "ScoutSuite acm-certificate-with-transparency-logging-disabled",
        "Checkov CKV_AWS_234",
        "ElectricEye ACM.3",
    ],
};

fn evaluate(certificate: &Certificate, context: &Context<'_>) -> Evaluation {
    match certificate.certificate_type()? {
        CertificateType::Imported => {
            return Ok(Verdict::not_applicable("It is imported: whether it is recorded was its CA's choice."));
        }
        CertificateType::Private => {
            return Ok(Verdict::not_applicable("It is private: it belongs into no public log."));
        }
        CertificateType::AmazonIssued | CertificateType::Other(_) => {}
    }
    if let Some(verdict) = standing::is_past(certificate, context.now)? {
        return Ok(verdict);
    }
    Ok(match certificate.transparency_logging()?.as_deref() {
        Some("ENABLED") => Verdict::compliant("It is recorded in certificate transparency logs."),
        None => Verdict::compliant("ACM records every public certificate, and tells no other preference of this one."),
        Some("DISABLED") => Verdict::non_compliant(
            "It was requested with certificate transparency logging off: browsers refuse it. Nobody can opt out any \
             more: request another, and use that one.",
        ),
        Some(other) => Verdict::non_compliant(format!(
            "Its preference for certificate transparency logging is {}, which is not known here. Look at it in ACM.",
            names::some_of(&[other])
        )),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Fact;
    use crate::rules::Compliance::{Compliant, NonCompliant, NotApplicable};
    use crate::rules::support::{check, ends, evaluate, imported, issued, known, pending, private, refused};

    fn logging(certificate: Certificate, preference: Option<&str>) -> Certificate {
        Certificate { transparency_logging: known(preference.map(str::to_owned)), ..certificate }
    }

    #[test]
    fn table() {
        let strange = Certificate { certificate_type: known(CertificateType::from("BORROWED")), ..issued() };
        let expired = ends(logging(issued(), Some("DISABLED")), "2026-11-20T00:00:00Z");
        let failed = Certificate { status: known("FAILED"), ..logging(issued(), Some("DISABLED")) };
        check(
            &RULE,
            &[
                ("on", &[], issued(), Compliant, "recorded"),
                ("off", &[], logging(issued(), Some("DISABLED")), NonCompliant, "request another"),
                ("no preference", &[], logging(issued(), None), Compliant, "every public certificate"),
                ("a new value", &[], logging(issued(), Some("SOMETIMES")), NonCompliant, "SOMETIMES"),
                ("pending, on", &[], pending(), Compliant, "recorded"),
                ("pending, off", &[], logging(pending(), Some("DISABLED")), NonCompliant, "off"),
                ("another origin", &[], logging(strange, Some("DISABLED")), NonCompliant, "off"),
                ("imported", &[], imported(), NotApplicable, "imported"),
                ("private", &[], private(), NotApplicable, "private"),
                ("expired", &[], expired, NotApplicable, "expired"),
                ("failed", &[], failed, NotApplicable, "never issued"),
            ],
        );
    }

    #[test]
    fn what_does_not_concern_it_is_not_looked_up() {
        let unknown = Fact::Unknown;
        assert!(evaluate(&RULE, &[], &Certificate { transparency_logging: unknown.clone(), ..private() }).is_ok());
        assert!(evaluate(&RULE, &[], &Certificate { transparency_logging: unknown, ..issued() }).is_err());
        assert!(refused(&RULE, &[("days", "1")]).contains("it has no parameters"));
    }
}
