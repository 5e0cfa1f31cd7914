#![doc = include_str!("../README.md")]

mod answer;
mod audit;
mod check;
mod config;
mod digests;
mod error;
mod event;
mod facts;
mod handler;
mod journal;
mod notice;
pub mod policy;
mod principal;
mod record;
mod report;
mod state;
mod sweep;

pub use answer::{Answer, AuditReport, CheckReport, DigestReport, SweepReport, TargetReport};
pub use config::Config;
pub use error::Error;
pub use event::{Occurrence, Trigger};
pub use handler::Handler;
pub use principal::{OwnRole, Principal, Standing};
pub use record::Record;
pub use state::Known;
