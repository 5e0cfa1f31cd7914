//! The command, in a simulated account.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod planning;
mod policy;
mod program;
mod reporting;
mod world;
