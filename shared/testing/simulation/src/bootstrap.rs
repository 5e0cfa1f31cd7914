//! Worlds for tests of a single scenario.

use jiff::SignedDuration;
use simulated_aws::Key;

use crate::World;
use crate::model_state::is_ours;
use crate::population::{Blueprint, CertificateKind};
use crate::report::Violation;
use crate::secrets::actions::{SecretAction, create, perform, reserve};
use crate::secrets::tool::Tool;
use crate::secrets::written::Written;
use crate::source::Source;
use crate::zones::{RequiredRecord, ZoneAction};

/// The final state of a certificate, without what depends on timing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// Whether it was replaced.
    pub replaced: bool,
    /// Our tags without timestamps and counts. For a replaced certificate the expiry notices of the one before do not
    /// matter: a notice that could not be sent does not stop the renewal, after which it is no longer needed.
    pub our_tags: Vec<String>,
    /// Operators' tags.
    pub operator_tags: Vec<String>,
    /// Kinds and milestones of expiry notices.
    pub notified: Vec<String>,
    /// Its validation records that are in their zones with the right value.
    pub records: Vec<String>,
    /// The reported cause of missing records.
    pub cause: Option<String>,
}

impl World {
    /// Only ACM, the schedule and the functions act.
    #[must_use]
    pub fn undisturbed(mut self) -> Self {
        self.quiet = true;
        self
    }

    /// Every event and message is delivered twice at the same time.
    #[must_use]
    pub fn with_concurrent_deliveries(mut self) -> Self {
        self.faults.concurrent_delivery = 1.0;
        self
    }

    /// After each crash an operator acts before the retry.
    #[must_use]
    pub fn with_operators_after_crashes(mut self) -> Self {
        self.faults.operator_after_crash = 1.0;
        self
    }

    /// ARN of the CA that the functions are configured with.
    pub fn default_ca(&self) -> &str {
        &self.cas.default
    }

    /// Adds an imported certificate of a year, renewed by the functions or only monitored.
    pub fn add_imported(&mut self, days_left: i64, managed: bool, tags: &[(&str, &str)]) -> String {
        let kind = if managed { CertificateKind::Managed } else { CertificateKind::Watched };
        let managed = [("acm-autopilot:renew-from", "private-ca")].into_iter().filter(|_| managed);
        self.add(kind, Source::PrivateCa(None), days_left, &managed.chain(tags.iter().copied()).collect::<Vec<_>>())
    }

    /// Adds an imported certificate that is renewed from a secret, which has a newer one or not.
    pub fn add_from_secret(&mut self, days_left: i64, is_delivered: bool) -> String {
        let name = format!("web/host-{}", self.numbered);
        reserve(&self.aws, &self.state, &name);
        let source = Source::Secret(name.clone());
        let tags = source.tags();
        let tags: Vec<_> = tags.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        let arn = self.add(CertificateKind::Managed, source, days_left, &tags);
        create(&self.aws, &self.state, &name, &arn, Tool::default());
        if is_delivered {
            perform(&self.aws, &self.state, &name, SecretAction::Write(Written::Newer));
        }
        self.publish_operator_events();
        arn
    }

    /// Adds an imported certificate that is renewed from the CA that speaks ACME.
    #[cfg(test)]
    pub(crate) fn add_from_acme(&mut self, days_left: i64) -> String {
        let tags = Source::Acme.tags();
        let tags: Vec<_> = tags.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        self.add(CertificateKind::Managed, Source::Acme, days_left, &tags)
    }

    /// Requests a public certificate, which CloudTrail reports. Zones: `alpha.example`, `beta.example`,
    /// and in another account `dev.alpha.example`, `gamma.example`.
    pub fn add_requested(&mut self, names: &[&str]) -> String {
        self.request(Blueprint::validated(names.iter().map(|name| (*name).to_owned()).collect()))
    }

    /// Adds a DNS-validated public certificate in use. Its records are in the zones, except those of the names in
    /// `removed`.
    pub fn add_validated(&mut self, days_left: i64, names: &[&str], removed: &[&str]) -> String {
        let blueprint = Blueprint::validated(names.iter().map(|name| (*name).to_owned()).collect());
        let spec = blueprint.spec(&self.aws, days_left, 43_200).tag("Owner", "team-1");
        let arn = self.aws.insert_certificate(spec);
        {
            let zones = &mut self.state.lock().zones;
            zones.require(&self.aws, &arn, &blueprint.names);
            zones.insert_records(&self.aws, &arn);
            let gone: Vec<String> = removed.iter().map(|name| self.aws.validation_record(name).name).collect();
            for required in zones.required[&arn].clone().into_iter().filter(|required| gone.contains(&required.name)) {
                zones.perform(&self.aws, &ZoneAction::RemoveRecord(required));
            }
        }
        self.state.enter(&self.aws, &arn, blueprint);
        arn
    }

    /// Adds a certificate that ACM issued.
    pub fn add_amazon_issued(&mut self, days_left: i64) -> String {
        self.add(CertificateKind::Amazon, Source::PrivateCa(None), days_left, &[])
    }

    fn add(&mut self, kind: CertificateKind, source: Source, days_left: i64, tags: &[(&str, &str)]) -> String {
        self.numbered += 1;
        let names = vec![format!("host-{}.example.com", self.numbered), "www.example.com".to_owned()];
        // ACM does not renew what is not in use.
        let in_use = kind != CertificateKind::Amazon;
        let issuer = self.cas.default.clone();
        let (key, days, is_n2) = (Key::P256, 365, false);
        let blueprint = Blueprint { kind, key, names, days, ca: None, issuer, source, in_use, is_n2 };
        let spec = blueprint.spec(&self.aws, days_left, 43_200).tag("Owner", "team-1");
        let spec = tags.iter().fold(spec, |spec, (key, value)| spec.tag(key, value));
        let arn = self.aws.insert_certificate(spec);
        self.state.enter(&self.aws, &arn, blueprint);
        arn
    }

    /// How many calls have been made.
    pub fn calls(&self) -> u64 {
        self.log.calls
    }

    /// Runs for this long, and then until nothing is left to do.
    ///
    /// # Errors
    /// An invariant is broken, or something is always left to do.
    pub async fn run_until_quiescent(&mut self, span: SignedDuration) -> Result<(), Box<Violation>> {
        self.run_for(span).await?;
        let settled = self.check_quiescence().await;
        self.quiet = true;
        settled.map_err(|broken| self.report(broken))
    }

    /// The final state of a certificate.
    ///
    /// # Panics
    /// When there is no such certificate.
    pub fn outcome(&self, arn: &str, serial_before: &str) -> Outcome {
        let current = self.aws.certificate(arn).expect("the test created it");
        let (ours, theirs): (Vec<_>, Vec<_>) = current.tags.iter().partition(|(key, _)| is_ours(key));
        let replaced = current.serial != serial_before;
        let matters = |key: &str| !(key.ends_with(":status-since") || replaced && key.ends_with(":notified"));
        let ours = ours.into_iter().filter(|(key, _)| matters(key)).map(|(key, value)| {
            match key.rsplit(':').next() {
                Some("attempts" | "renewal-of") => format!("{key} is there"),
                // The date differs if the renewal was a day later.
                Some("notified") => format!("{key}={}", value.split('@').next().unwrap_or_default()),
                _ => format!("{key}={value}"),
            }
        });
        let state = self.state.lock();
        let notified = state.expiry_notices.iter().filter(|(about, ..)| about == arn && !replaced);
        let mut notified: Vec<String> = notified.map(|(_, _, kind, milestone)| format!("{kind} {milestone}")).collect();
        notified.sort();
        notified.dedup();
        let required = state.zones.required.get(arn).into_iter().flatten();
        let is_there = |required: &&RequiredRecord| {
            let zone = required.zone.map(|zone| &state.zones.all[zone].id);
            let mut records = zone.map(|id| self.aws.records(id)).into_iter().flatten();
            records.any(|record| record.name == required.name && record.values == [required.value.as_str()])
        };
        let records = required.filter(is_there).map(|required| required.name.clone()).collect();
        let cause = state.last_record_notices.get(arn).map(|last| last.cause().to_owned());
        Outcome {
            replaced,
            our_tags: ours.collect(),
            operator_tags: theirs.into_iter().map(|(key, value)| format!("{key}={value}")).collect(),
            notified,
            records,
            cause,
        }
    }
}
