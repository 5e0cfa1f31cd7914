//! Shows the CA by DNS-01 that the names are the operator's (RFC 8555, 8.4).

use std::time::Duration;

use acme::{Account, Dns01, Error, Order, OrderStatus};
use certificates::{Failure, FailureReason};
use jiff::{SignedDuration, Timestamp};
use route53::{DnsName, ZoneDirectory};

use super::record_sets::RecordSets;
use super::services::AcmeServices;
use super::zones::Places;

/// What is kept of the time for removing the records again.
const TO_REMOVE: SignedDuration = SignedDuration::from_secs(15);

/// Why the names are not valid.
#[derive(Debug)]
pub(super) enum NotValidated {
    /// The CA says so, or does not answer.
    Server(Error),
    /// The records could not be published.
    Records(Failure),
}

impl From<Error> for NotValidated {
    fn from(error: Error) -> Self {
        Self::Server(error)
    }
}

pub(super) struct Validation<'a> {
    pub(super) services: &'a AcmeServices,
    pub(super) zones: &'a ZoneDirectory<'a>,
    pub(super) account: &'a Account,
    pub(super) places: Places,
}

impl Validation<'_> {
    /// Until the order is ready. The records are removed, whether that succeeds or not; so are those that an attempt left
    /// behind whose names are valid by now.
    pub(super) async fn run(&self, order: &mut Order, deadline: Timestamp) -> Result<(), NotValidated> {
        // Another attempt is at work on the same order, and has validated its names.
        if matches!(order.status, OrderStatus::Processing | OrderStatus::Valid) {
            return Ok(());
        }
        let challenges = self.account.challenges(order).await?;
        let (pending, valid): (Vec<&Dns01>, Vec<&Dns01>) = challenges.iter().partition(|one| one.is_pending);
        if let Some(other) = pending.iter().find(|one| !self.places.contains_key(&DnsName::new(&one.record_name))) {
            let detail = format!("the CA wants to validate {}, which was not ordered", other.name);
            return Err(NotValidated::Records(Failure::new(FailureReason::IssuerRefused, detail)));
        }
        let records = RecordSets::new(&self.places, &pending, &valid);
        let until = deadline.checked_sub(TO_REMOVE).unwrap_or(deadline);
        let proven = self.prove_in_time(&records, &pending, order, until).await;
        let removed = records.remove(self.zones, &self.services.clock).await;
        if let Err(failure) = &removed {
            tracing::warn!(records = %records, error = failure.detail, "validation records stay in the DNS");
        }
        // A renewal that ended here would leave them for good: the next order has other values.
        proven.and(removed.map_err(NotValidated::Records))
    }

    /// A CA that stalls must not keep the records from being removed.
    async fn prove_in_time(
        &self,
        records: &RecordSets,
        pending: &[&Dns01],
        order: &mut Order,
        until: Timestamp,
    ) -> Result<(), NotValidated> {
        let clock = &self.services.clock;
        let left = Duration::try_from(until.duration_since(clock.now())).unwrap_or_default();
        tokio::select! {
            biased;
            proven = self.publish_and_prove(records, pending, order, until) => proven,
            () = clock.sleep(left) => {
                Err(NotValidated::Server(Error::Unfinished { status: "pending", retry_at: clock.now() }))
            }
        }
    }

    async fn publish_and_prove(
        &self,
        records: &RecordSets,
        pending: &[&Dns01],
        order: &mut Order,
        until: Timestamp,
    ) -> Result<(), NotValidated> {
        records.publish(self.zones, &self.services.clock, until).await.map_err(NotValidated::Records)?;
        for challenge in pending {
            if let Err(error) = self.account.ready(challenge).await {
                self.demand_validated_by_another(order, challenge, error).await?;
            }
        }
        Ok(self.account.settle(order, until).await?)
    }

    /// CAs refuse what is ready already. That is no failure, if another attempt at the same order was faster.
    async fn demand_validated_by_another(&self, order: &Order, asked: &Dns01, error: Error) -> Result<(), Error> {
        let now = self.account.challenges(order).await?;
        let is_pending = now.iter().any(|one| one.value == asked.value && one.is_pending);
        if is_pending { Err(error) } else { Ok(()) }
    }
}
