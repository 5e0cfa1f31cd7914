//! What tools and operators do to secrets.

use certificates::tags::CONSENT;
use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};
use simulated_aws::Aws;

use super::tool::Tool;
use super::written::{Written, write};
use super::{Content, TrackedSecret};
use crate::model_state::{ModelState, SharedState};
use crate::place::{Place, at};

/// To what a secret consents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Consent {
    Certificate,
    Account,
    AnotherCertificate,
    Nothing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SecretAction {
    Write(Written),
    Consent(Consent),
    ScheduleDeletion,
    /// An operator makes it what it should be: not scheduled for deletion, with its consent.
    Restore,
}

impl SecretAction {
    pub(crate) fn random(rng: &mut Rng) -> Self {
        match rng.u8(..12) {
            0..=3 => Self::Write(Written::Newer),
            4 | 5 => Self::Write(Written::BROKEN[rng.usize(..Written::BROKEN.len())]),
            6 => Self::Write(Written::Password),
            7 => Self::Consent(Consent::Account),
            8 => Self::Consent(Consent::AnotherCertificate),
            9 => Self::Consent(Consent::Nothing),
            10 => Self::ScheduleDeletion,
            _ => Self::Restore,
        }
    }
}

/// Performs an action unless the secret or its certificate is gone.
pub(crate) fn perform(aws: &Aws, state: &SharedState, name: &str, action: SecretAction) {
    let state = &mut *state.lock();
    let Some(secret) = state.secrets.all.get(name) else { return };
    let aws = &at(aws, &secret.arn);
    if !aws.has_secret(name) {
        return;
    }
    let certificate = secret.certificate.clone();
    let now = aws.now();
    match action {
        SecretAction::Write(written) => {
            // Secrets Manager refuses to write what is scheduled for deletion.
            if secret.deleted || !state.certificates.contains_key(&certificate) {
                return;
            }
            write(aws, state, name, written);
        }
        SecretAction::Consent(consent) => set_consent(aws, state, name, consent),
        SecretAction::ScheduleDeletion => set_deleted(aws, state, name, true),
        SecretAction::Restore => {
            set_deleted(aws, state, name, false);
            set_consent(aws, state, name, consent_of(&state.secrets.all[name].tool));
        }
    }
    if matches!(action, SecretAction::Consent(_) | SecretAction::ScheduleDeletion) {
        restore_later(state, name, now);
    }
    let secret = &state.secrets.all[name];
    let is_quiet = secret.content == Content::NotYet && matches!(action, SecretAction::Write(_));
    for tracked in state.certificates.values_mut() {
        let selected = tracked.tags.get(certificates::tags::SECRET);
        if tracked.seen.arn == certificate || selected.is_some_and(|one| one == name || *one == secret.arn) {
            tracked.secret_changed(now, &format!("{action:?} of its secret"), is_quiet);
        }
    }
}

/// An operator notices what somebody did.
fn restore_later(state: &mut ModelState, name: &str, now: Timestamp) {
    let days = 2 + i64::try_from(name.len() % 12).unwrap_or_default();
    let at = now + SignedDuration::from_hours(24 * days);
    state.secrets.all.entry(name.to_owned()).and_modify(|secret| secret.tool.restored_at = Some(at));
}

fn consent_of(tool: &Tool) -> Consent {
    if tool.consents_to_account { Consent::Account } else { Consent::Certificate }
}

pub(super) fn change(aws: &Aws, state: &mut ModelState, name: &str, change: impl FnOnce(&mut TrackedSecret)) {
    if let Some(secret) = state.secrets.all.get_mut(name) {
        secret.change(aws.now(), change);
    }
}

fn set_deleted(aws: &Aws, state: &mut ModelState, name: &str, is_deleted: bool) {
    aws.set_secret_deleted(name, is_deleted);
    change(aws, state, name, |secret| secret.deleted = is_deleted);
}

pub(crate) fn set_consent(aws: &Aws, state: &mut ModelState, name: &str, consent: Consent) {
    let own = state.secrets.all[name].certificate.clone();
    let place = Place::of_arn(&own);
    let is_another = |arn: &&String| **arn != own && Place::of_arn(arn) == place;
    let another = || state.certificates.keys().find(is_another).cloned().unwrap_or_default();
    let value = match consent {
        Consent::Certificate => own.clone(),
        Consent::Account => place.map(|place| place.account).unwrap_or_default(),
        Consent::AnotherCertificate => another(),
        Consent::Nothing => String::new(),
    };
    aws.set_secret_tags(name, &[("Team", "platform"), (CONSENT, &value)]);
    change(aws, state, name, |secret| secret.consent = value);
}

/// Creates a secret that holds the certificate in place, with the consent for it.
pub(crate) fn create(aws: &Aws, state: &SharedState, name: &str, certificate: &str, tool: Tool) {
    let state = &mut *state.lock();
    let Some(arn) = state.secrets.all.get(name).map(|secret| secret.arn.clone()) else { return };
    let aws = &at(aws, &arn);
    let expiry = state.certificates[certificate].seen.not_after;
    let mut secret = TrackedSecret::new(arn, certificate, aws.now());
    secret.tool = Tool { expiry, ..tool };
    state.secrets.all.insert(name.to_owned(), secret);
    set_consent(aws, state, name, consent_of(&tool));
    write(aws, state, name, Written::PresentAgain);
}

/// Reserves the name, so that a certificate can be tagged with the secret's ARN.
pub(crate) fn reserve(aws: &Aws, state: &SharedState, name: &str) -> String {
    let arn = aws.insert_secret(name);
    let secret = TrackedSecret::new(arn.clone(), "", Timestamp::UNIX_EPOCH);
    let secrets = &mut state.lock().secrets;
    secrets.created += 1;
    secrets.all.insert(name.to_owned(), secret);
    arn
}
