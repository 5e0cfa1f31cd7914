//! What people and machines are told of a certificate, over SNS.
//!
//! A notice always says what happened, why it matters, what happens next without anybody's help,
//! and what to do. Its JSON Schema and samples lie in `events/` at the root of the repository.

mod foreign;
mod notice;
mod text;
mod topic;

pub use foreign::{foreign, foreign_up_to};
pub use notice::{Kind, Notice, Paste, Severity};
pub use topic::{NotATopic, Topic, TopicArn};
