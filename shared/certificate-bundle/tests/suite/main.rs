//! What is read out of secrets, and what is not.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a failure in a helper is a failed test")]

mod chains;
mod corpus;
mod damage;
mod decisions;
mod formats;
mod passwords;
mod pki;
mod redaction;
