//! What the lists show.

use inventory::{Kind, OwnerSource, Reading, Shard, Source};
use inventory_collector::{Collector, TargetFacts};
use jiff::ToSpan;
use simulated_aws::CertificateSpec;

use crate::world::{self, named, of_kind};

#[tokio::test]
async fn every_kind_is_an_entry() {
    let aws = world::full();
    let shard = world::fast(&aws, None).await;
    let count = |kind| of_kind(&shard, kind).len();
    assert_eq!([Kind::Imported, Kind::AmazonIssued, Kind::Private, Kind::Acme].map(count), [2, 6, 1, 1]);
    assert_eq!([Kind::AcmeEndpoint, Kind::AcmeBinding, Kind::AcmeAccount].map(count), [1, 1, 1]);
    let imported = named(&shard, "imported.example.com");
    assert_eq!((imported.names.as_slice(), imported.in_use), (&["imported.example.com".to_owned()][..], Some(true)));
    assert_eq!(named(&shard, "tenant.example.com").managed_by.as_deref(), Some("CLOUDFRONT"));
    assert_eq!(named(&shard, "n2.example.com").root_hierarchy.as_deref(), Some("N2_AMAZON_MANAGED"));
    assert_eq!(named(&shard, "pending.example.com").status, "PENDING_VALIDATION");
    let binding = of_kind(&shard, Kind::AcmeBinding)[0];
    assert_eq!((binding.not_after, binding.in_use), (Some(shard.header.taken_at), Some(true)));
    let account = of_kind(&shard, Kind::AcmeAccount)[0];
    assert_eq!((account.name.as_str(), account.status.as_str()), ("mailto:web@example.com", "VALID"));
    assert_eq!(
        account.identity.known().unwrap().acme_endpoint.as_ref(),
        Some(&of_kind(&shard, Kind::AcmeEndpoint)[0].arn)
    );
}

#[tokio::test]
async fn a_shard_of_it_can_be_written_and_read() {
    let shard = world::both(&world::full()).await;
    let mut written = Vec::new();
    shard.write(&mut written).unwrap();
    assert_eq!(Shard::read(written.as_slice()).unwrap(), shard);
}

#[tokio::test]
async fn identities_are_those_of_search_certificates() {
    let aws = world::full();
    let shard = world::fast(&aws, None).await;
    let of = |name| named(&shard, name).identity.known().unwrap().clone();
    let tenant = of("tenant.example.com");
    assert_eq!(tenant.validation_method.as_deref(), Some("HTTP"));
    assert_eq!(tenant.renewal_status.as_deref(), Some("PENDING_AUTO_RENEWAL"));
    assert!(tenant.issuer.unwrap().contains("O=Amazon") && tenant.serial.is_some());
    assert_eq!(tenant.subject.as_deref(), Some("CN=tenant.example.com"));
    assert!(of("acme.example.com").acme_endpoint.is_some() && of("acme.example.com").acme_account.is_some());
    assert_eq!(named(&shard, "n2.example.com").identity, Reading::NotAsked, "search does not show it");
}

#[tokio::test]
async fn a_certificate_without_tags_is_known_to_have_none() {
    let aws = world::full();
    let shard = world::fast(&aws, None).await;
    assert_eq!(named(&shard, "imported.example.com").tags.known().unwrap()["Owner"], "web");
    assert!(named(&shard, "api.example.com").tags.known().unwrap().is_empty());
}

#[tokio::test]
async fn owners_are_known_by_tag_stack_account_and_requester() {
    let aws = world::full();
    let shard = world::fast(&aws, None).await;
    let owner = |shard: &Shard, name| {
        let owner = named(shard, name).owner.known().unwrap().clone();
        owner.map(|owner| (owner.name, owner.source))
    };
    let of = |name: &str, source| Some((name.to_owned(), source));
    assert_eq!(owner(&shard, "imported.example.com"), of("web", OwnerSource::CertificateTag));
    assert_eq!(named(&shard, "imported.example.com").purpose.as_deref(), Some("login"));
    assert_eq!(owner(&shard, "internal.example.com"), of("vpn", OwnerSource::Stack));
    assert_eq!(owner(&shard, "recent.example.com"), of("user/alice", OwnerSource::Requester));
    assert_eq!(owner(&shard, "unused.example.com"), None, "nobody");

    let contact = inventory::Owner { name: "ops@example.com".into(), source: OwnerSource::AccountContact };
    let account_owner = Reading::Known { value: Some(contact), as_of: aws.now() };
    let before = aws.calls().len();
    let shard = world::collector(&aws).fast_pass(&TargetFacts { account_owner, ..world::facts() }, None).await;
    assert_eq!(owner(&shard, "recent.example.com"), of("ops@example.com", OwnerSource::AccountContact));
    assert!(aws.calls()[before..].iter().all(|call| call.operation != "LookupEvents"), "nobody had to be searched");
    assert!(shard.header.sources.iter().all(|one| one.source != Source::Requesters));
}

#[tokio::test]
async fn too_many_events_are_said() {
    let aws = world::empty();
    let lost = aws.insert_certificate(CertificateSpec::amazon_issued("lost.example.com").days_left(300).thin());
    let event =
        |arn: &str| aws.record_trail_event(simulated_aws::TrailEvent::of_acm("RequestCertificate", world::ALICE, arn));
    event(&lost);
    aws.advance(1.hour());
    (0..300).for_each(|n| event(&format!("arn:aws:acm:us-east-1:123456789012:certificate/{n}")));
    aws.advance(1.hour());
    aws.insert_certificate(CertificateSpec::amazon_issued("new.example.com").days_left(365).thin());
    let shard = world::fast(&aws, None).await;
    assert_eq!(named(&shard, "lost.example.com").owner.unreadable().unwrap().code, "TooManyEvents");
    assert_eq!(named(&shard, "new.example.com").owner.known(), Some(&None));
    assert!(crate::explained::is_unreadable(&shard, Source::Requesters));
}

#[tokio::test]
async fn only_what_is_asked_for_is_called() {
    let aws = world::full();
    let collector = Collector::new(&aws.sdk_config(), [Source::Certificates].into());
    let shard = collector.fast_pass(&world::facts(), None).await;
    assert!(aws.calls().iter().all(|call| call.operation == "ListCertificates"));
    assert!(shard.entries.iter().all(|entry| entry.tags == Reading::NotAsked && entry.identity == Reading::NotAsked));
    assert_eq!(shard.header.sources.len(), 1);
}

/// Lambda moves a handler between threads.
#[tokio::test]
async fn passes_can_be_sent() {
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    let aws = world::empty();
    let (collector, facts) = (world::collector(&aws), world::facts());
    let mut shard = is_send(collector.fast_pass(&facts, None)).await;
    is_send(collector.deep_pass(&mut shard, aws.now())).await;
}
