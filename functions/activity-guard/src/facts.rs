//! Finds out what the thing is that somebody did something to: the record has only an ARN, or the id of a grant.

use std::io::BufReader;

use aws_client::CallErrorKind;
use aws_sdk_acm::Client;
use certificates::{CertificateArn, CertificateDetail, Target};
use inventory::{Entry, Kind, Shard};
use jiff::Timestamp;
use object_store::Store;

use crate::Error;
use crate::policy::{Act, ActKind};
use crate::state::Known;

/// Reads of an account and Region.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Facts<'a> {
    pub(crate) store: &'a Store,
    pub(crate) acm: &'a Client,
    pub(crate) target: &'a Target,
}

impl Facts<'_> {
    /// What is known of the thing; `None`: nothing.
    pub(crate) async fn of(&self, act: &Act, now: Timestamp) -> Result<Option<Known>, Error> {
        if matches!(act.kind, ActKind::RoleChanged | ActKind::ValidationRecordDeleted | ActKind::CertificateRequested) {
            return Ok(None);
        }
        let listed = self.shard().await?.as_ref().and_then(|shard| find(shard, act));
        if !is_worth_a_call(act.kind, listed.as_ref()) {
            return Ok(listed);
        }
        let described = self.describe(&act.subject).await?;
        Ok(described.map(|described| merged(&described, listed.clone(), now)).or(listed))
    }

    /// The last shard. One that cannot be read is as none: the inventory's own report says so.
    pub(crate) async fn shard(&self) -> Result<Option<Shard>, Error> {
        let Some(bytes) = self.store.read(&Shard::key(self.target)).await? else { return Ok(None) };
        let shard = Shard::read(BufReader::new(bytes.as_slice()));
        let (account, region) = (self.target.account.as_str(), self.target.region.as_str());
        Ok(shard.inspect_err(|cause| tracing::warn!(account, region, reason = "shard-not-used", %cause)).ok())
    }

    /// `None`: it is gone, or is none of the account, or may not be read.
    async fn describe(&self, arn: &str) -> Result<Option<CertificateDetail>, Error> {
        let Some(arn) = arn.parse::<CertificateArn>().ok().filter(|arn| arn.is_within(self.target)) else {
            return Ok(None);
        };
        match acm::describe(self.acm, &arn).await {
            Ok(detail) => Ok(detail),
            Err(cause) if cause.kind == CallErrorKind::Denied => {
                tracing::warn!(certificate_arn = %arn, reason = "not-described", %cause, "its names are not known");
                Ok(None)
            }
            Err(cause) => Err(Error::Certificate { arn: arn.to_string(), cause }),
        }
    }
}

fn find(shard: &Shard, act: &Act) -> Option<Known> {
    let is_it = |entry: &&Entry| match act.kind {
        ActKind::GrantRevoked => entry.uses.iter().any(|usage| usage.grants.contains(&act.subject)),
        _ => entry.arn == act.subject,
    };
    shard.entries.iter().find(is_it).map(|entry| Known::of_entry(entry, shard.header.taken_at))
}

/// Names that an import brings and uses that refuse a deletion are younger than the shard.
fn is_worth_a_call(kind: ActKind, listed: Option<&Known>) -> bool {
    matches!(kind, ActKind::CertificateImported | ActKind::CertificateIssued | ActKind::CertificateDeletionRefused)
        || (kind.leaves_certificate() && listed.is_none())
}

fn merged(described: &CertificateDetail, listed: Option<Known>, now: Timestamp) -> Known {
    let summary = &described.summary;
    let of_listing = |known: fn(&Known) -> &Option<String>| listed.as_ref().and_then(|listed| known(listed).clone());
    let mut uses: Vec<String> = listed.as_ref().map(|listed| listed.uses.clone()).unwrap_or_default();
    if uses.is_empty() {
        uses.clone_from(&described.in_use_by);
    }
    Known {
        arn: summary.arn.to_string(),
        kind: listed.as_ref().map_or(Kind::Imported, |listed| listed.kind),
        name: summary.domain_name.clone().unwrap_or_else(|| summary.arn.to_string()),
        names: summary.subject_alternative_names.iter().chain(&summary.domain_name).cloned().collect(),
        owner: of_listing(|listed| &listed.owner),
        purpose: of_listing(|listed| &listed.purpose),
        in_use: !described.in_use_by.is_empty() || summary.in_use == Some(true),
        exported: summary.exported == Some(true) || listed.as_ref().is_some_and(|listed| listed.exported),
        uses,
        as_of: now,
    }
}
