//! What was gathered about one certificate: everything that decisions are made from.

use aws_client::CallError;
use certificates::tags::{TagState, Tags};
use certificates::{CertificateDetail, DomainValidation};
use jiff::Timestamp;

use crate::Occasion;

/// One certificate at the moment of the check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateState {
    pub occasion: Occasion,
    /// When somebody requested a change to DNS validation, if that is the occasion.
    pub update_requested_at: Option<Timestamp>,
    pub certificate: CertificateDetail,
    pub pending_update: PendingUpdate,
    pub tags: Tags,
    pub now: Timestamp,
}

impl CertificateState {
    pub fn is_muted(&self) -> bool {
        TagState::read(&self.tags).settings.mute.holds_at(self.now)
    }
}

/// The validations that a change to DNS validation waits for. DescribeCertificate does not show them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PendingUpdate {
    /// No change is under way, so ACM was not asked.
    None,
    /// A domain that is not among these has no record yet.
    Records(Vec<DomainValidation>),
    /// ACM did not answer.
    Error(CallError),
    /// There was no time to ask.
    OutOfTime,
}

impl PendingUpdate {
    pub fn domains(&self) -> &[DomainValidation] {
        match self {
            Self::Records(domains) => domains,
            Self::None | Self::Error(_) | Self::OutOfTime => &[],
        }
    }
}
