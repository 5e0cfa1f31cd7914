//! What a hub answers to an event that asks for what it may not have: the same event will never have it, so it is not
//! delivered again.

use accounts::is_role_refusal;
use aws_client::CallError;
use certificates::CertificateArn;
use organization::is_account_refusal;

use crate::answer::CertificateReport;
use crate::error::Error;

/// Why an event is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refused {
    /// In one word.
    reason: &'static str,
    detail: String,
    certificate: Option<CertificateArn>,
    /// What counts it.
    pub(crate) metric: &'static str,
}

impl Refused {
    /// `None`: the error is not that the event asks for what it may not have.
    ///
    /// `is_of_spoke`: what the hub's own account refuses is a fault of the hub.
    pub(crate) fn because_of(error: &Error, is_of_spoke: bool) -> Option<Self> {
        let event = |reason, detail| Self::new(error, reason, detail, "EventsRefused");
        let unreadable = |reason, source: &CallError| Self::new(error, reason, source.to_string(), "TargetsUnreadable");
        match error {
            Error::Refused(refusal) => Some(event(refusal.as_str(), refusal.to_string())),
            Error::Elsewhere { certificate, region, account } => {
                let detail =
                    format!("{certificate} is not in the account {account} in {region}, to which the event belongs");
                Some(event("another-account-or-region", detail))
            }
            Error::SecretElsewhere { .. } => Some(event("another-account-or-region", error.to_string())),
            // Its account has not switched renewals on, or has removed the role. What is due is requested again.
            Error::Gather { source, .. } | Error::Secret { source, .. } if is_role_refusal(source) => {
                Some(unreadable("role-refused", source))
            }
            Error::Gather { source, .. } if is_of_spoke && is_account_refusal(source) => {
                Some(unreadable("account-refuses", source))
            }
            _ => None,
        }
    }

    fn new(error: &Error, reason: &'static str, detail: String, metric: &'static str) -> Self {
        Self { reason, detail, certificate: error.certificate().cloned(), metric }
    }

    pub(crate) fn into_report(self) -> CertificateReport {
        CertificateReport::refused(self.certificate.as_ref(), self.reason, self.detail)
    }
}
