//! How fast Route 53 is called.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use aws_client::{Clock, RateLimiter};
use jiff::{SignedDuration, Timestamp};

use crate::ZoneOwner;

/// Ten calls a second of an account
/// ([quotas](https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html#limits-api-requests)).
const CALL_INTERVAL: SignedDuration = SignedDuration::from_millis(110);
/// Route 53's throughput of changes: 100 tokens a second, of which a record that is UPSERTed takes two; its
/// bucket holds more than a whole batch.
const RECORD_INTERVAL: SignedDuration = SignedDuration::from_millis(21);

/// The limits of one account, whose quotas its zones share.
#[derive(Debug)]
pub struct AccountLimits {
    /// Of calls.
    pub calls: RateLimiter,
    /// Of the records that are created.
    pub records: RateLimiter,
}

/// The limits of all accounts with zones, for as long as their owner keeps them. Calls that come too fast cost more time
/// than they save.
#[derive(Debug)]
pub struct Route53Limits {
    is_limited: bool,
    accounts: Mutex<BTreeMap<ZoneOwner, Arc<AccountLimits>>>,
    clock: Clock,
}

impl Route53Limits {
    /// For the few calls of a single certificate.
    pub fn unlimited(clock: &Clock) -> Self {
        Self { is_limited: false, accounts: Mutex::default(), clock: clock.clone() }
    }

    /// For many certificates: it leaves the quotas of each account to others too.
    pub fn limited(clock: &Clock) -> Self {
        Self { is_limited: true, ..Self::unlimited(clock) }
    }

    /// Those of an account.
    pub(crate) fn of(&self, account: ZoneOwner) -> Arc<AccountLimits> {
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        accounts.entry(account).or_insert_with(|| Arc::new(self.make())).clone()
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn make(&self) -> AccountLimits {
        let limiter = |interval| match self.is_limited {
            true => RateLimiter::new(&self.clock, interval),
            false => RateLimiter::unlimited(&self.clock),
        };
        AccountLimits { calls: limiter(CALL_INTERVAL), records: limiter(RECORD_INTERVAL) }
    }
}
