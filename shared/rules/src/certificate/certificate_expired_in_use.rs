//! `certificate-expired-in-use`: no AWS resource uses a certificate that has expired.
//!
//! | certificate | verdict |
//! |---|---|
//! | was never issued: it has no expiry | not applicable |
//! | is revoked | not applicable |
//! | is still valid | compliant |
//! | has expired, and an AWS resource uses it | non-compliant |
//! | has expired, and none does | compliant: see `certificate-expiry` |
//!
//! What uses a certificate outside AWS, after it was exported, is not known. Clients go by the expiry,
//! not by the state: so does the rule, for an item that still says `ISSUED`.
//!
//! Source: [CertificateDetail, `InUseBy`](https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateDetail.html);
//! an expired certificate is not renewed: [managed renewal](https://docs.aws.amazon.com/acm/latest/userguide/managed-renewal.html).

use certificates::{CertificateType, has_expired};

use crate::facts::{Certificate, Lookup};
use crate::{Context, Evaluation, Evaluator, Rule, Verdict, applicability};

pub const RULE: Rule = Rule {
    name: "certificate-expired-in-use",
    about: "No AWS resource uses a certificate that has expired.",
    evaluate: Evaluator::Certificate(evaluate),
    parameters: &[],
    lookups: &[Lookup::Description],
    corresponds_to: &["prowler acm_certificates_expiration_check", "Steampipe acm_certificate_not_expired"],
};

fn evaluate(certificate: &Certificate, context: &Context<'_>) -> Evaluation {
    if let Some(verdict) = applicability::unusable(certificate)? {
        return Ok(verdict);
    }
    let Some(expiry) = *certificate.not_after()? else {
        return Ok(Verdict::not_applicable(format!("It is not issued (status {}): it has no expiry.", certificate.status()?)));
    };
    let date = applicability::expiry_date(expiry);
    if !has_expired(expiry, context.now) {
        return Ok(Verdict::compliant(format!("It is valid until {date}.")));
    }
    if !*certificate.in_use()? {
        return Ok(Verdict::compliant(format!(
            "It expired on {date}, and no AWS resource uses it. Delete it, unless something outside AWS uses it."
        )));
    }
    let advice = match certificate.certificate_type()? {
        CertificateType::Imported => "Import a new certificate to this ARN.",
        _ => "ACM does not renew expired certificates: request another, and use it in the resources that InUseBy \
             lists.",
    };
    Ok(Verdict::non_compliant(format!("It expired on {date}, and AWS resources use it: clients refuse to connect. \
         {advice}")))
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::facts::Certificate;
    use crate::Compliance::{Compliant, NonCompliant, NotApplicable};
    use crate::support::{check, ends, imported, issued, known, pending, private, refused};

    const PASSED: &str = "2026-11-21T05:59:59Z";

    fn unused(certificate: Certificate) -> Certificate {
        Certificate { in_use: known(false), ..certificate }
    }

    fn state(status: &str) -> Certificate {
        Certificate { status: known(status), ..ends(issued(), PASSED) }
    }

    #[test]
    fn table() {
        check(
            &RULE,
            &[
                ("valid", &[], issued(), Compliant, "until 2027-03-17"),
                ("its last second", &[], ends(issued(), "2026-11-21T06:00:00Z"), Compliant, "until 2026-11-21"),
                ("a second later", &[], ends(issued(), PASSED), NonCompliant, "request another"),
                ("imported", &[], ends(imported(), PASSED), NonCompliant, "Import a new certificate to this ARN"),
                ("private", &[], ends(private(), PASSED), NonCompliant, "expired on 2026-11-21"),
                ("unused", &[], unused(ends(imported(), PASSED)), Compliant, "no AWS resource uses it"),
                ("reported as expired", &[], state("EXPIRED"), NonCompliant, "clients refuse to connect"),
                ("a new state", &[], state("ASLEEP"), NonCompliant, "clients refuse to connect"),
                ("pending", &[], pending(), NotApplicable, "PENDING_VALIDATION"),
                ("failed", &[], state("FAILED"), NotApplicable, "FAILED"),
                ("revoked", &[], state("REVOKED"), NotApplicable, "revoked"),
            ],
        );
    }

    #[test]
    fn a_valid_one_needs_no_more_than_its_end() {
        let listed = Certificate {
            status: known("ISSUED"),
            not_after: issued().not_after,
            ..Certificate::unknown(issued().arn)
        };
        check(&RULE, &[("listed", &[], listed, Compliant, "until")]);
        assert!(refused(&RULE, &[("days", "1")]).contains("it has no parameters"));
    }
}
