//! The collector with real SDK clients on simulated AWS.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

mod deep_pass;
mod disturbed;
mod explained;
mod fast_pass;
mod measures;
mod world;
