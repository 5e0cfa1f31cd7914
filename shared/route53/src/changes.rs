//! The changes that are made to zones.

use accounts::is_role_refusal;
use aws_client::{CallError, CallErrorKind};
use aws_sdk_route53::types::{Change, ChangeAction, ChangeBatch, ResourceRecord, ResourceRecordSet, RrType};

use crate::{DnsName, HostedZone, ZoneDirectory};

const CHANGE: &str = "route53:ChangeResourceRecordSets";
const GET_ZONE: &str = "route53:GetHostedZone";

/// A CNAME record: a name, and what it points to.
pub type Cname<'a> = (&'a DnsName, &'a DnsName);

/// What AWS refused, where time does not fix it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// To let the function assume the role of the zone's account.
    Role,
    /// To let it read or change the zone.
    Access,
    /// This change: a protected record set, or one that somebody made at this moment (InvalidChangeBatch).
    Change,
}

impl Refusal {
    /// `None` where the same call may be answered later, or the zone is gone.
    pub fn from_error(error: &CallError) -> Option<Self> {
        match error.kind {
            _ if is_role_refusal(error) => Some(Self::Role),
            CallErrorKind::Denied => Some(Self::Access),
            CallErrorKind::Refused if !error.has_code("NoSuchHostedZone") => Some(Self::Change),
            _ => None,
        }
    }
}

impl ZoneDirectory<'_> {
    /// Creates these records: one batch, whole or not at all. UPSERT of a record that somebody has created
    /// in the meantime with the same value changes nothing, so two checks at the same moment do no harm.
    ///
    /// # Errors
    /// The call failed, and no record was created.
    pub async fn create_cnames(&self, zone: &HostedZone, records: &[Cname<'_>], ttl: u32) -> Result<(), CallError> {
        let changes: Result<Vec<Change>, _> = records.iter().map(|record| upsert(*record, ttl)).collect();
        let batch = changes.and_then(|changes| ChangeBatch::builder().set_changes(Some(changes)).build());
        let batch = batch.map_err(|_| CallError::incomplete_answer(CHANGE, "record"))?;
        let (client, limits) = (self.accounts.client(zone.owner).await, self.limits_of(zone.owner));
        limits.records.acquire_many(records.len()).await;
        limits.calls.acquire().await;
        let call = client.change_resource_record_sets().hosted_zone_id(&zone.id).change_batch(batch);
        call.send().await.map(|_| ()).map_err(|error| CallError::new(CHANGE, &error))
    }

    /// The name servers that Route 53 gave the zone
    /// ([DelegationSet](https://docs.aws.amazon.com/Route53/latest/APIReference/API_DelegationSet.html)).
    ///
    /// # Errors
    /// The call failed.
    pub async fn name_servers(&self, zone: &HostedZone) -> Result<Vec<DnsName>, CallError> {
        let client = self.accounts.client(zone.owner).await;
        self.limits_of(zone.owner).calls.acquire().await;
        let answer = client.get_hosted_zone().id(&zone.id).send().await;
        let answer = answer.map_err(|error| CallError::new(GET_ZONE, &error))?;
        let servers = answer.delegation_set.map(|set| set.name_servers).unwrap_or_default();
        Ok(servers.iter().map(|server| DnsName::new(server)).collect())
    }
}

fn upsert((name, value): Cname<'_>, ttl: u32) -> Result<Change, aws_smithy_types::error::operation::BuildError> {
    let value = ResourceRecord::builder().value(value.to_string()).build()?;
    let set = ResourceRecordSet::builder()
        .name(name.to_string())
        .r#type(RrType::Cname)
        .ttl(i64::from(ttl))
        .resource_records(value)
        .build()?;
    Change::builder().action(ChangeAction::Upsert).resource_record_set(set).build()
}
