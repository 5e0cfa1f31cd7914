//! Notices about certificates, to people and machines, over SNS.
//!
//! A notice always says what happened, why it matters, what happens next without anybody's help,
//! and what to do. Its JSON Schema and samples lie in `events/` at the root of the repository.

mod activity;
mod chat;
mod contact;
mod destination;
mod digest;
mod footer;
mod foreign;
mod kind;
mod message;
mod notice;
mod recent;
mod subject;
mod tag_keys;
mod target_notice;
mod text;
mod topic;

pub use activity::{ActivityEntry, ActivityNotice};
pub use contact::{AccountContact, Contact, ContactType, FindContact};
pub use destination::{Destination, NotATopic, TopicArn};
pub use digest::{Digest, DigestEntry};
pub use foreign::{foreign, foreign_message, foreign_up_to, one_line, short_name};
pub use kind::{Kind, Severity};
pub use notice::{Notice, Paste};
pub use recent::RecentNotices;
pub use tag_keys::TagKeys;
pub use target_notice::{TargetKind, TargetNotice};
pub use topic::{AccountFacts, Topic};
