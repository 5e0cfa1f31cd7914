//! `certificate-expiry`: a certificate does not expire within the configured number of days.
//!
//! | certificate | verdict |
//! |---|---|
//! | was never issued: it has no expiry | not applicable |
//! | is revoked: its expiry no longer matters | not applicable |
//! | has expired | non-compliant |
//! | expires in `days` or fewer calendar days (UTC) | non-compliant |
//! | expires later, or on 9999-12-31, which means never | compliant |
//!
//! Imported and private certificates are treated as public ones are, whether ACM is able to renew them
//! or not. A certificate without an expiry is not one with 0 days left. Tags are not looked up for the advice, which
//! fits in any case.
//!
//! Source: [ACM certificate characteristics](https://docs.aws.amazon.com/acm/latest/userguide/acm-certificate-characteristics.html).

use certificates::{CertificateType, calendar_days_between, has_expired, utc_date};
use jiff::Timestamp;

use crate::facts::{Certificate, Lookup};
use crate::{Context, Evaluation, Evaluator, Number, Parameter, Rule, Verdict};

const DAYS: Number = Number {
    name: "days",
    default: 30,
    limits: 0..=365,
    about: "Certificates with this many calendar days left or fewer are non-compliant",
};

pub const RULE: Rule = Rule {
    name: "certificate-expiry",
    about: "Certificates do not expire within the configured number of days.",
    evaluate: Evaluator::Certificate(evaluate),
    parameters: &[Parameter::Number(&DAYS)],
    lookups: &[Lookup::Description],
    corresponds_to: &[
        "Security Hub ACM.1",
        "AWS Config acm-certificate-expiration-check",
        "prowler acm_certificates_expiration_check",
        "Steampipe acm_certificate_expires_30_days",
        "CloudSploit acmCertificateExpiry",
    ],
};

fn evaluate(certificate: &Certificate, context: &Context<'_>) -> Evaluation {
    if certificate.status()? == "REVOKED" {
        return Ok(Verdict::not_applicable("It is revoked: its expiry no longer matters."));
    }
    let Some(expiry) = *certificate.not_after()? else {
        return Ok(Verdict::not_applicable(format!("It is not issued (status {}): it has no expiry.", certificate.status()?)));
    };
    if expiry == Timestamp::MAX {
        return Ok(Verdict::compliant("It never expires (9999-12-31)."));
    }
    let date = utc_date(expiry);
    let left = calendar_days_between(utc_date(context.now), date);
    let days = context.settings.number(&DAYS);
    if !has_expired(expiry, context.now) && left > days {
        return Ok(Verdict::compliant(format!("It is valid for {left} more days, until {date}.")));
    }
    let what = if has_expired(expiry, context.now) {
        format!("It expired on {date}.")
    } else {
        format!("It expires in {left} days, on {date}; more than {days} are required.")
    };
    let advice = match certificate.certificate_type()? {
        CertificateType::Imported => {
            "ACM never renews imported certificates. If its tag acm-autopilot:renew-from names a source, see \
             renewal-status; if not, add the tag, or import a new certificate to this ARN."
        }
        _ => "Check its renewal status in ACM: a DNS record or an e-mail reply may be missing, or nothing uses it.",
    };
    Ok(Verdict::non_compliant(format!("{what} {advice}")))
}

#[cfg(test)]
mod tests {
    use certificates::CertificateType;

    use super::RULE;
    use crate::facts::Certificate;
    use crate::Compliance::{Compliant, NonCompliant, NotApplicable};
    use crate::support::{check, ends, imported, issued, known, pending, private, tagged};

    fn endless() -> Certificate {
        Certificate { not_after: known(Some(jiff::Timestamp::MAX)), ..imported() }
    }

    #[test]
    fn table() {
        let with_source = tagged(ends(imported(), "2026-12-01T00:00:00Z"), &[("acm-autopilot:renew-from", "private-ca")]);
        let distant = ends(imported(), "2027-11-21T00:00:00Z");
        let revoked = Certificate { status: known("REVOKED"), ..ends(issued(), "2026-11-22T00:00:00Z") };
        check(
            &RULE,
            &[
                ("far away", &[], ends(issued(), "2026-12-22T00:00:00Z"), Compliant, "31 more days, until 2026-12-22"),
                ("30 days, to the day", &[], ends(issued(), "2026-12-21T23:59:59Z"), NonCompliant, "in 30 days"),
                ("imported", &[], ends(imported(), "2026-12-01T00:00:00Z"), NonCompliant, "import a new certificate to this ARN"),
                ("with a source", &[], with_source, NonCompliant, "If its tag acm-autopilot:renew-from names a source"),
                ("a long way off", &[("days", "365")], distant, NonCompliant, "if not, add the tag"),
                ("private", &[], ends(private(), "2026-12-01T00:00:00Z"), NonCompliant, "renewal status"),
                ("today", &[], ends(issued(), "2026-11-21T23:00:00Z"), NonCompliant, "in 0 days"),
                ("passed today", &[], ends(issued(), "2026-11-21T01:00:00Z"), NonCompliant, "expired on 2026-11-21"),
                ("passed", &[("days", "0")], ends(issued(), "2026-11-20T00:00:00Z"), NonCompliant, "expired on"),
                ("0 days required", &[("days", "0")], ends(issued(), "2026-11-22T00:00:00Z"), Compliant, "1 more days"),
                ("60 required", &[("days", "60")], ends(issued(), "2027-01-20T00:00:00Z"), NonCompliant, "more than 60 are required"),
                ("no end", &[], endless(), Compliant, "never expires (9999-12-31)"),
                ("pending", &[], pending(), NotApplicable, "PENDING_VALIDATION"),
                ("revoked", &[], revoked, NotApplicable, "revoked"),
            ],
        );
    }

    #[test]
    fn a_listing_is_enough() {
        let listed = Certificate {
            status: known("ISSUED"),
            certificate_type: known(CertificateType::Imported),
            not_after: issued().not_after,
            ..Certificate::unknown(issued().arn)
        };
        check(&RULE, &[("listed", &[], listed, Compliant, "more days")]);
    }
}
