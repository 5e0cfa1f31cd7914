//! Every run of every function twice at the same time, in many orders; and operators who act before a run that
//! died is tried again.
#![cfg(test)]

use jiff::SignedDuration;
use simulated_aws::Fault;
use simulation::{Kind, Outcome, Parameters, World};

/// A day, and what follows from it.
const LIFE: SignedDuration = SignedDuration::from_hours(60);

fn empty(seed: u64) -> World {
    // Worlds with hosted zones.
    World::empty(Parameters::new(Kind::Calm, 5 + seed % 5 + 25 * (seed / 5)))
}

async fn lives(mut world: World, prepare: impl Fn(&mut World) -> Vec<String>) -> (Vec<Outcome>, String) {
    let arns = prepare(&mut world);
    let serials: Vec<String> = arns.iter().map(|arn| world.aws().certificate(arn).unwrap().serial).collect();
    world.run(LIFE).await.unwrap_or_else(|violation| panic!("{violation}"));
    world.run_and_settle(SignedDuration::from_hours(48)).await.unwrap_or_else(|violation| panic!("{violation}"));
    let outcomes = arns.iter().zip(&serials).map(|(arn, serial)| world.outcome(arn, serial)).collect();
    (outcomes, world.record())
}

async fn comes_to_the_same(prepare: impl Fn(&mut World) -> Vec<String>, orders: u64) {
    for seed in 0..orders {
        let (alone, _) = lives(empty(seed), &prepare).await;
        let (together, record) = lives(empty(seed).twice().recording(), &prepare).await;
        assert_eq!(together, alone, "seed {seed}:\n{record}");
        assert!(record.contains("(second run)"), "seed {seed}");
        let (_, again) = lives(empty(seed).twice().recording(), &prepare).await;
        assert_eq!(again, record, "seed {seed}: the same parameters make the same life");
    }
}

#[tokio::test]
async fn a_notice() {
    comes_to_the_same(|world| vec![world.add_amazon_issued(29), world.add_amazon_issued(14)], 8).await;
}

#[tokio::test]
async fn a_renewal() {
    comes_to_the_same(|world| vec![world.add_imported(20, true, &[])], 20).await;
}

#[tokio::test]
async fn a_renewal_from_a_disabled_ca() {
    let disabled = |world: &mut World| {
        world.aws().set_ca_status(world.default_ca(), "DISABLED");
        vec![world.add_imported(29, true, &[])]
    };
    comes_to_the_same(disabled, 8).await;
}

#[tokio::test]
async fn records_for_a_request_and_a_renewal() {
    let names = ["one.beta.example", "www.nowhere.example"];
    comes_to_the_same(
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

/// Whatever an operator does to a certificate whose renewal died at any call, the invariants hold.
#[tokio::test]
async fn an_operator_acts_before_a_renewal_that_died_is_tried_again() {
    let mut acts = 0;
    for k in 1..=30 {
        for (fault, seed) in [(Fault::Crash, k), (Fault::CrashAfter, 100 + k)] {
            let mut world = empty(seed).meddled_with().recording();
            world.add_imported(20, true, &[]);
            world.aws().fail_call(k, fault);
            world.run(LIFE).await.unwrap_or_else(|violation| panic!("{violation}"));
            world.run_and_settle(LIFE).await.unwrap_or_else(|violation| panic!("{violation}"));
            acts += world.record().matches("after a death").count();
        }
    }
    assert!(acts > 30, "{acts} acts");
}
