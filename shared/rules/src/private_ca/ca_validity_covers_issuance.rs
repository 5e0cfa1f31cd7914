//! `ca-validity-covers-issuance`: what a CA issues today expires before the CA does.
//!
//! | CA | verdict |
//! |---|---|
//! | is valid for `days` more (`shortLivedDays` for `SHORT_LIVED_CERTIFICATE`) | compliant |
//! | is not | non-compliant |
//! | is not `ACTIVE` | not applicable: it issues nothing |
//!
//! AWS Private CA refuses to issue what would expire later than the CA. ACM's private certificates live 395
//! days, so issuance and managed renewal fail long before the CA itself expires. The same applies to roots: less
//! than that is of no use to a subordinate CA either.
//!
//! Source: [IssueCertificate, `Validity`](https://docs.aws.amazon.com/privateca/latest/APIReference/API_IssueCertificate.html);
//! [private certificates in ACM](https://docs.aws.amazon.com/acm/latest/userguide/gs-acm-request-private.html);
//! [CA lifecycle](https://docs.aws.amazon.com/privateca/latest/userguide/ca-lifecycle.html);
//! [CA modes](https://docs.aws.amazon.com/privateca/latest/userguide/short-lived-certificates.html).

use jiff::SignedDuration;

use super::applicability;
use crate::facts::{PrivateCa, Lookup};
use crate::{Context, Evaluation, Evaluator, Number, Parameter, Rule, Verdict};

const DAYS: Number = Number {
    name: "days",
    default: 395,
    limits: 1..=7_300,
    about: "Lifetime in days of the certificates that it issues; those of ACM live 395 days",
};

const SHORT_LIVED_DAYS: Number = Number {
    name: "shortLivedDays",
    default: 7,
    limits: 1..=7,
    about: "Lifetime in days of the certificates of a CA for short-lived certificates",
};

const DAY: i64 = 24 * 60 * 60;

pub const RULE: Rule = Rule {
    name: "ca-validity-covers-issuance",
    about: "Private CAs outlive the certificates that they issue today.",
    evaluate: Evaluator::PrivateCa(evaluate),
    parameters: &[Parameter::Number(&DAYS), Parameter::Number(&SHORT_LIVED_DAYS)],
    lookups: &[Lookup::Description],
    corresponds_to: &[],
};

fn evaluate(ca: &PrivateCa, context: &Context<'_>) -> Evaluation {
    if let Some(verdict) = applicability::without_certificate(ca)? {
        return Ok(verdict);
    }
    let status = ca.status()?;
    if status != "ACTIVE" {
        return Ok(Verdict::not_applicable(format!("It is {status}: it issues nothing; see ca-status.")));
    }
    let expiry = *applicability::required(ca.not_after()?, "NotAfter")?;
    let is_short_lived = ca.usage_mode()?.as_deref() == Some("SHORT_LIVED_CERTIFICATE");
    let days = context.settings.number(if is_short_lived { &SHORT_LIVED_DAYS } else { &DAYS });
    let left = expiry.duration_since(context.now);
    let (whole_days, date) = (left.as_secs().max(0) / DAY, crate::applicability::expiry_date(expiry));
    Ok(if left >= SignedDuration::from_secs(days * DAY) {
        Verdict::compliant(format!("It expires in {whole_days} days, on {date}."))
    } else {
        Verdict::non_compliant(format!(
            "It expires in {whole_days} days, on {date}: it cannot issue or renew certificates of {days} days. Have a \
             new certificate issued for this CA and install it: ACM renews certificates only with the CA that issued them."
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::facts::PrivateCa;
    use crate::Compliance::{Compliant, NonCompliant, NotApplicable};
    use crate::support::{at, check, known, refused, root_ca, subordinate_ca, missing};

    fn ends(end: &str) -> PrivateCa {
        PrivateCa { not_after: known(Some(at(end))), ..subordinate_ca() }
    }

    fn short_lived(end: &str) -> PrivateCa {
        PrivateCa { usage_mode: known(Some("SHORT_LIVED_CERTIFICATE".to_owned())), ..ends(end) }
    }

    fn with(status: &str) -> PrivateCa {
        PrivateCa { status: known(status), ..ends("2026-11-22T00:00:00Z") }
    }

    #[test]
    fn table() {
        check(
            &RULE,
            &[
                ("years", &[], subordinate_ca(), Compliant, "on 2031-01-01"),
                ("395 days", &[], ends("2027-12-21T06:00:00Z"), Compliant, "in 395 days"),
                ("a second less", &[], ends("2027-12-21T05:59:59Z"), NonCompliant, "in 394 days"),
                ("30 required", &[("days", "30")], ends("2026-12-21T06:00:00Z"), Compliant, "in 30 days"),
                ("over", &[], ends("2026-11-01T00:00:00Z"), NonCompliant, "in 0 days"),
                ("root", &[], root_ca(), Compliant, "2036"),
                ("short-lived", &[], short_lived("2026-11-28T06:00:00Z"), Compliant, "in 7 days"),
                ("shorter", &[], short_lived("2026-11-28T05:00:00Z"), NonCompliant, "certificates of 7 days"),
                ("1 day", &[("shortLivedDays", "1")], short_lived("2026-11-23T00:00:00Z"), Compliant, ""),
                ("disabled", &[], with("DISABLED"), NotApplicable, "DISABLED: it issues nothing"),
                ("expired", &[], with("EXPIRED"), NotApplicable, "ca-status"),
                ("pending", &[], with("PENDING_CERTIFICATE"), NotApplicable, "no certificate yet"),
                ("deleted", &[], with("DELETED"), NotApplicable, "deleted"),
            ],
        );
    }

    #[test]
    fn an_active_ca_without_an_expiry_gives_no_verdict() {
        let without = PrivateCa { not_after: known(None), ..root_ca() };
        assert_eq!(missing(&RULE, &[], &without).fact, "NotAfter");
    }

    #[test]
    fn parameters_are_checked() {
        assert!(refused(&RULE, &[("days", "0")]).contains("from 1 to 7300"));
        assert!(refused(&RULE, &[("shortLivedDays", "8")]).contains("from 1 to 7"));
    }
}
