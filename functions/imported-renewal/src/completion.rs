//! A certificate that was replaced.

use certificates::CertificateDetail;
use events::IssuerChange;
use jiff::Timestamp;

use crate::domain_names::PendingDomainName;
use crate::endpoint_check::Endpoint;

/// What there is to say about it.
#[derive(Debug, Clone)]
pub(crate) struct Completion {
    /// The new certificate.
    pub(crate) after: CertificateDetail,
    /// How many attempts it took.
    pub(crate) attempt: u32,
    /// What a person should check.
    pub(crate) remarks: Vec<String>,
    /// API Gateway's domain names that wait for a person.
    pub(crate) pending_domain_names: Vec<PendingDomainName>,
    /// What its endpoints serve, as far as it was checked.
    pub(crate) endpoints: Vec<Endpoint>,
    /// The issuers, where they differ.
    pub(crate) issuer_change: Option<IssuerChange>,
    /// Whether it was found replaced, so that the issuers could not be compared any more.
    pub(crate) was_found: bool,
    /// The required lifetime in days, where the configuration cut it short.
    pub(crate) cut_from_days: Option<u16>,
}

impl Completion {
    /// One that was found, not made.
    pub(crate) fn found(after: &CertificateDetail, attempt: u32) -> Self {
        Self {
            after: after.clone(),
            attempt,
            remarks: Vec::new(),
            pending_domain_names: Vec::new(),
            endpoints: Vec::new(),
            issuer_change: None,
            was_found: true,
            cut_from_days: None,
        }
    }

    /// The time of the import: whenever this is recorded again, it says the same.
    pub(crate) fn since(&self, now: Timestamp) -> Timestamp {
        self.after.imported_at.filter(|imported| *imported < now).unwrap_or(now)
    }
}
