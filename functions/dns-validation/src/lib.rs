#![doc = include_str!("../README.md")]

mod answer;
mod budget;
mod config;
mod diagnosis;
mod error;
mod event;
mod findings;
mod handler;
mod home;
mod look;
mod lookups;
mod place;
pub mod policy;
mod rotation;
mod route53;
mod sweep;
mod tally;
mod tell;
mod zone_roles;

pub use answer::{Answer, Looked, Outcome, Swept, Told};
pub use config::{Config, Lookups};
pub use error::Error;
pub use event::{Occasion, Skipped, Trigger};
pub use handler::Handler;
pub use zone_roles::{InvalidZoneRoles, RoleArn, ZoneRole};
