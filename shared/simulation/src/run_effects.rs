//! What a run of a function leads to: events, and what has to hold of its calls.

use std::collections::BTreeSet;

use certificates::utc_date;
use jiff::Timestamp;
use serde_json::Value;
use simulated_aws::{Call, CallResult, Notice, PutEvent};

use crate::aws_events::{acm, cloudtrail, tag_parameters};
use crate::report::{Broken, Check};
use crate::world::{COMPLIANCE_RULES, DNS_VALIDATION, EXPIRY_EVENTS, World};
use crate::{concurrency, dns_checker, invariants};

/// A run of a function.
#[derive(Debug, Clone)]
pub(crate) struct Run {
    pub(crate) function: String,
    pub(crate) begun: Timestamp,
    /// Its answer, if it ended well.
    pub(crate) answer: Option<Value>,
    pub(crate) killed: bool,
    /// The certificates that it called about.
    pub(crate) touched: BTreeSet<String>,
}

/// What a run did, or two at the same time, in order.
#[derive(Debug, Default)]
pub(crate) struct Deeds {
    pub(crate) calls: Vec<Call>,
    pub(crate) notices: Vec<Notice>,
    pub(crate) events: Vec<PutEvent>,
    /// For each call whether the second of two runs made it; empty where there was one.
    pub(crate) by_second: Vec<bool>,
}

impl Deeds {
    pub(crate) fn of_one((calls, notices, events): (Vec<Call>, Vec<Notice>, Vec<PutEvent>)) -> Self {
        Self { calls, notices, events, by_second: Vec::new() }
    }

    /// Takes what one of two runs did.
    pub(crate) fn add(&mut self, (calls, notices, events): (Vec<Call>, Vec<Notice>, Vec<PutEvent>), by_second: bool) {
        self.by_second.extend(calls.iter().map(|_| by_second));
        self.calls.extend(calls);
        self.notices.extend(notices);
        self.events.extend(events);
    }

    pub(crate) fn touched(&self) -> BTreeSet<String> {
        self.calls.iter().filter_map(certificate_of).map(str::to_owned).collect()
    }
}

/// Answers that are no refusal of what was asked: faults, and states of the world.
const NO_REFUSALS: [&str; 10] = [
    "ThrottlingException",
    "Throttling",
    "InternalFailure",
    "RequestInProgressException",
    "ResourceNotFoundException",
    "InvalidStateException",
    "AccessDeniedException",
    "AuthorizationError",
    "AccessDenied",
    "NoSuchHostedZone",
];
/// Answers that are part of life.
const NATURAL: [&str; 4] =
    ["RequestInProgressException", "ResourceNotFoundException", "AccessDenied", "NoSuchHostedZone"];

pub(crate) fn took_effect(call: &Call) -> bool {
    matches!(call.result, CallResult::Ok | CallResult::NoAnswer { effect: true })
}

fn failed(call: &Call) -> bool {
    match &call.result {
        CallResult::Ok => false,
        CallResult::Error(code) => !NATURAL.contains(&code.as_str()),
        CallResult::NoAnswer { .. } => true,
    }
}

pub(crate) fn certificate_of(call: &Call) -> Option<&str> {
    call.input["CertificateArn"].as_str().filter(|_| call.service == "acm")
}

impl World {
    /// Sees what a run did, or two runs of a function at the same time.
    pub(crate) fn settle(&mut self, runs: &[Run], deeds: Deeds) -> Check {
        let now = self.aws.now();
        let calls = &deeds.calls;
        let second = deeds.by_second.iter().copied().chain(std::iter::repeat(false));
        calls.iter().zip(second).for_each(|(call, by_second)| self.record.add(call, by_second));
        for run in runs {
            self.summary.runs += 1;
            if run.answer.is_none() {
                self.summary.failed_runs += 1;
                let how = if run.killed { "killed" } else { "failed" };
                self.record.remark(format!("{now} {} {how}", run.function));
            }
        }
        calls.iter().try_for_each(refused_for_its_shape)?;

        let run = &runs[0];
        let has_failed = runs.iter().any(|run| run.answer.is_none());
        let killed = runs.iter().filter(|run| run.killed).count();
        let failures = calls.iter().filter(|call| failed(call)).count() + killed;
        let touched = deeds.touched();
        if run.function == COMPLIANCE_RULES {
            // It renews nothing and tells nobody.
            self.see_results();
        } else if failures > 0 || has_failed {
            self.hinder(calls, &touched);
        }
        let notices = concurrency::without_echoes(&deeds);
        self.summary.notices += deeds.notices.len() as u64;
        self.look_at_zones(run, calls, &notices, failures, has_failed)?;
        self.catch_up();
        self.count_notices(&notices, failures)?;
        self.count_issued(calls, &touched)?;
        self.look_at_imports(calls)?;
        if failures == 0 {
            concurrency::only_one_imports(&deeds)?;
        }
        invariants::tags_are_kept(&self.aws, &mut self.ledger.open(), &touched)?;

        for call in calls.iter().filter(|call| took_effect(call)) {
            self.tell_of(run, call);
        }
        for event in deeds.events {
            self.set_out(&event.bus, event.event, now);
        }
        self.send_what_was_caused();
        self.look_for_changes(&touched);
        let swept = runs.iter().all(|run| run.answer.as_ref().is_some_and(|answer| answer["outcome"] == "swept"));
        if swept && failures == 0 && run.function == EXPIRY_EVENTS && utc_date(run.begun) == utc_date(now) {
            invariants::everything_was_told(&self.ledger.open(), run.begun)?;
        }
        Ok(())
    }

    /// The events that operators' doings caused set out.
    pub(crate) fn send_what_was_caused(&mut self) {
        let now = self.aws.now();
        let caused: Vec<Value> = self.ledger.open().caused.drain(..).collect();
        for event in caused {
            self.set_out("default", event, now);
        }
    }

    /// What dns-validation did to the zones, and told of them.
    fn look_at_zones(
        &mut self,
        run: &Run,
        calls: &[Call],
        notices: &[&Notice],
        failures: usize,
        has_failed: bool,
    ) -> Check {
        if run.function != DNS_VALIDATION {
            return Ok(());
        }
        let now = self.aws.now();
        let is_sweep = calls.is_empty() || calls.iter().any(|call| call.operation == "ListCertificates");
        let mut ledger = self.ledger.open();
        if is_sweep && (failures > 0 || has_failed) {
            ledger.zones.sweep_failed = now;
        }
        for call in calls.iter().filter(|call| call.service == "route53") {
            let throttled = matches!(&call.result, CallResult::Error(code) if code == "Throttling");
            if throttled && self.weather.slow && !self.quiet {
                return Err(Broken::new(
                    dns_checker::NEVER_THROTTLED,
                    "",
                    format!("{} at {}", call.operation, call.at),
                ));
            }
            if call.operation == "ChangeResourceRecordSets" {
                dns_checker::change_is_allowed(call)?;
                if took_effect(call) {
                    self.summary.records += call.input["ChangeBatch"]["Changes"].as_array().map_or(0, Vec::len) as u64;
                    dns_checker::records_are_kept(&self.aws, &ledger.zones)?;
                }
            }
        }
        for notice in notices {
            let text: Value = serde_json::from_str(notice.for_protocol("sqs")).expect("notices are JSON");
            let tag = written(calls, text["certificateArn"].as_str().unwrap_or_default());
            dns_checker::told(&mut ledger.validation_told, &text, tag, failures)?;
        }
        let tagged = calls.iter().filter(|call| call.operation == "AddTagsToCertificate");
        for arn in tagged.filter_map(certificate_of) {
            // A call that failed wrote nothing, so nothing was forgotten.
            if let Some(tag) = written(calls, arn) {
                dns_checker::remembered(&mut ledger.validation_told, arn, tag);
            }
        }
        let removed = calls.iter().filter(|call| call.operation == "RemoveTagsFromCertificate" && took_effect(call));
        for arn in removed.filter_map(certificate_of) {
            ledger.validation_told.remove(arn);
        }
        Ok(())
    }

    /// Faults keep certificates from being renewed: those that the run was about, or all that it listed.
    fn hinder(&mut self, calls: &[Call], touched: &BTreeSet<String>) {
        let now = self.aws.now();
        let mut ledger = self.ledger.open();
        if calls.iter().any(|call| call.operation == "ListCertificates") || touched.is_empty() {
            return ledger.hinder_all(now, "a sweep failed");
        }
        for arn in touched {
            if let Some(known) = ledger.known.get_mut(arn) {
                known.hinder(now, "a run about it failed");
            }
        }
    }

    fn count_notices(&mut self, notices: &[&Notice], failures: usize) -> Check {
        let mut ledger = self.ledger.open();
        let told = notices.iter().filter_map(|notice| {
            let text: Value = serde_json::from_str(notice.for_protocol("sqs")).expect("notices are JSON");
            let day = (text["severity"] == "critical").then(|| utc_date(notice.at));
            Some((invariants::told(&text, notice.at)?, day))
        });
        let told: Vec<_> = told.collect();
        for told in &told {
            let (times, forgiven) = ledger.times.entry(told.clone()).or_default();
            *times += 1;
            *forgiven += failures;
            ledger.told.insert(told.0.clone());
        }
        for told in told {
            if ledger.known.get(&told.0.0).is_some_and(|known| known.superseded) {
                return Err(Broken::new(invariants::REPLACED_IS_QUIET, &told.0.0, format!("{told:?}")));
            }
            let (times, forgiven) = ledger.times[&told];
            if times > 1 + forgiven {
                let what = format!("told {times} times, {} times too often: {told:?}", times - 1 - forgiven);
                return Err(Broken::new(invariants::TOLD_ONCE, &told.0.0, what));
            }
        }
        Ok(())
    }

    /// Each certificate that a CA issues costs money.
    fn count_issued(&mut self, calls: &[Call], touched: &BTreeSet<String>) -> Check {
        if !calls.iter().any(|call| call.operation == "IssueCertificate" && took_effect(call)) {
            return Ok(());
        }
        let total: usize =
            self.cas.all().into_iter().filter_map(|ca| self.aws.private_ca(ca)).map(|ca| ca.issued).sum();
        let new = total - self.issued;
        self.issued = total;
        let now = self.aws.now();
        let mut ledger = self.ledger.open();
        for arn in touched {
            let Some(known) = ledger.known.get_mut(arn) else { continue };
            let (first, count) = known.issued.map_or((now, new), |(first, count)| (first, count + new));
            known.issued = Some((first, count));
            invariants::issuance_is_bounded(arn, count, now.duration_since(first), known.occasions)?;
        }
        Ok(())
    }

    fn look_at_imports(&mut self, calls: &[Call]) -> Check {
        let now = self.aws.now();
        for call in calls.iter().filter(|call| call.operation == "ImportCertificate" && took_effect(call)) {
            let arn = certificate_of(call).unwrap_or_default();
            let Some(present) = self.aws.certificate(arn) else { continue };
            let mut ledger = self.ledger.open();
            let Some(known) = ledger.known.get_mut(arn) else {
                return Err(Broken::new(invariants::NOT_WORSE, arn, "an import made a new certificate"));
            };
            // The SDK repeats an import whose answer was lost.
            if known.seen.serial == present.serial {
                continue;
            }
            invariants::import_is_no_worse(&known.seen, &present)?;
            if !self.parameters.issuer_may_change() {
                invariants::issuer_is_kept(&known.seen, &present)?;
            }
            known.see(now, present);
            self.summary.renewals += 1;
        }
        Ok(())
    }

    /// The events that AWS sends because of a call.
    fn tell_of(&mut self, run: &Run, call: &Call) {
        let Some(arn) = certificate_of(call) else { return };
        let now = self.aws.now();
        match call.operation.as_str() {
            "AddTagsToCertificate" | "RemoveTagsFromCertificate" => {
                let tags = call.input["Tags"].as_array().into_iter().flatten().map(|tag| {
                    let text = |member: &str| tag[member].as_str().map(str::to_owned);
                    (text("Key").unwrap_or_default(), text("Value"))
                });
                let role = self.wiring.functions[&run.function].role.clone();
                let parameters = tag_parameters(arn, &tags.collect::<Vec<_>>());
                self.set_out("default", cloudtrail(&role, &call.operation, parameters, now), now);
            }
            "ImportCertificate" => {
                let Some(present) = self.aws.certificate(arn) else { return };
                let event = acm("ACM Certificate Available", &present, now, &[("Action", "REIMPORT")]);
                self.set_out("default", event, now);
            }
            _ => {}
        }
    }
}

/// What a run of dns-validation wrote to remember its notice about a certificate.
fn written<'a>(calls: &'a [Call], arn: &str) -> Option<&'a str> {
    let tags = |call: &&Call| call.operation == "AddTagsToCertificate" && certificate_of(call) == Some(arn);
    calls.iter().filter(|call| took_effect(call)).find(tags)?.input["Tags"][0]["Value"].as_str()
}

/// The model refuses what AWS documents to refuse. No call may be refused for what it asks.
fn refused_for_its_shape(call: &Call) -> Check {
    match &call.result {
        CallResult::Error(code) if !NO_REFUSALS.contains(&code.as_str()) => {
            let what = format!("{}:{} was refused: {code}", call.service, call.operation);
            Err(Broken::new(invariants::WITHIN_LIMITS, certificate_of(call).unwrap_or_default(), what))
        }
        _ => Ok(()),
    }
}
