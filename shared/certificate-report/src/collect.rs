//! Reads all Regions, a few at the same time.

use aws_client::Clock;
use aws_config::SdkConfig;
use futures::{StreamExt, stream};
use inventory::{Account, Owner, Reading, Shard};
use inventory_collector::{Collector, ENTRIES, LOOKUPS, TargetFacts};
use jiff::SignedDuration;

use crate::account::CallerAccount;
use crate::error::Error;
use crate::kept::Kept;
use crate::progress::Progress;
use crate::regions::in_region;

/// Regions that are read at the same time.
const AT_ONCE: usize = 4;
/// The deep pass stops this often to say how far it is.
const SLICE: SignedDuration = SignedDuration::from_secs(2);
/// It ends when this many of its parts in a row described nothing.
const FRUITLESS: usize = 3;

/// Reads an account.
#[derive(Debug)]
pub(crate) struct Collection<'a> {
    pub(crate) sdk: &'a SdkConfig,
    pub(crate) account: &'a CallerAccount,
    pub(crate) owner: &'a Reading<Option<Owner>>,
    /// The Region with which services without Regions are read.
    pub(crate) global: &'a str,
    pub(crate) fast: bool,
    pub(crate) kept: &'a Kept,
    pub(crate) progress: &'a Progress,
}

impl Collection<'_> {
    pub(crate) async fn run(&self, regions: &[String]) -> Result<Vec<Shard>, Error> {
        let read = stream::iter(regions).map(|region| self.region(region)).buffered(AT_ONCE);
        read.collect::<Vec<_>>().await.into_iter().collect()
    }

    async fn region(&self, region: &str) -> Result<Shard, Error> {
        let sdk = in_region(self.sdk, region);
        let facts = self.facts(region);
        let previous = self.kept.shard(&facts.target)?;
        // What is not allowed is in the report as not read.
        let collector = Collector::new(&sdk, ENTRIES.into_iter().chain(LOOKUPS).collect());
        self.progress.started(region);
        let mut shard = collector.fast_pass(&facts, previous.as_ref()).await;
        self.kept.keep_shard(&facts.target, &shard)?;
        if !self.fast {
            self.describe(&collector, &mut shard, &Clock::of(&sdk)).await;
            self.kept.keep_shard(&facts.target, &shard)?;
        }
        self.progress.finished(&shard);
        Ok(shard)
    }

    async fn describe(&self, collector: &Collector, shard: &mut Shard, clock: &Clock) {
        let (region, mut described, mut fruitless) = (shard.header.region.clone(), 0, 0);
        while fruitless < FRUITLESS {
            let latest = clock.now().saturating_add(SLICE).unwrap_or(jiff::Timestamp::MAX);
            let pass = collector.deep_pass(shard, latest).await;
            described += pass.read;
            self.progress.described(&region, described, pass.left);
            if pass.left == 0 {
                return;
            }
            fruitless = if pass.read == 0 { fruitless + 1 } else { 0 };
        }
    }

    fn facts(&self, region: &str) -> TargetFacts {
        TargetFacts {
            target: self.account.target(region),
            account: Account { id: self.account.id.clone(), name: String::new(), units: Vec::new() },
            account_owner: self.owner.clone(),
            account_purpose: None,
            has_global_services: region == self.global,
        }
    }
}
