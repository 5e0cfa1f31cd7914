//! The client against simulated CAs.
#![allow(clippy::unwrap_used, missing_docs)]

mod crashes;
mod flow;
mod refusals;
mod registering;
mod served;
mod windows;
mod world;
