//! The accounts and Regions that one installation works in, and what each account may have.
//!
//! An installation is for its own account and Region. With organization settings it is a *hub*, which works in *spokes* too:
//! other accounts and Regions, through roles that `infra/spoke.yaml` makes there. Each is a [`Target`](certificates::Target).
//!
//! - [`OrganizationSettings`] is what the operator configures.
//! - [`Organization`] says whether work may be done in a target, and which targets there are.
//! - [`Targets`] keeps what a function needs to work in them.
//! - [`UnreadableTargets`] reports those that a function cannot work in, by what [`ReportedTargets`] remembers.
//! - [`TargetSweep`] is the message with which a hub sweeps one of them; [`SweepQueue`] takes these messages.

mod account;
mod cache;
mod config;
mod contact_lookup;
mod contacts;
mod directory;
mod members;
mod queue;
mod reported_targets;
mod settings;
mod sweep;
mod targets;
mod unreadable_targets;

pub use account::{Account, Selection};
pub use config::OrganizationConfig;
pub use members::{Member, Organization, OrganizationError, Refusal, Spoke};
pub use queue::SweepQueue;
pub use reported_targets::ReportedTargets;
pub use settings::{AccountGrants, InvalidSettings, OrganizationSettings};
pub use sweep::TargetSweep;
pub use targets::{SpokeRole, Targets, is_account_refusal};
pub use unreadable_targets::{Finder, UnreadableTargets};
