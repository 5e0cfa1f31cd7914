#![doc = include_str!("../README.md")]

mod answer;
mod budget;
mod completion;
mod config;
mod domain_names;
mod endpoint_check;
mod error;
mod event;
mod handler;
mod import_count;
mod last_failure;
mod notice;
mod policy;
mod post_import;
mod preflight;
mod queue;
mod reconcile;
mod renewal;
mod secret_certificates;
mod state;
mod status_recorder;

pub use answer::{Action, Answer, CertificateReport, EndpointReport, Outcome, PlannedSource, Replacement};
pub use config::Config;
pub use endpoint_check::EndpointCheckSettings;
pub use error::Error;
pub use handler::Handler;
pub use policy::Maintenance;
