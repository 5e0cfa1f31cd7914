//! What ACM certificates are, how long they live, and what their tags say.
//!
//! Pure: nothing here reads a clock, the environment or AWS. Every function has this vocabulary in
//! common, so a word means the same in a policy, a notice, a tag and a log line.

mod arn;
mod facts;
mod lifetime;
mod milestone;
mod reason;
mod status;
pub mod tags;

pub use arn::{CertificateArn, InvalidArn, PrivateCaArn, Scope};
pub use facts::{
    CertificateFacts, CertificateType, DomainValidation, KeyAlgorithm, KeyPairOrigin, Renewal, RenewalEligibility,
    ResourceRecord, Validation, ValidationMethodUpdate,
};
pub use lifetime::{calendar_days_between, days_left, has_expired, rfc5280_time, utc_date};
pub use milestone::{InvalidThresholds, Milestone, Thresholds, renewal_window};
pub use reason::{FailureReason, Recovery};
pub use status::{CLAIM_LASTS, RenewalStatus, retry_pause};
