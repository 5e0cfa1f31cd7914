//! The sample: one certificate for each verdict, named after it.

use std::collections::BTreeSet;

use certificates::{DomainValidation, Renewal, Validation};
use inventory::{Entry, Kind, Reading, SeenIn, Shard, Source};

use super::entries::{known, tags};
use super::{PLACE, account, at, denied, entry, shard, unused};
use crate::changes::{Seen, Snapshot};
use crate::reduce::UnusableShard;

pub(super) fn shards() -> Vec<Result<Shard, UnusableShard>> {
    let workloads = |name| account(PLACE.0, name, &["Workloads", "Production"]);
    let tests = account("222222222222", "shop-tests", &["Workloads", "Tests"]);
    let unread = [Source::Grants, Source::LoadBalancers, Source::Requesters];
    vec![
        Ok(shard(workloads("shop"), PLACE.1, &[], certificates().into_iter().chain(outside_acm()).collect())),
        Ok(shard(tests, PLACE.1, &[], moved(wildcards(), "222222222222", PLACE.1))),
        Ok(shard(workloads("shop"), "us-east-1", &unread, moved(unread_entries(), PLACE.0, "us-east-1"))),
        Err(UnusableShard {
            account: account("333333333333", "partner", &[]),
            region: "eu-west-1".into(),
            why: denied("sts:AssumeRole"),
        }),
    ]
}

/// Each certificate of ACM, with what is not usual about it.
fn certificates() -> Vec<Entry> {
    let amazon = |id: &str, days| entry(Kind::AmazonIssued, id, &format!("{id}.example.com"), days);
    let imported = |id: &str, days| entry(Kind::Imported, id, &format!("{id}.example.com"), days);
    vec![
        amazon("acm-renews", 120),
        with(amazon("by-email", 40), by_email),
        with(amazon("renewal-failed", 20), |one| renewal(one, "FAILED", Some("CAA_ERROR"))),
        with(amazon("waits-for-validation", 25), |one| renewal(one, "PENDING_VALIDATION", None)),
        with(amazon("pending", 0), pending),
        with(amazon("revoked", 90), |one| one.status = "REVOKED".into()),
        unused(amazon("unused", 60)),
        with(unused(amazon("seen-unused-once", 61)), |one| one.unused_since = Some(at(0, -3))),
        with(unused(amazon("exported", 70)), exported),
        with(amazon("no-grant", 80), without_grant),
        with(amazon("chain-expires-first", 100), |one| chain_until(one, 50)),
        amazon("expired-in-use", -3),
        imported("nobody-renews", 12),
        with(imported("autopilot", 12), |one| tag(one, &[("acm-autopilot:renew-from", "private-ca")])),
        with(imported("autopilot-failed", 9), |one| {
            tag(
                one,
                &[
                    ("acm-autopilot:renew-from", "private-ca"),
                    ("acm-autopilot:status", "renewal-failed"),
                    ("acm-autopilot:status-reason", "ca-disabled"),
                    ("acm-autopilot:status-since", "2026-11-27T06:00:00Z"),
                ],
            );
        }),
        with(imported("pinned", 33), |one| {
            tag(one, &[("acm-autopilot:pinned", "mobile-app"), ("acm-autopilot:renew-from", "private-ca")]);
        }),
        imported("expired-import-in-use", -1),
        with(imported("same-names", 200), |one| one.names = vec!["nobody-renews.example.com".into()]),
        with(imported("test-in-production", 150), |one| one.purpose = Some("test".into())),
        with(imported("nobodys", 300), |one| one.owner = known(None)),
        entry(Kind::Private, "private", "private.example.com", 300),
        entry(Kind::Acme, "acme-client", "acme-client.example.com", 30),
        with(amazon("n2", 380), |one| one.root_hierarchy = Some("N2_AMAZON_MANAGED".into())),
    ]
}

/// What is not in ACM, and what issues.
fn outside_acm() -> Vec<Entry> {
    let mut iam = entry(Kind::IamServer, "iam-copy", "iam-copy", 12);
    iam.names.clear();
    if let (Reading::Known { value: chain, .. }, Reading::Known { value: identity, .. }) =
        (&mut iam.chain, &mut iam.identity)
    {
        chain.fingerprint = "sha256-nobody-renews".into();
        identity.serial = Some("0a:nobody-renews".into());
    }
    let endless = |kind, id| with(entry(kind, id, id, 0), |one| one.not_after = None);
    vec![
        iam,
        entry(Kind::ApiClient, "abc123", "abc123", 200),
        with(entry(Kind::PrivateCa, "6f51", "Example Issuing CA", 40), |ca| ca.tags = known(tags(&[]))),
        with(entry(Kind::PrivateCa, "6f52", "Example Short-Lived CA", 900), |ca| {
            let modes = ca.authority.iter_mut().map(|authority| &mut authority.usage_mode);
            modes.for_each(|mode| *mode = Some("SHORT_LIVED_CERTIFICATE".into()));
        }),
        endless(Kind::AcmeEndpoint, "e1"),
        entry(Kind::AcmeBinding, "b1", "b1", 90),
        endless(Kind::AcmeAccount, "a1"),
    ]
}

/// Certificates for tests that one wildcard would cover.
fn wildcards() -> Vec<Entry> {
    let one = |name: &str| {
        let mut one = entry(Kind::AmazonIssued, name, &format!("{name}.tests.example.com"), 130);
        one.purpose = None;
        one.owner =
            known(Some(inventory::Owner { name: "quality".into(), source: inventory::OwnerSource::AccountTag }));
        one
    };
    ["blue", "green", "red"].map(one).to_vec()
}

/// One entry for each fact that could not be read.
fn unread_entries() -> Vec<Entry> {
    let one = |id: &str| entry(Kind::Imported, id, &format!("{id}.example.com"), 28);
    vec![
        with(one("tags-denied"), |one| one.tags = Reading::Unreadable(denied("tag:GetResources"))),
        with(one("description-denied"), |one| {
            one.described = Reading::Unreadable(denied("acm:DescribeCertificate"));
            (one.uses, one.in_use) = (Vec::new(), Some(false));
        }),
        with(one("not-described-yet"), |one| {
            one.described = Reading::NotAsked;
            (one.uses, one.in_use) = (Vec::new(), Some(false));
        }),
        with(one("identity-denied"), |one| one.identity = Reading::Unreadable(denied("acm:SearchCertificates"))),
        with(one("chain-denied"), |one| one.chain = Reading::Unreadable(denied("acm:GetCertificate"))),
        with(one("owner-denied"), |one| one.owner = Reading::Unreadable(denied("organizations:ListTagsForResource"))),
        unused(one("uses-denied")),
    ]
}

/// Something of each difference to the report of the sample.
pub(super) fn previous() -> Snapshot {
    let mut snapshot = crate::reduce(shards(), &crate::ReportSettings::default(), None, at(-1, 0)).snapshot(None);
    let arn = |id: &str| format!("arn:aws:acm:{}:{}:certificate/{id}", PLACE.1, PLACE.0);
    snapshot.rows.remove(&arn("acm-renews"));
    let mut change = |id: &str, change: fn(&mut Seen)| snapshot.rows.get_mut(&arn(id)).into_iter().for_each(change);
    change("autopilot", |seen| seen.serial = Some("0a:before".into()));
    change("nobody-renews", |seen| seen.consumers.clear());
    change("pinned", |seen| seen.owner = Some("mobile".into()));
    let gone = Seen {
        name: "gone.example.com".into(),
        target: format!("{}/{}", PLACE.0, PLACE.1),
        serial: None,
        owner: None,
        consumers: BTreeSet::new(),
    };
    snapshot.rows.insert(arn("gone"), gone);
    snapshot
}

fn with(mut entry: Entry, change: impl Fn(&mut Entry)) -> Entry {
    change(&mut entry);
    entry
}

fn tag(entry: &mut Entry, more: &[(&str, &str)]) {
    let more: Vec<(&str, &str)> = more.iter().copied().chain([("Owner", "shop")]).collect();
    entry.tags = known(tags(&more));
}

fn by_email(entry: &mut Entry) {
    if let (Reading::Known { value: identity, .. }, Reading::Known { value: described, .. }) =
        (&mut entry.identity, &mut entry.described)
    {
        identity.validation_method = Some("EMAIL".into());
        described.domain_validations = vec![DomainValidation {
            domain_name: entry.name.clone(),
            succeeded: Some(true),
            validation: Validation::Email(vec!["admin@example.com".into()]),
        }];
    }
}

fn renewal(entry: &mut Entry, status: &str, reason: Option<&str>) {
    if let Reading::Known { value, .. } = &mut entry.described {
        let domains = value.domain_validations.clone();
        value.renewal = Some(Renewal { status: status.into(), reason: reason.map(str::to_owned), domains });
    }
    if let Reading::Known { value, .. } = &mut entry.identity {
        value.renewal_status = Some(status.into());
    }
}

fn pending(entry: &mut Entry) {
    *entry = unused(entry.clone());
    entry.status = "PENDING_VALIDATION".into();
    (entry.not_before, entry.not_after, entry.issued_at) = (None, None, None);
    entry.created_at = Some(at(-2, 0));
}

fn exported(entry: &mut Entry) {
    entry.export_option = Some("ENABLED".into());
    entry.exported = Some(true);
    entry.renewal_eligibility = Some("ELIGIBLE".into());
}

fn without_grant(entry: &mut Entry) {
    for usage in &mut entry.uses {
        usage.seen_in.remove(&SeenIn::Grant);
        usage.grants.clear();
    }
}

fn chain_until(entry: &mut Entry, days: i64) {
    if let Reading::Known { value, .. } = &mut entry.chain {
        value.first_expiry = Some(at(days, 0));
    }
}

/// The entries as those of another account and Region.
fn moved(entries: Vec<Entry>, account: &str, region: &str) -> Vec<Entry> {
    let place = format!(":{}:{}:", PLACE.1, PLACE.0);
    let there = format!(":{region}:{account}:");
    entries.into_iter().map(|entry| Entry { arn: entry.arn.replace(&place, &there), ..entry }).collect()
}
