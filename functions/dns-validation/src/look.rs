//! A look at certificates: gather, decide, apply.

use aws_client::CallError;
use certificates::{CertificateArn, tags, utc_date};
use events::{Event, ValidationRecordsProvisioned};
use futures::future::{join, try_join};
use futures::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp};

use crate::answer::{Looked, Outcome, Told};
use crate::diagnosis::Witness;
use crate::findings::Findings;
use crate::place::{Ending, Endings, Manner};
use crate::policy::method_update::{is_changing, is_not_shown_yet, was_given_up};
use crate::policy::wanted::{self, Need};
use crate::policy::{
    AccountId, Blocked, Cause, Conclusion, Look, Memory, Requested, Waiting, Wanted, WantedRecord, conclude,
};
use crate::route53::Pace;
use crate::tally::Finished;
use crate::tell::log;
use crate::{Error, Handler, Occasion};

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
        describing: &Pace,
        manner: Manner<'_>,
    ) -> Finished {
        match join(self.gather(occasion, arn, describing, manner.deadline), self.read_ahead(manner)).await.0 {
            Ok(Some(look)) => {
                let mut finished = self.settle(vec![Look { change_asked_at, ..look }], manner).await;
                finished.pop().unwrap_or_else(|| Finished::done(gone(occasion, arn)))
            }
            Ok(None) => Finished::done(gone(occasion, arn)),
            Err(cause) => Finished::failed(Error::look(arn, cause)),
        }
    }

    /// The zones of the function's own account, which nearly every record needs. Zones that cannot be read are an error
    /// only where a record has to be placed; then they are asked for again.
    async fn read_ahead(&self, manner: Manner<'_>) {
        if !self.settings.grants.domains.is_empty() {
            let _ = self.book.zones(&[AccountId::Home], manner.visit, manner.pace).await;
        }
    }

    /// Everything that a conclusion is made from; `None` when the certificate is gone.
    ///
    /// # Errors
    /// The certificate could not be described, or its tags not be read. That the records of a change could not be read
    /// is for the conclusion: it is no reason to leave the others alone.
    pub(crate) async fn gather(
        &self,
        occasion: Occasion,
        arn: &CertificateArn,
        describing: &Pace,
        deadline: Timestamp,
    ) -> Result<Option<Look>, CallError> {
        let described = try_join(acm::describe(&self.acm, arn), acm::list_tags(&self.acm, arn)).await?;
        let (Some(facts), Some(tags)) = described else { return Ok(None) };
        let mut requested = Requested::Nothing;
        if is_changing(&facts) && deadline.duration_since(describing.next()) < RESERVE {
            requested = Requested::Late;
        } else if is_changing(&facts) {
            describing.turn().await;
            requested = match acm::requested_validations(&self.acm, arn).await {
                Ok(None) => return Ok(None),
                Ok(Some(domains)) => Requested::Listed(domains),
                Err(error) => Requested::Unread(error),
            };
        }
        Ok(Some(Look { occasion, change_asked_at: None, facts, requested, tags, now: self.clock.now() }))
    }

    /// Places the records of all these certificates at once, and ends each look.
    pub(crate) async fn settle(&self, looks: Vec<Look>, manner: Manner<'_>) -> Vec<Finished> {
        let grants = &self.settings.grants;
        let needs: Vec<Need> = looks.iter().map(|look| wanted::of(&look.facts, &look.requested, grants)).collect();
        let records = |need: &Need| match need {
            Need::Records(wanted) => wanted.records.clone(),
            Need::Nothing(_) | Need::ForbiddenByCaa | Need::TimedOut => Vec::new(),
        };
        // Whatever is refused is so before anything is asked of Route 53.
        let all: Vec<WantedRecord> = needs.iter().flat_map(records).filter(|wanted| wanted.refused.is_none()).collect();
        let placed = if all.is_empty() { Ok(Endings::new()) } else { self.place(&all, manner).await };
        // What needs no zone is reported whatever became of the zones.
        let (endings, failure) = match placed {
            Ok(endings) => (endings, None),
            Err(error) => (all_failed(all, &error), Some(error)),
        };
        let ends = looks.iter().zip(&needs).map(|(look, need)| self.end(look, need, &endings, manner));
        let finished = stream::iter(ends).buffered(CONCURRENCY).collect().await;
        failure.into_iter().fold(finished, one_failure)
    }

    async fn end(&self, look: &Look, need: &Need, endings: &Endings, manner: Manner<'_>) -> Finished {
        let findings = match need {
            Need::Nothing(idle) => {
                let looked = Looked::without_records(Outcome::Ignored, look.facts.arn.clone(), idle.as_str());
                let memory = if look.tags.contains(tags::VALIDATION_NOTIFIED) { Memory::Remove } else { Memory::Keep };
                let conclusion = Conclusion { notice: None, memory: memory.clone(), known: false };
                warn_of_a_change(look);
                let mut finished = self.apply(look, Looked { memory, ..looked }, conclusion, None, manner).await;
                if finished.error.is_none() && is_not_shown_yet(&look.facts, look.change_asked_at, look.now) {
                    finished.error = Some(Error::not_shown(&look.facts.arn));
                }
                return finished;
            }
            Need::ForbiddenByCaa => {
                let mut findings = Findings::none(Waiting::RequestFailed);
                findings.add(self.forbidden_by_caa(&look.facts, Some(Witness::Acm)).await);
                findings
            }
            Need::TimedOut => {
                let mut findings = Findings::none(Waiting::RequestFailed);
                findings.blocked.push(timed_out(look));
                findings
            }
            Need::Records(wanted) => {
                let mut findings = Findings::of(look, wanted, endings, &self.settings.grants);
                let has_time = manner.deadline.duration_since(self.clock.now()) >= RESERVE;
                self.ask_dns(look, wanted, &mut findings, has_time, manner).await;
                findings
            }
        };
        self.conclude(look, &findings, manner).await
    }

    /// What only the public DNS tells, asked where it is wanted.
    async fn ask_dns(
        &self,
        look: &Look,
        wanted: &Wanted,
        findings: &mut Findings<'_>,
        has_time: bool,
        manner: Manner<'_>,
    ) {
        let waits = wanted.waiting != Waiting::No;
        if waits && has_time {
            let blocked = std::mem::take(&mut findings.blocked);
            let before = blocked.len();
            findings.blocked = self.without_seen_elsewhere(blocked).await;
            findings.elsewhere += before - findings.blocked.len();
        }
        let caa_event = look.occasion == Occasion::CaaCheckFailed && findings.are_all_placed();
        let overdue = waits && wanted.waiting.is_long(look.now) && findings.are_all_placed();
        if overdue && !has_time {
            findings.unanswered = true;
        }
        // A record of a renewal may have been created a moment ago, for another event. Of a request its age
        // is known.
        let by_event = wanted.waiting == Waiting::Renewal && look.occasion != Occasion::Sweep;
        let may_be_new = by_event && !findings.in_place.is_empty();
        if overdue && has_time && may_be_new {
            findings.unanswered = true;
        } else if overdue && has_time {
            findings.add(self.not_seen(&findings.in_place, manner).await);
        }
        // That ACM looks at CAA for a change, which issues nothing, is not documented.
        let issues = !matches!(wanted.waiting, Waiting::ValidationMethodUpdate(_));
        if (overdue && has_time && issues) || wanted.caa_error || caa_event {
            // An event may be late. Where nothing waits, AWS Health's word counts only when nobody answers.
            let by_health = caa_event && (waits || !self.dns.is_on());
            let witness = match () {
                () if wanted.caa_error => Some(Witness::Acm),
                () => by_health.then_some(Witness::AwsHealth),
            };
            findings.add(self.forbidden_by_caa(&look.facts, witness).await);
        }
    }

    async fn conclude(&self, look: &Look, findings: &Findings<'_>, manner: Manner<'_>) -> Finished {
        let conclusion = conclude(look, findings.waiting, &findings.blocked, findings.unsettled(), &self.settings);
        let arn = &look.facts.arn;
        let records = findings.provisioned();
        let to_do = !records.is_empty() || conclusion.notice.is_some() || conclusion.memory != Memory::Keep;
        let outcome = match (records.is_empty(), conclusion.notice.is_some()) {
            _ if self.dry_run && to_do => Outcome::Planned,
            (false, false) => Outcome::RecordsCreated,
            (true, true) => Outcome::Notified,
            (false, true) => Outcome::RecordsCreatedAndNotified,
            (true, false) if findings.hindered().next().is_some() => Outcome::Blocked,
            (true, false) => Outcome::NothingToDo,
        };
        let looked = Looked {
            records: records.clone(),
            in_place: findings.in_place.len(),
            blocked: findings.hindered().cloned().collect(),
            not_named: findings.not_named.to_vec(),
            notice: conclusion.notice.as_deref().map(Told::of),
            memory: conclusion.memory.clone(),
            ..Looked::without_records(outcome, arn.clone(), findings.reason())
        };
        let event = (!records.is_empty()).then(|| {
            Event::ValidationRecordsProvisioned(ValidationRecordsProvisioned {
                certificate_arn: arn.clone(),
                domain_name: look.facts.domain_name.clone(),
                account: arn.account().to_owned(),
                region: arn.region().to_owned(),
                records,
            })
        });
        let mut finished = self.apply(look, looked, conclusion, event, manner).await;
        finished.late |= findings.late;
        if finished.error.is_none() {
            let not_named = !findings.not_named.is_empty() && look.occasion != Occasion::Sweep;
            finished.error = match &findings.failed {
                Some(cause) => Some(Error::look(arn, cause.clone())),
                None => not_named.then(|| Error::not_named(arn, findings.not_named)),
            };
        }
        finished
    }
}

fn all_failed(wanted: Vec<WantedRecord>, error: &CallError) -> Endings {
    wanted.into_iter().map(|wanted| (wanted.record, Ending::Failed(error.clone()))).collect()
}

/// That the zones could not be listed is one failure, however many certificates have a record to place.
fn one_failure(mut finished: Vec<Finished>, listing: CallError) -> Vec<Finished> {
    let is_it = |error: &Error| matches!(error, Error::Look { cause, .. } if **cause == listing);
    let mut of_all = Some(Error::Zones(listing.clone()));
    for finished in finished.iter_mut().filter(|finished| finished.error.as_ref().is_some_and(is_it)) {
        finished.error = of_all.take();
    }
    finished
}

fn timed_out(look: &Look) -> Blocked {
    let facts = &look.facts;
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
fn warn_of_a_change(look: &Look) {
    if was_given_up(&look.facts, look.now) {
        tracing::warn!(
            certificate_arn = %look.facts.arn,
            reason = "method-change-failed",
            to_do = "see that the DNS of every domain can get its record, then call UpdateCertificateOptions with \
                     ValidationMethod=DNS again",
            "ACM gave up the change to DNS validation; the certificate stays validated by e-mail"
        );
    }
}

fn gone(occasion: Occasion, arn: &CertificateArn) -> Looked {
    let looked = Looked::without_records(Outcome::Ignored, arn.clone(), "certificate-gone");
    log(occasion, &looked);
    looked
}
