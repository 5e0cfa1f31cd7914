//! One attempt to renew a certificate, from its claim to its outcome.

use std::error::Error as _;
use std::time::Duration;

use aws_client::{CallError, CallErrorKind, Clock};
use aws_config::SdkConfig;
use aws_smithy_types::Blob;
use certificates::tags::TagState;
use certificates::{CertificateDetail, FailureReason, RenewalStatus};
use events::IssuerChange;
use jiff::{SignedDuration, Timestamp};
use tracing::instrument::WithSubscriber;
use tracing::subscriber::NoSubscriber;

use crate::budget::Budget;
use crate::certificate::{Certificate, normalize_serial};
use crate::domain_names::DomainNames;
use crate::error::Error;
use crate::issuer::{IssueError, Issued, Issuer, Order, PrivateCa};
use crate::key::{KeyError, KeyPair, KeyType};
use crate::policy::{Plan, Source};
use crate::preflight::{self, Candidate, Refusal};
use crate::record::{Completion, Look, Recorder};
use crate::{aftercare, csr};

/// Before the deadline, an attempt stops waiting for its source, and imports or gives up.
const TO_IMPORT: SignedDuration = SignedDuration::from_secs(90);
/// Before the deadline, it stops waiting for the import, and asks what ACM has.
const TO_VERIFY: SignedDuration = SignedDuration::from_secs(45);
/// Before the deadline, it stops asking, and records what it knows.
const TO_RECORD: SignedDuration = SignedDuration::from_secs(20);
/// A source takes a second or two. One that never delivers must not keep others from being renewed.
const SOURCE_DELIVERS_WITHIN: SignedDuration = SignedDuration::from_mins(1);
/// The source gives up a little before it would be cut off, since it knows better what was missing.
const SOURCE_GIVES_UP: SignedDuration = SignedDuration::from_secs(5);
/// ACM shows an import within seconds.
const LOOK_EVERY: Duration = Duration::from_secs(1);
const LOOKS_AFTER_AN_IMPORT: u32 = 20;
const LOOKS_WITHOUT_AN_ANSWER: u32 = 3;
/// What another attempt needs to record its end, once ACM shows its import.
const TIME_TO_RECORD: Duration = Duration::from_secs(5);
const IMPORT: &str = "acm:ImportCertificate";

/// How an attempt ended.
#[derive(Debug)]
pub(crate) enum Ending {
    /// The certificate was replaced.
    Renewed(Completion),
    /// Another attempt at the same time replaced it, or recorded why it failed.
    StoodDown,
    /// The certificate was deleted in the meantime.
    Gone,
    /// It failed, was recorded as failed, and the certificate in place is untouched.
    Failed(FailureReason, String),
}

/// Why an attempt failed: for the tag, and for people.
#[derive(Debug, Clone)]
struct Failed {
    reason: FailureReason,
    detail: String,
}

impl From<IssueError> for Failed {
    fn from(error: IssueError) -> Self {
        Self { reason: error.reason, detail: error.detail }
    }
}

impl From<KeyError> for Failed {
    fn from(error: KeyError) -> Self {
        Self { reason: FailureReason::ServiceError, detail: error.to_string() }
    }
}

impl From<Refusal> for Failed {
    fn from(refusal: Refusal) -> Self {
        Self { reason: refusal.reason, detail: refusal.detail }
    }
}

/// The clients that an attempt needs.
#[derive(Debug, Clone)]
pub(crate) struct Renewer {
    /// Reads and replaces certificates.
    pub acm: aws_sdk_acm::Client,
    /// For the clients of sources.
    pub aws: SdkConfig,
    /// Records how an attempt ended.
    pub recorder: Recorder,
    /// Finds the domain names of API Gateway that wait for a person.
    pub domain_names: DomainNames,
    /// What this process paid for.
    pub budget: Budget,
    /// What time it is.
    pub clock: Clock,
    /// No certificate is requested for longer.
    pub max_validity_days: u16,
}

/// A new certificate that passed all checks, with its key.
struct Ready {
    issued: Issued,
    serial: String,
    key: KeyPair,
    issuer_change: Option<IssuerChange>,
    capped: Option<u16>,
}

/// How long the new certificate shall live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Lifetime {
    days: u16,
    /// What was wanted, where that is longer than allowed.
    capped: Option<u16>,
}

impl Lifetime {
    fn new(wanted: u16, most: u16) -> Self {
        Self { days: wanted.min(most), capped: (wanted > most).then_some(wanted) }
    }
}

/// The certificate in place.
struct Present {
    certificate: Certificate,
    chain: Vec<Certificate>,
    key_type: KeyType,
}

enum Obtained {
    Ready(Box<Ready>),
    /// The source delivered the certificate of another attempt.
    Others(String),
}

/// What ACM shows under the ARN.
enum Shown {
    /// The certificate with the serial that was asked for.
    Wanted(Box<CertificateDetail>),
    /// Neither that nor the one before: another attempt's, or a person's.
    Another(Box<CertificateDetail>),
    /// Still the one before.
    Before,
    /// Nothing: it was deleted.
    Nothing,
    /// ACM did not say.
    Unknown(CallError),
}

impl Renewer {
    /// Makes one attempt and records how it ended.
    ///
    /// # Errors
    /// The present certificate could not be read, or what happened could not be recorded; the same
    /// event finds out again.
    pub(crate) async fn attempt(&self, look: &Look, plan: &Plan, deadline: Timestamp) -> Result<Ending, Error> {
        let present = match self.present(look).await? {
            Ok(present) => present,
            Err(failed) => return self.record_failure(look, plan, failed).await,
        };
        if self.was_replaced_meanwhile(look, &present).await? {
            return Ok(Ending::StoodDown);
        }
        let look = &match self.recorder.claim(look, plan.attempt).await {
            Ok(look) => look,
            // Only a person resolves this, and a person reads notices sooner than dead letters.
            Err(error) => match error.refused_tags() {
                Some(reason) => return self.record_failure(look, plan, untaggable(reason, &error)).await,
                None => return Err(error),
            },
        };
        let until = before(deadline, TO_IMPORT);
        let obtained = self.within(until, self.obtain(look, plan, &present, until)).await;
        match obtained.unwrap_or_else(|| Err(out_of_time(plan))) {
            Ok(Obtained::Ready(ready)) => self.install(look, plan, *ready, deadline).await,
            Ok(Obtained::Others(serial)) => self.stand_down(look, plan, &serial, deadline).await,
            Err(failed) => self.record_failure(look, plan, failed).await,
        }
    }

    /// Whether the certificate was replaced since it was described: by an attempt that has finished, or by a person. ACM's
    /// spelling of a serial number may differ from the certificate's (a negative one), so ACM is asked again.
    async fn was_replaced_meanwhile(&self, look: &Look, present: &Present) -> Result<bool, Error> {
        let Some(described) = &look.facts.serial else { return Ok(false) };
        if normalize_serial(described) == present.certificate.serial {
            return Ok(false);
        }
        let arn = &look.facts.arn;
        let now = acm::describe(&self.acm, arn).await.map_err(|error| Error::gather(arn, error))?;
        Ok(now.is_none_or(|facts| {
            facts.serial.as_ref() != Some(described) || facts.imported_at != look.facts.imported_at
        }))
    }

    async fn record_failure(&self, look: &Look, plan: &Plan, failed: Failed) -> Result<Ending, Error> {
        if failed.reason == FailureReason::ImportQuotaReached {
            self.budget.quota_was_reached(self.clock.now());
        }
        self.recorder.failure(look, failed.reason, &failed.detail, plan.attempt).await?;
        Ok(Ending::Failed(failed.reason, failed.detail))
    }

    /// The certificate in place. What cannot be read or issued again is known before anything is
    /// claimed.
    async fn present(&self, look: &Look) -> Result<Result<Present, Failed>, Error> {
        let arn = &look.facts.arn;
        let answer = self.acm.get_certificate().certificate_arn(arn.as_str()).send().await;
        let answer = match answer.map_err(|error| CallError::new("acm:GetCertificate", &error)) {
            Ok(answer) => answer,
            // Only a person resolves this, and a person reads notices sooner than dead letters.
            Err(error) if error.kind == CallErrorKind::Denied => {
                let detail = error.to_string();
                return Ok(Err(Failed { reason: FailureReason::PermissionMissing, detail }));
            }
            Err(error) => return Err(Error::gather(arn, error)),
        };
        let certificate = match Certificate::from_pem(answer.certificate().unwrap_or_default()) {
            Ok(certificate) => certificate,
            Err(error) => {
                let detail = format!("the certificate in place cannot be read: {error}");
                return Ok(Err(Failed { reason: FailureReason::PresentCertificateUnreadable, detail }));
            }
        };
        let chain = match Certificate::all_from_pem(answer.certificate_chain().unwrap_or_default()) {
            Ok(chain) => chain,
            // Without it, the issuer would seem to change, though it does not.
            Err(error) => {
                let detail = format!("the chain of the certificate in place cannot be read: {error}");
                return Ok(Err(Failed { reason: FailureReason::PresentCertificateUnreadable, detail }));
            }
        };
        Ok(match certificate.key_type {
            Some(key_type) => Ok(Present { chain, certificate, key_type }),
            None => Err(Failed {
                reason: FailureReason::KeyTypeNotIssuable,
                detail: "ACM keeps the type of key under an ARN, and no source issues for this one".into(),
            }),
        })
    }

    /// Makes a key, has a certificate issued for it, and checks it.
    async fn obtain(&self, look: &Look, plan: &Plan, present: &Present, until: Timestamp) -> Result<Obtained, Failed> {
        let key = KeyPair::generate(present.key_type)?;
        let csr = csr::like(&present.certificate, &key).map_err(|error| Failed {
            reason: FailureReason::PresentCertificateUnreadable,
            detail: error.to_string(),
        })?;
        let lifetime = self.lifetime(look, plan, present);
        let order = Order {
            facts: &look.facts,
            budget: &self.budget,
            present: &present.certificate,
            present_chain: &present.chain,
            issuer_may_change: plan.issuer_may_change,
            csr: &csr,
            validity_days: lifetime.days,
            attempt: plan.attempt,
            deadline: before(until, SOURCE_GIVES_UP).min(self.clock.now() + SOURCE_DELIVERS_WITHIN),
        };
        let issued = match &plan.source {
            Source::PrivateCa(arn) => PrivateCa::new(&self.aws, self.clock.clone(), arn.clone()).issue(&order).await?,
        };
        self.check(plan, present, issued, key, lifetime)
    }

    fn lifetime(&self, look: &Look, plan: &Plan, present: &Present) -> Lifetime {
        let as_before = u16::try_from(present.certificate.lifetime_days()).unwrap_or(u16::MAX);
        let lifetime = Lifetime::new(plan.validity_days.unwrap_or(as_before), self.max_validity_days);
        if let Some(wanted) = lifetime.capped {
            tracing::warn!(
                certificate_arn = %look.facts.arn, wanted_days = wanted, days = lifetime.days,
                "MAX_VALIDITY_DAYS limits the lifetime",
            );
        }
        lifetime
    }

    fn check(
        &self,
        plan: &Plan,
        present: &Present,
        issued: Issued,
        key: KeyPair,
        lifetime: Lifetime,
    ) -> Result<Obtained, Failed> {
        let broken = |error| Failed {
            reason: FailureReason::ChainBroken,
            detail: format!("what the source delivered cannot be read: {error}"),
        };
        let new = Certificate::from_pem(&issued.certificate).map_err(broken)?;
        let chain = Certificate::all_from_pem(&issued.chain).map_err(broken)?;
        let checked = preflight::check(&Candidate {
            present: &present.certificate,
            present_chain: &present.chain,
            issuer_may_change: plan.issuer_may_change,
            new: &new,
            chain: &chain,
            public_key: &key.public_key_der()?,
            certificate_size: issued.certificate.len(),
            chain_size: issued.chain.len(),
            now: self.clock.now(),
        });
        let issuer_change = preflight::issuer_change((&present.certificate, &present.chain), (&new, &chain));
        match checked {
            Ok(()) => {
                let (serial, capped) = (new.serial, lifetime.capped);
                Ok(Obtained::Ready(Box::new(Ready { issued, serial, key, issuer_change, capped })))
            }
            Err(refusal) if refusal.reason == FailureReason::KeyMismatch => Ok(Obtained::Others(new.serial)),
            Err(refusal) => Err(refusal.into()),
        }
    }

    /// Imports and makes sure that the import is what ACM shows.
    async fn install(&self, look: &Look, plan: &Plan, ready: Ready, deadline: Timestamp) -> Result<Ending, Error> {
        // The source may have taken minutes, in which a person may have imported a better certificate.
        match self.shown(look, &ready.serial, 1, deadline).await {
            Shown::Another(after) => return self.leave_to_others(look, plan, &after).await,
            Shown::Nothing => return Ok(Ending::Gone),
            Shown::Before | Shown::Wanted(_) | Shown::Unknown(_) => {}
        }
        self.budget.import(&look.facts.arn, &ready.serial);
        let imported = self.within(before(deadline, TO_VERIFY), self.import(look, &ready)).await;
        let imported = imported.unwrap_or_else(|| Err(no_answer()));
        // What ACM shows decides, not what it answered: no answer does not mean no effect, and a
        // refusal may be that of a repeated call whose first answer was lost.
        let looks = match &imported {
            Ok(()) => LOOKS_AFTER_AN_IMPORT,
            Err(error) if error.is_retryable() => LOOKS_WITHOUT_AN_ANSWER,
            Err(_) => 1,
        };
        match (self.shown(look, &ready.serial, looks, deadline).await, imported) {
            (Shown::Wanted(after), _) => {
                self.budget.import_was_taken();
                let remarks = aftercare::check(&self.acm, look, &after).await;
                let pending_domain_names = self.domain_names.pending(&look.facts, &after, deadline).await;
                let Ready { issuer_change, capped, .. } = ready;
                let completion = Completion {
                    after,
                    attempt: plan.attempt,
                    remarks,
                    pending_domain_names,
                    issuer_change,
                    was_found: false,
                    capped,
                };
                self.recorder.complete(look, &completion).await?;
                Ok(Ending::Renewed(completion))
            }
            (Shown::Another(after), _) => self.leave_to_others(look, plan, &after).await,
            (Shown::Nothing, _) => Ok(Ending::Gone),
            (_, Err(error)) => self.record_failure(look, plan, refused(&error)).await,
            (Shown::Before, Ok(())) => {
                let detail = format!("ACM took the certificate with serial {} but does not show it", ready.serial);
                self.record_failure(look, plan, unverified(detail)).await
            }
            (Shown::Unknown(error), Ok(())) => {
                self.record_failure(look, plan, unverified(format!("the import could not be verified: {error}"))).await
            }
        }
    }

    /// Imports under the same ARN. Without tags: ACM refuses them there and keeps those it has.
    async fn import(&self, look: &Look, ready: &Ready) -> Result<(), CallError> {
        let private_key = ready.key.private_key_pem().map_err(|error| CallError {
            operation: IMPORT,
            code: None,
            message: error.to_string(),
            kind: CallErrorKind::Unavailable,
        })?;
        let answer = self
            .acm
            .import_certificate()
            .certificate_arn(look.facts.arn.as_str())
            .certificate(Blob::new(ready.issued.certificate.as_bytes()))
            .certificate_chain(Blob::new(ready.issued.chain.as_bytes()))
            .private_key(Blob::new(private_key.as_bytes()))
            .send()
            // At the level TRACE the SDK logs whole requests, and this one holds the key.
            .with_subscriber(NoSubscriber::default())
            .await;
        answer.map(|_| ()).map_err(|error| CallError::new(IMPORT, &error))
    }

    /// Looks several times whether ACM shows this serial.
    async fn shown(&self, look: &Look, serial: &str, looks: u32, deadline: Timestamp) -> Shown {
        let mut last = Shown::Before;
        let looking = async {
            for remaining in (0..looks).rev() {
                last = match acm::describe(&self.acm, &look.facts.arn).await {
                    Ok(None) => Shown::Nothing,
                    Ok(Some(facts)) if shows(&facts, &look.facts, serial) => Shown::Wanted(Box::new(facts)),
                    Ok(Some(facts)) if facts.serial == look.facts.serial => Shown::Before,
                    Ok(Some(facts)) => Shown::Another(Box::new(facts)),
                    Err(error) => Shown::Unknown(error),
                };
                if matches!(last, Shown::Wanted(_) | Shown::Nothing) || remaining == 0 {
                    return;
                }
                self.clock.sleep(LOOK_EVERY).await;
            }
        };
        self.within(before(deadline, TO_RECORD), looking).await;
        last
    }

    /// The source delivered a certificate for another key: that of an attempt at the same time,
    /// which will import it. If it does not, and says nothing either, this attempt has failed.
    async fn stand_down(&self, look: &Look, plan: &Plan, serial: &str, deadline: Timestamp) -> Result<Ending, Error> {
        match self.shown(look, serial, LOOKS_AFTER_AN_IMPORT, deadline).await {
            Shown::Wanted(after) | Shown::Another(after) => self.leave_to_others(look, plan, &after).await,
            Shown::Nothing => Ok(Ending::Gone),
            Shown::Before | Shown::Unknown(_) => {
                let status = self.tags_now(look).await?.recorded.status;
                if status == Some(RenewalStatus::RenewalFailed) {
                    return Ok(Ending::StoodDown);
                }
                let detail = format!("the source delivered a certificate (serial {serial}) for another key");
                self.record_failure(look, plan, Failed { reason: FailureReason::KeyMismatch, detail }).await
            }
        }
    }

    /// Another attempt replaced the certificate, and may have recorded its end before this one wrote
    /// its claim, which would then stand there until it is too old.
    async fn leave_to_others(&self, look: &Look, plan: &Plan, after: &CertificateDetail) -> Result<Ending, Error> {
        self.clock.sleep(TIME_TO_RECORD).await;
        if self.tags_now(look).await?.recorded.renewal_of.is_some() {
            self.recorder.complete(look, &Completion::found(after, plan.attempt)).await?;
        }
        Ok(Ending::StoodDown)
    }

    async fn tags_now(&self, look: &Look) -> Result<TagState, Error> {
        let arn = &look.facts.arn;
        let tags = acm::list_tags(&self.acm, arn).await.map_err(|source| Error::gather(arn, source))?;
        Ok(TagState::read(&tags.unwrap_or_default()))
    }

    /// The outcome of the work; `None` when it was not done by then, and was cut off.
    async fn within<T>(&self, until: Timestamp, work: impl Future<Output = T>) -> Option<T> {
        let left = Duration::try_from(until.duration_since(self.clock.now())).ok()?;
        tokio::select! {
            biased;
            outcome = work => Some(outcome),
            () = self.clock.sleep(left) => None,
        }
    }
}

fn before(deadline: Timestamp, by: SignedDuration) -> Timestamp {
    deadline.checked_sub(by).unwrap_or(deadline)
}

/// Whether ACM shows the certificate with this serial, and no longer the one before: a CA may use a serial twice.
fn shows(facts: &CertificateDetail, before: &CertificateDetail, serial: &str) -> bool {
    let is_new = (facts.not_after, facts.imported_at) != (before.not_after, before.imported_at);
    is_new && facts.serial.as_deref().is_some_and(|shown| normalize_serial(shown) == serial)
}

fn out_of_time(plan: &Plan) -> Failed {
    let Source::PrivateCa(ca) = &plan.source;
    let detail = format!("AWS answered too slowly: the run ended before the private CA {ca} had issued a certificate");
    Failed { reason: FailureReason::OutOfTime, detail }
}

fn untaggable(reason: FailureReason, error: &Error) -> Failed {
    let cause = error.source().map(ToString::to_string).unwrap_or_default();
    Failed { reason, detail: format!("the tags that track a renewal cannot be written: {cause}") }
}

fn unverified(detail: String) -> Failed {
    Failed { reason: FailureReason::VerificationFailed, detail }
}

fn no_answer() -> CallError {
    CallError {
        operation: IMPORT,
        code: None,
        message: "no answer in the time that was left".into(),
        kind: CallErrorKind::Unavailable,
    }
}

fn refused(error: &CallError) -> Failed {
    let reason = match error.kind {
        CallErrorKind::Throttled => FailureReason::Throttled,
        CallErrorKind::Unavailable => FailureReason::ServiceError,
        CallErrorKind::Denied => FailureReason::PermissionMissing,
        CallErrorKind::Refused if error.has_code("LimitExceededException") => FailureReason::ImportQuotaReached,
        CallErrorKind::Refused => FailureReason::ImportRefused,
    };
    Failed { reason, detail: error.to_string() }
}

#[cfg(test)]
mod tests {
    use certificates::{CertificateSummary, CertificateType};

    use super::*;

    /// A CA that uses a serial number twice must not make a refused import count as done.
    #[test]
    fn an_import_is_shown_by_more_than_its_serial() {
        let arn = "arn:aws:acm:us-east-1:123456789012:certificate/a".parse().unwrap();
        let before = CertificateDetail {
            serial: Some("0a:1b".into()),
            ..CertificateDetail::from(CertificateSummary {
                not_after: Some("2026-12-10T12:00:00Z".parse().unwrap()),
                imported_at: Some("2025-12-10T12:00:00Z".parse().unwrap()),
                ..CertificateSummary::new(arn, CertificateType::Imported)
            })
        };
        assert!(!shows(&before, &before, "a1b"));
        let later = Some("2027-11-20T08:00:00Z".parse().unwrap());
        assert!(shows(
            &CertificateDetail {
                summary: CertificateSummary { not_after: later, ..before.summary.clone() },
                ..before.clone()
            },
            &before,
            "a1b"
        ));
        assert!(shows(
            &CertificateDetail {
                summary: CertificateSummary { imported_at: later, ..before.summary.clone() },
                ..before.clone()
            },
            &before,
            "a1b"
        ));
        assert!(!shows(
            &CertificateDetail {
                summary: CertificateSummary { not_after: later, ..before.summary.clone() },
                ..before.clone()
            },
            &before,
            "77"
        ));
    }
}
