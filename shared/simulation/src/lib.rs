#![doc = include_str!("../README.md")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a development tool: a wrong set-up should end it where it is written"
)]

mod aws_events;
mod bootstrap;
mod call_log;
mod concurrency;
mod config_checker;
mod config_recorder;
mod delivery;
mod dns_checker;
mod dns_workload;
mod event_queue;
mod invariants;
mod model_state;
mod operators;
mod parameters;
pub mod pattern;
mod population;
mod rare_events;
mod report;
mod run_effects;
pub mod template;
pub mod wiring;
mod workload;
mod world;
mod zones;

pub use bootstrap::Outcome;
pub use parameters::{Kind, Parameters};
pub use report::{Broken, Summary, Violation};
pub use world::World;

/// Lives a life on this thread.
///
/// # Errors
/// An invariant is broken.
///
/// # Panics
/// When the template is not understood.
pub fn live(parameters: Parameters) -> Result<Summary, Box<Violation>> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(World::new(parameters).live())
}
