//! A look at certificates: gather, decide, apply.

use certificates::tags::{self, Tags};
use certificates::{CertificateArn, CertificateFacts};
use events::{Event, ProvisionedRecord, ValidationRecordsProvisioned};
use futures::future::join3;
use futures::{StreamExt, stream};
use jiff::SignedDuration;
use sdk::CallError;

use crate::answer::{Looked, Outcome, Told};
use crate::diagnosis::Diagnosis;
use crate::place::{Ending, Endings, Manner};
use crate::policy::wanted::{self, Need};
use crate::policy::{
    AccountId, Blocked, Conclusion, HostedZone, Look, Memory, Record, Unsettled, Waiting, Wanted, WantedRecord,
    conclude,
};
use crate::tally::Finished;
use crate::{Error, Handler, Occasion};

/// Certificates that are told of at the same time.
const CONCURRENCY: usize = 4;
/// Nothing is begun with less time than this: enough for a throttled call and its retries, twice.
pub(crate) const RESERVE: SignedDuration = SignedDuration::from_secs(60);
/// A sweep's notice is a call of SNS's and one of ACM's, with their retries.
const RESERVE_FOR_TELLING: SignedDuration = SignedDuration::from_secs(20);

/// What was found out about one certificate.
struct Findings<'a> {
    waiting: Waiting,
    created: Vec<(&'a Record, &'a HostedZone)>,
    in_place: Vec<(&'a WantedRecord, &'a HostedZone)>,
    blocked: Vec<Blocked>,
    /// Those that ACM has validated in somebody else's DNS, or the DNS shows.
    elsewhere: usize,
    unanswered: bool,
    failed: Option<CallError>,
    /// Whether there was no time for some records.
    late: bool,
    not_named: &'a [String],
}

impl<'a> Findings<'a> {
    fn none(waiting: Waiting) -> Self {
        Self {
            waiting,
            created: vec![],
            in_place: vec![],
            blocked: vec![],
            elsewhere: 0,
            unanswered: false,
            failed: None,
            late: false,
            not_named: &[],
        }
    }

    fn of(wanted: &'a Wanted, endings: &'a Endings) -> Self {
        let mut findings = Self { not_named: &wanted.not_named, ..Self::none(wanted.waiting) };
        for wanted in &wanted.records {
            match endings.get(&wanted.record) {
                Some(Ending::InPlace(zone)) => findings.in_place.push((wanted, zone)),
                Some(Ending::Created(zone)) => findings.created.push((&wanted.record, zone)),
                Some(Ending::Blocked(blocked)) if wanted.validated && !blocked.known_missing => findings.elsewhere += 1,
                Some(Ending::Blocked(blocked)) => {
                    findings.blocked.push(Blocked { domain: wanted.domain.clone(), ..(**blocked).clone() });
                }
                Some(Ending::Failed(error)) => findings.failed = Some(error.clone()),
                Some(Ending::Late) => findings.late = true,
                None => {}
            }
        }
        findings
    }

    /// Something could not be found out.
    fn unsettled(&self) -> Unsettled {
        match () {
            () if self.failed.is_some() || self.late => Unsettled::Failed,
            () if !self.not_named.is_empty() => Unsettled::NotNamed,
            () if self.unanswered => Unsettled::Unanswered,
            () => Unsettled::No,
        }
    }

    /// ACM has had what this function can give, so that only the DNS itself can tell what is wrong.
    fn are_all_placed(&self) -> bool {
        self.created.is_empty() && self.failed.is_none() && !self.late && self.not_named.is_empty()
    }

    fn add(&mut self, diagnosis: Diagnosis) {
        self.unanswered |= diagnosis.unanswered;
        self.blocked.extend(diagnosis.blocked);
    }

    /// What keeps something from being done, as far as it matters now.
    fn hindered(&self) -> impl Iterator<Item = &Blocked> {
        self.blocked.iter().filter(|blocked| self.waiting != Waiting::No || blocked.known_missing)
    }

    fn reason(&self) -> &'static str {
        if !self.created.is_empty() {
            return "records-missing";
        }
        if let Some(cause) = self.hindered().map(|blocked| blocked.cause).min() {
            return cause.as_str();
        }
        match () {
            () if !self.not_named.is_empty() => "records-not-named",
            () if !self.blocked.is_empty() || self.elsewhere > 0 => "validated-elsewhere",
            () if self.in_place.is_empty() => "no-records",
            () => "records-in-place",
        }
    }

    fn provisioned(&self) -> Vec<ProvisionedRecord> {
        let provisioned = |(record, zone): &(&Record, &HostedZone)| ProvisionedRecord {
            zone_id: zone.id.clone(),
            zone_name: zone.name.to_string(),
            name: record.name.to_string(),
            kind: "CNAME".into(),
            value: record.value.to_string(),
        };
        self.created.iter().map(provisioned).collect()
    }
}

impl Handler {
    /// Looks at one certificate and does what is to be done. The zones are read at the same time as the
    /// certificate, if they are not known.
    pub(crate) async fn look(&self, occasion: Occasion, arn: &CertificateArn, manner: Manner<'_>) -> Finished {
        let home = self.book.zones(&[AccountId::Home], manner.visit, manner.pace);
        // Zones that cannot be read are an error only where a record has to be placed; then they are
        // asked for again.
        let (facts, tags, _) = join3(acm::describe(&self.acm, arn), acm::list_tags(&self.acm, arn), home).await;
        match facts.and_then(|facts| Ok(facts.zip(tags?))) {
            Ok(Some((facts, tags))) => {
                let looks = vec![self.at(occasion, facts, tags)];
                let mut finished = self.settle(looks, manner).await;
                finished.pop().unwrap_or_else(|| Finished::done(gone(occasion, arn)))
            }
            Ok(None) => Finished::done(gone(occasion, arn)),
            Err(cause) => Finished::failed(Error::look(arn, cause)),
        }
    }

    pub(crate) fn at(&self, occasion: Occasion, facts: CertificateFacts, tags: Tags) -> Look {
        Look { occasion, facts, tags, now: self.clock.now() }
    }

    /// Places the records of all these certificates at once, and ends each look.
    pub(crate) async fn settle(&self, looks: Vec<Look>, manner: Manner<'_>) -> Vec<Finished> {
        let needs: Vec<Need> = looks.iter().map(|look| wanted::of(&look.facts)).collect();
        let records = |need: &Need| match need {
            Need::Records(wanted) => wanted.records.clone(),
            Need::Nothing(_) | Need::ForbiddenByCaa => Vec::new(),
        };
        let all: Vec<WantedRecord> = needs.iter().flat_map(records).collect();
        let placed = if all.is_empty() { Ok(Endings::new()) } else { self.place(&all, manner).await };
        let endings = match &placed {
            Ok(endings) => endings,
            Err(error) => return looks.iter().map(|_| Finished::failed(Error::Zones(error.clone()))).take(1).collect(),
        };
        let ends = looks.iter().zip(&needs).map(|(look, need)| self.end(look, need, endings, manner));
        stream::iter(ends).buffered(CONCURRENCY).collect().await
    }

    async fn end(&self, look: &Look, need: &Need, endings: &Endings, manner: Manner<'_>) -> Finished {
        let findings = match need {
            Need::Nothing(idle) => {
                let looked = Looked::without_records(Outcome::Ignored, look.facts.arn.clone(), idle.as_str());
                let memory = if look.tags.contains(tags::VALIDATION_NOTICED) { Memory::Remove } else { Memory::Keep };
                let conclusion = Conclusion { notice: None, memory: memory.clone(), known: false };
                return self.apply(look, Looked { memory, ..looked }, conclusion, None, manner).await;
            }
            Need::ForbiddenByCaa => {
                let mut findings = Findings::none(Waiting::RequestFailed);
                findings.add(self.forbidden_by_caa(&look.facts, true).await);
                findings
            }
            Need::Records(wanted) => {
                for domain in &wanted.unusable {
                    tracing::warn!(certificate_arn = %look.facts.arn, reason = "unusable-record", domain);
                }
                let mut findings = Findings::of(wanted, endings);
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
        if (overdue && has_time) || wanted.caa_error || caa_event {
            // An event may be late. Where nothing waits, AWS Health's word counts only when nobody answers.
            let by_acm = wanted.caa_error || (caa_event && (waits || !self.dns.is_on()));
            findings.add(self.forbidden_by_caa(&look.facts, by_acm).await);
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
            (true, true) => Outcome::Noticed,
            (false, true) => Outcome::RecordsCreatedAndNoticed,
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

    /// Tells what was done and what needs a person. A bus that is broken does not keep a notice from being
    /// sent, nor the other way round; the first error is the answer.
    async fn apply(
        &self,
        look: &Look,
        looked: Looked,
        conclusion: Conclusion,
        event: Option<Event>,
        manner: Manner<'_>,
    ) -> Finished {
        let arn = &look.facts.arn;
        let too_late = manner.deadline.duration_since(self.clock.now()) < RESERVE_FOR_TELLING;
        let mut late = false;
        let mut result = Ok(());
        if !self.dry_run {
            if let Some(event) = event {
                result = self.bus().put(&[event]).await;
            }
            let quiet = conclusion.notice.is_none() && conclusion.memory == Memory::Keep;
            late = too_late && !quiet;
            if !late {
                let told = self.tell(arn, conclusion, manner).await;
                // "Already gone" leaves nothing to remember.
                result = result.and(told.or_else(|error| is_gone(&error).then_some(()).ok_or(error)));
            }
        }
        let looked = if late { Looked { notice: None, memory: Memory::Keep, ..looked } } else { looked };
        log(look.occasion, &looked);
        Finished { looked: Some(looked), error: result.err().map(|cause| Error::look(arn, cause)), late }
    }

    /// Publishes first and remembers then: a notice that is repeated after a crash is better than one
    /// that nobody got.
    async fn tell(&self, arn: &CertificateArn, conclusion: Conclusion, manner: Manner<'_>) -> Result<(), CallError> {
        if let Some(notice) = &conclusion.notice {
            self.topic().publish(notice).await?;
        }
        match conclusion.memory {
            Memory::Keep => Ok(()),
            Memory::Set(value) => {
                manner.tell.turn().await;
                acm::add_tags(&self.acm, arn, &[(tags::VALIDATION_NOTICED, value)]).await
            }
            Memory::Remove => {
                manner.tell.turn().await;
                acm::remove_tags(&self.acm, arn, &[tags::VALIDATION_NOTICED]).await
            }
        }
    }
}

fn is_gone(error: &CallError) -> bool {
    error.operation.starts_with("acm:") && error.has_code("ResourceNotFoundException")
}

fn gone(occasion: Occasion, arn: &CertificateArn) -> Looked {
    let looked = Looked::without_records(Outcome::Ignored, arn.clone(), "certificate-gone");
    log(occasion, &looked);
    looked
}

/// One log line for each look. Looks of a sweep that come to nothing are many, and of no interest.
fn log(occasion: Occasion, looked: &Looked) {
    let (certificate, outcome, reason) = (&looked.certificate, looked.outcome.as_str(), looked.reason);
    let occasion_name = occasion.as_str();
    let records = serde_json::to_string(&looked.records).unwrap_or_default();
    let blocked = serde_json::to_string(&looked.blocked).unwrap_or_default();
    if occasion == Occasion::Sweep && !looked.is_of_interest() {
        tracing::debug!(certificate_arn = %certificate, outcome, reason, occasion = occasion_name);
    } else {
        tracing::info!(certificate_arn = %certificate, outcome, reason, occasion = occasion_name, records, blocked);
    }
}
