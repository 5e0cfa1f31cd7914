//! Changes of TXT record sets that others may write too.

use aws_client::CallError;
use aws_sdk_route53::types::{
    Change, ChangeAction, ChangeBatch, ChangeStatus, ResourceRecord, ResourceRecordSet, RrType,
};
use aws_smithy_types::error::operation::BuildError;

use crate::{DnsName, HostedZone, RecordSet, ZoneDirectory};

const CHANGE: &str = "route53:ChangeResourceRecordSets";
const GET_CHANGE: &str = "route53:GetChange";
/// Seconds. A validation takes no longer, and the values of the next one are others.
const TTL: i64 = 60;

/// A TXT record set as it is and as it shall be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TxtChange<'a> {
    /// Its name.
    pub name: &'a DnsName,
    /// As it was read; `None` where there is none.
    pub before: Option<&'a RecordSet>,
    /// The values that it shall have, with their quotes; without any there shall be none.
    pub after: Vec<String>,
}

/// A change on its way to all name servers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeId(String);

impl ZoneDirectory<'_> {
    /// Replaces TXT record sets of a zone, all of them or none. Each is deleted exactly as it was read: where somebody has
    /// changed one since, Route 53 refuses (`InvalidChangeBatch`), and nothing of theirs is lost.
    ///
    /// # Errors
    /// Route 53 refused, or did not answer.
    pub async fn replace_txt(&self, zone: &HostedZone, changes: &[TxtChange<'_>]) -> Result<ChangeId, CallError> {
        let parts: Result<Vec<Vec<Change>>, _> = changes.iter().map(TxtChange::parts).collect();
        let parts: Result<Vec<Change>, _> = parts.map(|parts| parts.into_iter().flatten().collect());
        let batch = parts.and_then(|parts| ChangeBatch::builder().set_changes(Some(parts)).build());
        let batch = batch.map_err(|_| CallError::incomplete_answer(CHANGE, "record"))?;
        let (client, limits) = (self.accounts.client(zone.owner).await, self.limits_of(zone.owner));
        limits.records.acquire_many(batch.changes().len()).await;
        limits.calls.acquire().await;
        let call = client.change_resource_record_sets().hosted_zone_id(&zone.id).change_batch(batch);
        let answer = call.send().await.map_err(|error| CallError::new(CHANGE, &error))?;
        let info = answer.change_info.ok_or_else(|| CallError::incomplete_answer(CHANGE, "ChangeInfo"))?;
        Ok(ChangeId(info.id.trim_start_matches("/change/").to_owned()))
    }

    /// Whether all name servers of the zone have the change (`INSYNC`).
    ///
    /// # Errors
    /// Route 53 refused, or did not answer.
    pub async fn is_everywhere(&self, zone: &HostedZone, change: &ChangeId) -> Result<bool, CallError> {
        let client = self.accounts.client(zone.owner).await;
        self.limits_of(zone.owner).calls.acquire().await;
        let answer =
            client.get_change().id(&change.0).send().await.map_err(|error| CallError::new(GET_CHANGE, &error))?;
        Ok(answer.change_info.is_some_and(|info| info.status == ChangeStatus::Insync))
    }
}

impl TxtChange<'_> {
    /// DELETE and CREATE, since UPSERT would overwrite whatever is there by then.
    fn parts(&self) -> Result<Vec<Change>, BuildError> {
        let ttl = self.before.and_then(|before| before.ttl).unwrap_or(TTL);
        let delete = self.before.map(|before| self.part(ChangeAction::Delete, &before.values, ttl));
        let create = (!self.after.is_empty()).then(|| self.part(ChangeAction::Create, &self.after, ttl));
        delete.into_iter().chain(create).collect()
    }

    fn part(&self, action: ChangeAction, values: &[String], ttl: i64) -> Result<Change, BuildError> {
        let records: Result<Vec<_>, _> =
            values.iter().map(|value| ResourceRecord::builder().value(value).build()).collect();
        let set = ResourceRecordSet::builder()
            .name(self.name.to_string())
            .r#type(RrType::Txt)
            .ttl(ttl)
            .set_resource_records(Some(records?))
            .build()?;
        Change::builder().action(action).resource_record_set(set).build()
    }
}
