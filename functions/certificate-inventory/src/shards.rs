//! Shards in the bucket.

use std::io::BufReader;

use certificates::Target;
use inventory::Shard;
use inventory_report::UnusableShard;

use crate::Error;
use crate::store::Store;

const JSON_LINES: &str = "application/jsonl";

/// The shards of all accounts and Regions.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shards<'a>(pub(crate) &'a Store);

impl Shards<'_> {
    /// The last shard of an account and Region; `None` where there is none, or none that this version can read: then what
    /// it knew is read again.
    pub(crate) async fn previous(&self, target: &Target) -> Result<Option<Shard>, Error> {
        let Some(bytes) = self.0.read(&key(target)).await? else { return Ok(None) };
        let shard = Shard::read(BufReader::new(bytes.as_slice()));
        Ok(shard
            .inspect_err(|cause| {
                let (account, region) = (target.account.as_str(), target.region.as_str());
                tracing::warn!(account, region, reason = "shard-not-used", %cause, "everything is read again");
            })
            .ok())
    }

    /// The shard of an account and Region for a report.
    pub(crate) async fn for_report(&self, target: &Target) -> Result<Shard, UnusableShard> {
        let unusable = |why: String| UnusableShard { target: target.clone(), why };
        match self.0.read(&key(target)).await {
            Ok(Some(bytes)) => Shard::read(BufReader::new(bytes.as_slice())).map_err(|error| unusable(error.to_string())),
            Ok(None) => Err(unusable("it has not been read yet".into())),
            Err(error) => Err(unusable(error.to_string())),
        }
    }

    /// Writes a shard in place of the last one.
    pub(crate) async fn write(&self, target: &Target, shard: &Shard) -> Result<(), Error> {
        let (key, mut bytes) = (key(target), Vec::new());
        shard.write(&mut bytes).map_err(|error| Error::Damaged { key: key.clone(), problem: error.to_string() })?;
        self.0.write(&key, JSON_LINES, bytes).await
    }
}

fn key(target: &Target) -> String {
    format!("shards/{}/{}.jsonl", target.account, target.region)
}
