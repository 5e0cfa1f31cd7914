//! How long the new certificate is to be valid.

use certificates::CertificateArn;
use x509::Certificate;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Lifetime {
    pub(super) days: u16,
    /// What was required, where that is longer than allowed.
    pub(super) cut_from_days: Option<u16>,
}

impl Lifetime {
    /// What the tags require, or else the lifetime of the current certificate.
    pub(super) fn new(required_days: Option<u16>, current: &Certificate, max_days: u16) -> Self {
        let required_days = required_days.unwrap_or_else(|| u16::try_from(current.lifetime_days()).unwrap_or(u16::MAX));
        let cut_from_days = (required_days > max_days).then_some(required_days);
        Self { days: required_days.min(max_days), cut_from_days }
    }

    pub(super) fn log(self, certificate: &CertificateArn) {
        if let Some(required_days) = self.cut_from_days {
            tracing::warn!(
                certificate_arn = %certificate, required_days, days = self.days,
                "MAX_VALIDITY_DAYS limits the lifetime",
            );
        }
    }
}
