//! What ACM certificates are, how long they live, and what their tags say.
//!
//! Pure: nothing here reads a clock, the environment or AWS. Every function has this vocabulary in
//! common, so a word means the same in a policy, a notice, a tag and a log line.

mod arn;
mod attributes;
mod certificate;
mod lifetime;
mod milestone;
mod progress;
mod reason;
mod revocation_ahead;
mod secret;
mod status;
pub mod tags;
mod validation;

pub use arn::{CertificateArn, InvalidArn, PrivateCaArn, Target};
pub use attributes::{CertificateType, KeyAlgorithm, KeyPairOrigin, RenewalEligibility};
pub use certificate::{CertificateDetail, CertificateSummary};
pub use lifetime::{calendar_days_between, days_left, has_expired, utc_date};
pub use milestone::{InvalidThresholds, Milestone, Thresholds, renewal_window};
pub use progress::{CLOCK_SKEW, InPlace, RenewalProgress, RenewalState};
pub use reason::{Failure, FailureReason, Recovery};
pub use revocation_ahead::is_revocation_ahead;
pub use secret::{NotASecret, SecretArn, SecretId};
pub use status::{CLAIM_LASTS, RenewalStatus, retry_pause};
pub use validation::{DomainValidation, Renewal, ResourceRecord, Validation, ValidationMethodUpdate};
pub use x509::rfc5280_time;
