//! The zones of all accounts, kept for minutes.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_client::{CallError, CallErrorKind, Clock};
use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};

use super::accounts::{Accounts, call_error, is_role_refusal};
use super::pace::Pace;
use crate::policy::{AccountId, DnsName, HostedZone, Unread, Zones};

const LIST_ZONES: &str = "route53:ListHostedZones";
/// A zone that is created is found at once, since zones are read again for a name that is not itself the
/// name of a known one; one that is deleted is found when Route 53 says so. This bounds how long a second
/// zone of the same name is missed.
const MAX_AGE: SignedDuration = SignedDuration::from_mins(5);

/// One invocation: what it has read itself is fresh for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Visit(u64);

#[derive(Debug, Clone)]
struct Page {
    visit: Visit,
    read_at: Timestamp,
    found: Result<Arc<Vec<HostedZone>>, CallError>,
}

/// What is known of the zones of some accounts.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) zones: Zones,
    /// Of the accounts that did not answer.
    pub(crate) errors: BTreeMap<AccountId, CallError>,
}

/// The zones of all accounts.
#[derive(Debug)]
pub(crate) struct Book {
    pub(super) accounts: Accounts,
    clock: Clock,
    visits: AtomicU64,
    pages: Mutex<BTreeMap<AccountId, Page>>,
    /// Of several zones with one name, the id of the delegated one, and when that was found out.
    delegated: Mutex<BTreeMap<DnsName, (String, Timestamp)>>,
}

impl Book {
    pub(crate) fn new(accounts: Accounts, clock: Clock) -> Self {
        Self { accounts, clock, visits: AtomicU64::default(), pages: Mutex::default(), delegated: Mutex::default() }
    }

    pub(crate) fn accounts(&self) -> &Accounts {
        &self.accounts
    }

    /// Begins an invocation.
    pub(crate) fn visit(&self) -> Visit {
        Visit(self.visits.fetch_add(1, Ordering::Relaxed))
    }

    /// The zones of these accounts: what is known, if it is young enough, else read anew, all accounts at
    /// the same time.
    ///
    /// # Errors
    /// The function's own account could not be read. What happens to another account concerns only the
    /// names that its role answers for.
    pub(crate) async fn zones(&self, accounts: &[AccountId], visit: Visit, pace: &Pace) -> Result<Known, CallError> {
        let pages = join_all(accounts.iter().map(|account| self.page(*account, visit, pace))).await;
        let (mut zones, mut unread, mut errors) = (Vec::new(), Vec::new(), BTreeMap::new());
        for (account, page) in accounts.iter().zip(pages) {
            match page {
                Ok(found) => zones.extend(found.iter().cloned()),
                Err(error) if *account == AccountId::Home => return Err(error),
                Err(error) => {
                    // A role that may be assumed and may not list zones is of as little use as one that is
                    // refused.
                    let refused = is_role_refusal(&error) || error.kind == CallErrorKind::Denied;
                    let account = *account;
                    let suffixes = self.accounts.suffixes_of(account).iter();
                    unread.extend(suffixes.map(|suffix| Unread { suffix: suffix.clone(), account, refused }));
                    errors.extend((!refused).then_some((account, error)));
                }
            }
        }
        Ok(Known { zones: Zones::new(zones, self.accounts.suffixes(), unread), errors })
    }

    /// Why an account's zones could not be read.
    pub(crate) fn refusal(&self, account: AccountId) -> Option<CallError> {
        lock(&self.pages).get(&account).and_then(|page| page.found.clone().err())
    }

    /// Forgets what other invocations have read of these accounts. Says whether there was anything.
    pub(crate) fn forget_old(&self, accounts: &[AccountId], visit: Visit) -> bool {
        let mut pages = lock(&self.pages);
        let before = pages.len();
        pages.retain(|account, page| page.visit == visit || !accounts.contains(account));
        pages.len() < before
    }

    /// Forgets all zones: one of them is gone.
    pub(crate) fn forget_all(&self) {
        lock(&self.pages).clear();
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

    async fn page(&self, account: AccountId, visit: Visit, pace: &Pace) -> Result<Arc<Vec<HostedZone>>, CallError> {
        let known = lock(&self.pages).get(&account).cloned();
        if let Some(page) = known {
            let young = self.clock.now().duration_since(page.read_at) < MAX_AGE;
            // A refusal may have been mended since; within one invocation it is asked for once.
            if page.visit == visit || (young && page.found.is_ok()) {
                return page.found;
            }
        }
        let found = self.list(account, pace).await.map(Arc::new);
        if found.as_ref().err().is_none_or(|error| !error.is_retryable()) {
            let page = Page { visit, read_at: self.clock.now(), found: found.clone() };
            lock(&self.pages).insert(account, page);
        }
        found
    }

    /// All pages.
    async fn list(&self, account: AccountId, pace: &Pace) -> Result<Vec<HostedZone>, CallError> {
        let client = self.accounts.client(account).await;
        let mut zones = Vec::new();
        let mut marker = None;
        loop {
            pace.turn().await;
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
