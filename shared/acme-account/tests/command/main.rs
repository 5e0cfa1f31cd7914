//! The commands, against a simulated Secrets Manager and simulated CAs.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod crashes;
mod program;
mod readme;
mod registering;
mod showing;
mod world;
