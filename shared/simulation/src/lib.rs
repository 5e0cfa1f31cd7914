#![doc = include_str!("../README.md")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a development tool: a wrong set-up should end it where it is written"
)]

mod agenda;
mod aws_events;
mod compliance;
mod compliant;
mod invariants;
mod ledger;
mod life;
mod operators;
mod parameters;
pub mod pattern;
mod platform;
mod population;
mod rare;
mod record;
mod report;
mod settle;
mod staging;
pub mod template;
mod together;
mod validated;
mod validation;
pub mod wiring;
mod world;
mod zones;

pub use parameters::{Kind, Parameters};
pub use report::{Broken, Summary, Violation};
pub use staging::Outcome;
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
