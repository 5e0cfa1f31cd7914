//! AWS Config: records items of certificates and CAs, and has rules evaluated.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use simulated_aws::{Aws, Key, PrivateCaSpec};

use crate::aws_events::finding;
use crate::config_checker;
use crate::dead_letters::Tries;
use crate::event_queue::ScheduledEvent;
use crate::population::Cas;
use crate::report::Check;
use crate::wiring::ConfigRule;
use crate::world::{ACCOUNT, World};

/// The rules, as the template's parameter names them.
pub(crate) const RULES: &str = "certificate-expiry,certificate-expired-in-use,renewal-status,ca-status";
/// Rules that need only a listing of certificates.
pub(crate) const CHEAP_RULES: &str = "certificate-expiry,certificate-expired-in-use,ca-status";

pub(crate) const CERTIFICATE: &str = "AWS::ACM::Certificate";
pub(crate) const AUTHORITY: &str = "AWS::ACMPCA::CertificateAuthority";

/// What rules evaluate, in ACM and AWS Private CA.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Resource {
    Certificate {
        imported: bool,
        status: String,
        expiry: Timestamp,
        in_use: bool,
        imported_at: Option<Timestamp>,
        tags: BTreeMap<String, String>,
    },
    Authority {
        status: String,
        is_root: bool,
    },
}

impl Resource {
    pub(crate) fn read(aws: &Aws, arn: &str) -> Option<Self> {
        if let Some(status) = aws.ca_status(arn) {
            let is_root = aws.private_ca(arn)?.chain.is_none();
            return Some(Self::Authority { status, is_root });
        }
        let current = aws.certificate(arn)?;
        // AWS Config does not record expiry as a change.
        let status = if current.status == "EXPIRED" { "ISSUED".to_owned() } else { current.status };
        Some(Self::Certificate {
            imported: current.kind == "IMPORTED",
            status,
            expiry: current.not_after,
            in_use: !current.in_use_by.is_empty(),
            imported_at: current.imported_at,
            tags: current.tags,
        })
    }

    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Certificate { .. } => CERTIFICATE,
            Self::Authority { .. } => AUTHORITY,
        }
    }
}

/// A resource when it was last read.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) resource: Resource,
    /// The last known change.
    pub(crate) changed: Timestamp,
}

/// AWS Config's recorder, and what is known about its results.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    pub(crate) seen: BTreeMap<String, Seen>,
    /// When deleted resources were deleted.
    pub(crate) gone: BTreeMap<String, Timestamp>,
    /// Rule and resource, where the notification of the deletion never reached the function.
    pub(crate) missed_deletions: BTreeSet<(String, String)>,
    /// When Lambda last gave up on a rule.
    pub(crate) failed: BTreeMap<String, Timestamp>,
    /// Resources with an item scheduled.
    due: BTreeSet<String>,
    /// Rule and resource with a non-compliant result.
    non_compliant: BTreeSet<(String, String)>,
    /// A subordinate CA that is sometimes disabled.
    subordinate: String,
    authorities: Vec<String>,
}

impl Recorder {
    pub(crate) fn create(aws: &Aws, cas: &Cas) -> Self {
        let spec = PrivateCaSpec::new(Key::P256).common_name("Subordinate").subordinate_of(&cas.default);
        let subordinate = aws.insert_private_ca(spec);
        let authorities = cas.all().into_iter().cloned().chain([subordinate.clone()]).collect();
        Self { subordinate, authorities, ..Self::default() }
    }
}

impl World {
    pub(crate) fn config_daily(&mut self) -> Check {
        let Some(recorder) = &self.config else { return Ok(()) };
        let mut all: BTreeSet<String> = recorder.seen.keys().chain(&recorder.authorities).cloned().collect();
        {
            let state = self.state.lock();
            all.extend(state.certificates.keys().chain(state.requested.keys()).cloned());
        }
        let subordinate = recorder.subordinate.clone();
        if !self.quiet && self.rng.u8(..40) == 0 {
            let is_active = self.aws.ca_status(&subordinate).is_some_and(|status| status == "ACTIVE");
            self.aws.set_ca_status(&subordinate, if is_active { "DISABLED" } else { "ACTIVE" });
        }
        self.detect_changes(&all);
        let is_late = self.faults.late_event > 0.0;
        self.config.as_ref().map_or(Ok(()), |recorder| {
            config_checker::check_results(&self.aws, recorder, &self.wiring.config_rules, is_late)
        })
    }

    /// Detects changes among these. AWS Config records an item for each within minutes.
    pub(crate) fn detect_changes(&mut self, arns: &BTreeSet<String>) {
        let Some(recorder) = &mut self.config else { return };
        let now = self.aws.now();
        for arn in arns {
            let current = Resource::read(&self.aws, arn);
            match &current {
                Some(resource) => {
                    if recorder.seen.get(arn).is_some_and(|seen| seen.resource == *resource) {
                        continue;
                    }
                    recorder.seen.insert(arn.clone(), Seen { resource: resource.clone(), changed: now });
                }
                None => {
                    if recorder.seen.remove(arn).is_none() {
                        continue;
                    }
                    recorder.gone.insert(arn.clone(), now);
                }
            }
            if recorder.due.insert(arn.clone()) {
                let soon = SignedDuration::from_secs(self.rng.i64(30..900));
                self.events.schedule(now + soon, ScheduledEvent::ConfigItem(arn.clone()));
            }
        }
    }

    /// Records an item and notifies its rules. Notifications may be lost, late or duplicated.
    pub(crate) fn record_item(&mut self, arn: &str) {
        let Some(recorder) = &mut self.config else { return };
        recorder.due.remove(arn);
        let now = self.aws.now();
        let item = self.aws.certificate_item(arn).or_else(|| self.aws.private_ca_item(arn));
        let is_gone = item.is_none();
        let item = item.unwrap_or_else(|| deleted_item(&self.aws, arn));
        let invoking = json!({
            "configurationItemDiff": null,
            "configurationItem": item,
            "notificationCreationTime": now.to_string(),
            "messageType": "ConfigurationItemChangeNotification",
            "recordVersion": "1.3",
        });
        let rules: Vec<ConfigRule> = self
            .wiring
            .config_rules
            .iter()
            .filter(|rule| rule.on_change && rule.resource_types.iter().any(|kind| item["resourceType"] == **kind))
            .cloned()
            .collect();
        for rule in rules {
            let faults = self.faults;
            if !self.quiet && self.chance(faults.lost_event) {
                if let Some(recorder) = self.config.as_mut().filter(|_| is_gone) {
                    recorder.missed_deletions.insert((rule.name.clone(), arn.to_owned()));
                }
                continue;
            }
            let times = if !self.quiet && self.chance(faults.duplicate_event) { 2 } else { 1 };
            for _ in 0..times {
                let late = !self.quiet && self.chance(faults.late_event);
                let delay = if late { self.rng.i64(0..86_400) } else { 1 };
                let event = notification(&self.aws, &rule, &invoking);
                let function = rule.function.clone();
                let scheduled = ScheduledEvent::Invoke { function, event, tries: Tries::default() };
                self.events.schedule(now + SignedDuration::from_secs(delay), scheduled);
            }
        }
    }

    /// Starts the scheduled evaluation of a rule.
    pub(crate) fn evaluate_all(&mut self, number: usize) {
        let rule = self.wiring.config_rules[number].clone();
        let now = self.aws.now();
        if let Some(every) = rule.every {
            self.events.schedule(now + every, ScheduledEvent::EvaluateRule(number));
        }
        let invoking = json!({
            "awsAccountId": ACCOUNT,
            "notificationCreationTime": now.to_string(),
            "messageType": "ScheduledNotification",
            "recordVersion": "1.0",
        });
        let event = notification(&self.aws, &rule, &invoking);
        self.events.schedule(now, ScheduledEvent::Invoke { function: rule.function, event, tries: Tries::default() });
    }

    /// Lambda does not retry any more.
    pub(crate) fn record_dead_letter(&mut self, event: &Value) {
        let Some(recorder) = &mut self.config else { return };
        let Some(rule) = event["configRuleName"].as_str() else { return };
        recorder.failed.insert(rule.to_owned(), self.aws.now());
        let invoking: Value =
            event["invokingEvent"].as_str().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        let item = &invoking["configurationItem"];
        if let Some(arn) = item["resourceId"].as_str().filter(|_| item["configurationItemStatus"] == "ResourceDeleted")
        {
            recorder.missed_deletions.insert((rule.to_owned(), arn.to_owned()));
        }
    }

    /// After a run of the function, AWS Config reports each result that became non-compliant.
    pub(crate) fn process_results(&mut self) {
        let now = self.aws.now();
        let changed: BTreeSet<String> =
            self.aws.take_evaluations().into_iter().filter_map(|evaluation| evaluation.rule).collect();
        for rule in changed {
            let results = self.aws.results(&rule);
            let Some(recorder) = &mut self.config else { return };
            let mut findings = Vec::new();
            for result in results {
                let key = (rule.clone(), result.resource_id);
                if result.compliance != "NON_COMPLIANT" {
                    recorder.non_compliant.remove(&key);
                } else if recorder.non_compliant.insert(key.clone()) && result.resource_type == CERTIFICATE {
                    findings.push(key.1);
                }
            }
            for arn in findings {
                self.publish("default", finding(&arn, &rule, now), now);
            }
        }
    }
}

/// What AWS Config sends to a rule's function (developer guide, "Example events for AWS Config rules").
fn notification(aws: &Aws, rule: &ConfigRule, invoking: &Value) -> Value {
    json!({
        "version": "1.0",
        "invokingEvent": invoking.to_string(),
        "ruleParameters": rule.parameters.to_string(),
        "resultToken": aws.new_result_token(&rule.name),
        "eventLeftScope": false,
        "executionRoleArn": format!("arn:aws:iam::{ACCOUNT}:role/config-role"),
        "configRuleArn": format!("arn:aws:config:{}:{ACCOUNT}:config-rule/config-rule-0123456", aws.region()),
        "configRuleName": rule.name,
        "configRuleId": "config-rule-0123456",
        "accountId": ACCOUNT,
    })
}

/// The item of a deleted certificate.
fn deleted_item(aws: &Aws, arn: &str) -> Value {
    json!({
        "relatedEvents": [],
        "relationships": [],
        "configuration": null,
        "supplementaryConfiguration": {},
        "tags": {},
        "configurationItemVersion": "1.3",
        "configurationItemCaptureTime": aws.now().to_string(),
        "configurationStateId": aws.now().as_millisecond(),
        "awsAccountId": ACCOUNT,
        "configurationItemStatus": "ResourceDeleted",
        "resourceType": CERTIFICATE,
        "resourceId": arn,
        "resourceName": null,
        "ARN": arn,
        "awsRegion": aws.region(),
        "availabilityZone": null,
        "configurationStateMd5Hash": "",
        "resourceCreationTime": null,
    })
}

#[cfg(test)]
mod tests;
