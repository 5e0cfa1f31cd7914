//! `quota-headroom`: the account and Region are not near the quotas of ACM and AWS Private CA.
//!
//! | account | verdict |
//! |---|---|
//! | less than `headroom` per cent of a quota is left | non-compliant: lists each such quota |
//! | otherwise | compliant |
//!
//! | parameter | default | counted |
//! |---|---|---|
//! | `certificates` | 2,500 | public certificates, including expired, revoked and failed ones |
//! | `certificatesPerYear` | 5,000 | public certificates that were requested in the last 365 days |
//! | `imported` | 2,500 | imported certificates |
//! | `importsPerYear` | 5,000 | imported certificates whose last import was in the last 365 days |
//! | `privateCas` | 200 | private CAs of the account, including deleted ones that can be restored |
//!
//! Private certificates and those of ACME clients do not count towards any of them. What was deleted, and all but the last import of a
//! certificate, is not in ACM's answers, so the numbers of a year are minimums. Quotas can be
//! raised: the parameters have to be the account's own quotas.
//!
//! Source: [ACM quotas](https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html).

use certificates::CertificateType;
use jiff::{SignedDuration, Timestamp};

use crate::facts::{Account, Certificate, Fact, Lookup};
use crate::{Context, Evaluation, Evaluator, Number, Parameter, Rule, Verdict};

const HEADROOM: Number =
    Number { name: "headroom", default: 10, limits: 0..=100, about: "Per cent of each quota that must be left" };
const CERTIFICATES: Number =
    Number { name: "certificates", default: 2_500, limits: QUOTAS, about: "Quota of public certificates" };
const CERTIFICATES_PER_YEAR: Number = Number {
    name: "certificatesPerYear",
    default: 5_000,
    limits: QUOTAS,
    about: "Quota of public certificates requested in 365 days",
};
const IMPORTED: Number =
    Number { name: "imported", default: 2_500, limits: QUOTAS, about: "Quota of imported certificates" };
const IMPORTS_PER_YEAR: Number =
    Number { name: "importsPerYear", default: 5_000, limits: QUOTAS, about: "Quota of imports in 365 days" };
const PRIVATE_CAS: Number = Number { name: "privateCas", default: 200, limits: QUOTAS, about: "Quota of private CAs" };

const QUOTAS: std::ops::RangeInclusive<i64> = 1..=10_000_000;
const YEAR: SignedDuration = SignedDuration::from_hours(365 * 24);

pub const RULE: Rule = Rule {
    name: "quota-headroom",
    about: "The account is not near the quotas of ACM and AWS Private CA.",
    evaluate: Evaluator::Account(evaluate),
    parameters: &[
        Parameter::Number(&HEADROOM),
        Parameter::Number(&CERTIFICATES),
        Parameter::Number(&CERTIFICATES_PER_YEAR),
        Parameter::Number(&IMPORTED),
        Parameter::Number(&IMPORTS_PER_YEAR),
        Parameter::Number(&PRIVATE_CAS),
    ],
    lookups: &[Lookup::AllCertificates, Lookup::AllPrivateCas],
    corresponds_to: &[],
};

fn evaluate(account: &Account, context: &Context<'_>) -> Evaluation {
    let all = account.certificates()?;
    let is_recent = |at: &Fact<Option<Timestamp>>| match at {
        Fact::Known(Some(at)) => context.now.duration_since(*at) <= YEAR,
        _ => false,
    };
    let count = |kind: &CertificateType, counts: &dyn Fn(&Certificate) -> bool| {
        let is_counted = |one: &&std::sync::Arc<Certificate>| {
            matches!(&one.certificate_type, Fact::Known(of) if of == kind) && !one.is_known_as_acme() && counts(one)
        };
        all.iter().filter(is_counted).count()
    };
    let (public, imported) = (CertificateType::AmazonIssued, CertificateType::Imported);
    let used = [
        (&CERTIFICATES, "certificates", count(&public, &|_| true)),
        (&CERTIFICATES_PER_YEAR, "requests in 365 days", count(&public, &|one| is_recent(&one.created_at))),
        (&IMPORTED, "imported certificates", count(&imported, &|_| true)),
        (&IMPORTS_PER_YEAR, "imports in 365 days", count(&imported, &|one| is_recent(&one.imported_at))),
        (&PRIVATE_CAS, "private CAs", account.private_cas()?.len()),
    ];
    let headroom = context.settings.number(&HEADROOM);
    let quotas =
        used.map(|(quota, what, used)| (i64::try_from(used).unwrap_or(i64::MAX), context.settings.number(quota), what));
    let near = |(used, quota, _): &&(i64, i64, &str)| used.saturating_mul(100) > quota * (100 - headroom);
    let text = |(used, quota, what): &(i64, i64, &str)| format!("{used} of {quota} {what}");
    let crowded: Vec<String> = quotas.iter().filter(near).map(text).collect();
    if crowded.is_empty() {
        let all: Vec<String> = quotas.iter().map(text).collect();
        return Ok(Verdict::compliant(format!("Enough is left of every quota: {}.", all.join(", "))));
    }
    Ok(Verdict::non_compliant(format!(
        "Less than {headroom} % is left of a quota: {}. Delete what is not used, or request a quota increase.",
        crowded.join(", ")
    )))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::RULE;
    use crate::facts::{Account, PrivateCa, Certificate, Fact, Lookup};
    use crate::Compliance::{Compliant, NonCompliant};
    use crate::support::{acme, at, check, imported, issued, known, private, refused, root_ca, missing};

    fn account(certificates: Vec<Certificate>, private_cas: Vec<PrivateCa>) -> Account {
        Account {
            id: "123456789012".into(),
            certificates: Fact::Known(certificates.into_iter().map(Arc::new).collect()),
            private_cas: Fact::Known(private_cas.into()),
        }
    }

    /// Nine public ones, eight of them of this year; nine imported ones, seven of this year; one CA.
    fn some() -> Account {
        let time = |text| known(Some(at(text)));
        let mut all = vec![issued(); 8];
        all.push(Certificate { created_at: time("2025-11-21T05:59:59Z"), status: known("EXPIRED"), ..issued() });
        all.extend(vec![imported(); 6]);
        all.push(Certificate { imported_at: time("2025-11-21T06:00:00Z"), ..imported() });
        all.extend(vec![Certificate { imported_at: time("2025-01-01T00:00:00Z"), ..imported() }; 2]);
        all.extend(vec![private(); 100]);
        all.extend(vec![acme(); 100]);
        account(all, vec![root_ca()])
    }

    #[test]
    fn table() {
        check(
            &RULE,
            &[
                ("nothing", &[], account(Vec::new(), Vec::new()), Compliant, "0 of 2500 certificates"),
                ("some", &[], some(), Compliant, "9 of 2500 certificates, 8 of 5000 requests in 365 days, 9 of 2500"),
                ("some", &[], some(), Compliant, "7 of 5000 imports in 365 days, 1 of 200 private CAs."),
                ("just enough", &[("certificates", "10")], some(), Compliant, "9 of 10 certificates"),
                ("not enough", &[("certificates", "9")], some(), NonCompliant, "10 % is left of a quota: 9 of 9 certificates."),
                ("20 %", &[("imported", "10"), ("headroom", "20")], some(), NonCompliant, "9 of 10 imported"),
                ("a year", &[("certificatesPerYear", "8")], some(), NonCompliant, "8 of 8 requests"),
                ("imports", &[("importsPerYear", "7")], some(), NonCompliant, "7 of 7 imports"),
                ("CAs", &[("privateCas", "1")], some(), NonCompliant, "1 of 1 private CAs"),
                ("full", &[("privateCas", "1"), ("headroom", "0")], some(), Compliant, "1 of 1 private CAs"),
                (
                    "two",
                    &[("privateCas", "1"), ("imported", "5")],
                    some(),
                    NonCompliant,
                    "imported certificates, 1 of",
                ),
                ("all", &[("headroom", "100")], some(), NonCompliant, "1 of 200 private CAs"),
            ],
        );
    }

    #[test]
    fn both_lists_are_needed() {
        let unknown = Account::unknown("123456789012".into());
        assert_eq!(missing(&RULE, &[], &unknown).lookup, Lookup::AllCertificates);
        let half = Account { certificates: Fact::Known(Vec::new().into()), ..unknown };
        assert_eq!(missing(&RULE, &[], &half).lookup, Lookup::AllPrivateCas);
        assert!(refused(&RULE, &[("headroom", "101")]).contains("from 0 to 100"));
        assert!(refused(&RULE, &[("imported", "0")]).contains("from 1 to"));
    }
}
