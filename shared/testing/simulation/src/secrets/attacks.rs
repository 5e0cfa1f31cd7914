//! Somebody who may import and tag certificates, and write secrets of their own, tries to have something issued or replaced.

use certificates::tags::SECRET;
use jiff::{SignedDuration, Timestamp};
use simulated_aws::Key;

use super::GRANTED;
use super::actions::{SecretAction, create, perform, reserve};
use super::tool::Tool;
use super::written::Written;
use crate::operators::{self, Action};
use crate::place::is_in_hub;
use crate::population::{Blueprint, CertificateKind};
use crate::source::Source;
use crate::world::World;

/// An attack, until an operator notices it.
#[derive(Debug, Clone)]
pub(crate) struct Attack {
    certificate: String,
    /// Whether the attacker imported it.
    is_foreign: bool,
    secret: Option<String>,
    until: Timestamp,
}

impl World {
    pub(crate) fn attacks_daily(&mut self) {
        let now = self.aws.now();
        let (over, rest): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.attacks).into_iter().partition(|attack| attack.until <= now);
        self.attacks = rest;
        over.into_iter().for_each(|attack| self.undo(attack));
        if !self.quiet && self.chance(self.faults.attack) {
            self.attack();
        }
    }

    fn attack(&mut self) {
        let number = self.state.lock().secrets.created;
        let managed: Vec<String> = {
            let state = self.state.lock();
            let managed = |kind| kind == CertificateKind::Managed;
            let all = state.certificates.iter().filter(|(_, tracked)| managed(tracked.blueprint.kind));
            all.map(|(arn, _)| arn.clone())
                .filter(|arn| is_in_hub(arn))
                .filter(|arn| self.attacks.iter().all(|one| one.certificate != *arn))
                .collect()
        };
        let of_others: Vec<String> = self.state.lock().secrets.all.keys().cloned().collect();
        if managed.is_empty() || of_others.is_empty() {
            return;
        }
        let victim = managed[self.rng.usize(..managed.len())].clone();
        let anothers = of_others[self.rng.usize(..of_others.len())].clone();
        match self.rng.u8(..6) {
            // Other names, and the secret of somebody else.
            0 => drop(self.import_foreign(number, Source::Secret(anothers))),
            // Other names, and a secret of their own that consents and delivers, but is not granted.
            1 => self.own_secret(&format!("dev/mallory-{number}"), None, Written::Newer),
            // The certificate of somebody else, and a secret of their own that consents.
            2 => {
                let written = [Written::OtherNames, Written::MoreNames, Written::OtherKey, Written::OtherIssuer];
                let written = written[self.rng.usize(..written.len())];
                self.own_secret(&format!("{GRANTED}mallory-{number}"), Some(victim), written);
            }
            // Other names, in a zone that the function may write.
            4 if self.parameters.has_acme() => drop(self.import_foreign(number, Source::Acme)),
            // The certificate of one, and the secret of another.
            3 => self.tag(&victim, &anothers, None),
            _ => self.tag(&victim, "acm-autopilot/acme/letsencrypt", None),
        }
    }

    fn own_secret(&mut self, name: &str, victim: Option<String>, written: Written) {
        let arn = reserve(&self.aws, &self.state, name);
        let number = self.state.lock().secrets.created;
        let certificate = match &victim {
            Some(victim) => victim.clone(),
            None => self.import_foreign(number, Source::Secret(arn.clone())),
        };
        create(&self.aws, &self.state, name, &certificate, Tool::default());
        perform(&self.aws, &self.state, name, SecretAction::Write(written));
        match victim {
            Some(victim) => self.tag(&victim, &arn, Some(name.to_owned())),
            None => self.attacks.last_mut().into_iter().for_each(|attack| attack.secret = Some(name.to_owned())),
        }
        self.publish_operator_events();
    }

    /// A certificate for names that nobody here has.
    fn import_foreign(&mut self, number: usize, source: Source) -> String {
        let blueprint = Blueprint {
            kind: CertificateKind::Managed,
            key: Key::P256,
            names: vec![format!("login-{number}.bank.example")],
            days: 90,
            ca: None,
            issuer: self.cas.default.clone(),
            source: source.clone(),
            in_use: false,
            is_n2: false,
        };
        let spec = blueprint.spec(&self.aws, self.rng.i64(1..60), 0);
        let spec = blueprint.source.tags().iter().fold(spec, |spec, (key, value)| spec.tag(key, value));
        let arn = self.aws.insert_certificate(spec);
        self.state.enter(&self.aws, &arn, blueprint);
        self.note_attack(&arn, true, None, &source);
        arn
    }

    fn tag(&mut self, victim: &str, secret: &str, own: Option<String>) {
        let source = Source::Secret(secret.to_owned());
        self.note_attack(victim, false, own, &source);
        let tags = source.tags();
        operators::perform(&self.aws, &self.state, victim, &Action::Set(tags));
    }

    fn note_attack(&mut self, arn: &str, is_foreign: bool, own: Option<String>, source: &Source) {
        let now = self.aws.now();
        self.summary.attacks += 1;
        let short = arn.rsplit('/').next().unwrap_or_default();
        self.log.note_about(arn, format!("{now} attacker renews {short} from {source:?}"));
        let until = now + SignedDuration::from_hours(24 * self.rng.i64(2..40));
        self.attacks.push(Attack { certificate: arn.to_owned(), is_foreign, secret: own, until });
    }

    /// An operator notices.
    fn undo(&mut self, attack: Attack) {
        let Attack { certificate, is_foreign, secret, .. } = attack;
        if let Some(name) = secret {
            self.aws.remove_secret(&name);
            self.state.lock().secrets.all.remove(&name);
        }
        if is_foreign {
            self.aws.remove_certificate(&certificate);
            self.state.lock().certificates.remove(&certificate);
            return;
        }
        let Some(blueprint) = self.state.lock().certificates.get(&certificate).map(|one| one.blueprint.clone()) else {
            return;
        };
        operators::perform(&self.aws, &self.state, &certificate, &Action::Remove(vec![SECRET.to_owned()]));
        operators::perform(&self.aws, &self.state, &certificate, &Action::Set(blueprint.source.tags()));
    }
}
