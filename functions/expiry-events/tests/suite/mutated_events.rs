//! Whatever comes as an event: an answer or a typed error, never a panic, never half an effect.
//!
//! `PROPTEST_CASES=100000 cargo test -p expiry-events mutated` runs more cases.

use event_mutator::{mutate, mutations};
use expiry_events::Error;
use proptest::prelude::*;

use super::world::{SAMPLES, World, managed};

proptest! {
    #![proptest_config(event_mutator::config())]

    #[test]
    fn mutated_events_never_panic(
        sample in prop::sample::select(SAMPLES),
        mutations in mutations(1..4, ["aws.health".into()]),
    ) {
        let world = World::new();
        let arn = world.insert(managed(20));
        let mut event = super::world::sample(sample.0, &arn);
        mutate(&mut event, &mutations);
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        match runtime.block_on(world.handle(&event)) {
            Ok(_) => {}
            Err(error @ Error::BadEvent { .. }) => {
                prop_assert!(world.aws.calls().is_empty());
                prop_assert!(error.to_string().len() < 1_000, "an error repeats a flood");
            }
            Err(error) => prop_assert!(false, "{error}"),
        }
        let mut effects = world.effects();
        // A rotation is reported besides the days that are left.
        effects.dedup_by(|a, b| a == "Publish" && b == "Publish");
        let all = ["AddTagsToCertificate", "PutEvents", "Publish", "AddTagsToCertificate"];
        prop_assert!(effects.is_empty() || effects == all, "{effects:?}");
    }
}
