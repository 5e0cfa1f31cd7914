//! What is decided without AWS.

pub mod digest;
pub mod sources;
