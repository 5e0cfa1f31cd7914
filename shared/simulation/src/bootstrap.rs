//! Worlds that are set up by hand, for tests of one scenario.

use jiff::SignedDuration;
use simulated_aws::Key;

use crate::World;
use crate::model_state::is_ours;
use crate::population::{Blueprint, Type};
use crate::report::Violation;
use crate::zones::{Act, Wanted};

/// What a certificate has come to, without what depends on when it did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Whether it was replaced.
    pub replaced: bool,
    /// Our tags but the times in them, and only that there were attempts. Of a certificate that was replaced,
    /// what was told of the end of the one before does not matter: a notice that could not be sent does not
    /// keep a certificate from being renewed, and then there is nothing more to tell.
    pub ours: Vec<String>,
    /// The operators' tags.
    pub theirs: Vec<String>,
    /// Kinds of the notices about ends, with their milestones.
    pub told: Vec<String>,
    /// Its validation records that are in their zones with the right value.
    pub records: Vec<String>,
    /// The cause that was told for records that are not.
    pub cause: Option<String>,
}

impl World {
    /// Nothing happens but what ACM, the schedule and the functions do.
    #[must_use]
    pub fn undisturbed(mut self) -> Self {
        self.quiet = true;
        self
    }

    /// Every event and message is delivered twice at the same time.
    #[must_use]
    pub fn twice(mut self) -> Self {
        self.weather.together = 1.0;
        self
    }

    /// After the death of each run an operator acts, before it is tried again.
    #[must_use]
    pub fn meddled_with(mut self) -> Self {
        self.weather.aftermath = 1.0;
        self
    }

    /// ARN of the CA that the function is configured with.
    pub fn default_ca(&self) -> &str {
        &self.cas.default
    }

    /// Adds an imported certificate of a year, renewed by the functions or only watched.
    pub fn add_imported(&mut self, days_left: i64, managed: bool, tags: &[(&str, &str)]) -> String {
        let kind = if managed { Type::Managed } else { Type::Watched };
        let managed = [("acm-autopilot:renew-from", "private-ca")].into_iter().filter(|_| managed);
        self.add(kind, days_left, &managed.chain(tags.iter().copied()).collect::<Vec<_>>())
    }

    /// Somebody requests a public certificate, and CloudTrail tells of it. Zones: `alpha.example`, `beta.example`,
    /// and in another account `dev.alpha.example`, `gamma.example`.
    pub fn add_requested(&mut self, names: &[&str]) -> String {
        self.request(Blueprint::validated(names.iter().map(|name| (*name).to_owned()).collect()))
    }

    /// Adds a public certificate in use that was validated by the records in the zones, which are there but for
    /// those of the names in `vanished`.
    pub fn add_validated(&mut self, days_left: i64, names: &[&str], vanished: &[&str]) -> String {
        let blueprint = Blueprint::validated(names.iter().map(|name| (*name).to_owned()).collect());
        let spec = blueprint.spec(&self.aws, days_left, 43_200).tag("Owner", "team-1");
        let arn = self.aws.insert_certificate(spec);
        {
            let zones = &mut self.ledger.open().zones;
            zones.want(&self.aws, &arn, &blueprint.names);
            zones.provide(&self.aws, &arn);
            let gone: Vec<String> = vanished.iter().map(|name| self.aws.validation_record(name).name).collect();
            for wanted in zones.wanted[&arn].clone().into_iter().filter(|wanted| gone.contains(&wanted.name)) {
                zones.perform(&self.aws, &Act::RemoveRecord(wanted));
            }
        }
        self.ledger.enter(&self.aws, &arn, blueprint);
        arn
    }

    /// Adds one of ACM's own certificates.
    pub fn add_amazon_issued(&mut self, days_left: i64) -> String {
        self.add(Type::Amazon, days_left, &[])
    }

    fn add(&mut self, kind: Type, days_left: i64, tags: &[(&str, &str)]) -> String {
        self.numbered += 1;
        let names = vec![format!("host-{}.example.com", self.numbered), "www.example.com".to_owned()];
        // Not in use, ACM does nothing about it by itself.
        let in_use = kind != Type::Amazon;
        let issuer = self.cas.default.clone();
        let blueprint = Blueprint { kind, key: Key::P256, names, days: 365, ca: None, issuer, in_use, is_n2: false };
        let spec = blueprint.spec(&self.aws, days_left, 43_200).tag("Owner", "team-1");
        let spec = tags.iter().fold(spec, |spec, (key, value)| spec.tag(key, value));
        let arn = self.aws.insert_certificate(spec);
        self.ledger.enter(&self.aws, &arn, blueprint);
        arn
    }

    /// How many calls there were.
    pub fn calls(&self) -> u64 {
        self.record.calls
    }

    /// Lives for a while, until everything is done.
    ///
    /// # Errors
    /// An invariant is broken, or there is always more to do.
    pub async fn run_and_settle(&mut self, span: SignedDuration) -> Result<(), Box<Violation>> {
        self.run(span).await?;
        let settled = self.settles_down().await;
        self.quiet = true;
        settled.map_err(|broken| self.report(broken))
    }

    /// What a certificate has come to.
    ///
    /// # Panics
    /// When there is no such certificate.
    pub fn outcome(&self, arn: &str, serial_before: &str) -> Outcome {
        let present = self.aws.certificate(arn).expect("it is there");
        let (ours, theirs): (Vec<_>, Vec<_>) = present.tags.iter().partition(|(key, _)| is_ours(key));
        let replaced = present.serial != serial_before;
        let matters = |key: &str| !(key.ends_with(":status-since") || replaced && key.ends_with(":notified"));
        let ours = ours.into_iter().filter(|(key, _)| matters(key)).map(|(key, value)| {
            match key.rsplit(':').next() {
                Some("attempts" | "renewal-of") => format!("{key} is there"),
                // The date differs when the renewal was made a day later.
                Some("notified") => format!("{key}={}", value.split('@').next().unwrap_or_default()),
                _ => format!("{key}={value}"),
            }
        });
        let ledger = self.ledger.open();
        let told = ledger.told.iter().filter(|(about, ..)| about == arn && !replaced);
        let mut told: Vec<String> = told.map(|(_, _, kind, milestone)| format!("{kind} {milestone}")).collect();
        told.sort();
        told.dedup();
        let wanted = ledger.zones.wanted.get(arn).into_iter().flatten();
        let is_there = |wanted: &&Wanted| {
            let zone = wanted.zone.map(|zone| &ledger.zones.all[zone].id);
            let mut records = zone.map(|id| self.aws.records(id)).into_iter().flatten();
            records.any(|record| record.name == wanted.name && record.values == [wanted.value.as_str()])
        };
        let records = wanted.filter(is_there).map(|wanted| wanted.name.clone()).collect();
        let cause = ledger.validation_told.get(arn).map(|last| last.cause().to_owned());
        Outcome {
            replaced,
            ours: ours.collect(),
            theirs: theirs.into_iter().map(|(key, value)| format!("{key}={value}")).collect(),
            told,
            records,
            cause,
        }
    }
}
