#![doc = include_str!("../README.md")]

mod aftercare;
mod budget;
mod certificate;
mod config;
mod csr;
mod domain_names;
mod error;
mod event;
mod handler;
mod imports;
mod issuer;
mod key;
mod last_failure;
mod policy;
mod preflight;
mod record;
mod renewal;
mod wording;

pub use config::Config;
pub use error::Error;
pub use handler::Handler;
