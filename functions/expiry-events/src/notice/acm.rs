//! ACM's own renewal in words, and the steps where a person is needed.

use notices::foreign;

use super::acm_steps::{approve_by_email, keep_records, resolve};
use super::commands::describe_renewal;
use super::phrases::when_days_are_left;
use super::steps::{Steps, delete_or_mute};
use crate::CertificateState;
use crate::policy::{AcmForecast, Settings};

/// Why ACM does not renew the certificate, where it waits for a person.
pub(super) fn reason(state: &CertificateState) -> Option<String> {
    let renewal = state.certificate.renewal.as_ref().filter(|renewal| renewal.is_stuck())?;
    let waiting = state.certificate.domains_waiting().count();
    Some(match (renewal.reason.as_deref(), renewal.status.as_str()) {
        (Some("CAA_ERROR"), _) => "a CAA record does not allow Amazon to issue for one of its domains".into(),
        (Some(reason), _) if reason.starts_with("PCA_") => {
            format!("its private CA does not issue ({})", foreign(reason))
        }
        (Some("PENDING_DOMAIN_VALIDATION") | None, "PENDING_VALIDATION") if waiting > 0 => {
            format!("{waiting} of its domains {} to be validated again", if waiting == 1 { "has" } else { "have" })
        }
        (Some(reason), status) => format!("{}, {}", foreign(status), foreign(reason)),
        (None, status) => foreign(status),
    })
}

pub(super) fn what_happens_next(forecast: AcmForecast, state: &CertificateState) -> String {
    match forecast {
        AcmForecast::InTime { late_days } => format!(
            "ACM renews the certificate automatically. If ACM has not renewed it {}, the next notice is a warning.",
            when_days_are_left(state, late_days, "by")
        ),
        AcmForecast::Late => {
            "ACM should have renewed the certificate by now. ACM continues to try, but does not say what prevents the \
             renewal."
                .into()
        }
        AcmForecast::NeedsEmailApproval => {
            "ACM asks for approval by e-mail. Without an answer to each of its e-mails, ACM does not renew the \
             certificate."
                .into()
        }
        AcmForecast::NeedsPerson => {
            "ACM renews the certificate automatically once this is fixed. Until then, the certificate is not renewed."
                .into()
        }
        AcmForecast::WillNot if state.has_expired() => {
            "Nothing renews the certificate: ACM does not renew a certificate that has expired.".into()
        }
        AcmForecast::WillNot => {
            "Nothing renews the certificate: ACM renews only certificates that AWS resources use or that were exported."
                .into()
        }
    }
}

pub(super) fn add_steps(steps: &mut Steps, forecast: AcmForecast, state: &CertificateState, settings: &Settings) {
    let certificate = &state.certificate;
    match forecast {
        AcmForecast::InTime { .. } => {}
        AcmForecast::Late => {
            steps.add(format!("See what ACM says: {}", describe_renewal(certificate)));
            keep_records(steps, settings, certificate.domain_validations.iter());
        }
        AcmForecast::NeedsEmailApproval => {
            approve_by_email(steps, certificate, certificate.domain_validations.iter());
        }
        AcmForecast::NeedsPerson => resolve(steps, settings, certificate),
        AcmForecast::WillNot => replace(steps, state),
    }
}

fn replace(steps: &mut Steps, state: &CertificateState) {
    if state.in_use() == Some(false) {
        delete_or_mute(steps, &state.certificate);
        steps.add("If the certificate is needed, request a new one and use that.");
        return;
    }
    steps.add(format!("See what ACM says: {}", describe_renewal(&state.certificate)));
    steps.add(if state.is_for_clients_only() {
        "Request a new certificate and use it in every client instead of this one."
    } else {
        "Request a new certificate and use it in every resource instead of this one."
    });
}
