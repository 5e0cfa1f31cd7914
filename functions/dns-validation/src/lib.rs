#![doc = include_str!("../README.md")]

mod answer;
mod assessment;
mod call_budget;
mod checks;
mod config;
mod diagnosis;
mod error;
mod event;
mod handler;
mod notice;
mod notice_budget;
mod notifier;
pub mod policy;
mod provision;
mod reconcile;
mod state;
mod sweep;
mod tally;
mod target_sweeps;
mod validated_names;

pub use answer::{Answer, CertificateReport, NoticeSummary, Outcome, SweepReport};
pub use config::Config;
pub use error::Error;
pub use event::{Occasion, Skipped, Trigger};
pub use handler::Handler;
