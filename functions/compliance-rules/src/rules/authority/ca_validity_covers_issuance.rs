//! `ca-validity-covers-issuance`: what a CA issues today ends before the CA does.
//!
//! | CA | verdict |
//! |---|---|
//! | is valid for `days` more (`shortLivedDays` for `SHORT_LIVED_CERTIFICATE`) | compliant |
//! | is not | non-compliant |
//! | is not `ACTIVE` | not applicable: it issues nothing |
//!
//! AWS Private CA refuses to issue what would end later than the CA. ACM's private certificates live 395
//! days, so issuance and managed renewal fail long before the CA itself ends. Roots are held to the same: less
//! than that is of no use to a subordinate CA either.
//!
//! Source: [IssueCertificate, `Validity`](https://docs.aws.amazon.com/privateca/latest/APIReference/API_IssueCertificate.html);
//! [private certificates in ACM](https://docs.aws.amazon.com/acm/latest/userguide/gs-acm-request-private.html);
//! [CA lifecycle](https://docs.aws.amazon.com/privateca/latest/userguide/ca-lifecycle.html);
//! [CA modes](https://docs.aws.amazon.com/privateca/latest/userguide/short-lived-certificates.html).

use jiff::SignedDuration;

use super::standing;
use crate::facts::{Authority, Lookup};
use crate::rules::{Context, Evaluation, Evaluator, Number, Parameter, Rule, Verdict};

const DAYS: Number = Number {
    name: "days",
    default: 395,
    limits: 1..=7_300,
    about: "Days that issued certificates live; 395 is what ACM's private certificates do",
};

const SHORT_LIVED_DAYS: Number = Number {
    name: "shortLivedDays",
    default: 7,
    limits: 1..=7,
    about: "Days that certificates of a CA for short-lived certificates live",
};

const DAY: i64 = 24 * 60 * 60;

pub const RULE: Rule = Rule {
    name: "ca-validity-covers-issuance",
    about: "Private CAs outlive the certificates that they issue today.",
    evaluate: Evaluator::Authority(evaluate),
    judges_deleted: false,
    parameters: &[Parameter::Number(&DAYS), Parameter::Number(&SHORT_LIVED_DAYS)],
    lookups: &[Lookup::Description],
    corresponds_to: &[],
};

fn evaluate(authority: &Authority, context: &Context<'_>) -> Evaluation {
    if let Some(verdict) = standing::without_certificate(authority)? {
        return Ok(verdict);
    }
    let status = authority.status()?;
    if status != "ACTIVE" {
        return Ok(Verdict::not_applicable(format!("It is {status}: it issues nothing; ca-status tells more.")));
    }
    let end = *standing::told(authority.not_after()?, "NotAfter")?;
    let is_short_lived = authority.usage_mode()?.as_deref() == Some("SHORT_LIVED_CERTIFICATE");
    let days = context.settings.number(if is_short_lived { &SHORT_LIVED_DAYS } else { &DAYS });
    let left = end.duration_since(context.now);
    let (whole_days, date) = (left.as_secs().max(0) / DAY, crate::rules::standing::end(end));
    Ok(if left >= SignedDuration::from_secs(days * DAY) {
        Verdict::compliant(format!("It is valid for {whole_days} days more, until {date}."))
    } else {
        Verdict::non_compliant(format!(
            "It is valid for {whole_days} days more, until {date}: certificates of {days} days cannot be issued or \
             renewed. Issue and install a new certificate of this CA: ACM renews no certificate with another CA."
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::RULE;
    use crate::facts::Authority;
    use crate::rules::Compliance::{Compliant, NonCompliant, NotApplicable};
    use crate::rules::support::{at, check, evaluate, known, refused, root_ca, subordinate_ca};

    fn ends(end: &str) -> Authority {
        Authority { not_after: known(Some(at(end))), ..subordinate_ca() }
    }

    fn short_lived(end: &str) -> Authority {
        Authority { usage_mode: known(Some("SHORT_LIVED_CERTIFICATE".to_owned())), ..ends(end) }
    }

    fn with(status: &str) -> Authority {
        Authority { status: known(status), ..ends("2026-11-22T00:00:00Z") }
    }

    #[test]
    fn table() {
        check(
            &RULE,
            &[
                ("years", &[], subordinate_ca(), Compliant, "until 2031-01-01"),
                ("395 days", &[], ends("2027-12-21T06:00:00Z"), Compliant, "for 395 days"),
                ("a second less", &[], ends("2027-12-21T05:59:59Z"), NonCompliant, "for 394 days more"),
                ("30 wanted", &[("days", "30")], ends("2026-12-21T06:00:00Z"), Compliant, "for 30 days"),
                ("over", &[], ends("2026-11-01T00:00:00Z"), NonCompliant, "for 0 days more"),
                ("root", &[], root_ca(), Compliant, "2036"),
                ("short-lived", &[], short_lived("2026-11-28T06:00:00Z"), Compliant, "for 7 days"),
                ("shorter", &[], short_lived("2026-11-28T05:00:00Z"), NonCompliant, "certificates of 7 days"),
                ("1 day", &[("shortLivedDays", "1")], short_lived("2026-11-23T00:00:00Z"), Compliant, ""),
                ("disabled", &[], with("DISABLED"), NotApplicable, "DISABLED: it issues nothing"),
                ("expired", &[], with("EXPIRED"), NotApplicable, "ca-status"),
                ("pending", &[], with("PENDING_CERTIFICATE"), NotApplicable, "waits"),
                ("deleted", &[], with("DELETED"), NotApplicable, "deleted"),
            ],
        );
    }

    #[test]
    fn an_active_ca_without_an_end_is_no_verdict() {
        let untold = Authority { not_after: known(None), ..root_ca() };
        assert_eq!(evaluate(&RULE, &[], &untold).unwrap_err().fact, "NotAfter");
    }

    #[test]
    fn parameters_are_checked() {
        assert!(refused(&RULE, &[("days", "0")]).contains("from 1 to 7300"));
        assert!(refused(&RULE, &[("shortLivedDays", "8")]).contains("from 1 to 7"));
    }
}
