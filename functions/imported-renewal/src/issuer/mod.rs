//! Where new certificates come from. Adding a source means a module here that implements
//! [`Issuer`], a variant of [`policy::Source`](crate::policy::Source), and nothing else.

mod private_ca;

use certificates::{CertificateDetail, FailureReason};
use jiff::Timestamp;

pub(crate) use private_ca::PrivateCa;

use crate::budget::Budget;
use crate::certificate::Certificate;
use crate::preflight::Refusal;

/// What is asked of a source.
#[derive(Debug)]
pub(crate) struct Order<'a> {
    /// The certificate under whose ARN the new one will be imported.
    pub facts: &'a CertificateDetail,
    /// Where the source notes that a certificate may be charged, before it asks for it.
    pub budget: &'a Budget,
    /// The certificate in place.
    pub present: &'a Certificate,
    /// Its chain; empty where it was imported without one.
    pub present_chain: &'a [Certificate],
    /// Whether the new certificate may be another CA's than the present one.
    pub issuer_may_change: bool,
    /// The request, PEM.
    pub csr: &'a str,
    /// Wanted lifetime, days.
    pub validity_days: u16,
    /// The number of this attempt, counted from 1.
    pub attempt: u32,
    /// When the source has to be done.
    pub deadline: Timestamp,
}

/// What a source delivered, in PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Issued {
    /// The certificate alone.
    pub certificate: String,
    /// Its chain, from its issuer upwards.
    pub chain: String,
}

/// Why a source did not deliver.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub(crate) struct IssueError {
    /// For the tag.
    pub reason: FailureReason,
    /// For people.
    pub detail: String,
}

impl From<Refusal> for IssueError {
    fn from(refusal: Refusal) -> Self {
        Self { reason: refusal.reason, detail: refusal.detail }
    }
}

/// A source of certificates. Whatever can be known without a charge, it checks before it asks for a certificate.
///
/// Two renewals of one certificate may run at the same time. A source that can tell (by an
/// idempotency token from ARN, present serial and attempt) delivers both the same certificate; the
/// second then sees that the key is not its own and stands down.
pub(crate) trait Issuer {
    /// Delivers a certificate for the request.
    ///
    /// # Errors
    /// It did not; the reason says who can resolve it.
    async fn issue(&self, order: &Order<'_>) -> Result<Issued, IssueError>;
}
