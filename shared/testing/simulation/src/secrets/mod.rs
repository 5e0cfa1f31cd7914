//! Secrets in which another tool keeps certificates, and what the functions may take from them.
//!
//! The model's own view, independent of what the functions read: what was written last, for which certificate, and whether
//! the secret's owner lets it be used.

pub(crate) mod actions;
pub(crate) mod attacks;
pub(crate) mod checker;
mod events;
pub(crate) mod key_material;
pub(crate) mod tool;
pub(crate) mod written;

use std::collections::{BTreeMap, BTreeSet};

use certificates::tags::SECRET;
use jiff::Timestamp;

use crate::model_state::TrackedCertificate;
use crate::place::Place;
use crate::source::SourceKind;
pub(crate) use events::SecretEvents;

/// The secrets that the stack grants begin with this.
pub(crate) const GRANTED: &str = "web/";

/// More changes than there are during a run.
const KEPT: usize = 8;

/// What the last version of a secret is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Content {
    /// Nothing that could be imported, and nothing that is wrong: a tool has not delivered yet.
    NotYet,
    Certificate(Issued),
    /// For something else than a certificate.
    SomethingElse,
}

/// A certificate that was written into a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Issued {
    pub(crate) serial: String,
    pub(crate) not_before: Timestamp,
    pub(crate) not_after: Timestamp,
    /// Whether it may replace the certificate that the secret is for: its names, its type of key, its issuer.
    pub(crate) fits: bool,
    /// The issuer that the certificate in place has to have, if the grants do not let it change.
    pub(crate) only_after: Option<String>,
}

/// A secret.
#[derive(Debug, Clone)]
pub(crate) struct TrackedSecret {
    pub(crate) arn: String,
    /// The certificate for which the tool writes it.
    pub(crate) certificate: String,
    /// The value of its tag `acm-autopilot:certificate`.
    pub(crate) consent: String,
    pub(crate) content: Content,
    pub(crate) deleted: bool,
    /// When any of these changed last.
    pub(crate) changed: Timestamp,
    /// When it was written last.
    pub(crate) written: Timestamp,
    /// What it was, and until when.
    past: Vec<(Timestamp, Self)>,
    /// Whether all events of the last version arrived at once.
    pub(crate) is_prompt: bool,
    pub(crate) tool: tool::Tool,
}

/// All secrets, by name.
#[derive(Debug, Default)]
pub(crate) struct Secrets {
    pub(crate) all: BTreeMap<String, TrackedSecret>,
    /// How many were ever created.
    pub(crate) created: usize,
    /// By serial number, the certificate for which each certificate in a secret was issued.
    pub(crate) issued_for: BTreeMap<String, String>,
    /// What can be searched for in everything that the functions say.
    pub(crate) keys: BTreeSet<String>,
}

impl TrackedSecret {
    fn new(arn: String, certificate: &str, now: Timestamp) -> Self {
        Self {
            arn,
            certificate: certificate.to_owned(),
            consent: String::new(),
            content: Content::NotYet,
            deleted: false,
            changed: now,
            written: now,
            past: Vec::new(),
            is_prompt: true,
            tool: tool::Tool::default(),
        }
    }

    /// Whether its owner lets a certificate be renewed from it.
    fn consents_to(&self, certificate: &str) -> bool {
        let (place, of) = (Place::of_arn(&self.arn), Place::of_arn(certificate));
        let account = place.as_ref().map(|place| place.account.as_str());
        let consents = |one: &str| one == certificate || Some(one) == account && place == of;
        !self.deleted && self.consent.split_whitespace().any(consents)
    }

    /// What may replace a certificate.
    fn offers(&self, certificate: &str) -> Option<&Issued> {
        match &self.content {
            Content::Certificate(issued) if issued.fits && self.certificate == certificate => {
                Some(issued).filter(|_| self.consents_to(certificate))
            }
            _ => None,
        }
    }

    /// Changes it, and keeps what it was for runs that read it before.
    fn change(&mut self, now: Timestamp, change: impl FnOnce(&mut Self)) {
        let mut past = std::mem::take(&mut self.past);
        if past.len() == KEPT {
            past.remove(0);
        }
        past.push((now, self.clone()));
        change(self);
        (self.past, self.changed) = (past, now);
    }

    /// Whether something holds now or held at some time since then.
    fn held_since(&self, since: Timestamp, holds: impl Fn(&Self) -> bool) -> bool {
        let past = self.past.iter().filter(|(until, _)| *until >= since);
        holds(self) || past.into_iter().any(|(_, was)| holds(was))
    }
}

impl Secrets {
    /// The secret of this name or ARN.
    pub(crate) fn find(&self, id: &str) -> Option<(&String, &TrackedSecret)> {
        self.all.get_key_value(id).or_else(|| self.all.iter().find(|(_, secret)| secret.arn == id))
    }

    /// The secret that a certificate's tags name, if it is granted.
    pub(crate) fn selected_by(&self, tracked: &TrackedCertificate) -> Option<&TrackedSecret> {
        let (name, secret) = self.find(tracked.tags.get(SECRET)?)?;
        name.starts_with(GRANTED).then_some(secret)
    }

    /// The newer certificate that a managed certificate's secret has for it.
    pub(crate) fn newer_for(&self, tracked: &TrackedCertificate, now: Timestamp) -> Option<&Issued> {
        let issued = self.selected_by(tracked).filter(|_| is_from_secret(tracked))?.offers(&tracked.seen.arn)?;
        let keeps_issuer = issued.only_after.as_ref().is_none_or(|issuer| *issuer == tracked.seen.issuer);
        let is_newer =
            keeps_issuer && issued.serial != tracked.seen.serial && issued.not_after > tracked.seen.not_after;
        (is_newer && (issued.not_before..=issued.not_after).contains(&now)).then_some(issued)
    }

    /// The events about some of them may not do anything.
    pub(crate) fn delay(&mut self, is_delayed: impl Fn(&str) -> bool) {
        let delayed = self.all.values_mut().filter(|secret| is_delayed(&secret.arn));
        delayed.for_each(|secret| secret.is_prompt = false);
    }

    /// The secrets that an event is about.
    pub(crate) fn mentioned_mut<'a>(
        &'a mut self,
        event: &'a serde_json::Value,
    ) -> impl Iterator<Item = &'a mut TrackedSecret> {
        let arns = [&event["resources"][0], &event["detail"]["responseElements"]["arn"]];
        self.all.values_mut().filter(move |secret| arns.iter().any(|arn| **arn == secret.arn.as_str()))
    }
}

/// Whether its tags select a secret.
pub(crate) fn is_from_secret(tracked: &TrackedCertificate) -> bool {
    tracked.source() == Some(SourceKind::Secret)
}
