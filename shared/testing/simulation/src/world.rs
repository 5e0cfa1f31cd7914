//! A world: one account, the functions, and the loop that processes events.

use std::sync::atomic::{AtomicU32, Ordering};

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};
use simulated_aws::{Aws, Trail};

use crate::acme_ca::AcmeCa;
use crate::call_log::CallLog;
use crate::config_recorder;
use crate::event_queue::{EventQueue, ScheduledEvent};
use crate::model_state::SharedState;
use crate::organization::{Organization, second_region};
use crate::parameters::{FaultProfile, Parameters};
use crate::population::{Cas, populate};
use crate::processes::Functions;
use crate::report::{Broken, Check, Summary, Violation};
use crate::secrets::attacks::Attack;
use crate::secrets::{GRANTED, SecretEvents};
use crate::template::Template;
use crate::wiring::{Wiring, compliance_template_path, template_path};
use crate::zones::{Zones, granted_domains, zone_roles};

pub(crate) const ACCOUNT: &str = "123456789012";
/// When each world starts.
const START: &str = "2026-01-01T00:00:00Z";
pub(crate) const EXPIRY_EVENTS: &str = "ExpiryEventsFunction";
pub(crate) const DNS_VALIDATION: &str = "DnsValidationFunction";
pub(crate) const COMPLIANCE_RULES: &str = "ComplianceRulesFunction";
pub(crate) const IMPORTED_RENEWAL: &str = "ImportedRenewalFunction";

/// A world.
pub struct World {
    pub(crate) parameters: Parameters,
    pub(crate) faults: FaultProfile,
    pub(crate) aws: Aws,
    pub(crate) cas: Cas,
    pub(crate) rng: Rng,
    pub(crate) wiring: Wiring,
    pub(crate) events: EventQueue,
    pub(crate) state: SharedState,
    pub(crate) log: CallLog,
    pub(crate) start: Timestamp,
    pub(crate) numbered: usize,
    pub(crate) issued: usize,
    pub(crate) disabled: Option<(String, i64)>,
    pub(crate) quiet: bool,
    pub(crate) summary: Summary,
    pub(crate) functions: Functions,
    region: String,
    pub(crate) sdk: SdkConfig,
    /// Only in worlds with rules of AWS Config.
    pub(crate) config: Option<config_recorder::Recorder>,
    pub(crate) attacks: Vec<Attack>,
    pub(crate) acme: AcmeCa,
    /// Only in worlds with an organization.
    pub(crate) organization: Option<Organization>,
    /// When the last action on a secret that was planned takes place.
    pub(crate) last_secret_action: Timestamp,
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("World").field("parameters", &self.parameters).finish_non_exhaustive()
    }
}

impl World {
    /// A world with its certificates, on its first day.
    ///
    /// # Panics
    /// When the template is not understood or the functions do not start with its configuration.
    pub fn new(parameters: Parameters) -> Self {
        let mut world = Self::empty(parameters);
        let World { aws, state, cas, rng, .. } = &mut world;
        populate(aws, state, cas, parameters.certificates, rng);
        // What was written before the world starts.
        state.lock().operator_events.clear();
        world.numbered = parameters.certificates;
        world.populate_spokes();
        world
    }

    /// A world without certificates.
    ///
    /// # Panics
    /// As [`World::new`].
    pub fn empty(parameters: Parameters) -> Self {
        // The SDK's clients share a retry budget per service and Region in a process. A Region for each world keeps worlds
        // independent of each other.
        static NEXT: AtomicU32 = AtomicU32::new(1000);
        let region = format!("us-east-{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let start: Timestamp = START.parse().expect("a time");
        let aws = Aws::in_account(start, ACCOUNT, &region);
        let faults = parameters.fault_profile();
        aws.set_tagging_delay(faults.tagging_delay);
        // Operators' calls reach the functions.
        aws.set_trail(Trail::new("calls"));
        let cas = Cas::create(&aws);
        aws.create_topic("NoticeTopic");
        let acme = AcmeCa::create(&aws, parameters.has_acme());
        let acme_settings = if parameters.has_acme() { AcmeCa::settings(&aws, &cas) } else { "{}".to_owned() };
        let mut organization = parameters
            .has_organization()
            .then(|| Organization::create(&aws, &region, &cas.default, parameters.asks_organizations()));
        let spokes = organization.as_ref().map_or_else(|| "{}".to_owned(), Organization::settings);
        let mut wiring = read_wiring(parameters, faults, &cas, &region, &acme_settings, &spokes);
        if let Some(organization) = &mut organization {
            organization.connect(&aws, &mut wiring);
        }
        let sdk = sdk_config(&aws);
        let functions = Functions::start(&wiring, &sdk, &aws);
        let config = parameters.has_config_rules().then(|| config_recorder::Recorder::create(&aws, &cas));
        let state = SharedState::default();
        {
            let mut state = state.lock();
            state.secret_events = SecretEvents::of_seed(parameters.seed);
            state.issuer_may_change = parameters.issuer_may_change();
            state.has_acme = parameters.has_acme();
        }
        if parameters.has_zones() {
            aws.set_name_quota(100);
            state.lock().zones = Zones::create(&aws);
        }
        let mut rng = Rng::with_seed(parameters.seed);
        if faults.slow {
            slow_down(&aws, &mut rng);
        }
        let mut world = Self {
            parameters,
            faults,
            aws,
            cas,
            rng,
            wiring,
            events: EventQueue::default(),
            state,
            log: CallLog::new(vec![region.clone(), second_region(&region)]),
            start,
            numbered: 0,
            issued: 0,
            disabled: None,
            quiet: false,
            summary: Summary::default(),
            functions,
            region,
            sdk,
            config,
            attacks: Vec::new(),
            acme,
            organization,
            last_secret_action: start,
        };
        world.schedule_first_events();
        world
    }

    fn schedule_first_events(&mut self) {
        self.events.schedule(self.start, ScheduledEvent::NewDay);
        for (number, every) in self.wiring.config_rules.iter().map(|rule| rule.every).enumerate() {
            if let Some(every) = every {
                let first = SignedDuration::from_secs(self.rng.i64(0..every.as_secs()));
                self.events.schedule(self.start + first, ScheduledEvent::EvaluateRule(number));
            }
        }
        for (number, rule) in self.wiring.rules.iter().enumerate() {
            if let Some(every) = rule.every {
                // A rate counts from the rule's creation, at any time of day.
                let first = SignedDuration::from_secs(self.rng.i64(0..every.as_secs()));
                self.events.schedule(self.start + first, ScheduledEvent::FireRule(number));
            }
        }
    }

    /// The simulated AWS.
    pub fn aws(&self) -> &Aws {
        &self.aws
    }

    /// Keeps every line of the log, for [`World::call_log`].
    #[must_use]
    pub fn with_full_log(mut self) -> Self {
        self.log.keep = true;
        self
    }

    /// The log so far, with a line for each call.
    pub fn call_log(&self) -> String {
        self.log.lines.join("\n")
    }

    /// Runs the world for all its days.
    ///
    /// # Errors
    /// An invariant is broken.
    pub async fn run_to_end(&mut self) -> Result<Summary, Box<Violation>> {
        let result = self.run_all_days().await;
        result.map_err(|broken| self.report(broken))?;
        self.summary.calls = self.log.calls;
        self.summary.digest = self.log.digest();
        #[allow(clippy::cast_precision_loss, reason = "small numbers")]
        let years = self.parameters.days as f64 / 365.0 * self.parameters.certificates as f64;
        self.summary.certificate_years = years;
        Ok(self.summary.clone())
    }

    async fn run_all_days(&mut self) -> Check {
        for day in (0..self.parameters.days).step_by(180) {
            let stop = (day + 180).min(self.parameters.days);
            self.run_until(self.start + SignedDuration::from_hours(24 * stop)).await?;
            self.check_quiescence().await?;
        }
        Ok(())
    }

    /// Runs the world for this long.
    ///
    /// # Errors
    /// An invariant is broken.
    pub async fn run_for(&mut self, span: SignedDuration) -> Result<(), Box<Violation>> {
        let until = self.aws.now() + span;
        let result = self.run_until(until).await;
        result.map_err(|broken| self.report(broken))
    }

    pub(crate) async fn run_until(&mut self, until: Timestamp) -> Check {
        if self.parameters.has_acme() {
            self.register_acme_account().await;
        }
        while let Some((at, scheduled)) = self.events.pop_due(until) {
            self.aws.set_time(self.aws.now().max(at));
            self.process(scheduled).await?;
        }
        self.aws.set_time(self.aws.now().max(until));
        Ok(())
    }

    async fn process(&mut self, scheduled: ScheduledEvent) -> Check {
        match scheduled {
            ScheduledEvent::Arrive { bus, event } => {
                self.route(&bus, &event);
                Ok(())
            }
            ScheduledEvent::Invoke { function, event, tries } => self.invoke_async(function, event, tries).await,
            ScheduledEvent::Receive { queue, message } => self.receive(queue, message).await,
            ScheduledEvent::Operator(action) => {
                self.perform_operator_action(action);
                Ok(())
            }
            ScheduledEvent::ConfigItem(arn) => {
                self.record_item(&arn);
                Ok(())
            }
            ScheduledEvent::EvaluateRule(number) => {
                self.evaluate_all(number);
                Ok(())
            }
            ScheduledEvent::FireRule(number) => {
                let rule = self.wiring.rules[number].clone();
                let every = rule.every.expect("it has a schedule");
                self.events.schedule(self.aws.now() + every, ScheduledEvent::FireRule(number));
                for target in &rule.targets {
                    self.send_to(&target.id, target.input.clone().unwrap_or_default());
                }
                Ok(())
            }
            ScheduledEvent::NewDay => {
                let tomorrow = self.aws.now().duration_since(self.start).as_hours() / 24 + 1;
                self.events.schedule(self.start + SignedDuration::from_hours(24 * tomorrow), ScheduledEvent::NewDay);
                self.run_day()
            }
        }
    }

    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        // No number is drawn for impossible events, so calm worlds do not depend on the other probabilities.
        probability > 0.0 && self.rng.f64() < probability
    }

    /// New processes replace those of the functions.
    pub(crate) fn restart(&mut self) {
        self.functions = Functions::start(&self.wiring, &self.sdk, &self.aws);
    }

    pub(crate) fn region(&self) -> &str {
        &self.region
    }

    pub(crate) fn report(&self, broken: Broken) -> Box<Violation> {
        Box::new(Violation {
            parameters: self.parameters,
            at: self.aws.now(),
            day: self.aws.now().duration_since(self.start).as_hours() / 24,
            about: self.log.last_about(&broken.certificate),
            broken,
            last_calls: self.log.last(),
        })
    }
}

fn read_wiring(
    parameters: Parameters,
    faults: FaultProfile,
    cas: &Cas,
    region: &str,
    acme_settings: &str,
    organization: &str,
) -> Wiring {
    let sweep: &[(&str, &str)] = if faults.template_sweep_rate { &[] } else { &[("SweepSchedule", "rate(1 day)")] };
    let (roles, domains) = (zone_roles(), granted_domains());
    let allowed_cas = format!("{},*", cas.default);
    let allowed_secrets = format!("arn:aws:secretsmanager:{region}:{ACCOUNT}:secret:{GRANTED}*");
    let functions = if parameters.has_zones() {
        "expiry-events,imported-renewal,dns-validation"
    } else {
        "expiry-events,imported-renewal"
    };
    let given: &[(&str, &str)] = &[
        ("PrivateCaArns", &allowed_cas),
        ("SecretArns", &allowed_secrets),
        ("AcmeSettings", acme_settings),
        ("OrganizationSettings", organization),
        ("AllowIssuerChange", if parameters.issuer_may_change() { "true" } else { "false" }),
        ("Functions", functions),
        ("ZoneRoles", &roles),
        ("ValidationDomains", &domains),
        // DNS lookups would leave the simulated world.
        ("Settings", r#"{"dnsLookups": false}"#),
    ];
    let given = [sweep, given].concat();
    let wiring = Wiring::read(&Template::read(&template_path(), ACCOUNT, region, &given));
    if !parameters.has_config_rules() {
        return wiring;
    }
    let given = [("Rules", parameters.config_rules())];
    wiring.and(Wiring::read(&Template::read(&compliance_template_path(), ACCOUNT, region, &given)))
}

fn sdk_config(aws: &Aws) -> SdkConfig {
    // How many random numbers the SDK draws for backoff jitter depends on earlier calls of this process, so there
    // is no jitter.
    let retries = RetryConfig::standard().with_use_static_exponential_base(true);
    // In-process bodies are complete and cannot stall, and the check costs time.
    let unwatched = StalledStreamProtectionConfig::disabled();
    aws.sdk_config().into_builder().retry_config(retries).stalled_stream_protection(unwatched).build()
}

fn slow_down(aws: &Aws, rng: &mut Rng) {
    aws.set_call_duration(SignedDuration::from_millis(rng.i64(20..400)));
    aws.set_issuance_delay(SignedDuration::from_secs([1, 5, 20, 50][rng.usize(..4)]));
    aws.enforce_quotas();
    aws.interleave();
}
