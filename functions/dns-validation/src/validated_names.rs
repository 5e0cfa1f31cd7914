//! Which names have a validation record, as the zones showed it to one sweep: a hub sweeps many targets whose names are
//! in the same zones.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use aws_client::CallError;
use futures::lock::Mutex as AsyncMutex;
use jiff::{SignedDuration, Timestamp};

use crate::policy::DnsName;

/// As long as zones are kept. A record that vanishes meanwhile is found by the next sweep, and nothing is written by what
/// is kept here.
const KEPT: SignedDuration = SignedDuration::from_mins(15);
/// Some 20 MB.
const MOST_NAMES: usize = 200_000;

type Slot = Arc<AsyncMutex<Option<(Timestamp, Arc<BTreeSet<DnsName>>)>>>;

/// The names, by the id of their zone.
#[derive(Debug, Default)]
pub(crate) struct ValidatedNames(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    zones: BTreeMap<String, Slot>,
    names: usize,
}

impl ValidatedNames {
    /// What is kept of a zone, or is read now. Who asks meanwhile waits for the answer.
    pub(crate) async fn get(
        &self,
        zone_id: &str,
        now: Timestamp,
        read: impl Future<Output = Result<BTreeSet<DnsName>, CallError>>,
    ) -> Result<Arc<BTreeSet<DnsName>>, CallError> {
        let slot = self.slot(zone_id);
        let mut slot = slot.lock().await;
        if let Some((_, names)) = slot.as_ref().filter(|(since, _)| now.duration_since(*since) < KEPT) {
            return Ok(names.clone());
        }
        let names = Arc::new(read.await?);
        *slot = Some((now, names.clone()));
        self.make_room(names.len());
        Ok(names)
    }

    fn slot(&self, zone_id: &str) -> Slot {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).zones.entry(zone_id.to_owned()).or_default().clone()
    }

    fn make_room(&self, added: usize) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.names += added;
        if kept.names > MOST_NAMES {
            *kept = Kept::default();
        }
    }
}
