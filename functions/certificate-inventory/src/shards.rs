//! Shards in the bucket.

use std::fmt::Display;
use std::io::BufReader;

use certificates::Target;
use inventory::{Shard, Unreadable};
use inventory_report::UnusableShard;
use object_store::Store;
use organization::Member;

use crate::Error;
use crate::owners::account;

/// The call with which a report reads shards.
const GET: &str = "s3:GetObject";
const JSON_LINES: &str = "application/jsonl";

/// The shards of all accounts and Regions.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shards<'a>(pub(crate) &'a Store);

impl Shards<'_> {
    /// The last shard of an account and Region; `None` where there is none, or none that this version can read: then what
    /// it knew is read again.
    pub(crate) async fn previous(&self, target: &Target) -> Result<Option<Shard>, Error> {
        let Some(bytes) = self.0.read(&Shard::key(target)).await? else { return Ok(None) };
        let shard = Shard::read(BufReader::new(bytes.as_slice()));
        Ok(shard
            .inspect_err(|cause| {
                let (account, region) = (target.account.as_str(), target.region.as_str());
                tracing::warn!(account, region, reason = "shard-not-used", %cause, "everything is read again");
            })
            .ok())
    }

    /// The shard of an account and Region for a report.
    pub(crate) async fn for_report(&self, member: &Member) -> Result<Shard, UnusableShard> {
        let target = &member.target;
        let read = self.0.read(&Shard::key(target)).await;
        let why = match read {
            Ok(Some(bytes)) => match Shard::read(BufReader::new(bytes.as_slice())) {
                Ok(shard) => return Ok(shard),
                Err(error) => why("Damaged", &error),
            },
            Ok(None) => why("NotReadYet", &"it has not been read yet"),
            Err(error) => why("NotFetched", &error),
        };
        Err(UnusableShard { account: account(member), region: target.region.clone(), why })
    }

    /// Writes a shard in place of the last one.
    pub(crate) async fn write(&self, target: &Target, shard: &Shard) -> Result<(), Error> {
        let (key, mut bytes) = (Shard::key(target), Vec::new());
        shard.write(&mut bytes).map_err(|error| Error::Damaged { key: key.clone(), problem: error.to_string() })?;
        Ok(self.0.write(&key, JSON_LINES, bytes).await?)
    }
}

fn why(code: &str, why: &dyn Display) -> Unreadable {
    Unreadable {
        code: code.into(),
        action: GET.into(),
        explanation: format!(
            "Nothing is known of this account and Region: {why}. Ask for a collection, and look for the account in the \
             function's log if this stays."
        ),
    }
}
