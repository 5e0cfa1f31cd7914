//! `transparency-logging`: a public certificate is recorded in certificate transparency logs.
//!
//! | certificate | verdict |
//! |---|---|
//! | imported: recording it was up to its CA | not applicable |
//! | private: it does not belong in a public log | not applicable |
//! | its request failed, it is revoked, or it has expired | not applicable |
//! | of an Amazon N2 hierarchy: those certificates are not in the logs | not applicable |
//! | the preference is `ENABLED` | compliant |
//! | ACM reports no preference: it records every public certificate | compliant |
//! | the preference is `DISABLED`, and it was issued on 2026-06-12 or later: the preference has no effect | not applicable |
//! | the preference is `DISABLED` otherwise, or one that is not known here | non-compliant |
//!
//! Since 2026-06-12 nobody can opt out: in RequestCertificate and UpdateCertificateOptions the preference is deprecated.
//! Older certificates may still have it. AWS Config's items do not have the hierarchy, so it is looked up.
//!
//! Source: [CertificateOptions](https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateOptions.html);
//! [certificate transparency](https://docs.aws.amazon.com/acm/latest/userguide/acm-concepts.html#concept-transparency).

use certificates::{CertificateType, utc_date};
use jiff::civil::{Date, date};

use crate::facts::{Certificate, Lookup};
use crate::{Context, Evaluation, Evaluator, Rule, Verdict, names, applicability};

/// Since then nobody can opt out.
const OPT_OUT_ENDED: Date = date(2026, 6, 12);

pub const RULE: Rule = Rule {
    name: "transparency-logging",
    about: "Public certificates are recorded in certificate transparency logs.",
    evaluate: Evaluator::Certificate(evaluate),
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
            return Ok(Verdict::not_applicable("It is imported: recording it was up to its CA."));
        }
        CertificateType::Private => {
            return Ok(Verdict::not_applicable("It is private: it does not belong in a public log."));
        }
        CertificateType::AmazonIssued | CertificateType::Other(_) => {}
    }
    if let Some(verdict) = applicability::unusable_or_expired(certificate, context.now)? {
        return Ok(verdict);
    }
    if let Some(hierarchy) = certificate.root_hierarchy()?.as_deref().filter(|name| name.starts_with("N2_")) {
        return Ok(Verdict::not_applicable(format!(
            "Its root hierarchy is Amazon's {}, whose certificates are not recorded in public logs.",
            applicability::short(hierarchy)
        )));
    }
    Ok(match certificate.transparency_logging()?.as_deref() {
        Some("ENABLED") => Verdict::compliant("It is recorded in certificate transparency logs."),
        None => Verdict::compliant("ACM records every public certificate, and reports no other preference for this \
             one."),
        Some("DISABLED") if certificate.not_before()?.is_some_and(|start| utc_date(start) >= OPT_OUT_ENDED) => {
            Verdict::not_applicable(
                "Its preference DISABLED has no effect: since 2026-06-12 nobody can opt out.",
            )
        }
        Some("DISABLED") => Verdict::non_compliant(
            "It was requested with certificate transparency logging off: browsers refuse it. Request another (it will \
             be logged: nobody can opt out any more), and use that one.",
        ),
        Some(other) => Verdict::non_compliant(format!(
            "Its preference for certificate transparency logging is {}, which this rule does not know. Check it in \
             ACM.",
            names::some_of(&[other])
        )),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Fact;
    use crate::Compliance::{Compliant, NonCompliant, NotApplicable};
    use crate::support::{at, check, ends, evaluate, imported, issued, known, n2, pending, private, refused};

    fn logging(certificate: Certificate, preference: Option<&str>) -> Certificate {
        Certificate { transparency_logging: known(preference.map(str::to_owned)), ..certificate }
    }

    fn valid_from(certificate: Certificate, start: &str) -> Certificate {
        Certificate { not_before: known(Some(at(start))), ..certificate }
    }

    /// Of the time when one could opt out, with that preference.
    fn old(certificate: Certificate) -> Certificate {
        valid_from(logging(certificate, Some("DISABLED")), "2026-06-11T23:59:59Z")
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
                ("off", &[], old(issued()), NonCompliant, "Request another"),
                ("off, since then", &[], logging(issued(), Some("DISABLED")), NotApplicable, "has no effect"),
                ("off, of that day", &[], valid_from(old(issued()), "2026-06-12T00:00:00Z"), NotApplicable, "no effect"),
                ("of N2", &[], n2("N2_AMAZON_MANAGED", None), NotApplicable, "Amazon's N2_AMAZON_MANAGED"),
                ("of N2, off", &[], old(n2("N2_SFG2_AMAZON_MANAGED", None)), NotApplicable, "not recorded"),
                ("no preference", &[], logging(issued(), None), Compliant, "every public certificate"),
                ("a new value", &[], logging(issued(), Some("SOMETIMES")), NonCompliant, "SOMETIMES"),
                ("pending, on", &[], pending(), Compliant, "recorded"),
                ("pending, off", &[], logging(pending(), Some("DISABLED")), NonCompliant, "off"),
                ("another origin", &[], old(strange), NonCompliant, "off"),
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
