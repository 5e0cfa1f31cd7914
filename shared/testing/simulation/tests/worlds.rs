//! A few small worlds, and that a world depends only on its parameters.
#![cfg(test)]

use std::collections::BTreeSet;

use simulation::{Kind, Parameters, World, run_world};

fn small(kind: Kind, seed: u64) -> Parameters {
    Parameters { certificates: 20, days: 120, ..Parameters::new(kind, seed) }
}

#[test]
fn the_invariants_hold_in_every_kind_of_world() {
    for kind in Kind::ALL {
        // Worlds with zones, whatever their kind.
        for seed in 5..=6 {
            let summary = run_world(small(kind, seed)).unwrap_or_else(|violation| panic!("{violation}"));
            assert!(summary.renewals > 0 && summary.notices > 10 && summary.issued > 0, "{kind} {seed}: {summary}");
        }
    }
}

async fn record(parameters: Parameters) -> String {
    let mut world = World::new(parameters).with_full_log();
    world.run_to_end().await.unwrap_or_else(|violation| panic!("{violation}"));
    world.call_log()
}

/// Byte for byte, although the keys are new each time.
#[tokio::test]
async fn the_same_seed_gives_the_same_calls() {
    // The third is a hub, and some notices speak of Regions of its spokes.
    for (kind, seed) in [(Kind::Faulty, 11), (Kind::Slow, 11), (Kind::Mixed, 4)] {
        let parameters = Parameters { certificates: 20, days: 90, ..Parameters::new(kind, seed) };
        let first = record(parameters).await;
        assert!(first.lines().count() > 500, "{kind}");
        assert_eq!(first.contains("REGION-2"), parameters.has_organization(), "{kind}");
        let second = record(parameters).await;
        for (number, (first, second)) in first.lines().zip(second.lines()).enumerate() {
            assert_eq!(first, second, "line {number} in the world {kind}");
        }
        assert_eq!(first, second, "{kind}");
        let other = record(Parameters { seed: 12, ..parameters }).await;
        assert_ne!(first, other, "{kind}");
    }
}

/// In another process keys, hash maps and what ran before on a thread are others: "replay" must find the same world.
#[test]
fn another_process_gives_the_same_calls() {
    let digest = || {
        let simulate = std::process::Command::new(env!("CARGO_BIN_EXE_simulate"))
            .args(["--world", "mixed", "--from", "40", "--seeds", "4", "--certificates", "30", "--days", "200"])
            .output()
            .unwrap();
        let printed = String::from_utf8(simulate.stdout).unwrap();
        assert!(simulate.status.success(), "{printed}");
        let (_, digest) = printed.split_once("digest ").expect("a digest");
        digest.trim().to_owned()
    };
    assert_eq!(digest(), digest());
}

/// A world whose sweeps take place every hour, without anything else that lists certificates.
const HOURLY: u64 = 200;

/// What sweeps skip because of tags that are shown late is part of what the invariants hold.
#[tokio::test]
async fn hourly_sweeps_ask_for_the_tags_of_all_certificates_at_once() {
    let parameters = Parameters { certificates: 30, days: 20, ..Parameters::new(Kind::Mixed, HOURLY) };
    assert_eq!(parameters.actual_kind(), Kind::Hourly);
    let log = record(parameters).await;
    let calls = |operation: &str| log.lines().filter(|line| line.contains(operation)).count();
    assert!(calls("tag:GetResources") > 300, "{} in 20 days", calls("tag:GetResources"));
}

/// Of a line of the log: its date, hour and minute.
fn minute(line: &str) -> &str {
    &line[.."2026-01-04T00:38".len()]
}

/// One that finds nothing to do lists the certificates, those of Amazon's N2 hierarchies too, and their tags. Tags that are
/// shown late may hide one, so each certificate whose threshold was crossed is read from ACM once a day.
#[tokio::test]
async fn a_quiet_hourly_sweep_costs_three_calls() {
    const CERTIFICATES: usize = 40;
    let mut world = World::empty(Parameters::new(Kind::Mixed, HOURLY)).undisturbed().with_full_log();
    (0..CERTIFICATES).for_each(|_| drop(world.add_imported(40, false, &[])));
    let mut days = async |days: i64| {
        let before = world.call_log().lines().count();
        world.run_for(jiff::SignedDuration::from_hours(24 * days)).await.unwrap_or_else(|broken| panic!("{broken}"));
        let log = world.call_log();
        log.lines()
            .skip(before)
            .filter(|line| line.contains("Z acm:") || line.contains("Z tag:"))
            .map(str::to_owned)
            .collect()
    };
    // The threshold of 45 days was crossed; what was imported within two days is read from ACM.
    let _: Vec<String> = days(3).await;
    let calls: Vec<String> = days(1).await;
    let minutes: BTreeSet<&str> =
        calls.iter().filter(|line| line.contains("tag:GetResources")).map(|line| minute(line)).collect();
    let sweeps = minutes.len();
    assert!((23..=25).contains(&sweeps), "{sweeps} sweeps in a day: {calls:#?}");
    // The others are of ACM's daily events. The turn of a few comes twice within these 24 hours.
    let of_sweeps: Vec<&String> = calls.iter().filter(|line| minutes.contains(minute(line))).collect();
    let most = 3 * sweeps + CERTIFICATES + CERTIFICATES / 10;
    assert!(of_sweeps.len() <= most, "{} calls of {sweeps} sweeps: {of_sweeps:#?}", of_sweeps.len());
}

/// The invariants can fail, and the report says how to reproduce it.
#[tokio::test]
async fn a_tag_changed_by_others_is_found() {
    let mut world = World::empty(Parameters::new(Kind::Calm, 1)).undisturbed();
    let arn = world.add_imported(20, true, &[]);
    let target = arn.clone();
    world.aws().before("ImportCertificate", 1, move |aws| aws.set_tags(&target, &[("Owner", None)]));
    let violation = world.run_for(jiff::SignedDuration::from_hours(30)).await.unwrap_err();
    assert_eq!(violation.broken.invariant, "operators' tags are never changed or lost");
    assert_eq!(violation.broken.certificate, arn);
    let report = violation.to_string();
    assert!(report.contains("--world calm --from 1 --seeds 1") && report.contains("ImportCertificate"), "{report}");
}
