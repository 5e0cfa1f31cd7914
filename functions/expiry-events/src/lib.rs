#![doc = include_str!("../README.md")]

mod acme_clients;
mod acme_servers;
mod answer;
mod apply;
mod candidates;
mod config;
mod error;
mod event;
mod fan_out;
mod handler;
mod notice;
mod notice_budget;
mod outcome;
pub mod plan;
pub mod policy;
mod quota;
mod reconcile;
mod renewal_windows;
mod report;
mod state;
mod sweep;
mod tag_filter;
mod target_context;
mod target_sweep;
mod trail_check;
mod trails;

pub use answer::{Answer, FanOutReport, SweepReport, TargetReport};
pub use config::Config;
pub use error::Error;
pub use event::{Coverage, Occasion, Skipped, Trigger};
pub use handler::Handler;
pub use outcome::Outcome;
pub use report::CertificateReport;
pub use state::{CertificateState, Obstacle, SuggestedWindow};
