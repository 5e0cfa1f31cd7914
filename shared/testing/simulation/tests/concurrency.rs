//! Every run of every function twice at the same time, in many orders; and operators who act between a crash and the
//! retry.
#![cfg(test)]

use jiff::SignedDuration;
use simulated_aws::Fault;
use simulation::{Kind, Outcome, Parameters, World};

/// A day and its consequences.
const DURATION: SignedDuration = SignedDuration::from_hours(60);

fn empty(seed: u64) -> World {
    // Worlds with hosted zones.
    World::empty(Parameters::new(Kind::Calm, 5 + seed % 5 + 25 * (seed / 5)))
}

async fn run(mut world: World, prepare: impl Fn(&mut World) -> Vec<String>) -> (Vec<Outcome>, String) {
    let arns = prepare(&mut world);
    let serials: Vec<String> = arns.iter().map(|arn| world.aws().certificate(arn).unwrap().serial).collect();
    world.run_for(DURATION).await.unwrap_or_else(|violation| panic!("{violation}"));
    world.run_until_quiescent(SignedDuration::from_hours(48)).await.unwrap_or_else(|violation| panic!("{violation}"));
    let outcomes = arns.iter().zip(&serials).map(|(arn, serial)| world.outcome(arn, serial)).collect();
    (outcomes, world.call_log())
}

async fn gives_the_same_outcome(prepare: impl Fn(&mut World) -> Vec<String>, orders: u64) {
    for seed in 0..orders {
        let (alone, _) = run(empty(seed), &prepare).await;
        let (together, record) = run(empty(seed).with_concurrent_deliveries().with_full_log(), &prepare).await;
        assert_eq!(together, alone, "seed {seed}:\n{record}");
        assert!(record.contains("(second run)"), "seed {seed}");
        let (_, again) = run(empty(seed).with_concurrent_deliveries().with_full_log(), &prepare).await;
        assert_eq!(again, record, "seed {seed}: the same parameters give the same calls");
    }
}

#[tokio::test]
async fn a_notice() {
    gives_the_same_outcome(|world| vec![world.add_amazon_issued(29), world.add_amazon_issued(14)], 8).await;
}

#[tokio::test]
async fn a_renewal() {
    gives_the_same_outcome(|world| vec![world.add_imported(20, true, &[])], 20).await;
}

#[tokio::test]
async fn a_renewal_from_a_secret() {
    gives_the_same_outcome(|world| vec![world.add_from_secret(20, true), world.add_from_secret(29, false)], 20).await;
}

#[tokio::test]
async fn a_renewal_from_a_disabled_ca() {
    let disabled = |world: &mut World| {
        world.aws().set_ca_status(world.default_ca(), "DISABLED");
        vec![world.add_imported(29, true, &[])]
    };
    gives_the_same_outcome(disabled, 8).await;
}

#[tokio::test]
async fn records_for_a_request_and_a_renewal() {
    let names = ["one.beta.example", "www.nowhere.example"];
    gives_the_same_outcome(
        |world| {
            vec![
                world.add_requested(&["shop.alpha.example", "gamma.example"]),
                world.add_validated(50, &names, &["one.beta.example"]),
            ]
        },
        8,
    )
    .await;
}

/// Whatever an operator does to a certificate whose renewal crashed at any call, the invariants hold.
#[tokio::test]
async fn an_operator_acts_between_a_crashed_renewal_and_its_retry() {
    let mut actions = 0;
    for k in 1..=30 {
        for (fault, seed) in [(Fault::Crash, k), (Fault::CrashAfter, 100 + k)] {
            let mut world = empty(seed).with_operators_after_crashes().with_full_log();
            world.add_imported(20, true, &[]);
            world.aws().fail_call(k, fault);
            world.run_for(DURATION).await.unwrap_or_else(|violation| panic!("{violation}"));
            world.run_until_quiescent(DURATION).await.unwrap_or_else(|violation| panic!("{violation}"));
            actions += world.call_log().matches("after a crash").count();
        }
    }
    assert!(actions > 30, "{actions} actions");
}
