//! Reads what an account and Region have into a shard of the inventory.
//!
//! Two passes. The fast one lists: certificates of every kind, their identities, tags, and what uses them. The deep one
//! reads what only DescribeCertificate and GetCertificate show, certificate by certificate, as far as time allows; what an
//! earlier shard has of a certificate with the same ARN and serial is kept with its age.
//!
//! A call that fails is no error of a pass: it is a [`Reading`](inventory::Reading) that says so.

mod certificates;
mod clients;
mod collector;
mod consumers;
mod deep_pass;
mod found;
mod grants;
mod merge;
mod other_certificates;
mod owners;
mod requesters;
mod resource;
mod sources;
mod target_facts;
mod unreadable;

pub use collector::Collector;
pub use deep_pass::DeepPass;
pub use sources::{ENTRIES, LOOKUPS};
pub use target_facts::TargetFacts;
