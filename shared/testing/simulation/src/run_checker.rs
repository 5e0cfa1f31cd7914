//! Checks the effects of a run, and publishes the events that AWS would.

use std::collections::BTreeSet;

use certificates::utc_date;
use jiff::Timestamp;
use serde_json::Value;
use simulated_aws::{Call, CallResult, Notice};

use crate::aws_events::{acm, cloudtrail, tag_parameters};
use crate::model_state::TrackedCertificate;
use crate::organization::{Subject, check_isolation};
use crate::place::{Place, at, is_in_hub};
use crate::report::{Broken, Check};
use crate::run_effects::{Run, RunEffects, certificate_of, failed, is_natural_refusal_of_ca, took_effect};
use crate::secrets::{checker, key_material};
use crate::source::SourceKind;
use crate::world::{COMPLIANCE_RULES, DNS_VALIDATION, EXPIRY_EVENTS, IMPORTED_RENEWAL, World};
use crate::{concurrency, dns_checker, invariants};

/// Errors that do not mean that a request was invalid: faults, and states of the world.
const NO_REFUSALS: [&str; 18] = [
    "ThrottlingException",
    "ThrottledException",
    "Throttling",
    "TooManyRequestsException",
    "InternalFailure",
    "RequestInProgressException",
    "ResourceNotFoundException",
    "InvalidStateException",
    "AccessDeniedException",
    "AuthorizationError",
    "AccessDenied",
    "NoSuchHostedZone",
    // A Region that is off, a stranger, and what is not remembered.
    "UnrecognizedClientException",
    "AccountNotFoundException",
    "ParameterNotFound",
    // A secret was scheduled for deletion after the function had read of what it is.
    "InvalidRequestException",
    // Two renewals of a certificate at the same time write the same record.
    "InvalidChangeBatch",
    "PriorRequestNotComplete",
];

impl World {
    /// Checks what a run did, or two runs of a function at the same time.
    pub(crate) fn process_runs(&mut self, runs: &[Run], effects: RunEffects) -> Check {
        let now = self.aws.now();
        let calls = &effects.calls;
        let second = effects.by_second.iter().copied().chain(std::iter::repeat(false));
        calls.iter().zip(second).for_each(|(call, by_second)| self.log.add(call, by_second));
        for run in runs {
            self.summary.runs += 1;
            if run.answer.is_none() {
                self.summary.failed_runs += 1;
                let how = if run.terminated { "terminated" } else { "failed" };
                self.log.note(format!("{now} {} {how}", run.function));
            }
        }
        calls.iter().try_for_each(check_not_rejected)?;
        check_isolation(runs, &effects)?;
        self.check_granted(runs, &effects)?;
        self.check_permitted(runs, &effects)?;
        key_material::check(&self.state.lock().secrets.keys, runs, &effects)?;

        let run = &runs[0];
        let has_failed = runs.iter().any(|run| run.answer.is_none());
        let terminated = runs.iter().filter(|run| run.terminated).count();
        let failures = calls.iter().filter(|call| failed(call)).count() + terminated;
        let touched = effects.touched();
        let is_filtered = |call: &Call| call.operation == "GetResources" && !call.input["TagFilters"].is_null();
        let is_of_tagged = calls.iter().any(is_filtered);
        if run.function == COMPLIANCE_RULES {
            // It renews nothing and sends no notices.
            self.process_results();
        } else if failures > 0 || has_failed {
            self.hinder(run, calls, &touched);
        }
        self.check_target_reports(runs, &effects.notices, failures)?;
        let notices = concurrency::without_concurrent_repeats(&effects);
        self.summary.notices += effects.notices.len() as u64;
        self.check_zone_calls(run, calls, &notices, failures, has_failed)?;
        self.process_acm_results();
        self.check_notices(&notices, failures)?;
        if run.function == IMPORTED_RENEWAL && self.parameters.has_acme() {
            self.check_acme_calls(calls)?;
        }
        checker::check_reads(calls, &self.state.lock(), run.started)?;
        let is_undisturbed = runs.len() == 1 && failures == 0;
        checker::check_notices(&mut self.state.lock(), &notices, is_undisturbed)?;
        if is_undisturbed {
            checker::check_imported_once(calls)?;
        }
        self.check_issuance(calls, &touched, run.started)?;
        self.check_imports(calls, run.started)?;
        if failures == 0 {
            let state = self.state.lock();
            let serial = |arn: &str| state.certificates.get(arn).map(|tracked| &tracked.seen.serial);
            let is_in_secret =
                |arn: &str| serial(arn).is_some_and(|serial| state.secrets.issued_for.contains_key(serial));
            concurrency::check_single_import(&effects, is_in_secret)?;
        }
        invariants::check_operator_tags(&self.aws, &mut self.state.lock(), &touched)?;

        for call in calls.iter().filter(|call| took_effect(call)) {
            self.publish_events_of(run, call);
        }
        for event in effects.events {
            self.publish(&event.bus, event.event, now);
        }
        self.publish_operator_events();
        self.detect_changes(&touched);
        self.deliver_sweeps(calls);
        let swept = runs.iter().all(|run| has_swept(run, calls));
        if swept && failures == 0 && run.function == EXPIRY_EVENTS && utc_date(run.started) == utc_date(now) {
            // Some sweeps are about certificates that are renewed from an ACME server alone, which their tags show.
            let is_swept = |tracked: &TrackedCertificate| {
                let is_planned = self.is_read_only(&tracked.seen.arn);
                run.about.concerns(&tracked.seen.arn)
                    && !is_planned
                    && (!is_of_tagged || tracked.source() == Some(SourceKind::Acme))
            };
            invariants::check_all_notified(&self.state.lock(), run.started, self.faults.tagging_delay, is_swept)?;
        }
        Ok(())
    }

    pub(crate) fn publish_operator_events(&mut self) {
        let now = self.aws.now();
        let caused: Vec<Value> = self.state.lock().operator_events.drain(..).collect();
        for event in caused {
            self.publish("default", event, now);
        }
    }

    /// Checks dns-validation's changes to zones and its notices about them.
    fn check_zone_calls(
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
        let is_sweep = calls.is_empty()
            || run.about == Subject::Organization
            || calls.iter().any(|call| call.operation == "ListCertificates");
        let mut state = self.state.lock();
        let is_in_hub = run.about.place().is_none_or(Place::is_of_hub);
        if is_sweep && is_in_hub && (failures > 0 || has_failed) {
            state.zones.sweep_failed = now;
        }
        for call in calls.iter().filter(|call| call.service == "route53") {
            let throttled = matches!(&call.result, CallResult::Error(code) if code == "Throttling");
            if throttled && self.faults.slow && !self.quiet {
                return Err(Broken::new(
                    dns_checker::NEVER_THROTTLED,
                    "",
                    format!("{} at {}", call.operation, call.at),
                ));
            }
            if call.operation == "ChangeResourceRecordSets" {
                dns_checker::check_change(call)?;
                if took_effect(call) {
                    self.summary.records += call.input["ChangeBatch"]["Changes"].as_array().map_or(0, Vec::len) as u64;
                    dns_checker::check_operator_records(&self.aws, &state.zones)?;
                }
            }
        }
        for notice in notices {
            let text: Value = serde_json::from_str(notice.for_protocol("sqs")).expect("notices are JSON");
            let tag = written(calls, text["certificateArn"].as_str().unwrap_or_default());
            dns_checker::check_notice(&mut state.last_record_notices, &text, tag, failures)?;
        }
        let tagged = calls.iter().filter(|call| call.operation == "AddTagsToCertificate");
        for arn in tagged.filter_map(certificate_of) {
            // A failed call wrote no tag.
            if let Some(tag) = written(calls, arn) {
                dns_checker::note_tag(&mut state.last_record_notices, arn, tag);
            }
        }
        let removed = calls.iter().filter(|call| call.operation == "RemoveTagsFromCertificate" && took_effect(call));
        for arn in removed.filter_map(certificate_of) {
            state.last_record_notices.remove(arn);
        }
        Ok(())
    }

    /// Faults may prevent renewals: of the certificates that the run was about, or of all that it listed.
    fn hinder(&mut self, run: &Run, calls: &[Call], touched: &BTreeSet<String>) {
        let now = self.aws.now();
        let mut state = self.state.lock();
        if calls.iter().any(|call| call.operation == "ListCertificates") || touched.is_empty() {
            let all = state.certificates.iter_mut().filter(|(arn, _)| run.about.concerns(arn));
            return all.for_each(|(_, tracked)| tracked.hinder(now, "a sweep failed"));
        }
        for arn in touched {
            if let Some(tracked) = state.certificates.get_mut(arn) {
                tracked.hinder(now, "a run about it failed");
            }
        }
    }

    fn check_notices(&mut self, notices: &[&Notice], failures: usize) -> Check {
        let mut state = self.state.lock();
        let sent = notices.iter().filter_map(|notice| {
            let text: Value = serde_json::from_str(notice.for_protocol("sqs")).expect("notices are JSON");
            let day = (text["severity"] == "critical").then(|| utc_date(notice.at));
            Some((invariants::expiry_notice(&text, notice.at)?, day))
        });
        let sent: Vec<_> = sent.collect();
        for notice in &sent {
            let (times, forgiven) = state.notice_counts.entry(notice.clone()).or_default();
            *times += 1;
            *forgiven += failures;
            state.expiry_notices.insert(notice.0.clone());
        }
        for notice in sent {
            if state.certificates.get(&notice.0.0).is_some_and(|tracked| tracked.superseded) {
                return Err(Broken::new(invariants::REPLACED_IS_QUIET, &notice.0.0, format!("{notice:?}")));
            }
            let (times, forgiven) = state.notice_counts[&notice];
            if times > 1 + forgiven {
                let what = format!("sent {times} times, {} times too often: {notice:?}", times - 1 - forgiven);
                return Err(Broken::new(invariants::NOTIFIED_ONCE, &notice.0.0, what));
            }
        }
        Ok(())
    }

    /// Every certificate that a CA issues costs money.
    fn check_issuance(&mut self, calls: &[Call], touched: &BTreeSet<String>, started: Timestamp) -> Check {
        if !calls.iter().any(|call| call.operation == "IssueCertificate" && took_effect(call)) {
            return Ok(());
        }
        let total: usize =
            self.cas.all().into_iter().filter_map(|ca| self.aws.private_ca(ca)).map(|ca| ca.issued).sum();
        let new = total - self.issued;
        self.issued = total;
        let now = self.aws.now();
        let mut state = self.state.lock();
        for arn in touched {
            let Some(tracked) = state.certificates.get_mut(arn) else { continue };
            checker::check_issued_for(tracked, started)?;
            let (first, count) = tracked.issued.map_or((now, new), |(first, count)| (first, count + new));
            tracked.issued = Some((first, count));
            invariants::check_issuance_bound(arn, count, now.duration_since(first), tracked.occasions)?;
        }
        Ok(())
    }

    fn check_imports(&mut self, calls: &[Call], started: Timestamp) -> Check {
        let now = self.aws.now();
        for call in calls.iter().filter(|call| call.operation == "ImportCertificate" && took_effect(call)) {
            let arn = certificate_of(call).unwrap_or_default();
            let Some(current) = at(&self.aws, arn).certificate(arn) else { continue };
            let state = self.state.lock();
            let Some(tracked) = state.certificates.get(arn) else {
                return Err(Broken::new(invariants::NOT_WORSE, arn, "an import made a new certificate"));
            };
            // The SDK repeats an import whose answer was lost.
            if tracked.seen.serial == current.serial {
                continue;
            }
            // An operator may have named another source since.
            let is_from_acme = tracked.source() == Some(SourceKind::Acme)
                || (self.parameters.has_acme() && tracked.hindered >= started);
            drop(state);
            let is_issued = is_from_acme && self.was_issued_by_acme(&current);
            let mut state = self.state.lock();
            if !is_issued {
                checker::check_import(&state, &current, started)?;
            }
            self.summary.from_acme += u64::from(is_issued);
            self.summary.from_secrets += u64::from(state.secrets.issued_for.contains_key(&current.serial));
            let Some(tracked) = state.certificates.get_mut(arn) else { continue };
            checker::check_not_before(tracked, &current)?;
            let revocation_is_ahead = is_issued && self.acme.is_to_be_revoked(&tracked.seen.serial);
            invariants::check_import(&tracked.seen, &current, revocation_is_ahead)?;
            if !self.parameters.issuer_may_change() && !is_issued && is_in_hub(arn) {
                invariants::check_issuer(&tracked.seen, &current)?;
            }
            tracked.update(now, current);
            self.summary.renewals += 1;
        }
        Ok(())
    }

    /// Publishes the events that AWS sends because of a call.
    fn publish_events_of(&mut self, run: &Run, call: &Call) {
        let Some(arn) = certificate_of(call) else { return };
        let now = self.aws.now();
        match call.operation.as_str() {
            "AddTagsToCertificate" | "RemoveTagsFromCertificate" => {
                let tags = call.input["Tags"].as_array().into_iter().flatten().map(|tag| {
                    let text = |member: &str| tag[member].as_str().map(str::to_owned);
                    (text("Key").unwrap_or_default(), text("Value"))
                });
                let role = self.role_of(run, arn);
                let parameters = tag_parameters(arn, &tags.collect::<Vec<_>>());
                self.publish("default", cloudtrail(&role, &call.operation, parameters, now), now);
            }
            "ImportCertificate" => {
                let Some(current) = at(&self.aws, arn).certificate(arn) else { return };
                let event = acm("ACM Certificate Available", &current, now, &[("Action", "REIMPORT")]);
                self.publish("default", event, now);
            }
            _ => {}
        }
    }
}

/// Whether a run checked all certificates of the account and Region that it is about.
fn has_swept(run: &Run, calls: &[Call]) -> bool {
    let Some(answer) = &run.answer else { return false };
    if matches!(run.about, Subject::Sweep(_)) {
        // A batch of one message says nothing of what it did.
        let is_listed = calls.iter().any(|call| call.operation == "ListCertificates" && took_effect(call));
        return is_listed && answer["batchItemFailures"].as_array().is_some_and(Vec::is_empty);
    }
    answer["outcome"] == "swept"
}

/// The tag in which a run of dns-validation recorded its notice about a certificate.
fn written<'a>(calls: &'a [Call], arn: &str) -> Option<&'a str> {
    let tags = |call: &&Call| call.operation == "AddTagsToCertificate" && certificate_of(call) == Some(arn);
    calls.iter().filter(|call| took_effect(call)).find(tags)?.input["Tags"][0]["Value"].as_str()
}

fn is_no_refusal(call: &Call, code: &str) -> bool {
    let is_outage = call.service == "acme" && matches!(code, "serverInternal" | "503");
    NO_REFUSALS.contains(&code) || is_outage || is_natural_refusal_of_ca(call, code)
}

/// The model rejects what AWS documents to reject. No call may be rejected because its input is invalid.
pub(crate) fn check_not_rejected(call: &Call) -> Check {
    match &call.result {
        CallResult::Error(code) if !is_no_refusal(call, code) => {
            let what = format!("{}:{} was refused: {code}", call.service, call.operation);
            Err(Broken::new(invariants::WITHIN_LIMITS, certificate_of(call).unwrap_or_default(), what))
        }
        _ => Ok(()),
    }
}
