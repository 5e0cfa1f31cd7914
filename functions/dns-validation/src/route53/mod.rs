//! Route 53: the zones of all accounts, what is in them, and the one change that is made to them.

mod accounts;
mod record_sets;
mod zone_directory;

use aws_client::{CallError, CallErrorKind};
use aws_sdk_route53::types::{Change, ChangeAction, ChangeBatch, ResourceRecord, ResourceRecordSet, RrType};

pub(crate) use accounts::Accounts;
pub(crate) use record_sets::RecordQuery;
pub(crate) use zone_directory::{IndexedZones, ZoneDirectory};

use crate::policy::{Cause, DnsName, HostedZone, Record};
use accounts::{call_error, is_role_refusal};

const CHANGE: &str = "route53:ChangeResourceRecordSets";
const GET_ZONE: &str = "route53:GetHostedZone";

impl ZoneDirectory<'_> {
    /// Creates these records: one batch, whole or not at all. UPSERT of a record that somebody has created
    /// in the meantime with the same value changes nothing, so two checks at the same moment do no harm.
    pub(crate) async fn create(&self, zone: &HostedZone, records: &[Record], ttl: u32) -> Result<(), CallError> {
        let changes: Result<Vec<Change>, _> = records.iter().map(|record| upsert(record, ttl)).collect();
        let batch = changes.and_then(|changes| ChangeBatch::builder().set_changes(Some(changes)).build());
        let batch = batch.map_err(|_| CallError::incomplete_answer(CHANGE, "record"))?;
        let client = self.accounts.client(zone.owner).await;
        self.budget.record.acquire_many(records.len()).await;
        self.budget.route53.acquire().await;
        let call = client.change_resource_record_sets().hosted_zone_id(&zone.id).change_batch(batch);
        call.send().await.map(|_| ()).map_err(|error| call_error(CHANGE, &error))
    }

    /// The name servers that Route 53 gave the zone
    /// ([DelegationSet](https://docs.aws.amazon.com/Route53/latest/APIReference/API_DelegationSet.html)).
    pub(crate) async fn name_servers(&self, zone: &HostedZone) -> Result<Vec<DnsName>, CallError> {
        let client = self.accounts.client(zone.owner).await;
        self.budget.route53.acquire().await;
        let answer = client.get_hosted_zone().id(&zone.id).send().await;
        let answer = answer.map_err(|error| call_error(GET_ZONE, &error))?;
        let servers = answer.delegation_set.map(|set| set.name_servers).unwrap_or_default();
        Ok(servers.iter().map(|server| DnsName::new(server)).collect())
    }
}

/// The cause that a failed call is, if time does not fix it.
pub(crate) fn refusal_cause(error: &CallError) -> Option<Cause> {
    match error.kind {
        _ if is_role_refusal(error) => Some(Cause::RoleRefused),
        CallErrorKind::Denied => Some(Cause::ZoneAccessDenied),
        // "InvalidChangeBatch": a protected record set, or one that somebody made at this moment.
        CallErrorKind::Refused if !error.has_code("NoSuchHostedZone") => Some(Cause::ChangeRefused),
        _ => None,
    }
}

fn upsert(record: &Record, ttl: u32) -> Result<Change, aws_smithy_types::error::operation::BuildError> {
    let value = ResourceRecord::builder().value(record.value.to_string()).build()?;
    let set = ResourceRecordSet::builder()
        .name(record.name.to_string())
        .r#type(RrType::Cname)
        .ttl(i64::from(ttl))
        .resource_records(value)
        .build()?;
    Change::builder().action(ChangeAction::Upsert).resource_record_set(set).build()
}
