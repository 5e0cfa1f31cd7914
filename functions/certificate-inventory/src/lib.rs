#![doc = include_str!("../README.md")]

mod answer;
mod collection;
mod config;
mod digests;
mod error;
mod event;
mod handler;
mod measures;
mod owners;
pub mod policy;
mod report;
mod shards;

pub use answer::{Answer, CollectionReport, FanOutReport, ReportReport};
pub use config::Config;
pub use error::Error;
pub use event::Trigger;
pub use handler::Handler;
