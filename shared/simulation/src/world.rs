//! A world: one account, the functions, and everything that happens to them.

use std::sync::atomic::{AtomicU32, Ordering};

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};
use lambda::Metrics;
use serde_json::Value;
use simulated_aws::Aws;

use crate::call_log::Record;
use crate::config_recorder;
use crate::event_queue::{Agenda, Happening, Message};
use crate::model_state::Shared;
use crate::parameters::{Parameters, Weather};
use crate::population::{Cas, populate};
use crate::report::{Broken, Check, Summary, Violation};
use crate::template::Template;
use crate::wiring::{Wiring, template_path};
use crate::zones::{Zones, granted_domains, zone_roles};

pub(crate) const ACCOUNT: &str = "123456789012";
/// Where life begins.
const BEGIN: &str = "2026-01-01T00:00:00Z";
pub(crate) const EXPIRY_EVENTS: &str = "ExpiryEventsFunction";
pub(crate) const DNS_VALIDATION: &str = "DnsValidationFunction";
pub(crate) const COMPLIANCE_RULES: &str = "ComplianceRulesFunction";
pub(crate) const IMPORTED_RENEWAL: &str = "ImportedRenewalFunction";

/// A world.
pub struct World {
    pub(crate) parameters: Parameters,
    pub(crate) weather: Weather,
    pub(crate) aws: Aws,
    pub(crate) cas: Cas,
    pub(crate) rng: Rng,
    pub(crate) wiring: Wiring,
    pub(crate) agenda: Agenda,
    pub(crate) ledger: Shared,
    pub(crate) record: Record,
    pub(crate) begin: Timestamp,
    pub(crate) numbered: usize,
    pub(crate) issued: usize,
    pub(crate) disabled: Option<(String, i64)>,
    pub(crate) quiet: bool,
    pub(crate) summary: Summary,
    pub(crate) functions: Functions,
    region: String,
    pub(crate) sdk: SdkConfig,
    /// AWS Config; none in worlds without rules of ours.
    pub(crate) config: Option<config_recorder::Recorder>,
}

/// The functions' processes.
pub(crate) struct Functions {
    pub(crate) expiry_events: expiry_events::Handler,
    pub(crate) imported_renewal: imported_renewal::Handler,
    /// Only in worlds with hosted zones.
    pub(crate) dns_validation: Option<dns_validation::Handler>,
    /// Only in worlds with rules of AWS Config.
    pub(crate) compliance_rules: Option<compliance_rules::Handler>,
    pub(crate) metrics: Metrics,
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("World").field("parameters", &self.parameters).finish_non_exhaustive()
    }
}

impl World {
    /// A world with its certificates, at the begin of its life.
    ///
    /// # Panics
    /// When the template is not understood or the functions do not start with its configuration.
    pub fn new(parameters: Parameters) -> Self {
        let mut world = Self::empty(parameters);
        let World { aws, ledger, cas, rng, .. } = &mut world;
        populate(aws, ledger, cas, parameters.certificates, rng);
        world.numbered = parameters.certificates;
        world
    }

    /// A world without certificates.
    ///
    /// # Panics
    /// As [`World::new`].
    pub fn empty(parameters: Parameters) -> Self {
        // The SDK's clients share a budget for retries per service and Region in a process; a Region of its
        // own keeps one world from using up that of another.
        static NEXT: AtomicU32 = AtomicU32::new(1000);
        let region = format!("us-east-{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let begin: Timestamp = BEGIN.parse().expect("a time");
        let aws = Aws::in_account(begin, ACCOUNT, &region);
        let weather = parameters.weather();
        let cas = Cas::create(&aws);
        aws.create_topic("NoticeTopic");
        let sweep: &[(&str, &str)] = if weather.template_rate { &[] } else { &[("SweepSchedule", "rate(1 day)")] };
        let has_zones = parameters.has_zones();
        let (roles, domains) = (zone_roles(), granted_domains());
        let given: &[(&str, &str)] = &[
            ("DefaultPrivateCaArn", cas.default.as_str()),
            ("PrivateCaArns", "*"),
            ("AllowIssuerChange", if parameters.issuer_may_change() { "true" } else { "false" }),
            ("DeployComplianceRules", if parameters.has_config_rules() { "true" } else { "false" }),
            ("ComplianceRules", parameters.config_rules()),
            ("DeployDnsValidation", if has_zones { "true" } else { "false" }),
            ("ZoneRoles", &roles),
            ("ValidationDomains", &domains),
            // Look-ups would leave the simulated world.
            ("DnsLookups", "false"),
        ];
        let given = [sweep, given].concat();
        let wiring = Wiring::of(&Template::read(&template_path(), ACCOUNT, &region, &given));
        // How many numbers the SDK draws for the jitter of its pauses depends on what it did before in this
        // process, so it gets none.
        let retries = RetryConfig::standard().with_use_static_exponential_base(true);
        // In process bodies are whole and cannot stall; watching them costs time.
        let unwatched = StalledStreamProtectionConfig::disabled();
        let sdk = aws.sdk_config().into_builder().retry_config(retries).stalled_stream_protection(unwatched).build();
        let functions = Functions::start(&wiring, &sdk);
        let config = parameters.has_config_rules().then(|| config_recorder::Recorder::create(&aws, &cas));
        let ledger = Shared::default();
        if has_zones {
            aws.set_name_quota(100);
            ledger.open().zones = Zones::create(&aws);
        }
        let mut rng = Rng::with_seed(parameters.seed);
        if weather.slow {
            aws.set_call_duration(SignedDuration::from_millis(rng.i64(20..400)));
            aws.set_issuance_delay(SignedDuration::from_secs([1, 5, 20, 50][rng.usize(..4)]));
            aws.enforce_quotas();
            aws.interleave();
        }
        let mut world = Self {
            parameters,
            weather,
            aws,
            cas,
            rng,
            wiring,
            agenda: Agenda::default(),
            ledger,
            record: Record::of(&region),
            begin,
            numbered: 0,
            issued: 0,
            disabled: None,
            quiet: false,
            summary: Summary::default(),
            functions,
            region,
            sdk,
            config,
        };
        world.agenda.enter(begin, Happening::Day);
        for (number, every) in world.wiring.config_rules.iter().map(|rule| rule.every).enumerate() {
            if let Some(every) = every {
                let first = SignedDuration::from_secs(world.rng.i64(0..every.as_secs()));
                world.agenda.enter(begin + first, Happening::Evaluate(number));
            }
        }
        for (number, rule) in world.wiring.rules.iter().enumerate() {
            if let Some(every) = rule.every {
                // A rate counts from when the rule was made, at any time of day.
                let first = SignedDuration::from_secs(world.rng.i64(0..every.as_secs()));
                world.agenda.enter(begin + first, Happening::Schedule(number));
            }
        }
        world
    }

    /// The account.
    pub fn aws(&self) -> &Aws {
        &self.aws
    }

    /// Keeps every line of the record, for [`World::record`].
    #[must_use]
    pub fn recording(mut self) -> Self {
        self.record.keep = true;
        self
    }

    /// The record so far: a line for each call.
    pub fn record(&self) -> String {
        self.record.lines.join("\n")
    }

    /// Lives its whole life.
    ///
    /// # Errors
    /// An invariant is broken.
    pub async fn live(&mut self) -> Result<Summary, Box<Violation>> {
        let lived = self.life().await;
        lived.map_err(|broken| self.report(broken))?;
        self.summary.calls = self.record.calls;
        self.summary.digest = self.record.digest();
        #[allow(clippy::cast_precision_loss, reason = "small numbers")]
        let years = self.parameters.days as f64 / 365.0 * self.parameters.certificates as f64;
        self.summary.certificate_years = years;
        Ok(self.summary.clone())
    }

    async fn life(&mut self) -> Check {
        for day in (0..self.parameters.days).step_by(180) {
            let stop = (day + 180).min(self.parameters.days);
            self.until(self.begin + SignedDuration::from_hours(24 * stop)).await?;
            self.settles_down().await?;
        }
        Ok(())
    }

    /// Lives until then.
    ///
    /// # Errors
    /// An invariant is broken.
    pub async fn run(&mut self, span: SignedDuration) -> Result<(), Box<Violation>> {
        let until = self.aws.now() + span;
        let lived = self.until(until).await;
        lived.map_err(|broken| self.report(broken))
    }

    pub(crate) async fn until(&mut self, until: Timestamp) -> Check {
        while let Some((at, happening)) = self.agenda.next(until) {
            self.aws.set_time(self.aws.now().max(at));
            self.happen(happening).await?;
        }
        self.aws.set_time(self.aws.now().max(until));
        Ok(())
    }

    async fn happen(&mut self, happening: Happening) -> Check {
        match happening {
            Happening::Event { bus, event } => {
                self.arrive(&bus, &event);
                Ok(())
            }
            Happening::Invoke { function, event, attempt } => self.run_asynchronously(function, event, attempt).await,
            Happening::Receive { queue, message } => self.receive(queue, message).await,
            Happening::Operator(deed) => {
                self.operator_acts(deed);
                Ok(())
            }
            Happening::Item(arn) => {
                self.make_item(&arn);
                Ok(())
            }
            Happening::Evaluate(number) => {
                self.ask_for_all(number);
                Ok(())
            }
            Happening::Schedule(number) => {
                let rule = self.wiring.rules[number].clone();
                let every = rule.every.expect("it is on a schedule");
                self.agenda.enter(self.aws.now() + every, Happening::Schedule(number));
                for target in &rule.targets {
                    self.send(&target.id, target.input.clone().unwrap_or_default());
                }
                Ok(())
            }
            Happening::Day => {
                let tomorrow = self.aws.now().duration_since(self.begin).as_hours() / 24 + 1;
                self.agenda.enter(self.begin + SignedDuration::from_hours(24 * tomorrow), Happening::Day);
                self.day()
            }
        }
    }

    /// An event comes to a bus: to each target of each rule that it matches.
    fn arrive(&mut self, bus: &str, event: &Value) {
        let targets: Vec<(String, Option<Value>)> =
            self.wiring.targets(bus, event).map(|target| (target.id.clone(), target.input.clone())).collect();
        for (id, input) in targets {
            self.send(&id, input.unwrap_or_else(|| event.clone()));
        }
    }

    fn send(&mut self, target: &str, event: Value) {
        let now = self.aws.now();
        if self.wiring.functions.contains_key(target) {
            self.agenda.enter(now, Happening::Invoke { function: target.to_owned(), event, attempt: 0 });
        } else {
            let message = Message { body: event, receives: 0, first_received: None };
            self.agenda.enter(now, Happening::Receive { queue: target.to_owned(), message });
        }
    }

    /// An event sets out. It may be lost, late, or come twice.
    pub(crate) fn set_out(&mut self, bus: &str, event: Value, at: Timestamp) {
        let weather = self.weather;
        let enter = |world: &mut Self, late: bool| {
            let delay = if late { world.rng.i64(0..86_400) } else { 1 };
            let happening = Happening::Event { bus: bus.to_owned(), event: event.clone() };
            world.agenda.enter(at + SignedDuration::from_secs(delay), happening);
        };
        if self.quiet {
            return enter(self, false);
        }
        // CloudTrail's records are not at best effort, and nothing else tells of a tag. Of a request the sweep does.
        let is_record = event["detail-type"] == "AWS API Call via CloudTrail"
            && event["detail"]["eventName"] != "RequestCertificate";
        if !is_record && self.chance(weather.lost) {
            self.ledger.open().abandon(self.aws.now(), &event);
            return;
        }
        let late = self.chance(weather.late);
        enter(self, late);
        if self.chance(weather.doubled) {
            let late = self.chance(weather.late);
            enter(self, late);
        }
    }

    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        // No number is drawn for what cannot happen, so that calm worlds do not depend on it.
        probability > 0.0 && self.rng.f64() < probability
    }

    /// The functions' processes are replaced by new ones.
    pub(crate) fn restart(&mut self) {
        self.functions = Functions::start(&self.wiring, &self.sdk);
    }

    pub(crate) fn region(&self) -> &str {
        &self.region
    }

    pub(crate) fn report(&self, broken: Broken) -> Box<Violation> {
        Box::new(Violation {
            parameters: self.parameters,
            at: self.aws.now(),
            day: self.aws.now().duration_since(self.begin).as_hours() / 24,
            about: self.record.last_about(&broken.certificate),
            broken,
            last_calls: self.record.last(),
        })
    }
}

impl Functions {
    pub(crate) fn start(wiring: &Wiring, sdk: &SdkConfig) -> Self {
        let environment = |id: &str| wiring.functions[id].environment();
        let expiry = expiry_events::Config::read(&environment(EXPIRY_EVENTS)).expect("the template configures it");
        let renewal =
            imported_renewal::Config::read(&environment(IMPORTED_RENEWAL)).expect("the template configures it");
        let dns_validation = wiring.functions.contains_key(DNS_VALIDATION).then(|| {
            let config =
                dns_validation::Config::read(&environment(DNS_VALIDATION)).expect("the template configures it");
            dns_validation::Handler::new(config, sdk)
        });
        let compliance_rules = wiring.functions.contains_key(COMPLIANCE_RULES).then(|| {
            let config =
                compliance_rules::Config::read(&environment(COMPLIANCE_RULES)).expect("the template configures it");
            compliance_rules::Handler::new(config, sdk)
        });
        Self {
            dns_validation,
            compliance_rules,
            expiry_events: expiry_events::Handler::new(expiry, sdk),
            imported_renewal: imported_renewal::Handler::new(renewal, sdk),
            metrics: Metrics::new("simulation"),
        }
    }
}
