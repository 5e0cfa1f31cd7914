//! The function with the real SDK clients on the simulated AWS.
#![cfg(test)]

mod audit;
mod checks;
mod digests;
mod faults;
mod hub;
mod intruder;
mod mutated_events;
mod permissions;
mod sweep;
mod wording;
mod world;
