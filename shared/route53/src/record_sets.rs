//! What is in a zone, around the names of interest.

use std::collections::{BTreeMap, BTreeSet};

use aws_client::{CallError, RateLimiter};
use aws_sdk_route53::Client;
use aws_sdk_route53::types::{ResourceRecordSet, RrType};
use futures::StreamExt;
use futures::stream;

use crate::{DnsName, HostedZone, ZoneDirectory};

const LIST_SETS: &str = "route53:ListResourceRecordSets";
/// [MaxItems](https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListResourceRecordSets.html).
const PAGE: u64 = 300;
/// Calls for single names at the same time. Route 53 takes 50 at once and ten a second after that.
const CONCURRENCY: usize = 20;

/// A record set of a zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordSet {
    /// Its name.
    pub name: DnsName,
    /// Its type, such as `CNAME`.
    pub kind: String,
    /// Its values as Route 53 shows them; for an alias its target.
    pub values: Vec<String>,
    /// Whether it is an alias of Route 53's.
    pub alias: bool,
    /// How long resolvers keep it, seconds; an alias has its target's.
    pub ttl: Option<i64>,
    /// Of several sets of one name and type, which one.
    pub set_identifier: Option<String>,
}

impl RecordSet {
    /// For people: type and values.
    pub fn described(&self) -> String {
        let alias = if self.alias { " alias of" } else { "" };
        let set = self.set_identifier.as_ref().map(|set| format!(" (set {set})")).unwrap_or_default();
        format!("{}{alias} {}{set}", self.kind, self.values.join(", "))
    }
}

/// The record sets of a zone by name, as far as they were read.
pub type Present = BTreeMap<DnsName, Vec<RecordSet>>;

/// Which record sets are of interest.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum RecordQuery {
    /// Those of this name.
    Name(DnsName),
    /// Those whose first label below this name starts with `_`: every validation record of the name.
    Below(DnsName),
}

impl RecordQuery {
    /// Where they start in Route 53's order, by labels from the right. `_` comes before every other name
    /// that starts with it.
    fn start(&self) -> String {
        match self {
            Self::Name(name) => name.to_string(),
            Self::Below(base) => format!("_.{base}"),
        }
    }

    /// The name that it is about.
    pub fn into_name(self) -> DnsName {
        match self {
            Self::Name(name) | Self::Below(name) => name,
        }
    }

    /// Whether the name is of interest. Such names are next to each other in Route 53's order.
    fn takes(&self, name: &DnsName) -> bool {
        match self {
            Self::Name(wanted) => name == wanted,
            Self::Below(base) => {
                let above = name.as_str().strip_suffix(base.as_str()).and_then(|rest| rest.strip_suffix('.'));
                above.is_some_and(|above| above.rsplit('.').next().is_some_and(|label| label.starts_with('_')))
            }
        }
    }
}

impl ZoneDirectory<'_> {
    /// The record sets of interest in a zone. The pages of a zone come one after the other, single names all
    /// at once: so a sweep, which has time, takes the way with fewer calls, and a single certificate the way
    /// that is over sooner.
    ///
    /// # Errors
    /// A call failed.
    pub async fn present(&self, zone: &HostedZone, around: &BTreeSet<RecordQuery>) -> Result<Present, CallError> {
        let limits = self.limits_of(zone.owner);
        let limiter = &limits.calls;
        let client = self.accounts.client(zone.owner).await;
        let pages = zone.pages();
        let names = u64::try_from(around.len()).unwrap_or(u64::MAX);
        let cost = if limiter.is_limited() { pages } else { pages.saturating_mul(CONCURRENCY as u64) };
        if pages == 1 || cost <= names {
            return whole(&client, zone, limiter).await;
        }
        // Collected: a stream of the closure would not be `Send`.
        let parts: Vec<_> = around.iter().map(|around| part(&client, zone, around, limiter)).collect();
        let parts: Vec<Result<Present, CallError>> = stream::iter(parts).buffer_unordered(CONCURRENCY).collect().await;
        let mut present = Present::new();
        for part in parts {
            present.extend(part?);
        }
        Ok(present)
    }

    /// All record sets of a zone.
    ///
    /// # Errors
    /// A call failed.
    pub async fn all_present(&self, zone: &HostedZone) -> Result<Present, CallError> {
        let client = self.accounts.client(zone.owner).await;
        whole(&client, zone, &self.limits_of(zone.owner).calls).await
    }
}

impl HostedZone {
    /// In how many calls all its record sets are read.
    pub fn pages(&self) -> u64 {
        self.record_sets.map_or(1, |sets| sets.div_ceil(PAGE)).max(1)
    }
}

async fn whole(client: &Client, zone: &HostedZone, limiter: &RateLimiter) -> Result<Present, CallError> {
    let mut present = Present::new();
    let mut from = None;
    loop {
        let page = page(client, zone, from, limiter).await?;
        page.sets.into_iter().for_each(|set| present.entry(set.name.clone()).or_default().push(set));
        from = page.next;
        if from.is_none() {
            return Ok(present);
        }
    }
}

async fn part(
    client: &Client,
    zone: &HostedZone,
    around: &RecordQuery,
    limiter: &RateLimiter,
) -> Result<Present, CallError> {
    let mut present = Present::new();
    let mut from = Some(Cursor { name: around.start(), kind: None, identifier: None });
    loop {
        let page = page(client, zone, from, limiter).await?;
        let last = page.sets.last().is_none_or(|set| !around.takes(&set.name));
        let sets = page.sets.into_iter().filter(|set| around.takes(&set.name));
        sets.for_each(|set| present.entry(set.name.clone()).or_default().push(set));
        from = page.next.filter(|_| !last);
        if from.is_none() {
            return Ok(present);
        }
    }
}

struct Cursor {
    name: String,
    kind: Option<RrType>,
    identifier: Option<String>,
}

struct Page {
    sets: Vec<RecordSet>,
    next: Option<Cursor>,
}

async fn page(
    client: &Client,
    zone: &HostedZone,
    from: Option<Cursor>,
    limiter: &RateLimiter,
) -> Result<Page, CallError> {
    limiter.acquire().await;
    let mut call = client.list_resource_record_sets().hosted_zone_id(&zone.id);
    if let Some(cursor) = from {
        call = call
            .start_record_name(cursor.name)
            .set_start_record_type(cursor.kind)
            .set_start_record_identifier(cursor.identifier);
    }
    let answer = call.send().await.map_err(|error| CallError::new(LIST_SETS, &error))?;
    let next = answer.next_record_name().filter(|_| answer.is_truncated()).map(|name| Cursor {
        name: name.to_owned(),
        kind: answer.next_record_type().cloned(),
        identifier: answer.next_record_identifier().map(str::to_owned),
    });
    Ok(Page { sets: answer.resource_record_sets().iter().map(record_set).collect(), next })
}

fn record_set(set: &ResourceRecordSet) -> RecordSet {
    let alias = set.alias_target().map(|target| target.dns_name().to_owned());
    RecordSet {
        name: DnsName::new(set.name()),
        kind: set.r#type().as_str().to_owned(),
        alias: alias.is_some(),
        values: match alias {
            Some(target) => vec![target],
            None => set.resource_records().iter().map(|record| record.value().to_owned()).collect(),
        },
        ttl: set.ttl(),
        set_identifier: set.set_identifier().map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_around_a_name() {
        let below = RecordQuery::Below(DnsName::new("example.com"));
        assert_eq!(below.start(), "_.example.com.");
        for (name, takes) in [
            ("_a.example.com", true),
            ("selector._domainkey.example.com", true),
            ("example.com", false),
            ("www.example.com", false),
            ("_a.www.example.com", false),
            ("_a.notexample.com", false),
        ] {
            assert_eq!(below.takes(&DnsName::new(name)), takes, "{name}");
        }
        let name = RecordQuery::Name(DnsName::new("_a.example.com"));
        assert_eq!(name.start(), "_a.example.com.");
        assert!(name.takes(&DnsName::new("_A.example.com.")) && !name.takes(&DnsName::new("x._a.example.com")));
    }
}
