//! The sample has everything that a report can say.

use std::collections::BTreeSet;

use inventory::Shard;

use crate::model::*;
use crate::sample;

fn row<'a>(report: &'a Report, id: &str) -> &'a Row {
    report.rows.iter().find(|row| row.entry.arn.ends_with(&format!("/{id}"))).unwrap_or_else(|| panic!("{id}"))
}

#[test]
fn each_entry_has_its_verdicts() {
    use {Ready as R, Renewer as W, Use as U};
    let report = sample::report();
    for (id, who, used, ready) in [
        ("acm-renews", W::Acm, U::InUse, R::Ready),
        ("by-email", W::Person, U::InUse, R::NotReady),
        ("renewal-failed", W::Nobody, U::InUse, R::NotReady),
        ("waits-for-validation", W::Nobody, U::InUse, R::NotReady),
        ("pending", W::NotNeeded, U::Unused, R::Exempt),
        ("revoked", W::NotNeeded, U::InUse, R::Exempt),
        ("unused", W::Nobody, U::Unused, R::NotReady),
        ("seen-unused-once", W::Nobody, U::Unknown, R::NotReady),
        ("exported", W::Acm, U::OutsideAws, R::NotReady),
        ("no-grant", W::Acm, U::InUse, R::Ready),
        ("chain-expires-first", W::Acm, U::InUse, R::Ready),
        ("expired-in-use", W::NotNeeded, U::InUse, R::Exempt),
        ("nobody-renews", W::Nobody, U::InUse, R::NotReady),
        ("autopilot", W::Autopilot, U::InUse, R::Ready),
        ("autopilot-failed", W::Nobody, U::InUse, R::NotReady),
        ("pinned", W::Autopilot, U::InUse, R::NotReady),
        ("expired-import-in-use", W::Nobody, U::InUse, R::NotReady),
        ("nobodys", W::Nobody, U::InUse, R::NotReady),
        ("private", W::Acm, U::InUse, R::Exempt),
        ("acme-client", W::AcmeClient, U::OutsideAws, R::Ready),
        ("n2", W::Acm, U::InUse, R::Exempt),
        ("iam-copy", W::Person, U::Unknown, R::NotReady),
        ("abc123", W::Person, U::Unknown, R::Exempt),
        ("6f51", W::Person, U::NotApplicable, R::Exempt),
        ("e1", W::NotNeeded, U::NotApplicable, R::Exempt),
        ("b1", W::Person, U::NotApplicable, R::Exempt),
        ("tags-denied", W::Unknown, U::InUse, R::Unknown),
        ("description-denied", W::Nobody, U::Unknown, R::NotReady),
        ("not-described-yet", W::Nobody, U::Unknown, R::NotReady),
        ("uses-denied", W::Nobody, U::Unknown, R::NotReady),
    ] {
        let row = row(&report, id);
        assert_eq!(
            (row.renewal.who, row.use_verdict.verdict, row.readiness.verdict),
            (who, used, ready),
            "{id}: {row:#?}"
        );
    }
}

#[test]
fn every_finding_gap_and_change_is_in_it() {
    use FindingKind as F;
    let report = sample::report();
    for (id, kind) in [
        ("expired-in-use", F::ExpiredInUse),
        ("iam-copy", F::SameCertificate),
        ("nobody-renews", F::SameCertificate),
        ("nobody-renews", F::SameNames),
        ("blue", F::WildcardWouldDo),
        ("pinned", F::Pinned),
        ("test-in-production", F::MixedPurposes),
        ("exported", F::ExportedCopies),
        ("no-grant", F::NoGrant),
        ("chain-expires-first", F::ChainExpiresFirst),
    ] {
        let findings = &row(&report, id).findings;
        assert!(findings.iter().any(|finding| finding.kind == kind), "{id} {kind:?}: {findings:?}");
    }
    let missing: BTreeSet<String> = report.gaps.iter().map(|gap| format!("{:?}", gap.what)).collect();
    for what in ["Shard", "List(Grants)", "List(LoadBalancers)", "Identity", "Tags", "Description", "Chain", "Owner"] {
        assert!(missing.contains(what), "{what}: {missing:?}");
    }
    let changes: BTreeSet<Difference> = report.changes.iter().flat_map(|all| &all.items).map(|one| one.what).collect();
    assert_eq!(changes.len(), 5, "{changes:?}");
    let verdicts: BTreeSet<String> =
        report.rows.iter().flat_map(|row| &row.rules).map(|rule| format!("{:?}", rule.verdict)).collect();
    assert_eq!(verdicts.len(), 2);
    assert!(!report.unevaluated_rules.is_empty());
}

#[test]
fn numbers_are_of_the_rows() {
    let report = sample::report();
    insta::assert_json_snapshot!((&report.totals, &report.forecast, &report.cost, &report.unevaluated_rules));
}

#[test]
fn what_is_to_be_done_has_a_command() {
    let report = sample::report();
    let steps: Vec<(String, &Vec<Step>)> = report
        .rows
        .iter()
        .filter(|row| !row.steps.is_empty())
        .map(|row| (row.entry.name.clone(), &row.steps))
        .collect();
    insta::assert_json_snapshot!(steps);
    assert!(row(&report, "acm-renews").steps.is_empty());
}

#[test]
fn the_same_shards_change_nothing() {
    let first = sample::report();
    let snapshot = first.snapshot(Some(&sample::previous()));
    let again = crate::reduce(sample::shards(), &crate::ReportSettings::default(), Some(&snapshot), sample::at(1, 0));
    assert_eq!(again.changes.unwrap().items, []);
    let stored: crate::Snapshot = serde_json::from_str(&serde_json::to_string(&snapshot).unwrap()).unwrap();
    assert_eq!(stored, snapshot);
}

#[test]
fn a_target_that_is_not_read_is_not_gone() {
    let before = sample::report().snapshot(None);
    let unread = sample::shards().into_iter().map(|shard| match shard {
        Ok(Shard { header, .. }) => {
            crate::UnusableShard { account: header.account, region: header.region, why: sample::denied("s3:GetObject") }
        }
        Err(unusable) => unusable,
    });
    let report = crate::reduce(unread.map(Err), &crate::ReportSettings::default(), Some(&before), sample::at(1, 0));
    assert_eq!(report.changes.as_ref().unwrap().items, []);
    let after = report.snapshot(Some(&before));
    assert_eq!((&after.rows, &after.targets), (&before.rows, &before.targets));
}
