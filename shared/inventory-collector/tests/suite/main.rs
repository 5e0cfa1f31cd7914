//! The collector with real SDK clients on simulated AWS.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

mod consumers;
mod deep_pass;
mod disturbed;
mod every_source;
mod explained;
mod fast_pass;
mod measures;
mod world;
