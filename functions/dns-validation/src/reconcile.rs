//! A look at certificates: gather, decide, apply.

use aws_client::CallError;
use certificates::{CertificateArn, tags, utc_date};
use events::{Event, ValidationRecordsProvisioned};
use futures::future::{join, try_join};
use futures::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp};

use crate::answer::{CertificateReport, NoticeSummary, Outcome};
use crate::assessment::Assessment;
use crate::diagnosis::CaaReporter;
use crate::notifier::log;
use crate::policy::method_update::{is_changing, is_not_shown_yet, was_given_up};
use crate::policy::required_records::{ValidationNeed, validation_need};
use crate::policy::{
    Blocked, Cause, CertificateState, NoticeDecision, PendingUpdate, PendingValidation, RequiredRecord,
    RequiredRecords, TagUpdate, ZoneOwner, decide_notice,
};
use crate::provision::{CallBudget, ProvisionResult, ProvisionResults};
use crate::tally::ReconcileResult;
use crate::{Error, Handler, Occasion};
use aws_client::RateLimiter;

/// Certificates that are told of at the same time.
const CONCURRENCY: usize = 4;
/// Nothing is begun with less time than this: enough for a throttled call and its retries, twice.
pub(crate) const RESERVE: SignedDuration = SignedDuration::from_secs(60);

impl Handler {
    /// Looks at one certificate and does what is to be done. The zones are read at the same time as the
    /// certificate, if they are not known.
    pub(crate) async fn look(
        &self,
        occasion: Occasion,
        change_asked_at: Option<Timestamp>,
        arn: &CertificateArn,
        describing: &RateLimiter,
        budget: CallBudget<'_>,
    ) -> ReconcileResult {
        match join(self.gather(occasion, arn, describing, budget.deadline), self.read_ahead(budget)).await.0 {
            Ok(Some(state)) => {
                let mut finished = self.settle(vec![CertificateState { change_asked_at, ..state }], budget).await;
                finished.pop().unwrap_or_else(|| ReconcileResult::done(gone(occasion, arn)))
            }
            Ok(None) => ReconcileResult::done(gone(occasion, arn)),
            Err(cause) => ReconcileResult::failed(Error::certificate(arn, cause)),
        }
    }

    /// The zones of the function's own account, which nearly every record needs. Zones that cannot be read are an error
    /// only where a record has to be placed; then they are asked for again.
    async fn read_ahead(&self, budget: CallBudget<'_>) {
        if !self.settings.grants.domains.is_empty() {
            let _ = self.zones.zones(&[ZoneOwner::OwnAccount], budget.invocation, budget.pace).await;
        }
    }

    /// Everything that a decision is made from; `None` when the certificate is gone.
    ///
    /// # Errors
    /// The certificate could not be described, or its tags not be read. That the records of a change could not be read
    /// is for the decision: it is no reason to leave the others alone.
    pub(crate) async fn gather(
        &self,
        occasion: Occasion,
        arn: &CertificateArn,
        describing: &RateLimiter,
        deadline: Timestamp,
    ) -> Result<Option<CertificateState>, CallError> {
        let described = try_join(acm::describe(&self.acm, arn), acm::list_tags(&self.acm, arn)).await?;
        let (Some(facts), Some(tags)) = described else { return Ok(None) };
        let mut requested = PendingUpdate::None;
        if is_changing(&facts) && deadline.duration_since(describing.next()) < RESERVE {
            requested = PendingUpdate::OutOfTime;
        } else if is_changing(&facts) {
            describing.acquire().await;
            requested = match acm::requested_validations(&self.acm, arn).await {
                Ok(None) => return Ok(None),
                Ok(Some(domains)) => PendingUpdate::Records(domains),
                Err(error) => PendingUpdate::Error(error),
            };
        }
        Ok(Some(CertificateState { occasion, change_asked_at: None, facts, requested, tags, now: self.clock.now() }))
    }

    /// Places the records of all these certificates at once, and ends each look.
    pub(crate) async fn settle(&self, states: Vec<CertificateState>, budget: CallBudget<'_>) -> Vec<ReconcileResult> {
        let grants = &self.settings.grants;
        let needs: Vec<ValidationNeed> =
            states.iter().map(|state| validation_need(&state.facts, &state.requested, grants)).collect();
        let records = |need: &ValidationNeed| match need {
            ValidationNeed::Records(wanted) => wanted.records.clone(),
            ValidationNeed::None(_) | ValidationNeed::ForbiddenByCaa | ValidationNeed::TimedOut => Vec::new(),
        };
        // Whatever is refused is so before anything is asked of Route 53.
        let all: Vec<RequiredRecord> =
            needs.iter().flat_map(records).filter(|wanted| wanted.refused.is_none()).collect();
        let placed = if all.is_empty() { Ok(ProvisionResults::new()) } else { self.place(&all, budget).await };
        // What needs no zone is reported whatever became of the zones.
        let (results, failure) = match placed {
            Ok(results) => (results, None),
            Err(error) => (all_failed(all, &error), Some(error)),
        };
        let ends = states.iter().zip(&needs).map(|(state, need)| self.end(state, need, &results, budget));
        let finished = stream::iter(ends).buffered(CONCURRENCY).collect().await;
        failure.into_iter().fold(finished, one_failure)
    }

    async fn end(
        &self,
        state: &CertificateState,
        need: &ValidationNeed,
        results: &ProvisionResults,
        budget: CallBudget<'_>,
    ) -> ReconcileResult {
        let assessment = match need {
            ValidationNeed::None(idle) => {
                let report =
                    CertificateReport::without_records(Outcome::Ignored, state.facts.arn.clone(), idle.as_str());
                let memory =
                    if state.tags.contains(tags::VALIDATION_NOTIFIED) { TagUpdate::Remove } else { TagUpdate::Keep };
                let decision = NoticeDecision { notice: None, memory: memory.clone(), known: false };
                warn_of_a_change(state);
                let mut finished =
                    self.apply(state, CertificateReport { memory, ..report }, decision, None, budget).await;
                if finished.error.is_none() && is_not_shown_yet(&state.facts, state.change_asked_at, state.now) {
                    finished.error = Some(Error::not_shown(&state.facts.arn));
                }
                return finished;
            }
            ValidationNeed::ForbiddenByCaa => {
                let mut assessment = Assessment::none(PendingValidation::RequestFailed);
                assessment.add(self.forbidden_by_caa(&state.facts, Some(CaaReporter::Acm)).await);
                assessment
            }
            ValidationNeed::TimedOut => {
                let mut assessment = Assessment::none(PendingValidation::RequestFailed);
                assessment.blocked.push(timed_out(state));
                assessment
            }
            ValidationNeed::Records(wanted) => {
                let mut assessment = Assessment::of(state, wanted, results, &self.settings.grants);
                let has_time = budget.deadline.duration_since(self.clock.now()) >= RESERVE;
                self.ask_dns(state, wanted, &mut assessment, has_time, budget).await;
                assessment
            }
        };
        self.decide_notice(state, &assessment, budget).await
    }

    /// What only the public DNS tells, asked where it is wanted.
    async fn ask_dns(
        &self,
        state: &CertificateState,
        wanted: &RequiredRecords,
        assessment: &mut Assessment<'_>,
        has_time: bool,
        budget: CallBudget<'_>,
    ) {
        let waits = wanted.waiting != PendingValidation::None;
        if waits && has_time {
            let blocked = std::mem::take(&mut assessment.blocked);
            let before = blocked.len();
            assessment.blocked = self.without_seen_elsewhere(blocked).await;
            assessment.elsewhere += before - assessment.blocked.len();
        }
        let caa_event = state.occasion == Occasion::CaaCheckFailed && assessment.are_all_placed();
        let overdue = waits && wanted.waiting.is_long(state.now) && assessment.are_all_placed();
        if overdue && !has_time {
            assessment.unanswered = true;
        }
        // A record of a renewal may have been created a moment ago, for another event. Of a request its age
        // is known.
        let by_event = wanted.waiting == PendingValidation::Renewal && state.occasion != Occasion::Sweep;
        let may_be_new = by_event && !assessment.in_place.is_empty();
        if overdue && has_time && may_be_new {
            assessment.unanswered = true;
        } else if overdue && has_time {
            assessment.add(self.not_seen(&assessment.in_place, budget).await);
        }
        // That ACM looks at CAA for a change, which issues nothing, is not documented.
        let issues = !matches!(wanted.waiting, PendingValidation::ValidationMethodUpdate(_));
        if (overdue && has_time && issues) || wanted.caa_error || caa_event {
            // An event may be late. Where nothing waits, AWS Health's word counts only when nobody answers.
            let by_health = caa_event && (waits || !self.dns.is_on());
            let reporter = match () {
                () if wanted.caa_error => Some(CaaReporter::Acm),
                () => by_health.then_some(CaaReporter::AwsHealth),
            };
            assessment.add(self.forbidden_by_caa(&state.facts, reporter).await);
        }
    }

    async fn decide_notice(
        &self,
        state: &CertificateState,
        assessment: &Assessment<'_>,
        budget: CallBudget<'_>,
    ) -> ReconcileResult {
        let decision =
            decide_notice(state, assessment.waiting, &assessment.blocked, assessment.certainty(), &self.settings);
        let arn = &state.facts.arn;
        let records = assessment.provisioned();
        let to_do = !records.is_empty() || decision.notice.is_some() || decision.memory != TagUpdate::Keep;
        let outcome = match (records.is_empty(), decision.notice.is_some()) {
            _ if self.dry_run && to_do => Outcome::Planned,
            (false, false) => Outcome::RecordsCreated,
            (true, true) => Outcome::Notified,
            (false, true) => Outcome::RecordsCreatedAndNotified,
            (true, false) if assessment.hindered().next().is_some() => Outcome::Blocked,
            (true, false) => Outcome::NothingToDo,
        };
        let report = CertificateReport {
            records: records.clone(),
            in_place: assessment.in_place.len(),
            blocked: assessment.hindered().cloned().collect(),
            not_named: assessment.not_named.to_vec(),
            notice: decision.notice.as_deref().map(NoticeSummary::new),
            memory: decision.memory.clone(),
            ..CertificateReport::without_records(outcome, arn.clone(), assessment.reason())
        };
        let event = (!records.is_empty()).then(|| {
            Event::ValidationRecordsProvisioned(ValidationRecordsProvisioned {
                certificate_arn: arn.clone(),
                domain_name: state.facts.domain_name.clone(),
                account: arn.account().to_owned(),
                region: arn.region().to_owned(),
                records,
            })
        });
        let mut finished = self.apply(state, report, decision, event, budget).await;
        finished.late |= assessment.late;
        if finished.error.is_none() {
            let not_named = !assessment.not_named.is_empty() && state.occasion != Occasion::Sweep;
            finished.error = match &assessment.failed {
                Some(cause) => Some(Error::certificate(arn, cause.clone())),
                None => not_named.then(|| Error::not_named(arn, assessment.not_named)),
            };
        }
        finished
    }
}

fn all_failed(wanted: Vec<RequiredRecord>, error: &CallError) -> ProvisionResults {
    wanted.into_iter().map(|wanted| (wanted.record, ProvisionResult::Failed(error.clone()))).collect()
}

/// That the zones could not be listed is one failure, however many certificates have a record to place.
fn one_failure(mut finished: Vec<ReconcileResult>, listing: CallError) -> Vec<ReconcileResult> {
    let is_it = |error: &Error| matches!(error, Error::Certificate { cause, .. } if **cause == listing);
    let mut of_all = Some(Error::ZoneIndex(listing.clone()));
    for finished in finished.iter_mut().filter(|finished| finished.error.as_ref().is_some_and(is_it)) {
        finished.error = of_all.take();
    }
    finished
}

fn timed_out(state: &CertificateState) -> Blocked {
    let facts = &state.facts;
    let since = facts.created_at.map(|created| format!(" of {}", utc_date(created))).unwrap_or_default();
    Blocked {
        cause: Cause::ValidationTimedOut,
        domain: facts.display_name().to_owned(),
        record: None,
        detail: format!("ACM gave up the request{since} after 72 hours without a proof for every domain."),
        known_missing: true,
    }
}

/// A change that ACM gave up has no records any more that a notice could name.
fn warn_of_a_change(state: &CertificateState) {
    if was_given_up(&state.facts, state.now) {
        tracing::warn!(
            certificate_arn = %state.facts.arn,
            reason = "method-change-failed",
            to_do = "see that the DNS of every domain can get its record, then call UpdateCertificateOptions with \
                     ValidationMethod=DNS again",
            "ACM gave up the change to DNS validation; the certificate stays validated by e-mail"
        );
    }
}

fn gone(occasion: Occasion, arn: &CertificateArn) -> CertificateReport {
    let report = CertificateReport::without_records(Outcome::Ignored, arn.clone(), "certificate-gone");
    log(occasion, &report);
    report
}
