//! Obtains a new certificate with its key, and checks that it may replace the current one.

use aws_client::Clock;
use certificates::{Failure, FailureReason};
use events::IssuerChange;
use issuers::{IssueRequest, IssuedChain, KeyedChain, PrivateKey};
use jiff::{SignedDuration, Timestamp};
use x509::{Certificate, Chain, SerialNumber};

use super::attempt::Attempt;
use super::delivery;
use super::lifetime::Lifetime;
use super::outcome::AttemptOutcome;
use super::purchase::Purchase;
use super::schedule::{Schedule, before};
use super::sources::{self, Sources};
use crate::Config;
use crate::budget::Budget;
use crate::error::Error;
use crate::policy::{Plan, Source};
use crate::preflight::{self, PreflightInput};

/// At most.
const SOURCE_DELIVERS_WITHIN: SignedDuration = SignedDuration::from_mins(1);
/// The source gives up a little before it would be cut off, since it knows better what was missing.
const SOURCE_GIVES_UP: SignedDuration = SignedDuration::from_secs(5);

/// A new certificate that passed all checks, with its key.
pub(super) struct NewCertificate {
    pub(super) issued: IssuedChain,
    pub(super) key: PrivateKey,
    pub(super) serial: SerialNumber,
    pub(super) issuer_change: Option<IssuerChange>,
    /// The required lifetime in days, where the configuration cut it short.
    pub(super) cut_from_days: Option<u16>,
}

/// What a source had already.
pub(super) enum Taken {
    /// It issues: nothing can be taken.
    MustBeIssued,
    New(Box<NewCertificate>),
    /// Nothing that is imported now.
    Ended(AttemptOutcome),
}

pub(super) enum Obtained {
    New(Box<NewCertificate>),
    /// The source delivered the certificate of another attempt, which has this serial number.
    ForAnotherKey(SerialNumber),
}

#[derive(Debug, Clone)]
pub(super) struct Obtainer {
    sources: Sources,
    budget: Budget,
    clock: Clock,
    max_validity_days: u16,
}

impl Obtainer {
    pub(super) fn new(config: &Config, clock: Clock, sources: Sources, budget: Budget) -> Self {
        Self { sources, budget, clock, max_validity_days: config.max_validity_days }
    }

    /// Takes the certificate from a source that has it already, and checks it.
    ///
    /// # Errors
    /// The source could not be read, and there is time: the same event finds out again.
    pub(super) async fn take(&self, attempt: Attempt<'_>) -> Result<Taken, Error> {
        let Attempt { state, plan, .. } = attempt;
        if !plan.source.is_bundle() {
            return Ok(Taken::MustBeIssued);
        }
        Ok(match (self.obtain(attempt).await, plan.too_soon) {
            (Err(failure), _) if delivery::is_read_again(&failure, plan) => {
                return Err(Error::unread(state.arn(), failure));
            }
            (Err(failure), _) => Taken::Ended(delivery::outcome(failure, plan)),
            (Ok(_), Some(reason)) => Taken::Ended(AttemptOutcome::Skipped(reason)),
            (Ok(Obtained::New(new)), None) => Taken::New(new),
            (Ok(Obtained::ForAnotherKey(_)), None) => Taken::Ended(AttemptOutcome::LeftToAnother),
        })
    }

    pub(super) async fn obtain(&self, attempt: Attempt<'_>) -> Result<Obtained, Failure> {
        let Attempt { plan, schedule, .. } = attempt;
        let obtained = schedule.run_until(schedule.obtained_by(), self.obtain_in_time(attempt)).await;
        obtained.unwrap_or_else(|| Err(out_of_time(plan)))
    }

    async fn obtain_in_time(&self, attempt: Attempt<'_>) -> Result<Obtained, Failure> {
        let Attempt { state, plan, current, schedule } = attempt;
        let source = self.sources.open(&plan.source);
        let lifetime = Lifetime::new(plan.validity_days, &current.chain.leaf, self.max_validity_days);
        if source.takes_a_lifetime() {
            lifetime.log(state.arn());
        }
        let request = IssueRequest {
            certificate_arn: state.arn(),
            current: &current.chain.leaf,
            key_type: current.key_type,
            validity_days: lifetime.days,
            attempt: plan.attempt,
            deadline: self.deadline(&plan.source, schedule),
        };
        let purchase = Purchase { attempt, budget: &self.budget, clock: &self.clock };
        let KeyedChain { issued, key } = source.obtain(&request, &purchase).await?;
        let new = parse(&issued)?;
        if !source.is_issuer() {
            delivery::demand_newer(&current.chain.leaf, &new.leaf, plan)?;
        }
        let issuers = source.issuers();
        match self.check(attempt, &source, &new, &issued, &key).await {
            Ok(()) => Ok(Obtained::New(Box::new(NewCertificate {
                issuer_change: preflight::issuer_change(&current.chain, &new, &issuers),
                serial: new.leaf.serial,
                issued,
                key,
                cut_from_days: lifetime.cut_from_days.filter(|_| source.takes_a_lifetime()),
            }))),
            Err(failure) if failure.reason == FailureReason::KeyMismatch && source.is_issuer() => {
                Ok(Obtained::ForAnotherKey(new.leaf.serial))
            }
            Err(failure) => Err(failure),
        }
    }

    /// A source takes seconds, and one that never delivers must not keep others from being renewed. Validation records
    /// take minutes to be on every name server.
    fn deadline(&self, source: &Source, schedule: &Schedule) -> Timestamp {
        let latest = before(schedule.obtained_by(), SOURCE_GIVES_UP);
        match source {
            Source::PrivateCa(_) | Source::Secret(_) => latest.min(self.clock.now() + SOURCE_DELIVERS_WITHIN),
            Source::Acme(..) => latest,
        }
    }
    /// The source is asked about the certificate in place only where something depends on it.
    async fn check(
        &self,
        attempt: Attempt<'_>,
        source: &issuers::Source,
        new: &Chain,
        issued: &IssuedChain,
        key: &PrivateKey,
    ) -> Result<(), Failure> {
        let Attempt { plan, current, .. } = attempt;
        let expires_earlier = new.leaf.not_after <= current.chain.leaf.not_after;
        preflight::check(&PreflightInput {
            current: &current.chain,
            issuer_may_change: plan.issuer_may_change,
            revocation_is_ahead: expires_earlier && source.announces_revocation(&current.chain.leaf).await,
            issuers: &source.issuers(),
            new,
            public_key: key.public_key(),
            certificate_size: issued.certificate.len(),
            chain_size: issued.chain.len(),
            now: self.clock.now(),
        })
    }
}

fn parse(issued: &IssuedChain) -> Result<Chain, Failure> {
    let unreadable = |error| {
        let detail = format!("what the source delivered cannot be read: {error}");
        Failure::new(FailureReason::ChainBroken, detail)
    };
    let leaf = Certificate::from_pem(&issued.certificate).map_err(unreadable)?;
    let above = Certificate::all_from_pem(&issued.chain).map_err(unreadable)?;
    Ok(Chain { leaf, above })
}

fn out_of_time(plan: &Plan) -> Failure {
    let source = sources::name(&plan.source);
    let detail =
        format!("AWS or the source answered too slowly: no time was left before {source} had delivered a certificate");
    Failure::new(FailureReason::OutOfTime, detail)
}
