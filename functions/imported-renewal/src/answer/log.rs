//! The log line of one event.

use std::fmt::Display;

use certificates::{FailureReason, Recovery};
use serde::Serialize;
use tracing::Level;
use tracing::field::{DisplayValue, display};

use super::{CertificateReport, Outcome};

impl CertificateReport {
    /// One line for each certificate: with all that a filter or an alarm asks for as fields.
    pub(crate) fn log(&self) {
        let replacement = self.replacement.clone().unwrap_or_default();
        macro_rules! line {
            ($level:expr) => {
                tracing::event!(
                    $level,
                    certificate_arn = self.certificate.as_ref().map(display),
                    outcome = self.outcome.as_str(),
                    reason = self.reason,
                    detail = self.detail,
                    possible_after = self.possible_after.map(display),
                    serial_before = replacement.serial_before,
                    serial_after = replacement.serial_after,
                    not_after_before = replacement.not_after_before.map(display),
                    not_after_after = replacement.not_after_after.map(display),
                    issuer_before = self.issuer_change.as_ref().map(|it| it.issuer_before.as_str()),
                    issuer_after = self.issuer_change.as_ref().map(|it| it.issuer_after.as_str()),
                    pending_domain_names = json_unless_empty(&self.pending_domain_names),
                    endpoints = json_unless_empty(&self.endpoints),
                    actions = json_unless_empty(&self.actions),
                )
            };
        }
        match self.level() {
            Level::ERROR => line!(Level::ERROR),
            Level::WARN => line!(Level::WARN),
            _ => line!(Level::INFO),
        }
    }

    /// What time resolves is a warning; what waits for a person is an error.
    fn level(&self) -> Level {
        let waits_for_a_person = || {
            let reason = self.reason.and_then(|reason| reason.parse::<FailureReason>().ok());
            reason.is_none_or(|reason| reason.recovery() == Recovery::Manual)
        };
        match self.outcome {
            Outcome::RenewalFailed if waits_for_a_person() => Level::ERROR,
            Outcome::RenewalFailed | Outcome::Refused => Level::WARN,
            _ if self.issuer_change.is_some() || !self.pending_domain_names.is_empty() => Level::WARN,
            _ => Level::INFO,
        }
    }
}

fn json_unless_empty<T: Serialize>(list: &[T]) -> Option<DisplayValue<impl Display>> {
    (!list.is_empty()).then(|| display(lambda::json(&list)))
}
