//! The two passes.

use std::collections::BTreeSet;

use aws_config::SdkConfig;
use inventory::{Header, Reading, SCHEMA, Shard, Source, SourceReading};
use jiff::Timestamp;
use notices::TagKeys;

use crate::clients::Clients;
use crate::consumers::Explained;
use crate::deep_pass::DeepPass;
use crate::found::Found;
use crate::owners::Owners;
use crate::target_facts::TargetFacts;
use crate::{certificates, consumers, deep_pass, grants, merge, other_certificates, requesters};

/// Reads one account and Region, with the credentials of its SDK configuration.
#[derive(Debug)]
pub struct Collector {
    clients: Clients,
    consumers: consumers::Clients,
    sources: BTreeSet<Source>,
    tag_keys: TagKeys,
}

impl Collector {
    /// A collector that asks these sources. The tags `Owner` and `Purpose` name owner and purpose.
    pub fn new(sdk: &SdkConfig, sources: BTreeSet<Source>) -> Self {
        Self {
            clients: Clients::new(sdk),
            consumers: consumers::Clients::new(sdk),
            sources,
            tag_keys: TagKeys::default(),
        }
    }

    /// With other tags that name owner and purpose.
    #[must_use]
    pub fn with_tag_keys(self, tag_keys: TagKeys) -> Self {
        Self { tag_keys, ..self }
    }

    /// Lists everything. `previous` is the last shard of this account and Region.
    pub async fn fast_pass(&self, of: &TargetFacts, previous: Option<&Shard>) -> Shard {
        let now = self.clients.clock.now();
        let mut found = self.found(of, now).await;
        if let Some(previous) = previous {
            certificates::keep(&mut found.entries, previous);
            other_certificates::keep(&mut found.entries, previous);
        }
        merge::add_uses(&mut found);
        self.add_owners(&mut found, of, now).await;
        merge::set_unused(&mut found.entries, &found.sources, now);
        let uses_elsewhere = found.uses_elsewhere();
        Shard { header: Header { uses_elsewhere, ..header(of, found.sources, now) }, entries: found.entries }
    }

    /// Describes certificates until `latest`: those never described first, then the one described longest ago.
    pub async fn deep_pass(&self, shard: &mut Shard, latest: Timestamp) -> DeepPass {
        deep_pass::run(&self.clients, shard, latest).await
    }

    /// All independent lists, at the same time. Whatever lists entries or uses is one line here and one in `joined`.
    async fn found(&self, of: &TargetFacts, now: Timestamp) -> Found {
        let asked = |source| self.sources.contains(&source);
        let (certificates, endpoints, grants, others) = futures::join!(
            certificates::certificates(&self.clients, &asked, now),
            certificates::endpoints(&self.clients, &asked, now),
            grants::look_up(&self.clients.kms, &asked, of, now),
            other_certificates::collect(self.clients.others(), &asked, of, now),
        );
        // Afterwards: what grants explain is not asked for again.
        let explained = explained(&grants, &others.sources);
        let consumers = consumers::look_up(&self.consumers, of, &self.sources, &explained).await;
        Found::joined([certificates, endpoints, grants, others, consumers.into()])
    }

    async fn add_owners(&self, found: &mut Found, of: &TargetFacts, now: Timestamp) {
        let mut owners = Owners { facts: of, tag_keys: &self.tag_keys, requesters: Reading::NotAsked, now };
        if self.sources.contains(&Source::Requesters) {
            if found.entries.iter().any(|entry| owners.needs_requester(entry)) {
                owners.requesters = requesters::look_up(&self.clients, now).await;
            }
            found.sources.extend(requesters::source_reading(&owners.requesters));
        }
        found.entries.iter_mut().for_each(|entry| owners.set(entry));
    }
}

fn explained(grants: &Found, others: &[SourceReading]) -> Explained {
    let servers = others.iter().find(|one| one.source == Source::ServerCertificates);
    let servers = servers.map_or(&Reading::NotAsked, |one| &one.found);
    Explained::by_grants(grants.uses.values().flatten(), servers)
}

fn header(of: &TargetFacts, sources: Vec<inventory::SourceReading>, taken_at: Timestamp) -> Header {
    Header {
        schema: SCHEMA,
        partition: of.target.partition.clone(),
        account: of.account.clone(),
        region: of.target.region.clone(),
        taken_at,
        sources,
        uses_elsewhere: Vec::new(),
    }
}
