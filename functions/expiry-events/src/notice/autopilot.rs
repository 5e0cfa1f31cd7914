//! Renewals by acm-autopilot in words, and the steps where a person is needed.

use certificates::FailureReason;
use certificates::tags::{self, ACME, RENEW_FROM, RenewFrom, format_time};
use notices::foreign_up_to;

use super::commands::{import, renew_from_private_ca, tag};
use super::phrases::{name, when_days_are_left};
use super::secret;
use super::steps::{LONGEST_REFUSAL, Steps, count_of_tags};
use crate::policy::AutopilotForecast;
use crate::{CertificateState, Obstacle};

/// With this many days left or fewer, the way by hand is shown too.
const BY_HAND_DAYS: i64 = 7;

pub(super) fn what_happens_next(forecast: &AutopilotForecast, state: &CertificateState) -> String {
    let source = &source(state);
    match forecast {
        AutopilotForecast::Scheduled { days } if is_from_secret(state) => secret::scheduled(*days, state),
        AutopilotForecast::Scheduled { days } if state.acme_directory().is_some() => format!(
            "acm-autopilot renews the certificate from {source} {} at the latest, and earlier if the CA suggests it.",
            when_days_are_left(state, *days, "on")
        ),
        AutopilotForecast::Scheduled { days } => {
            format!("acm-autopilot renews the certificate from {source} {}.", when_days_are_left(state, *days, "on"))
        }
        AutopilotForecast::JustRequested => {
            format!("acm-autopilot has just requested the renewal from {source}. You will be notified of the result.")
        }
        AutopilotForecast::InProgress(status, since) => {
            let since = since.map(|since| format!(" since {}", format_time(since))).unwrap_or_default();
            format!(
                "acm-autopilot is renewing the certificate from {source} ({status}{since}). You will be notified of \
                 the result."
            )
        }
        AutopilotForecast::NotStarted(why) => format!(
            "acm-autopilot could not start the renewal from {source}: {}. Every sweep tries again.",
            foreign_up_to(why, LONGEST_REFUSAL)
        ),
        AutopilotForecast::FailedForNow(reason) => {
            format!("The renewal from {source} failed ({reason}). acm-autopilot tries again automatically.")
        }
        AutopilotForecast::NotDelivered(reason) => secret::not_delivered(*reason, state),
        AutopilotForecast::Failed(reason) => failed(*reason, source),
        AutopilotForecast::NoRoomForTags => format!(
            "Nothing renews the certificate: it has too many tags, so that acm-autopilot cannot keep track of a \
             renewal from {source}."
        ),
        AutopilotForecast::UnknownSource => format!(
            "Nothing renews the certificate: the value of its tag {RENEW_FROM} is not a source that this version knows."
        ),
        AutopilotForecast::UnknownDirectory => format!(
            "Nothing renews the certificate: its tag {ACME} does not name a directory of the stack parameter AcmeSettings."
        ),
        AutopilotForecast::NotDeployed => format!(
            "Nothing renews the certificate: it has the tag {RENEW_FROM}, but imported-renewal is not deployed in this \
             account and Region."
        ),
    }
}

/// The source as it is named to people.
fn source(state: &CertificateState) -> String {
    match &state.tag_state.settings.renew_from {
        Some(RenewFrom::Secret) => secret::in_words(state),
        Some(RenewFrom::Acme) => {
            let directory = state.acme_directory().map(name);
            directory.map_or_else(|| "acme".to_owned(), |directory| format!("the ACME directory {directory}"))
        }
        source => source.as_ref().map_or("", RenewFrom::as_str).to_owned(),
    }
}

fn is_from_secret(state: &CertificateState) -> bool {
    state.tag_state.settings.renew_from == Some(RenewFrom::Secret)
}

fn failed(reason: Option<FailureReason>, source: &str) -> String {
    let when = if reason.is_some_and(FailureReason::waits_for_a_request) {
        "when you request it"
    } else {
        "when its tags change, or at the next threshold of days left"
    };
    let reason = reason.map_or("for an unknown reason", FailureReason::as_str);
    format!("The renewal from {source} failed ({reason}). acm-autopilot tries again {when}.")
}

/// Whether what AWS knows about the secret helps to find out why.
fn is_about_secret(reason: FailureReason) -> bool {
    use FailureReason::{SecretConsentMissing, SecretNamesDiffer, SecretNotACertificate, SecretUnreadable};
    matches!(reason, SecretConsentMissing | SecretNamesDiffer | SecretNotACertificate | SecretUnreadable)
}

/// `is_in_time`: nobody has to help.
pub(super) fn add_steps(steps: &mut Steps, forecast: &AutopilotForecast, state: &CertificateState, is_in_time: bool) {
    let certificate = &state.certificate;
    match forecast {
        // In the last days, check that what should happen automatically does.
        AutopilotForecast::JustRequested | AutopilotForecast::InProgress(..) if !is_in_time => {
            steps.add("Wait for the notice about the renewal. If none comes within an hour, read the log of imported-renewal.");
            steps.add(format!("If the renewal fails, {}", import(certificate)));
            return;
        }
        AutopilotForecast::Scheduled { .. } | AutopilotForecast::JustRequested | AutopilotForecast::InProgress(..) => {
            return;
        }
        AutopilotForecast::NotDeployed => {
            steps.add("Deploy imported-renewal (the template's parameter DeployImportedRenewal).");
            steps.add(format!("Or {}", import(certificate)));
            return;
        }
        // What to do about refused tags comes with every notice.
        AutopilotForecast::NotStarted(_) if matches!(state.obstacle, Some(Obstacle::TagsRefused(_))) => {}
        AutopilotForecast::NotStarted(why) => {
            steps.add(format!("Fix what prevents the renewal: {}.", foreign_up_to(why, LONGEST_REFUSAL)));
        }
        AutopilotForecast::FailedForNow(reason) => steps.add(reason.advice()),
        AutopilotForecast::NotDelivered(_) => secret::add_delivery_steps(steps, state),
        AutopilotForecast::Failed(reason) => {
            steps.add(reason.map_or("Read the log of imported-renewal.", FailureReason::advice));
            if reason.is_some_and(is_about_secret) {
                secret::add_metadata_step(steps, state);
            }
            let retry = tag(certificate, tags::STATUS, "pending-renewal");
            steps.add(format!("Then start the renewal again: {retry}"));
        }
        AutopilotForecast::NoRoomForTags => steps.add(format!(
            "Remove at least {}: a certificate has at most {} tags, and a renewal needs {} of them.",
            count_of_tags(state, &tags::RENEWAL),
            tags::LIMIT,
            tags::RENEWAL.len()
        )),
        AutopilotForecast::UnknownDirectory => steps.add(format!(
            "Name a directory of the stack parameter AcmeSettings (replace DIRECTORY with its name): {}",
            tag(certificate, ACME, "DIRECTORY")
        )),
        AutopilotForecast::UnknownSource => {
            steps.add(format!("Name a known source{}", renew_from_private_ca(state)));
        }
    }
    if state.days_left().is_some_and(|left| left <= BY_HAND_DAYS) {
        steps.add(format!("If that takes too long, {}", import(certificate)));
    }
}
