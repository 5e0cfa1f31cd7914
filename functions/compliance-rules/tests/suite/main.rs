//! Tests of the whole function against a simulated AWS.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are tests")]

mod changes;
mod eventual_consistency;
mod faults;
mod item_and_api_agree;
mod mutated_events;
mod periodic;
mod permissions;
mod private_cas;
mod registry;
mod samples;
mod world;
