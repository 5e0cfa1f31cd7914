//! The function with the real SDK clients, against a simulated AWS.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

mod crashes;
mod failures;
mod inputs;
mod messages;
mod permissions;
mod renewals;
mod secrets;
mod together;
mod trouble;
mod world;
