//! Whatever comes as an event: an answer or a typed error, never a panic.

use certificate_inventory::Error;
use event_mutator::{mutate, mutations};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::world::{World, event};

fn samples() -> Vec<Value> {
    let sweep = json!({"source": "acm-autopilot", "detail-type": "Target Sweep Requested",
        "detail": {"account": {"id": "123456789012"}, "region": "us-east-1"}});
    let batch = json!({"Records": [{"eventSource": "aws:sqs", "messageId": "1", "body": sweep.to_string()}]});
    vec![event("Collection"), event("Report"), event("Metrics"), batch]
}

proptest! {
    #![proptest_config(event_mutator::config())]

    #[test]
    fn mutated_events_never_panic(
        sample in prop::sample::select(samples()),
        mutations in mutations(1..4, ["aws.events".into()]),
    ) {
        let mut event = sample;
        mutate(&mut event, &mutations);
        let world = World::with(crate::world::aws(), &[]);
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
