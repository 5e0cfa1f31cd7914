//! Tests of the whole function against a simulated AWS.
// The future of the whole function, in that of a test, is deeper than the compiler follows by default.
#![recursion_limit = "256"]
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are tests")]

mod accounts;
mod calls;
mod diagnosis;
mod faults;
mod grants;
mod hub;
mod method_updates;
mod mutated_events;
mod notices;
mod permissions;
mod requests;
mod schemas;
mod sweep;
mod tags;
mod targets;
mod wording;
mod world;
mod zones;
