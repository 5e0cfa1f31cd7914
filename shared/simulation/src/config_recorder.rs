//! AWS Config: what it records of certificates and CAs, and when it has rules evaluated.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use simulated_aws::{Aws, Key, PrivateCaSpec};

use crate::aws_events::finding;
use crate::config_checker;
use crate::event_queue::Happening;
use crate::population::Cas;
use crate::report::Check;
use crate::wiring::ConfigRule;
use crate::world::{ACCOUNT, World};

/// The rules that worlds have, as the template's parameter names them.
pub(crate) const RULES: &str = "certificate-expiry,certificate-expired-in-use,renewal-status,ca-status";
/// Those for which a list of certificates is enough.
pub(crate) const CHEAP_RULES: &str = "certificate-expiry,certificate-expired-in-use,ca-status";

pub(crate) const CERTIFICATE: &str = "AWS::ACM::Certificate";
pub(crate) const AUTHORITY: &str = "AWS::ACMPCA::CertificateAuthority";

/// What rules are about, as ACM and AWS Private CA have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Resource {
    Certificate {
        imported: bool,
        status: String,
        end: Timestamp,
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
    pub(crate) fn of(aws: &Aws, arn: &str) -> Option<Self> {
        if let Some(status) = aws.ca_status(arn) {
            let is_root = aws.private_ca(arn)?.chain.is_none();
            return Some(Self::Authority { status, is_root });
        }
        let present = aws.certificate(arn)?;
        // That it ends is no change that AWS Config records.
        let status = if present.status == "EXPIRED" { "ISSUED".to_owned() } else { present.status };
        Some(Self::Certificate {
            imported: present.kind == "IMPORTED",
            status,
            end: present.not_after,
            in_use: !present.in_use_by.is_empty(),
            imported_at: present.imported_at,
            tags: present.tags,
        })
    }

    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Certificate { .. } => CERTIFICATE,
            Self::Authority { .. } => AUTHORITY,
        }
    }
}

/// A resource as it was last seen.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) resource: Resource,
    /// No later change is known of.
    pub(crate) changed: Timestamp,
}

/// AWS Config's recorder, and what there is to know about what it told.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    pub(crate) seen: BTreeMap<String, Seen>,
    /// When those vanished that are not there any more.
    pub(crate) gone: BTreeMap<String, Timestamp>,
    /// Rule and resource whose deletion the function was never told of.
    pub(crate) untold: BTreeSet<(String, String)>,
    /// The last time that a rule was not evaluated, for all that Lambda tried.
    pub(crate) failed: BTreeMap<String, Timestamp>,
    /// Those of which an item is about to be made.
    due: BTreeSet<String>,
    /// Rule and resource that are shown as non-compliant.
    non_compliant: BTreeSet<(String, String)>,
    /// A CA that is not a root, and is now and then disabled.
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
    /// A day of AWS Config.
    pub(crate) fn day_of_config(&mut self) -> Check {
        let Some(recorder) = &self.config else { return Ok(()) };
        let mut all: BTreeSet<String> = recorder.seen.keys().chain(&recorder.authorities).cloned().collect();
        {
            let ledger = self.ledger.open();
            all.extend(ledger.known.keys().chain(ledger.requested.keys()).cloned());
        }
        let subordinate = recorder.subordinate.clone();
        if !self.quiet && self.rng.u8(..40) == 0 {
            let is_active = self.aws.ca_status(&subordinate).is_some_and(|status| status == "ACTIVE");
            self.aws.set_ca_status(&subordinate, if is_active { "DISABLED" } else { "ACTIVE" });
        }
        self.look_for_changes(&all);
        let is_late = self.weather.late > 0.0;
        self.config.as_ref().map_or(Ok(()), |recorder| {
            config_checker::results_tell_the_truth(&self.aws, recorder, &self.wiring.config_rules, is_late)
        })
    }

    /// Sees which of these changed. AWS Config makes an item of each within minutes.
    pub(crate) fn look_for_changes(&mut self, arns: &BTreeSet<String>) {
        let Some(recorder) = &mut self.config else { return };
        let now = self.aws.now();
        for arn in arns {
            let present = Resource::of(&self.aws, arn);
            match &present {
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
                self.agenda.enter(now + soon, Happening::Item(arn.clone()));
            }
        }
    }

    /// An item is made, and the rules about it are to be evaluated. Notifications may be lost, late, or come twice.
    pub(crate) fn make_item(&mut self, arn: &str) {
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
            let weather = self.weather;
            if !self.quiet && self.chance(weather.lost) {
                if let Some(recorder) = self.config.as_mut().filter(|_| is_gone) {
                    recorder.untold.insert((rule.name.clone(), arn.to_owned()));
                }
                continue;
            }
            let times = if !self.quiet && self.chance(weather.doubled) { 2 } else { 1 };
            for _ in 0..times {
                let late = !self.quiet && self.chance(weather.late);
                let delay = if late { self.rng.i64(0..86_400) } else { 1 };
                let event = notification(&self.aws, &rule, &invoking);
                let function = rule.function.clone();
                let happening = Happening::Invoke { function, event, attempt: 0 };
                self.agenda.enter(now + SignedDuration::from_secs(delay), happening);
            }
        }
    }

    /// It is time to evaluate a rule for everything.
    pub(crate) fn ask_for_all(&mut self, number: usize) {
        let rule = self.wiring.config_rules[number].clone();
        let now = self.aws.now();
        if let Some(every) = rule.every {
            self.agenda.enter(now + every, Happening::Evaluate(number));
        }
        let invoking = json!({
            "awsAccountId": ACCOUNT,
            "notificationCreationTime": now.to_string(),
            "messageType": "ScheduledNotification",
            "recordVersion": "1.0",
        });
        let event = notification(&self.aws, &rule, &invoking);
        self.agenda.enter(now, Happening::Invoke { function: rule.function, event, attempt: 0 });
    }

    /// Lambda does not try it again.
    pub(crate) fn gives_up(&mut self, event: &Value) {
        let Some(recorder) = &mut self.config else { return };
        let Some(rule) = event["configRuleName"].as_str() else { return };
        recorder.failed.insert(rule.to_owned(), self.aws.now());
        let invoking: Value =
            event["invokingEvent"].as_str().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        let item = &invoking["configurationItem"];
        if let Some(arn) = item["resourceId"].as_str().filter(|_| item["configurationItemStatus"] == "ResourceDeleted")
        {
            recorder.untold.insert((rule.to_owned(), arn.to_owned()));
        }
    }

    /// After a run of the function: AWS Config tells of each result that has become non-compliant.
    pub(crate) fn see_results(&mut self) {
        let now = self.aws.now();
        let changed: BTreeSet<String> =
            self.aws.take_evaluations().into_iter().filter_map(|evaluation| evaluation.rule).collect();
        for rule in changed {
            let results = self.aws.results(&rule);
            let Some(recorder) = &mut self.config else { return };
            let mut told = Vec::new();
            for result in results {
                let place = (rule.clone(), result.resource_id);
                if result.compliance != "NON_COMPLIANT" {
                    recorder.non_compliant.remove(&place);
                } else if recorder.non_compliant.insert(place.clone()) && result.resource_type == CERTIFICATE {
                    told.push(place.1);
                }
            }
            for arn in told {
                self.set_out("default", finding(&arn, &rule, now), now);
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

/// The last item of a certificate.
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
mod tests {
    use super::*;
    use crate::{Kind, Parameters};

    async fn world(days: i64) -> (World, String) {
        let mut world = World::empty(Parameters::new(Kind::Calm, 10)).undisturbed();
        let arn = world.add_imported(33, false, &[]);
        world.run(SignedDuration::from_hours(24 * days)).await.unwrap_or_else(|violation| panic!("{violation}"));
        (world, arn)
    }

    fn judge(world: &World) -> Check {
        let recorder = world.config.as_ref().expect("it has rules");
        config_checker::results_tell_the_truth(&world.aws, recorder, &world.wiring.config_rules, false)
    }

    #[tokio::test]
    async fn results_follow_what_changes() {
        let (mut world, arn) = world(2).await;
        let rule = "acm-autopilot-certificate-expiry";
        assert_eq!(world.wiring.config_rules.len(), 4);
        let shown = |world: &World| -> Vec<(String, String)> {
            world.aws.results(rule).into_iter().map(|one| (one.resource_id, one.compliance)).collect()
        };
        assert_eq!(shown(&world), [(arn.clone(), "COMPLIANT".to_owned())]);
        world.run(SignedDuration::from_hours(50)).await.unwrap_or_else(|violation| panic!("{violation}"));
        assert_eq!(shown(&world), [(arn.clone(), "NON_COMPLIANT".to_owned())]);
        world.aws.remove_certificate(&arn);
        world.ledger.open().known.remove(&arn);
        world.run(SignedDuration::from_hours(50)).await.unwrap_or_else(|violation| panic!("{violation}"));
        assert_eq!(shown(&world), [(arn, "NOT_APPLICABLE".to_owned())]);
    }

    #[tokio::test]
    async fn a_wrong_result_is_found() {
        let (mut world, arn) = world(2).await;
        assert_eq!(judge(&world), Ok(()));
        let seen = world.config.as_mut().and_then(|recorder| recorder.seen.get_mut(&arn)).expect("it was seen");
        let Resource::Certificate { end, .. } = &mut seen.resource else { panic!("it is a certificate") };
        *end = world.aws.now() + SignedDuration::from_hours(24 * 29);
        let broken = judge(&world).unwrap_err();
        assert_eq!((broken.invariant, broken.certificate), (config_checker::RESULTS, arn));
    }

    #[tokio::test]
    async fn a_result_that_stays_behind_is_found() {
        let (mut world, arn) = world(2).await;
        // Nobody evaluates any more.
        world.wiring.config_rules.clear();
        world.aws.set_tags(&arn, &[("acm-autopilot:status", Some("pending-renewal"))]);
        world.look_for_changes(&BTreeSet::from([arn.clone()]));
        let wiring = crate::wiring::Wiring::of(&crate::template::Template::read(
            &crate::wiring::template_path(),
            ACCOUNT,
            &world.aws.region(),
            &[("DeployComplianceRules", "true"), ("ComplianceRules", RULES)],
        ));
        let judge = |world: &World| {
            let recorder = world.config.as_ref().expect("it has rules");
            config_checker::results_tell_the_truth(&world.aws, recorder, &wiring.config_rules, false)
        };
        assert_eq!(judge(&world), Ok(()), "it may take a day");
        world.aws.advance(jiff::Span::new().hours(26));
        assert_eq!(judge(&world).unwrap_err().invariant, config_checker::RESULTS);
        world.aws.remove_certificate(&arn);
        world.look_for_changes(&BTreeSet::from([arn.clone()]));
        world.config.as_mut().expect("it has rules").seen.clear();
        assert_eq!(judge(&world), Ok(()), "it may take a day");
        world.aws.advance(jiff::Span::new().hours(26));
        assert_eq!(judge(&world).unwrap_err().invariant, config_checker::CLEARED);
    }
}
