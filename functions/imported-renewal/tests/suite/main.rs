//! The function with the real SDK clients, against a simulated AWS.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

mod architecture;
mod budget;
mod crashes;
mod domain_names;
mod failures;
mod grants;
mod imports;
mod inputs;
mod messages;
mod permissions;
mod queue;
mod records;
mod renewals;
mod secrets;
mod together;
mod trouble;
mod warm;
mod world;
