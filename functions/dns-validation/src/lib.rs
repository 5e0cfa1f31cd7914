#![doc = include_str!("../README.md")]

mod answer;
mod assessment;
mod call_budget;
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
mod public_dns;
mod reconcile;
mod route53;
mod state;
mod sweep;
mod tally;
mod zone_roles;
mod zone_selection;

pub use answer::{Answer, CertificateReport, NoticeSummary, Outcome, SweepReport};
pub use config::{Config, Lookups};
pub use error::Error;
pub use event::{Occasion, Skipped, Trigger};
pub use handler::Handler;
pub use zone_roles::{InvalidZoneRoles, RoleArn, ZoneRole};
