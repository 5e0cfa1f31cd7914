#![doc = include_str!("../README.md")]

mod allowance;
mod answer;
mod apply;
mod clients;
mod config;
mod error;
mod event;
mod handler;
pub mod policy;
mod sweep;
mod tally;

pub use answer::{Answer, Looked, Outcome, Swept};
pub use config::Config;
pub use error::Error;
pub use event::{Occasion, Skipped, Trigger};
pub use handler::Handler;
