//! Tests of the whole function against a simulated AWS.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are tests")]

mod absent;
mod agreement;
mod authorities;
mod changes;
mod faults;
mod mutated_events;
mod periodic;
mod permissions;
mod registry;
mod samples;
mod world;
