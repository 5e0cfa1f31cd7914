#![doc = include_str!("../README.md")]

mod announced;
mod answer;
mod budget;
mod completion;
mod config;
mod credentials;
mod domain_names;
mod endpoint_check;
mod error;
mod event;
mod handler;
mod import_count;
mod last_failure;
mod memory;
mod notice;
mod policy;
mod post_import;
mod preflight;
mod queue;
mod reconcile;
mod refused;
mod renewal;
mod secret_certificates;
mod sender;
mod services;
mod state;
mod status_recorder;
mod worker;
mod workers;

pub use answer::{Action, Answer, CertificateReport, EndpointReport, Outcome, PlannedSource, Replacement};
pub use config::Config;
pub use endpoint_check::EndpointCheckSettings;
pub use error::Error;
pub use handler::Handler;
pub use policy::Maintenance;
