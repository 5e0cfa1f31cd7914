//! The hosted zones of all accounts, listed once in each invocation.
//!
//! In a single account nothing of it is kept for the next invocation: a zone may be created, deleted or delegated at any
//! moment, and a record in the wrong zone costs more than a call for each 100 zones. Where many targets share the zones,
//! what was listed is kept for some minutes, and listed again before anything is written by it.

use std::collections::BTreeMap;
use std::sync::Arc;

use accounts::is_role_refusal;
use aws_client::{CallError, CallErrorKind};
use futures::future::join_all;
use jiff::Timestamp;

use crate::limits::AccountLimits;
use crate::zone_listings::{Listing, ZoneListings};
use crate::{DnsName, HostedZone, Route53Limits, UnreadZones, ZoneAccounts, ZoneIndex, ZoneOwner};

const LIST_ZONES: &str = "route53:ListHostedZones";

/// The zones of some accounts, by name.
#[derive(Debug)]
pub struct IndexedZones {
    /// Those that were read.
    pub zones: ZoneIndex,
    /// Of the accounts that did not answer.
    pub errors: BTreeMap<ZoneOwner, CallError>,
    /// When the first of them was listed.
    since: Timestamp,
}

/// The zones as one invocation sees them.
#[derive(Debug)]
pub struct ZoneDirectory<'a> {
    pub(crate) accounts: &'a ZoneAccounts,
    limits: &'a Route53Limits,
    listings: Arc<ZoneListings>,
}

impl<'a> ZoneDirectory<'a> {
    /// Nothing is listed yet.
    pub fn new(accounts: &'a ZoneAccounts, limits: &'a Route53Limits) -> Self {
        Self::sharing(accounts, limits, Arc::new(ZoneListings::of_invocation()))
    }

    /// With what others have listed.
    pub fn sharing(accounts: &'a ZoneAccounts, limits: &'a Route53Limits, listings: Arc<ZoneListings>) -> Self {
        Self { accounts, limits, listings }
    }

    /// How fast an account is called, whichever of its roles opens it.
    pub fn limits_of(&self, owner: ZoneOwner) -> Arc<AccountLimits> {
        self.limits.of(self.accounts.first_of_account(owner))
    }

    /// Whether these zones were listed lately enough to write by them, or to say that one is missing.
    pub fn are_fresh(&self, indexed: &IndexedZones) -> bool {
        self.listings.is_fresh(indexed.since, self.now())
    }

    /// The account, for people.
    pub fn described(&self, owner: ZoneOwner) -> String {
        self.accounts.described(owner)
    }

    /// The time of the clock that the limits go by.
    pub fn now(&self) -> Timestamp {
        self.limits.now()
    }

    /// Lists the zones that a record of any certificate is likely to need: those of the function's own account, and of
    /// the accounts that this process has listed before. An error is one only where a record needs the zone.
    pub async fn read_ahead(&self) {
        let owners = self.accounts.listed_before();
        join_all(owners.into_iter().map(|owner| self.listing(owner))).await;
    }

    /// The zones of all accounts that may have one for these names, all accounts at the same time.
    ///
    /// # Errors
    /// The function's own account could not be read. What happens to another account concerns only the
    /// names that its role answers for.
    pub async fn index(&self, names: &[&DnsName]) -> Result<IndexedZones, CallError> {
        let owners = self.accounts.answering_for(names);
        let listings = join_all(owners.iter().map(|owner| self.listing(*owner))).await;
        let (mut zones, mut unread, mut errors) = (Vec::new(), Vec::new(), BTreeMap::new());
        let since = listings.iter().map(|(_, since)| *since).min().unwrap_or_else(|| self.now());
        for (owner, (listing, _)) in owners.into_iter().zip(listings) {
            match listing {
                Ok(found) => zones.extend(found.iter().cloned()),
                Err(error) if owner == ZoneOwner::OwnAccount => return Err(error),
                Err(error) => {
                    let refused = is_refused(&error);
                    let suffixes = self.accounts.suffixes_of(owner).iter();
                    unread.extend(suffixes.map(|suffix| UnreadZones { suffix: suffix.clone(), owner, refused }));
                    errors.extend((!refused).then_some((owner, error)));
                }
            }
        }
        Ok(IndexedZones { zones: ZoneIndex::new(zones, self.accounts.suffixes(), unread), errors, since })
    }

    /// Why an account's zones could not be read.
    pub fn refusal(&self, owner: ZoneOwner) -> Option<CallError> {
        self.listings.get(owner, self.now()).and_then(|(listing, _)| listing.err())
    }

    /// Has the zones listed again: one of them is gone.
    pub fn forget(&self) {
        self.listings.forget();
    }

    /// Has those zones listed again that were not listed lately.
    pub fn forget_outdated(&self) {
        self.listings.forget_outdated(self.now());
    }

    async fn listing(&self, owner: ZoneOwner) -> (Listing, Timestamp) {
        let asking = self.listings.asking(owner);
        let _asking = asking.lock().await;
        let since = self.now();
        if let Some(kept) = self.listings.get(owner, since) {
            return kept;
        }
        let listing = self.list(owner).await.map(Arc::new);
        if listing.is_ok() {
            self.accounts.remember_listed(owner);
        }
        if listing.as_ref().err().is_none_or(|error| !error.is_retryable()) {
            self.listings.keep(owner, listing.clone(), since);
        }
        (listing, since)
    }

    async fn list(&self, owner: ZoneOwner) -> Result<Vec<HostedZone>, CallError> {
        let (client, limits) = (self.accounts.client(owner).await, self.limits_of(owner));
        let mut zones = Vec::new();
        let mut marker = None;
        loop {
            limits.calls.acquire().await;
            let page = client.list_hosted_zones().set_marker(marker).send().await;
            let page = page.map_err(|error| CallError::new(LIST_ZONES, &error))?;
            zones.extend(page.hosted_zones().iter().map(|zone| HostedZone {
                id: zone.id().trim_start_matches("/hostedzone/").to_owned(),
                name: DnsName::new(zone.name()),
                private: zone.config().is_some_and(|config| config.private_zone()),
                owner,
                record_sets: zone.resource_record_set_count().and_then(|count| u64::try_from(count).ok()),
            }));
            marker = page.next_marker().map(str::to_owned);
            if !page.is_truncated() || marker.is_none() {
                return Ok(zones);
            }
        }
    }
}

/// A role that may be assumed and may not list zones is of as little use as one that is refused.
fn is_refused(error: &CallError) -> bool {
    is_role_refusal(error) || error.kind == CallErrorKind::Denied
}
