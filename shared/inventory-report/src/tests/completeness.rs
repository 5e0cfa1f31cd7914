//! What could not be read is never none, unused or nobody.

use inventory::{Entry, Kind, Reading, Source, UseElsewhere};

use crate::model::*;
use crate::sample::{self, PLACE, denied, entry, in_use, unused};
use crate::{ReportSettings, reduce};

fn row(entry: Entry, unread: &[Source]) -> Row {
    let account = sample::account(PLACE.0, "shop", &[]);
    let shard = sample::shard(account, PLACE.1, unread, vec![entry]);
    reduce(vec![Ok(shard)], &ReportSettings::default(), None, sample::now()).rows.remove(0)
}

fn without_tags(mut entry: Entry) -> Entry {
    entry.tags = Reading::Unreadable(denied("tag:GetResources"));
    entry
}

fn without_identity(mut entry: Entry) -> Entry {
    entry.identity = Reading::Unreadable(denied("acm:SearchCertificates"));
    entry
}

fn without_description(mut entry: Entry) -> Entry {
    entry.described = Reading::Unreadable(denied("acm:DescribeCertificate"));
    entry
}

type Change = fn(Entry) -> Entry;

const UNREAD: [(&str, Change); 3] =
    [("tags", without_tags), ("identity", without_identity), ("description", without_description)];

#[test]
fn nobody_and_unused_need_everything_that_decides_them() {
    for kind in [Kind::Imported, Kind::AmazonIssued, Kind::Private] {
        let whole = row(unused(entry(kind, "a", "a.example.com", 90)), &[]);
        assert_eq!((whole.use_verdict.verdict, whole.renewal.who), (Use::Unused, Renewer::Nobody), "{kind:?}");
        let without = row(without_description(unused(entry(kind, "a", "a.example.com", 90))), &[]);
        assert_eq!(without.use_verdict.verdict, Use::Unknown, "{kind:?}");
    }
    let imported = || entry(Kind::Imported, "a", "a.example.com", 90);
    assert_eq!(row(imported(), &[]).renewal.who, Renewer::Nobody);
    let without = row(without_tags(imported()), &[]);
    assert_eq!((without.renewal.who, without.readiness.verdict), (Renewer::Unknown, Ready::Unknown));
    assert!(without.renewal.why.contains("tag:GetResources: AccessDeniedException"), "{}", without.renewal.why);
}

#[test]
fn acm_renews_only_what_is_known_to_validate() {
    let amazon = || entry(Kind::AmazonIssued, "a", "a.example.com", 90);
    // Either source shows the method.
    assert_eq!(row(without_identity(amazon()), &[]).renewal.who, Renewer::Acm);
    assert_eq!(row(without_description(amazon()), &[]).renewal.who, Renewer::Acm);
    let neither = row(without_description(without_identity(amazon())), &[]);
    assert_eq!((neither.renewal.who, neither.readiness.verdict), (Renewer::Unknown, Ready::Unknown));
    let without = row(without_tags(amazon()), &[]);
    assert_eq!((without.renewal.who, without.readiness.verdict), (Renewer::Acm, Ready::Unknown));
    let mut eligible = amazon();
    eligible.renewal_eligibility = None;
    assert_eq!(row(eligible, &[]).renewal.who, Renewer::Unknown);
}

#[test]
fn each_source_of_uses_keeps_a_certificate_from_being_unused() {
    for source in crate::sources::CONSUMERS {
        let asked = sample::shard(sample::account(PLACE.0, "", &[]), PLACE.1, &[source], Vec::new())
            .header
            .sources
            .iter()
            .any(|one| one.source == source);
        let row = row(unused(entry(Kind::Imported, "a", "a.example.com", 90)), &[source]);
        let expected = if asked { Use::Unknown } else { Use::Unused };
        assert_eq!(row.use_verdict.verdict, expected, "{source:?}: {}", row.use_verdict.why);
        let rule = row.rules.iter().find(|rule| rule.rule == "unused-certificate").map(|rule| rule.verdict);
        let expected = if asked { RuleVerdict::Unknown } else { RuleVerdict::NonCompliant };
        assert_eq!(rule, Some(expected), "{source:?}");
    }
}

#[test]
fn unused_needs_two_checks_a_day_apart_and_a_fresh_description() {
    let one = || unused(entry(Kind::Imported, "a", "a.example.com", 90));
    for (since, used) in [
        (None, Use::Unknown),
        (Some(sample::at(0, -2)), Use::Unknown),
        (Some(sample::at(-1, 0)), Use::Unknown),
        (Some(sample::at(-1, -1)), Use::Unused),
    ] {
        let row = row(Entry { unused_since: since, ..one() }, &[]);
        assert_eq!(row.use_verdict.verdict, used, "{since:?}");
    }
    let mut old = one();
    if let Reading::Known { as_of, .. } = &mut old.described {
        *as_of = sample::at(-8, 0);
    }
    assert_eq!(row(old, &[]).use_verdict.verdict, Use::Unknown);
    for doubt in [(|one: &mut Entry| one.in_use = Some(true)) as fn(&mut Entry), |one| one.in_use = None] {
        let mut one = one();
        doubt(&mut one);
        assert_eq!(row(one, &[]).use_verdict.verdict, Use::Unknown);
    }
    let mut private = unused(entry(Kind::Private, "a", "a.example.com", 90));
    private.exported = None;
    assert_eq!(row(private, &[]).use_verdict.verdict, Use::Unknown);
}

#[test]
fn a_rule_without_its_fact_is_unknown_and_says_which() {
    for (what, without) in UNREAD {
        for kind in [Kind::Imported, Kind::AmazonIssued, Kind::Private] {
            let whole = row(entry(kind, "a", "a.example.com", 90), &[]);
            let unread = row(without(entry(kind, "a", "a.example.com", 90)), &[]);
            let unknown: Vec<&str> = whole
                .rules
                .iter()
                .filter(|rule| rule.verdict == RuleVerdict::Unknown)
                .map(|rule| rule.rule.as_str())
                .collect();
            assert_eq!(unknown, [""; 0], "{kind:?}");
            // Nothing that was found before vanishes: it is still found, or unknown.
            for rule in &whole.rules {
                assert!(unread.rules.iter().any(|other| other.rule == rule.rule), "{what} {kind:?}: {rule:?}");
            }
            for rule in unread.rules.iter().filter(|rule| rule.verdict == RuleVerdict::Unknown) {
                assert!(rule.why.contains("AccessDeniedException"), "{what} {kind:?}: {rule:?}");
            }
        }
    }
}

#[test]
fn an_unread_fact_lowers_no_count_without_saying_so() {
    for (what, without) in UNREAD {
        let all = |change: fn(Entry) -> Entry| {
            let entries = [Kind::Imported, Kind::AmazonIssued, Kind::Private]
                .into_iter()
                .enumerate()
                .map(|(number, kind)| change(unused(entry(kind, &format!("{number}"), "a.example.com", 20))))
                .collect();
            let shard = sample::shard(sample::account(PLACE.0, "shop", &[]), PLACE.1, &[], entries);
            reduce(vec![Ok(shard)], &ReportSettings::default(), None, sample::now())
        };
        let (whole, unread) = (all(|entry| entry), all(without));
        let with_unknown = |totals: &Totals| {
            (
                totals.unused + totals.use_unknown,
                totals.not_ready + totals.readiness_unknown,
                totals.expiring_unhandled + totals.expiring_unknown,
            )
        };
        assert_eq!(with_unknown(&whole.totals), with_unknown(&unread.totals), "{what}");
        assert_eq!((whole.gaps.len(), unread.gaps.len()), (0, 1), "{what}");
        assert_eq!(unread.gaps[0].rows, Some(3), "{what}");
    }
}

#[test]
fn a_use_that_another_region_shows_is_a_use() {
    let usage = || in_use(entry(Kind::Imported, "x", "x.example.com", 90), "elsewhere").uses.remove(0);
    let server = Entry { id: Some("ASCAEXAMPLE".into()), ..entry(Kind::IamServer, "b", "b", 90) };
    let here = [unused(entry(Kind::Imported, "a", "a.example.com", 90)), server];
    let (arn, id) = (here[0].arn.clone(), here[1].id.clone().unwrap());
    let account = || sample::account(PLACE.0, "shop", &[]);
    let mut other = sample::shard(account(), "us-east-1", &[], Vec::new());
    other.header.uses_elsewhere =
        [arn, id].map(|certificate| UseElsewhere { certificate, usage: usage() }).into_iter().collect();
    let shards = [Ok(sample::shard(account(), PLACE.1, &[], here.to_vec())), Ok(other)];
    let report = reduce(shards, &ReportSettings::default(), None, sample::now());
    for row in &report.rows {
        assert_eq!(row.use_verdict.verdict, Use::InUse, "{}", row.entry.name);
        assert!(row.rules.iter().all(|rule| rule.rule != "unused-certificate"), "{:?}", row.rules);
    }
    assert_eq!(report.totals.unused, 0);
}
