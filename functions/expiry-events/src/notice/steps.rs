//! What a person is asked to do: exact commands, tags and records.

use certificates::{CertificateDetail, CertificateType, ResourceRecord, tags};
use notices::foreign_up_to;

use super::commands::{delete, import, mute, renew_from_private_ca};
use super::{acm, acme, autopilot, suggested_window};
use crate::policy::notice_decision::can_remember;
use crate::policy::{NoticeKind, RenewalForecast, Settings};
use crate::{CertificateState, Obstacle, Occasion};

/// AWS's words about a refusal name the role, the action and the policy.
pub(super) const LONGEST_REFUSAL: usize = 400;

#[derive(Debug, Default)]
pub(super) struct Steps {
    pub(super) steps: Vec<String>,
    /// DNS records that a step refers to.
    pub(super) records: Vec<ResourceRecord>,
}

impl Steps {
    /// The steps for this notice; none when there is nothing to do.
    pub(super) fn new(
        kind: NoticeKind,
        state: &CertificateState,
        settings: &Settings,
        forecast: &RenewalForecast,
    ) -> Self {
        let mut steps = Self::default();
        match kind {
            NoticeKind::Renewed | NoticeKind::Rotated if state.in_use() == Some(true) => {}
            NoticeKind::Renewed | NoticeKind::Rotated => {
                steps.add("If copies of the certificate are in use outside AWS, export it again and replace them.");
            }
            NoticeKind::Revoked => revoked(&mut steps, state),
            NoticeKind::RevocationAhead => {
                steps.add_for_expiry(state, settings, forecast);
                suggested_window::add_steps(&mut steps);
            }
            NoticeKind::Expiring | NoticeKind::Expired | NoticeKind::ActionRequired => {
                steps.add_for_expiry(state, settings, forecast);
            }
        }
        for unreadable in &state.tag_state.unreadable {
            steps.add(format!("Correct or remove a tag: {unreadable}."));
        }
        make_tags_writable(&mut steps, state);
        steps
    }

    pub(super) fn add(&mut self, step: impl Into<String>) {
        self.steps.push(step.into());
    }

    fn add_for_expiry(&mut self, state: &CertificateState, settings: &Settings, forecast: &RenewalForecast) {
        let is_in_time = forecast.is_in_time(state);
        match forecast {
            RenewalForecast::Acm(forecast) => acm::add_steps(self, *forecast, state, settings),
            RenewalForecast::Autopilot(forecast) => autopilot::add_steps(self, forecast, state, is_in_time),
            RenewalForecast::AcmeClient if is_in_time => {}
            RenewalForecast::AcmeClient => acme::add_steps(self, &state.certificate),
            RenewalForecast::Nobody | RenewalForecast::Revoked => import_or_name_a_source(self, state),
        }
    }
}

/// Without its tag, acm-autopilot reports only what has just happened.
fn make_tags_writable(steps: &mut Steps, state: &CertificateState) {
    if let Some(Obstacle::TagsRefused(why)) = &state.obstacle {
        steps.add(format!(
            "Let the role of expiry-events set tags on this certificate whose keys start with {}. AWS refused it: {}. \
             Without its tags, acm-autopilot starts no renewal, and reports only what happened within the last hour.",
            tags::PREFIX,
            foreign_up_to(why, LONGEST_REFUSAL)
        ));
    } else if !can_remember(state) {
        steps.add(format!(
            "Remove at least {}: a certificate has at most {} tags, and the tag {} keeps notices from being missed or \
             repeated.",
            count_of_tags(state, &[tags::NOTIFIED]),
            tags::LIMIT,
            tags::NOTIFIED
        ));
    }
}

fn revoked(steps: &mut Steps, state: &CertificateState) {
    let certificate = &state.certificate;
    if state.in_use() != Some(false) {
        steps.add("Request or import another certificate and use it in every resource instead of this one.");
    }
    let by_ca = state.occasion == Occasion::RevokedByCa || certificate.certificate_type == CertificateType::Private;
    steps.add(if by_ca {
        "Ask the administrators of its CA who revoked the certificate, and why."
    } else {
        "Find out who revoked the certificate, and why. If somebody in this account did, CloudTrail shows the call \
         RevokeCertificate."
    });
    if !certificate.is_acme() {
        steps.add(format!("When nothing uses the certificate any more, delete it: {}", delete(certificate)));
    }
}

fn import_or_name_a_source(steps: &mut Steps, state: &CertificateState) {
    let certificate = &state.certificate;
    if state.in_use() == Some(false) {
        delete_or_mute(steps, certificate);
    }
    steps.add(capitalized(&import(certificate)));
    steps.add(format!(
        "Or, if its clients trust a private CA of yours in AWS, have acm-autopilot renew the certificate from that CA{}",
        renew_from_private_ca(state)
    ));
}

pub(super) fn delete_or_mute(steps: &mut Steps, certificate: &CertificateDetail) {
    steps.add(format!("If the certificate is not needed, delete it: {}", delete(certificate)));
    steps.add(format!("To keep the certificate and stop notices about it: {}", mute(certificate)));
}

fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

/// How many tags have to go, so that these can be written.
pub(super) fn count_of_tags(state: &CertificateState, keys: &[&str]) -> String {
    let present = state.tags.iter().filter(|(key, _)| !key.starts_with("aws:")).count();
    let new = keys.iter().filter(|key| !state.tags.contains(key)).count();
    match (present + new).saturating_sub(tags::LIMIT).max(1) {
        1 => "1 tag".into(),
        more => format!("{more} tags"),
    }
}
