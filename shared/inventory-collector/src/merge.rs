//! What was found in different places, as one.

use inventory::{Entry, Kind, Reading, SeenIn, Source, SourceReading, Usage};
use jiff::Timestamp;

use crate::certificates::is_of_acm;
use crate::consumers;
use crate::found::Found;
use crate::resource::{account, usage};

/// Adds to each entry what uses it: by InUseBy of its description, and by what was found.
pub(crate) fn add_uses(found: &mut Found) {
    for entry in &mut found.entries {
        entry.uses.clear();
        let keys = [Some(entry.arn.clone()), entry.id.clone()].into_iter().flatten();
        let hits: Vec<Usage> = keys.filter_map(|key| found.uses.remove(&key)).flatten().collect();
        add_all(entry, &hits, in_use_by(entry).into_iter().chain(hits.clone()));
        entry.uses.sort_by(|one, other| one.resource.cmp(&other.resource));
    }
}

/// Replaces what an earlier description said of the entry's use by what the present one says.
pub(crate) fn replace_in_use_by(entry: &mut Entry) {
    for usage in &mut entry.uses {
        usage.seen_in.remove(&SeenIn::InUseBy);
    }
    entry.uses.retain(|usage| !usage.seen_in.is_empty());
    add_all(entry, &entry.uses.clone(), in_use_by(entry));
    entry.uses.sort_by(|one, other| one.resource.cmp(&other.resource));
}

/// With the customer's resources for those of AWS in front of them, where look-ups found them.
fn add_all(entry: &mut Entry, hits: &[Usage], named: impl IntoIterator<Item = Usage>) {
    named.into_iter().for_each(|usage| add(&mut entry.uses, consumers::resolve(usage, hits)));
}

/// One usage for each resource, with all places where it was seen. The service's own configuration knows best what the
/// resource is called.
fn add(uses: &mut Vec<Usage>, usage: Usage) {
    let Some(known) = uses.iter_mut().find(|known| known.resource == usage.resource) else {
        return uses.push(usage);
    };
    if usage.seen_in.contains(&SeenIn::Lookup) && !known.seen_in.contains(&SeenIn::Lookup) {
        (known.label, known.service, known.is_aws_owned) = (usage.label, usage.service, usage.is_aws_owned);
    }
    known.seen_in.extend(usage.seen_in);
    known.grants.extend(usage.grants);
}

fn in_use_by(entry: &Entry) -> Vec<Usage> {
    let resources = entry.described.known().map_or(&[][..], |described| &described.in_use_by);
    let account = account(&entry.arn);
    resources.iter().map(|arn| usage(arn, account, SeenIn::InUseBy)).collect()
}

/// Sets since when each entry is unused by all that was read, and forgets it where it is used or where that is not known.
pub(crate) fn set_unused(entries: &mut [Entry], sources: &[SourceReading], now: Timestamp) {
    let all_read = sources.iter().filter(|one| shows_uses(one.source)).all(|one| one.found.known().is_some());
    for entry in entries {
        let is_unused = all_read && is_unused(entry);
        entry.unused_since = is_unused.then(|| entry.unused_since.unwrap_or(now));
    }
}

/// Whether nothing uses it, by its description and what else was found. An IAM server certificate has no description, only
/// its users have. What the other kinds are used for is not read.
pub(crate) fn is_unused(entry: &Entry) -> bool {
    let is_described_unused = || match &entry.described {
        Reading::Known { value, .. } => value.in_use_by.is_empty() && entry.in_use != Some(true),
        Reading::Unreadable(_) | Reading::NotAsked => false,
    };
    let may_be_judged = entry.kind == Kind::IamServer || (is_of_acm(entry.kind) && is_described_unused());
    may_be_judged && entry.uses.is_empty()
}

/// Whether uses may be missing when this source could not be read.
fn shows_uses(source: Source) -> bool {
    match source {
        Source::Identities
        | Source::Tags
        | Source::Requesters
        | Source::ServerCertificates
        | Source::ClientCertificates
        | Source::PrivateCas
        | Source::AcmeEndpoints => false,
        Source::Certificates
        | Source::Grants
        | Source::LoadBalancers
        | Source::ClassicLoadBalancers
        | Source::Distributions
        | Source::ApiDomains
        | Source::AppSyncDomains
        | Source::UserPoolDomains
        | Source::ClientVpnEndpoints
        | Source::OpenSearchDomains
        | Source::LatticeServices
        | Source::TlsInspections
        | Source::TransferServers
        | Source::Enclaves
        | Source::BeanstalkEnvironments => true,
    }
}

#[cfg(test)]
mod tests;
