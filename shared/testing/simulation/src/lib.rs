#![doc = include_str!("../README.md")]
#![allow(clippy::expect_used, clippy::panic, reason = "a development tool: it should stop where a set-up is wrong")]

mod acme_ca;
mod aws_events;
mod bootstrap;
mod call_log;
mod concurrency;
mod config_checker;
mod config_recorder;
mod dead_letters;
mod delivery;
mod dns_checker;
mod dns_workload;
mod event_bus;
mod event_queue;
mod faults;
mod invariants;
#[cfg(test)]
mod maintenance;
mod model_state;
mod operators;
mod organization;
mod parameters;
pub mod pattern;
mod place;
mod population;
mod processes;
mod rare_events;
mod report;
mod run_checker;
mod run_effects;
mod secrets;
#[cfg(test)]
mod settings;
mod source;
pub mod template;
pub mod wiring;
mod workload;
mod world;
mod zones;

pub use bootstrap::Outcome;
pub use parameters::{Kind, Parameters};
pub use report::{Broken, Summary, Violation};
pub use world::World;

/// Runs a world to its end on this thread.
///
/// # Errors
/// An invariant is broken.
///
/// # Panics
/// When the template is not understood.
pub fn run_world(parameters: Parameters) -> Result<Summary, Box<Violation>> {
    run(&mut World::new(parameters))
}

/// As [`run_world`], with all calls, each on a line.
///
/// # Panics
/// As [`run_world`].
pub fn run_world_with_log(parameters: Parameters) -> (Result<Summary, Box<Violation>>, String) {
    let mut world = World::new(parameters).with_full_log();
    let result = run(&mut world);
    (result, world.call_log())
}

fn run(world: &mut World) -> Result<Summary, Box<Violation>> {
    let _log = secrets::key_material::keep_log();
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(world.run_to_end())
}
