//! Whatever comes as an event: an answer or a typed error, never a panic.

use std::fs;
use std::path::Path;

use activity_guard::Error;
use event_mutator::{mutate, mutations};
use proptest::prelude::*;
use serde_json::Value;

use crate::world::World;

/// The samples of the repository.
fn samples() -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../events/activity-guard");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = files.filter(|path| path.extension().is_some_and(|kind| kind == "json")).collect();
    files.sort();
    files.iter().map(|path| serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()).collect()
}

#[tokio::test]
async fn every_sample_is_taken() {
    let world = World::new();
    let samples = samples();
    assert!(samples.len() > 10);
    for sample in samples {
        world.handle(&sample).await.unwrap_or_else(|error| panic!("{error}: {sample}"));
    }
}

proptest! {
    #![proptest_config(event_mutator::config())]

    #[test]
    fn mutated_events_never_panic(
        sample in prop::sample::select(samples()),
        mutations in mutations(1..4, ["aws.iam".into(), "AWS API Call via CloudTrail".into()]),
    ) {
        let mut event = sample;
        mutate(&mut event, &mutations);
        let world = World::new();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        match runtime.block_on(world.handle(&event)) {
            Ok(_) => {}
            Err(error @ Error::BadEvent { .. }) => {
                prop_assert!(world.aws.calls().is_empty());
                prop_assert!(error.to_string().len() < 1_000, "an error repeats a flood");
            }
            Err(error) => prop_assert!(false, "{error}"),
        }
    }
}
