//! `duplicate-certificates`: no two valid certificates share names, type and key algorithm.
//!
//! | certificate | verdict |
//! |---|---|
//! | is not issued, is revoked, or has expired | not applicable |
//! | has more names than ACM lists | not applicable |
//! | is of an ACME client, which renews it with a new ARN | not applicable: it and its successor overlap |
//! | has no duplicate | compliant |
//! | the newest of the duplicates was imported, issued or requested no more than `graceDays` days ago | compliant: it replaces the others |
//! | was exported, and so was one of its duplicates | compliant: it is not known where they are used |
//! | is the one to keep: one in use or exported before one that is neither, then the newest | compliant |
//! | otherwise | non-compliant: names the one to keep |
//!
//! Duplicates have the same names, whatever their order and case, the same type, and the same type and size
//! of key, neither is of an ACME client, and both are valid. All of that is in ACM's list of certificates, and nothing else is
//! looked up.
//! The list does not say which private CA issued: private certificates of the same names are duplicates,
//! whichever it was.
//!
//! Exported: the list says so of private certificates. A certificate that ACM issued and that no resource uses
//! is renewable only when it was exported
//! ([managed renewal](https://docs.aws.amazon.com/acm/latest/userguide/managed-renewal.html)).
//!
//! Source: [CertificateSummary](https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateSummary.html).

use certificates::{CertificateType, RenewalEligibility, calendar_days_between, has_expired, utc_date};
use jiff::Timestamp;

use crate::facts::{Certificate, Fact, Lookup};
use crate::{Context, Evaluation, Evaluator, Number, Parameter, Rule, Verdict};

const GRACE_DAYS: Number = Number {
    name: "graceDays",
    default: 7,
    limits: 0..=365,
    about: "Calendar days after a certificate was created in which the one that it replaces may still exist",
};

pub const RULE: Rule = Rule {
    name: "duplicate-certificates",
    about: "No two valid certificates share names, type and key algorithm.",
    evaluate: Evaluator::Certificate(evaluate),
    parameters: &[Parameter::Number(&GRACE_DAYS)],
    lookups: &[Lookup::AllCertificates],
    corresponds_to: &[],
};

fn evaluate(certificate: &Certificate, context: &Context<'_>) -> Evaluation {
    let all = certificate.all()?;
    let Some(own) = all.iter().find(|other| other.arn == certificate.arn) else {
        return Ok(Verdict::not_applicable("ACM does not list it: it is new or was deleted."));
    };
    if !is_valid(own, context.now) {
        return Ok(Verdict::not_applicable("It is not valid: it is not issued, revoked or expired."));
    }
    if own.is_known_as_acme() {
        return Ok(Verdict::not_applicable("Its ACME client renews it with a new ARN: both exist for a while."));
    }
    let Fact::Known(names) = &own.names else {
        return Ok(Verdict::not_applicable("It has more than 100 names, and ACM's list shows only the first 100."));
    };
    let others = || all.iter().filter(|other| other.arn != own.arn && are_duplicates(own, names, other, context.now));
    let Some(best) = others().max_by_key(|other| rank(other)) else {
        return Ok(Verdict::compliant("No other certificate has the same names, type and key."));
    };
    let newest = others().chain([own]).filter_map(|one| came(one)).max();
    let grace = context.settings.number(&GRACE_DAYS);
    if newest.is_some_and(|at| calendar_days_between(utc_date(at), utc_date(context.now)) <= grace) {
        return Ok(Verdict::compliant(format!(
            "It or its duplicate {} is new: one replaces the other.",
            best.arn.id()
        )));
    }
    if is_exported(own)
        && let Some(other) = others().find(|other| is_exported(other))
    {
        return Ok(Verdict::compliant(format!(
            "It and its duplicate {} were exported: it is not known where they are used.",
            other.arn.id()
        )));
    }
    if rank(own) > rank(best) {
        return Ok(Verdict::compliant(format!("It is the one to keep; {} is its duplicate.", best.arn.id())));
    }
    let advice = match (is_in_use(own), is_in_use(best)) {
        (true, _) => "Switch the resources that use this one to that one, then delete this one.",
        (false, true) if is_exported(best) => "That one was exported: delete this one.",
        (false, true) => "That one is in use: delete this one.",
        (false, false) => "That one is newer: delete this one.",
    };
    Ok(Verdict::non_compliant(format!("The certificate {} has the same names, type and key. {advice}", best.arn.id())))
}

fn is_valid(certificate: &Certificate, now: Timestamp) -> bool {
    matches!(&certificate.status, Fact::Known(status) if status == "ISSUED")
        && matches!(&certificate.not_after, Fact::Known(Some(end)) if !has_expired(*end, now))
}

fn are_duplicates(own: &Certificate, names: &[String], other: &Certificate, now: Timestamp) -> bool {
    let has_same_names = |others: &[String]| {
        let has = |set: &[String], name: &String| set.iter().any(|other| other.eq_ignore_ascii_case(name));
        names.iter().all(|name| has(others, name)) && others.iter().all(|name| has(names, name))
    };
    // What distinguishes most certificates comes first: every one is compared with every other.
    is_same(&own.certificate_type, &other.certificate_type)
        && matches!(&other.names, Fact::Known(others) if !others.is_empty() && has_same_names(others))
        && is_same(&own.key_algorithm, &other.key_algorithm)
        && !other.is_known_as_acme()
        && is_valid(other, now)
}

/// What is not known is not the same.
fn is_same<T: PartialEq>(one: &Fact<T>, other: &Fact<T>) -> bool {
    matches!((one, other), (Fact::Known(one), Fact::Known(other)) if one == other)
}

/// The greatest is kept. The ARN decides between equals, so that both see the same.
fn rank(certificate: &Certificate) -> (bool, Option<Timestamp>, &str) {
    (is_in_use(certificate), came(certificate), certificate.arn.as_str())
}

fn is_in_use(certificate: &Certificate) -> bool {
    matches!(certificate.in_use, Fact::Known(true)) || is_exported(certificate)
}

/// Then it is used where ACM does not see it.
fn is_exported(certificate: &Certificate) -> bool {
    let is_unused = matches!(certificate.in_use, Fact::Known(false));
    let is_imported = certificate.certificate_type == Fact::Known(CertificateType::Imported);
    let is_eligible = matches!(certificate.renewal_eligibility, Fact::Known(Some(RenewalEligibility::Eligible)));
    matches!(certificate.exported, Fact::Known(Some(true))) || (is_unused && !is_imported && is_eligible)
}

/// When it was imported, or issued, else requested.
fn came(certificate: &Certificate) -> Option<Timestamp> {
    let known = |fact: &Fact<Option<Timestamp>>| match fact {
        Fact::Known(at) => *at,
        Fact::Unknown => None,
    };
    let is_imported = certificate.certificate_type == Fact::Known(CertificateType::Imported);
    let latest = if is_imported { known(&certificate.imported_at) } else { known(&certificate.issued_at) };
    latest.or_else(|| known(&certificate.created_at))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use certificates::{KeyAlgorithm, RenewalEligibility};

    use super::RULE;
    use crate::facts::{Certificate, Fact};
    use crate::Compliance::{self, Compliant, NonCompliant, NotApplicable};
    use crate::support::{acme, at, check, ends, imported, issued, known, private};

    fn numbered(id: &str, certificate: Certificate) -> Certificate {
        Certificate {
            arn: format!("arn:aws:acm:us-east-1:123456789012:certificate/{id}").parse().unwrap(),
            ..certificate
        }
    }

    fn unused(certificate: Certificate) -> Certificate {
        let renewal_eligibility = known(Some(RenewalEligibility::Ineligible));
        Certificate { in_use: known(false), renewal_eligibility, ..certificate }
    }

    fn exported(certificate: Certificate) -> Certificate {
        Certificate { exported: known(Some(true)), ..unused(certificate) }
    }

    #[test]
    fn exported_ones_are_in_use_elsewhere() {
        let old = || came(private(), "2026-06-01T00:00:00Z");
        let eligible = || Certificate { in_use: known(false), ..came(issued(), "2026-06-01T00:00:00Z") };
        case("exported", exported(old()), unused(private()), Compliant, "the one to keep");
        case("beside an exported one", unused(private()), exported(old()), NonCompliant, "That one was exported");
        case("both exported", exported(old()), exported(private()), Compliant, "were exported");
        case("exported, used beside", exported(old()), private(), NonCompliant, "Switch the resources");
        case("eligible, so exported", eligible(), unused(issued()), Compliant, "the one to keep");
        case("both eligible", eligible(), eligible(), Compliant, "were exported");
        let one = Certificate {
            renewal_eligibility: known(Some(RenewalEligibility::Eligible)),
            ..unused(came(imported(), "2026-06-01T00:00:00Z"))
        };
        case("imported", one, unused(imported()), NonCompliant, "That one is newer");
    }

    fn came(certificate: Certificate, date: &str) -> Certificate {
        Certificate { issued_at: known(Some(at(date))), imported_at: known(Some(at(date))), ..certificate }
    }

    fn named(names: &[&str]) -> Certificate {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        Certificate { names: known(names), ..issued() }
    }

    /// What is said of `own` beside the other.
    fn case<'a>(about: &'a str, own: Certificate, other: Certificate, compliance: Compliance, piece: &'a str) {
        let (own, other) = (numbered("own", own), numbered("other", other));
        let subject = Certificate { all: Fact::Known([own.clone(), other].map(Arc::new).into()), ..own };
        check(&RULE, &[(about, &[], subject, compliance, piece)]);
    }

    #[test]
    fn table() {
        let old = || came(issued(), "2026-06-01T00:00:00Z");
        let fresh = || came(issued(), "2026-11-14T00:00:00Z");
        let mixed = || named(&["WWW.example.com", "example.com"]);
        let with_key = |name| Certificate { key_algorithm: known(KeyAlgorithm::new(name)), ..issued() };
        let revoked = || Certificate { status: known("REVOKED"), ..issued() };
        let many = || Certificate { names: Fact::Unknown, ..issued() };
        let untyped = || Certificate { certificate_type: Fact::Unknown, ..issued() };
        case("older", old(), issued(), NonCompliant, "other has the same names");
        case("newer", issued(), old(), Compliant, "the one to keep; other is");
        case("in use", old(), unused(issued()), Compliant, "the one to keep");
        case("not in use", unused(issued()), old(), NonCompliant, "That one is in use");
        case("neither in use", unused(old()), unused(issued()), NonCompliant, "That one is newer");
        case("both in use", old(), issued(), NonCompliant, "Switch the resources");
        case("other order and case", old(), mixed(), NonCompliant, "same names");
        case("of an ACME client", acme(), acme(), NotApplicable, "renews it with a new ARN");
        case("beside one of an ACME client", unused(issued()), acme(), Compliant, "No other");
        case("equals, the one", issued(), issued(), Compliant, "to keep");
        case("being replaced", old(), fresh(), Compliant, "one replaces the other");
        case("replacing", unused(fresh()), old(), Compliant, "one replaces the other");
        case("8 days ago", unused(old()), came(issued(), "2026-11-13T23:00:00Z"), NonCompliant, "other");
        case("imported", came(imported(), "2026-06-01T00:00:00Z"), imported(), NonCompliant, "other");
        case("fewer names", named(&["example.com"]), issued(), Compliant, "No other");
        case(
            "more names",
            named(&["example.com", "www.example.com", "a.example.com"]),
            issued(),
            Compliant,
            "No other",
        );
        case("another type", old(), imported(), Compliant, "No other");
        case("type not reported", untyped(), untyped(), Compliant, "No other");
        case("another key", old(), with_key("EC_prime256v1"), Compliant, "No other");
        case("the other is revoked", old(), revoked(), Compliant, "No other");
        case("the other has expired", old(), ends(issued(), "2026-11-20T00:00:00Z"), Compliant, "No other");
        case("the other has many names", old(), many(), Compliant, "No other");
        case("no names", named(&[]), named(&[]), Compliant, "No other");
        case("private", came(private(), "2026-06-01T00:00:00Z"), private(), NonCompliant, "other");
        case("revoked", revoked(), issued(), NotApplicable, "not valid");
        case("expired", ends(issued(), "2026-11-20T00:00:00Z"), issued(), NotApplicable, "not valid");
        case("many names", many(), many(), NotApplicable, "more than 100");
        check(&RULE, &[("not listed", &[], issued(), NotApplicable, "does not list it")]);
    }

    #[test]
    fn one_of_many_is_kept() {
        let numbers = 0..5;
        let all: Vec<_> =
            numbers.map(|number| Arc::new(numbered(&format!("c{number}"), unused(issued())))).collect();
        let kept = |own: &Arc<Certificate>| {
            let subject = Certificate { all: Fact::Known(all.clone().into()), ..Certificate::clone(own) };
            crate::support::evaluate(&RULE, &[], &subject).unwrap().compliance() == Compliant
        };
        assert_eq!(all.iter().filter(|own| kept(own)).map(|own| own.arn.id()).collect::<Vec<_>>(), ["c4"]);
    }
}
