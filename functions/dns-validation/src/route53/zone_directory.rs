//! The zones of all accounts, kept for minutes.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_client::{CallError, CallErrorKind, Clock};
use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};

use super::accounts::{Accounts, call_error, is_role_refusal};
use crate::policy::{DnsName, HostedZone, UnreadZones, ZoneIndex, ZoneOwner};
use aws_client::RateLimiter;

const LIST_ZONES: &str = "route53:ListHostedZones";
/// A zone that is created is found at once, since zones are read again for a name that is not itself the
/// name of a known one; one that is deleted is found when Route 53 says so. This bounds how long a second
/// zone of the same name is missed.
const MAX_AGE: SignedDuration = SignedDuration::from_mins(5);

/// One invocation: what it has read itself is fresh for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct InvocationId(u64);

#[derive(Debug, Clone)]
struct ZoneListing {
    invocation: InvocationId,
    read_at: Timestamp,
    found: Result<Arc<Vec<HostedZone>>, CallError>,
}

/// What is known of the zones of some accounts.
#[derive(Debug)]
pub(crate) struct IndexedZones {
    pub(crate) zones: ZoneIndex,
    /// Of the accounts that did not answer.
    pub(crate) errors: BTreeMap<ZoneOwner, CallError>,
}

/// The zones of all accounts.
#[derive(Debug)]
pub(crate) struct ZoneDirectory {
    pub(super) accounts: Accounts,
    clock: Clock,
    invocations: AtomicU64,
    listings: Mutex<BTreeMap<ZoneOwner, ZoneListing>>,
    /// Of several zones with one name, the id of the delegated one, and when that was found out.
    delegated: Mutex<BTreeMap<DnsName, (String, Timestamp)>>,
}

impl ZoneDirectory {
    pub(crate) fn new(accounts: Accounts, clock: Clock) -> Self {
        Self {
            accounts,
            clock,
            invocations: AtomicU64::default(),
            listings: Mutex::default(),
            delegated: Mutex::default(),
        }
    }

    pub(crate) fn accounts(&self) -> &Accounts {
        &self.accounts
    }

    /// Begins an invocation.
    pub(crate) fn invocation(&self) -> InvocationId {
        InvocationId(self.invocations.fetch_add(1, Ordering::Relaxed))
    }

    /// The zones of these accounts: what is known, if it is young enough, else read anew, all accounts at
    /// the same time.
    ///
    /// # Errors
    /// The function's own account could not be read. What happens to another account concerns only the
    /// names that its role answers for.
    pub(crate) async fn zones(
        &self,
        accounts: &[ZoneOwner],
        invocation: InvocationId,
        pace: &RateLimiter,
    ) -> Result<IndexedZones, CallError> {
        let listings = join_all(accounts.iter().map(|account| self.listing(*account, invocation, pace))).await;
        let (mut zones, mut unread, mut errors) = (Vec::new(), Vec::new(), BTreeMap::new());
        for (account, page) in accounts.iter().zip(listings) {
            match page {
                Ok(found) => zones.extend(found.iter().cloned()),
                Err(error) if *account == ZoneOwner::OwnAccount => return Err(error),
                Err(error) => {
                    // A role that may be assumed and may not list zones is of as little use as one that is
                    // refused.
                    let refused = is_role_refusal(&error) || error.kind == CallErrorKind::Denied;
                    let account = *account;
                    let suffixes = self.accounts.suffixes_of(account).iter();
                    unread.extend(suffixes.map(|suffix| UnreadZones { suffix: suffix.clone(), account, refused }));
                    errors.extend((!refused).then_some((account, error)));
                }
            }
        }
        Ok(IndexedZones { zones: ZoneIndex::new(zones, self.accounts.suffixes(), unread), errors })
    }

    /// Why an account's zones could not be read.
    pub(crate) fn refusal(&self, account: ZoneOwner) -> Option<CallError> {
        lock(&self.listings).get(&account).and_then(|page| page.found.clone().err())
    }

    /// Forgets what other invocations have read of these accounts. Says whether there was anything.
    pub(crate) fn forget_old(&self, accounts: &[ZoneOwner], invocation: InvocationId) -> bool {
        let mut listings = lock(&self.listings);
        let before = listings.len();
        listings.retain(|account, page| page.invocation == invocation || !accounts.contains(account));
        listings.len() < before
    }

    /// Forgets all zones: one of them is gone.
    pub(crate) fn forget_all(&self) {
        lock(&self.listings).clear();
        lock(&self.delegated).clear();
    }

    /// The delegated one of several zones with this name, if that was found out lately.
    pub(crate) fn known_delegation(&self, name: &DnsName) -> Option<String> {
        let delegated = lock(&self.delegated);
        let (id, at) = delegated.get(name)?;
        (self.clock.now().duration_since(*at) < MAX_AGE).then(|| id.clone())
    }

    pub(crate) fn remember_delegation(&self, name: &DnsName, id: &str) {
        lock(&self.delegated).insert(name.clone(), (id.to_owned(), self.clock.now()));
    }

    async fn listing(
        &self,
        account: ZoneOwner,
        invocation: InvocationId,
        pace: &RateLimiter,
    ) -> Result<Arc<Vec<HostedZone>>, CallError> {
        let known = lock(&self.listings).get(&account).cloned();
        if let Some(page) = known {
            let young = self.clock.now().duration_since(page.read_at) < MAX_AGE;
            // A refusal may have been mended since; within one invocation it is asked for once.
            if page.invocation == invocation || (young && page.found.is_ok()) {
                return page.found;
            }
        }
        let found = self.list(account, pace).await.map(Arc::new);
        if found.as_ref().err().is_none_or(|error| !error.is_retryable()) {
            let page = ZoneListing { invocation, read_at: self.clock.now(), found: found.clone() };
            lock(&self.listings).insert(account, page);
        }
        found
    }

    /// All pages.
    async fn list(&self, account: ZoneOwner, pace: &RateLimiter) -> Result<Vec<HostedZone>, CallError> {
        let client = self.accounts.client(account).await;
        let mut zones = Vec::new();
        let mut marker = None;
        loop {
            pace.acquire().await;
            let page = client.list_hosted_zones().set_marker(marker).send().await;
            let page = page.map_err(|error| call_error(LIST_ZONES, &error))?;
            zones.extend(page.hosted_zones().iter().map(|zone| HostedZone {
                id: zone.id().trim_start_matches("/hostedzone/").to_owned(),
                name: DnsName::new(zone.name()),
                private: zone.config().is_some_and(|config| config.private_zone()),
                account,
                record_sets: zone.resource_record_set_count().and_then(|count| u64::try_from(count).ok()),
            }));
            marker = page.next_marker().map(str::to_owned);
            if !page.is_truncated() || marker.is_none() {
                return Ok(zones);
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
