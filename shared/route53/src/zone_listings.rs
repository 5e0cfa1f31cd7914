//! The hosted zones of accounts as they were listed, and for how long that holds.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_client::CallError;
use futures::lock::Mutex as AsyncMutex;
use jiff::{SignedDuration, Timestamp};

use crate::{HostedZone, ZoneOwner};

/// How long the zones of an account are kept by those that work in many targets.
const KEPT: SignedDuration = SignedDuration::from_mins(15);
/// What is decided by zones that were listed longer ago is decided again.
const FRESH: SignedDuration = SignedDuration::from_mins(1);

/// The zones of an account, or why they could not be listed.
pub(crate) type Listing = Result<Arc<Vec<HostedZone>>, CallError>;

/// What was listed, by account.
#[derive(Debug)]
pub struct ZoneListings {
    kept: Mutex<BTreeMap<ZoneOwner, Kept>>,
    asking: Mutex<BTreeMap<ZoneOwner, Arc<AsyncMutex<()>>>>,
    max_age: SignedDuration,
    fresh: SignedDuration,
}

#[derive(Debug, Clone)]
struct Kept {
    listing: Listing,
    since: Timestamp,
}

impl ZoneListings {
    /// For one invocation, in which each account is listed once.
    pub fn of_invocation() -> Self {
        Self::with(SignedDuration::MAX, SignedDuration::MAX)
    }

    /// For a process that checks the certificates of many accounts: all of them share what was listed within 15 minutes.
    pub fn of_process() -> Self {
        Self::with(KEPT, FRESH)
    }

    fn with(max_age: SignedDuration, fresh: SignedDuration) -> Self {
        Self { kept: Mutex::default(), asking: Mutex::default(), max_age, fresh }
    }

    /// Whether what was listed then is good enough to write by: a zone may have been made or delegated since.
    pub(crate) fn is_fresh(&self, since: Timestamp, now: Timestamp) -> bool {
        now.duration_since(since) <= self.fresh
    }

    pub(crate) fn get(&self, owner: ZoneOwner, now: Timestamp) -> Option<(Listing, Timestamp)> {
        let kept = self.lock().get(&owner).cloned()?;
        // Whoever fixes a role or a permission does not have to wait.
        let max_age = if kept.listing.is_ok() { self.max_age } else { self.fresh };
        (now.duration_since(kept.since) < max_age).then_some((kept.listing, kept.since))
    }

    pub(crate) fn keep(&self, owner: ZoneOwner, listing: Listing, since: Timestamp) {
        self.lock().insert(owner, Kept { listing, since });
    }

    pub(crate) fn forget(&self) {
        self.lock().clear();
    }

    /// Leaves what was listed lately.
    pub(crate) fn forget_outdated(&self, now: Timestamp) {
        self.lock().retain(|_, kept| now.duration_since(kept.since) <= self.fresh);
    }

    /// Held by the one that lists an account, so that others wait for it and do not list it too.
    pub(crate) fn asking(&self, owner: ZoneOwner) -> Arc<AsyncMutex<()>> {
        self.asking.lock().unwrap_or_else(PoisonError::into_inner).entry(owner).or_default().clone()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<ZoneOwner, Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
