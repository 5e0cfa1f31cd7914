//! Renewals from a secret in words, and the steps where its tool did not deliver. Commands show what AWS knows about the
//! secret, never its value: notices reach more people than private keys may.

use certificates::tags::{self, RenewFrom};
use certificates::{FailureReason, SecretId};

use super::commands::tag;
use super::phrases::{name, when_days_are_left};
use super::steps::Steps;
use crate::CertificateState;

/// The secret that the certificate is renewed from.
pub(super) fn secret(state: &CertificateState) -> Option<&SecretId> {
    let settings = &state.tag_state.settings;
    let named = settings.secret.as_ref().filter(|_| settings.renew_from == Some(RenewFrom::Secret));
    named.and_then(|secret| secret.as_ref().ok())
}

/// The secret as it is named to people: whatever else the tag holds is not repeated.
pub(super) fn in_words(state: &CertificateState) -> String {
    secret(state).map_or_else(|| "a secret".into(), |secret| format!("the secret {}", name(secret.as_str())))
}

pub(super) fn scheduled(days: i64, state: &CertificateState) -> String {
    format!(
        "acm-autopilot renews the certificate from {} as soon as the tool that writes the secret has written a new \
         certificate. If there is none {}, you will be notified.",
        in_words(state),
        when_days_are_left(state, days, "on")
    )
}

pub(super) fn not_delivered(reason: FailureReason, state: &CertificateState) -> String {
    let secret = in_words(state);
    let lack = if reason == FailureReason::SecretNotReady {
        "a complete certificate with its key"
    } else {
        "a new certificate"
    };
    format!(
        "Nothing else renews the certificate: {secret} does not have {lack} yet ({reason}). acm-autopilot imports the \
         new certificate as soon as the tool that writes the secret has written it."
    )
}

/// The tool that writes the secret did not deliver.
pub(super) fn add_delivery_steps(steps: &mut Steps, state: &CertificateState) {
    steps.add(format!(
        "Check the tool that writes {}: find out why it has not written a new certificate with its key.",
        in_words(state)
    ));
    add_metadata_step(steps, state);
    if let Some(secret) = secret(state) {
        steps.add(format!(
            "See its versions, and which of them has the label AWSCURRENT: {}",
            cli("list-secret-version-ids", secret, state)
        ));
    }
    let check = tag(&state.certificate, tags::STATUS, "pending-renewal");
    steps.add(format!("To have the secret checked at once: {check}"));
}

/// What AWS knows about the secret without its value.
pub(super) fn add_metadata_step(steps: &mut Steps, state: &CertificateState) {
    if let Some(secret) = secret(state) {
        steps.add(format!(
            "See the secret's tags and when it was last written: {}",
            cli("describe-secret", secret, state)
        ));
    }
}

fn cli(command: &str, secret: &SecretId, state: &CertificateState) -> String {
    format!("aws secretsmanager {command} --region {} --secret-id {secret}", state.certificate.arn.region())
}
