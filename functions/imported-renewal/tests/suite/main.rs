//! The function with the real SDK clients, against a simulated AWS.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

mod acme_failures;
mod acme_permissions;
mod acme_refusals;
mod acme_revocation;
mod after_import;
mod budget;
mod ca_failures;
mod checks;
mod crashes;
mod domain_names;
mod failures;
mod from_acme;
mod from_secret;
mod grants;
mod import_quota;
mod imports;
mod inputs;
mod lost_answers;
mod maintenance;
mod meanwhile;
mod messages;
mod permissions;
mod queue;
mod recorded;
mod records;
mod renewals;
mod secret_events;
mod secret_refusals;
mod secrets;
mod spokes;
mod together;
mod trouble;
mod warm;
mod world;
