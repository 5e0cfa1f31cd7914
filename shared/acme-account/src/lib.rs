//! The operator's command for accounts at CAs that speak ACME. A renewal never registers an account: this does, once, and
//! keeps the account in Secrets Manager, where imported-renewal reads it.
//!
//! 1. `register` stores a new key first, then registers it, then stores the account's URL with it. So a crash loses nothing:
//!    the same command again continues with the stored key.
//! 2. `show` prints the DNS records that keep certificates to this account, and those that delegate validation.

mod account_secret;
mod advice;
mod arguments;
mod command;
mod directory;
mod error;
mod inputs;
mod records;
mod register;
mod show;

pub use arguments::{Command, Register, Show, USAGE, UsageError};
pub use command::{Connect, Session};
pub use error::Error;
