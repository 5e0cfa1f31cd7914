//! `maximum-lifetime`: a certificate's lifetime is within the limit.
//!
//! | certificate | verdict |
//! |---|---|
//! | was never issued, is revoked, or has expired | not applicable |
//! | no limit is set for its kind | not applicable |
//! | its lifetime is longer than the least of the limits | non-compliant |
//! | otherwise | compliant |
//!
//! | certificate | limits |
//! |---|---|
//! | private, or imported with the tag `acm-autopilot:renew-from` = `private-ca` | `privateLimits` |
//! | imported otherwise | `importedLimits` |
//! | public, of the hierarchy `N2_AMAZON_MANAGED` | `privateLimits` |
//! | public otherwise | `limits` |
//!
//! A limit is a number of days, or `cab-forum`:
//!
//! | start of validity | days |
//! |---|---|
//! | before 2026-03-15 | 398 |
//! | from 2026-03-15 | 200 |
//! | from 2027-03-15 | 100 |
//! | from 2029-03-15 | 47 |
//!
//! A day is 86,400 seconds, and any second more is another day; the first and the last second are both part
//! of the lifetime. So 00:00:00 on one day to 23:59:59 on the same day is one day, and to 00:00:00 on
//! the next is two. The limit of 825 days of certificates before 2020-09-01 is left out: all of those have
//! expired. ACM does not report whether the CA of an imported certificate is a public one, so
//! those have the same limits as ACM's own unless their renewals come from a private CA: browsers do not apply
//! the limits to CAs that were added to a trust store by hand. The tag is read only where it decides.
//!
//! ACM's own certificates live 198 days, those of the hierarchy `N2_SFG2_AMAZON_MANAGED` 98. Those of
//! `N2_AMAZON_MANAGED` live 395 days: browsers do not have their roots, so that the forum's limits do not apply. AWS
//! Config's items do not have the hierarchy: it is looked up only where it decides.
//!
//! Source: [Baseline Requirements, 6.3.2 and 1.6.1, "Validity Period"](https://cabforum.org/working-groups/server/baseline-requirements/requirements/#632-certificate-operational-periods-and-key-pair-usage-periods);
//! [RFC 5280, 4.1.2.5](https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.5).

use certificates::tags::{TagState, RenewFrom};
use certificates::{CertificateType, utc_date};
use jiff::Timestamp;
use jiff::civil::{Date, date};

use crate::facts::{Certificate, Lookup, Missing};
use crate::{Context, Entries, Evaluation, Evaluator, List, Parameter, Rule, Verdict, applicability};

const LIMITS: List = List {
    name: "limits",
    default: &[CAB_FORUM],
    entries: Entries::Text { what: "`cab-forum` and numbers of days from 1 to 3650", check },
    about: "Longest lifetime of public certificates: `cab-forum`, days, or both, of which the lower counts; `none` \
         for no limit",
};

const IMPORTED_LIMITS: List = List {
    name: "importedLimits",
    default: &[CAB_FORUM],
    entries: Entries::Text { what: "`cab-forum` and numbers of days from 1 to 3650", check },
    about: "The same for imported certificates that are not renewed from a private CA",
};

const PRIVATE_LIMITS: List = List {
    name: "privateLimits",
    default: &[],
    entries: Entries::Text { what: "`cab-forum` and numbers of days from 1 to 3650", check },
    about: "The same for private certificates, and imported ones that are renewed from a private CA",
};

pub const RULE: Rule = Rule {
    name: "maximum-lifetime",
    about: "Lifetimes of certificates are within the limit.",
    evaluate: Evaluator::Certificate(evaluate),
    parameters: &[Parameter::List(&LIMITS), Parameter::List(&IMPORTED_LIMITS), Parameter::List(&PRIVATE_LIMITS)],
    lookups: &[Lookup::Description, Lookup::Tags],
    corresponds_to: &[],
};

const CAB_FORUM: &str = "cab-forum";
/// Since when which limit applies, the latest first.
const SCHEDULE: [(Date, i64); 3] = [(date(2029, 3, 15), 47), (date(2027, 3, 15), 100), (date(2026, 3, 15), 200)];
const EARLIER_LIMIT: i64 = 398;
const DAY: i64 = 86_400;

fn check(limit: &str) -> Result<(), String> {
    match (limit, limit.parse()) {
        (CAB_FORUM, _) | (_, Ok(1..=3_650_i64)) => Ok(()),
        _ => Err("is neither `cab-forum` nor a number from 1 to 3650".into()),
    }
}

fn evaluate(certificate: &Certificate, context: &Context<'_>) -> Evaluation {
    if let Some(verdict) = applicability::not_valid(certificate, context.now)? {
        return Ok(verdict);
    }
    let without = |fact| Missing { fact, lookup: Lookup::Description };
    let held_to = |limits: &List| -> Evaluation {
        let limits = context.settings.list(limits);
        if limits.is_empty() {
            return Ok(Verdict::not_applicable("The rule has no limit for certificates of this kind."));
        }
        let start = certificate.not_before()?.ok_or(without("NotBefore"))?;
        let expiry = certificate.not_after()?.ok_or(without("NotAfter"))?;
        Ok(compare(&limits, start, expiry))
    };
    let is_bad = |verdict: &Verdict| matches!(verdict, Verdict::NonCompliant(_));
    match certificate.certificate_type()? {
        CertificateType::Private => held_to(&PRIVATE_LIMITS),
        CertificateType::Imported => {
            let (otherwise, private) = (held_to(&IMPORTED_LIMITS)?, held_to(&PRIVATE_LIMITS)?);
            if !is_bad(&otherwise) && !is_bad(&private) {
                return Ok(otherwise);
            }
            let source = TagState::read(certificate.tags()?).settings.renew_from;
            Ok(if source == Some(RenewFrom::PrivateCa) { private } else { otherwise })
        }
        CertificateType::AmazonIssued | CertificateType::Other(_) => {
            let (otherwise, private) = (held_to(&LIMITS)?, held_to(&PRIVATE_LIMITS)?);
            if !is_bad(&otherwise) && !is_bad(&private) {
                return Ok(otherwise);
            }
            let is_private = certificate.root_hierarchy()?.as_deref() == Some("N2_AMAZON_MANAGED");
            Ok(if is_private { private } else { otherwise })
        }
    }
}

fn compare(limits: &[&str], start: Timestamp, expiry: Timestamp) -> Verdict {
    let lifetime = days(start, expiry);
    let limit = limits.iter().map(|limit| most(limit, start)).min().unwrap_or(EARLIER_LIMIT);
    if lifetime <= limit {
        return Verdict::compliant(format!("Its lifetime is {lifetime} days (limit {limit})."));
    }
    Verdict::non_compliant(format!(
        "Its lifetime is {lifetime} days from {} (limit {limit}): browsers may refuse it if it chains to a public \
         root. Replace it with a certificate of a shorter lifetime, renewed automatically.",
        utc_date(start)
    ))
}

/// Days as the Baseline Requirements count them.
fn days(start: Timestamp, expiry: Timestamp) -> i64 {
    let seconds = expiry.duration_since(start).as_secs().saturating_add(1).max(0);
    seconds / DAY + i64::from(seconds % DAY > 0)
}

fn most(limit: &str, start: Timestamp) -> i64 {
    let forum = || {
        let start = utc_date(start);
        SCHEDULE.iter().find(|(from, _)| start >= *from).map_or(EARLIER_LIMIT, |(_, days)| *days)
    };
    limit.parse().unwrap_or_else(|_| forum())
}

#[cfg(test)]
mod tests {
    use super::{RULE, days};
    use crate::facts::{Certificate, Fact, Lookup};
    use crate::Compliance::{Compliant, NonCompliant, NotApplicable};
    use crate::support::{
        at, check, ends, evaluate, imported, issued, known, n2, pending, private, refused, tagged, missing,
    };

    fn lives(start: &str, expiry: &str) -> Certificate {
        Certificate { not_before: known(Some(at(start))), not_after: known(Some(at(expiry))), ..imported() }
    }

    /// Of an Amazon N2 hierarchy, from 2026-06-01 on.
    fn of_n2(hierarchy: &str, end: &str) -> Certificate {
        Certificate { not_before: known(Some(at("2026-06-01T00:00:00Z"))), ..ends(n2(hierarchy, None), end) }
    }

    #[test]
    fn a_day_is_86400_seconds_with_both_ends() {
        for (start, expiry, expected) in [
            ("2026-01-01T00:00:00Z", "2026-01-01T23:59:59Z", 1),
            ("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", 2),
            ("2026-01-01T12:00:00Z", "2026-01-02T11:59:59Z", 1),
            ("2026-03-15T00:00:00Z", "2026-09-30T23:59:59Z", 200),
            ("2026-03-15T00:00:00Z", "2026-10-01T00:00:00Z", 201),
            ("2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z", 0),
        ] {
            assert_eq!(days(at(start), at(expiry)), expected, "{start} to {expiry}");
        }
    }

    #[test]
    fn table() {
        let from_ca = |certificate| tagged(certificate, &[("acm-autopilot:renew-from", "private-ca")]);
        let from_acme = |certificate| tagged(certificate, &[("acm-autopilot:renew-from", "acme")]);
        let from_secret = |certificate| tagged(certificate, &[("acm-autopilot:renew-from", "secret")]);
        let year = || lives("2026-06-01T00:00:00Z", "2027-06-01T00:00:00Z");
        let limited: &[(&str, &str)] = &[("importedLimits", "400"), ("privateLimits", "90")];
        let unlimited: &[(&str, &str)] = &[("importedLimits", "none"), ("limits", "none")];
        let short: &[(&str, &str)] = &[("limits", "cab-forum, 90")];
        let week: &[(&str, &str)] = &[("privateLimits", "7")];
        check(
            &RULE,
            &[
                ("198 days of ACM", &[], issued(), Compliant, "198 days (limit 200)"),
                ("398 before", &[], lives("2026-03-14T23:59:59Z", "2027-04-16T23:59:58Z"), Compliant, "398 days (limit 398)"),
                ("399 before", &[], lives("2026-03-14T23:59:59Z", "2027-04-16T23:59:59Z"), NonCompliant, "399 days"),
                ("200 then", &[], lives("2026-03-15T00:00:00Z", "2026-09-30T23:59:59Z"), NotApplicable, "expired"),
                ("200", &[], lives("2026-06-01T00:00:00Z", "2026-12-17T23:59:59Z"), Compliant, "200 days"),
                ("201", &[], lives("2026-06-01T00:00:00Z", "2026-12-18T00:00:00Z"), NonCompliant, "201 days"),
                ("398 since", &[], lives("2026-03-15T00:00:00Z", "2027-04-16T23:59:59Z"), NonCompliant, "2026-03-15"),
                ("100", &[], lives("2027-03-15T00:00:00Z", "2027-06-22T23:59:59Z"), Compliant, "100 days (limit 100)"),
                ("101", &[], lives("2027-03-15T00:00:00Z", "2027-06-23T00:00:00Z"), NonCompliant, "101 days"),
                ("47", &[], lives("2029-03-15T00:00:00Z", "2029-04-30T23:59:59Z"), Compliant, "47 days (limit 47)"),
                ("48", &[], lives("2029-03-15T00:00:00Z", "2029-05-01T00:00:00Z"), NonCompliant, "48 days"),
                ("imported, a year", &[], year(), NonCompliant, "if it chains to a public root"),
                ("imported by ACME", &[], from_acme(year()), NonCompliant, "366 days"),
                ("imported from a secret", &[], from_secret(year()), NonCompliant, "366 days"),
                ("imported from a private CA", &[], from_ca(year()), NotApplicable, "no limit"),
                ("that, limited", limited, from_ca(year()), NonCompliant, "(limit 90)"),
                ("others, limited", limited, year(), Compliant, "(limit 400)"),
                ("imported, no limit", unlimited, year(), NotApplicable, "no limit"),
                ("public, no limit", unlimited, issued(), NotApplicable, "no limit"),
                ("the least", short, issued(), NonCompliant, "(limit 90)"),
                ("private", &[], private(), NotApplicable, "no limit"),
                ("private, limited", week, private(), NonCompliant, "(limit 7)"),
                ("395 days of N2", &[], of_n2("N2_AMAZON_MANAGED", "2027-06-30T23:59:59Z"), NotApplicable, "no limit"),
                (
                    "98 days of N2",
                    &[],
                    of_n2("N2_SFG2_AMAZON_MANAGED", "2026-09-06T23:59:59Z"),
                    NotApplicable,
                    "expired",
                ),
                (
                    "395 days of the other",
                    &[],
                    of_n2("N2_SFG2_AMAZON_MANAGED", "2027-06-30T23:59:59Z"),
                    NonCompliant,
                    "(limit 200)",
                ),
                ("N2, limited", week, of_n2("N2_AMAZON_MANAGED", "2027-06-30T23:59:59Z"), NonCompliant, "(limit 7)"),
                ("pending", &[], pending(), NotApplicable, "not issued yet"),
                ("expired", &[], ends(imported(), "2026-11-20T00:00:00Z"), NotApplicable, "expired"),
            ],
        );
    }

    #[test]
    fn parameters_and_facts() {
        for limit in ["0", "3651", "forever", "-1"] {
            assert!(refused(&RULE, &[("limits", limit)]).contains("neither `cab-forum` nor a number"), "{limit}");
        }
        let untagged = |end| Certificate { tags: Fact::Unknown, ..lives("2026-06-01T00:00:00Z", end) };
        assert!(evaluate(&RULE, &[], &untagged("2026-12-17T23:59:59Z")).is_ok());
        assert_eq!(missing(&RULE, &[], &untagged("2026-12-18T00:00:00Z")).lookup, Lookup::Tags);
        let without = Certificate { not_before: known(None), ..issued() };
        assert_eq!(missing(&RULE, &[], &without).fact, "NotBefore");
    }
}
