//! Tests of the whole function against a simulated AWS.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests are tests")]

mod faults;
mod hub;
mod mutated_events;
mod permissions;
mod single;
mod world;
