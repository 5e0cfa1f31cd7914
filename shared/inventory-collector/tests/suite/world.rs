//! An account with every kind of thing that the passes read.

use certificates::Target;
use inventory::{Account, Entry, Kind, Reading, Shard, Source};
use inventory_collector::{Collector, DeepPass, TargetFacts};
use jiff::{SignedDuration, Timestamp};
use simulated_aws::{Aws, CertificateSpec, Key, TrailEvent};

pub(crate) const BALANCER: &str =
    "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/web/50dc6c495c0c9188";
const OF_AWS: &str = "arn:aws:elasticloadbalancing:us-east-1:813000000000:loadbalancer/app/prod-1-1/2f4d6c495c0c9188";
pub(crate) const ALICE: &str = "arn:aws:iam::123456789012:user/alice";

/// All sources that ask ACM, tags and CloudTrail.
pub(crate) const SOURCES: [Source; 5] =
    [Source::Certificates, Source::Identities, Source::Tags, Source::Requesters, Source::AcmeEndpoints];

pub(crate) fn empty() -> Aws {
    Aws::new("2026-11-20T08:00:00Z".parse::<Timestamp>().unwrap())
}

/// Certificates of all types, key types, origins and root hierarchies, used and unused, and an ACME endpoint.
pub(crate) fn full() -> Aws {
    let aws = empty();
    let ca = aws.create_private_ca(Key::P256);
    let endpoint = aws.create_acme_endpoint();
    let binding = aws.create_acme_binding(&endpoint, "arn:aws:iam::123456789012:role/acme", Some(aws.now()));
    let account = aws.register_acme_account(&binding, "mailto:web@example.com");
    let account_id = account.rsplit('/').next().unwrap();
    let imported = CertificateSpec::imported("imported.example.com").dns("imported.example.com");
    aws.insert_certificate(imported.tag("Owner", "web").tag("Purpose", "login").in_use_by(BALANCER));
    aws.insert_certificate(CertificateSpec::imported("unused.example.com").key(Key::P384).tag("Stage", "test"));
    aws.insert_certificate(CertificateSpec::amazon_issued("api.example.com").in_use_by(OF_AWS));
    aws.insert_certificate(
        CertificateSpec::amazon_issued("mail.example.com").validated_by_email().tag("Owner", "mail"),
    );
    let tenant = CertificateSpec::amazon_issued("tenant.example.com").validated_by_http().managed_by("CLOUDFRONT");
    aws.insert_certificate(tenant.renewal("PENDING_AUTO_RENEWAL", None));
    aws.insert_certificate(
        CertificateSpec::private("internal.example.com", &ca).tag("aws:cloudformation:stack-name", "vpn"),
    );
    aws.insert_certificate(CertificateSpec::amazon_issued("acme.example.com").acme_client(account_id, &endpoint));
    aws.insert_certificate(CertificateSpec::amazon_issued("n2.example.com").root_hierarchy("N2_AMAZON_MANAGED"));
    aws.insert_certificate(CertificateSpec::amazon_issued("pending.example.com").status("PENDING_VALIDATION"));
    let recent = aws.insert_certificate(CertificateSpec::amazon_issued("recent.example.com").days_left(300));
    aws.record_trail_event(TrailEvent::of_acm("RequestCertificate", ALICE, &recent));
    aws
}

pub(crate) fn facts() -> TargetFacts {
    let account = "123456789012".to_owned();
    TargetFacts {
        target: Target { partition: "aws".into(), region: "us-east-1".into(), account: account.clone() },
        account: Account { id: account, name: "web".into(), units: vec!["Workloads".into()] },
        account_owner: Reading::Known { value: None, as_of: Timestamp::UNIX_EPOCH },
        account_purpose: None,
        has_global_services: true,
    }
}

pub(crate) fn collector(aws: &Aws) -> Collector {
    Collector::new(&aws.sdk_config(), SOURCES.into())
}

pub(crate) async fn fast(aws: &Aws, previous: Option<&Shard>) -> Shard {
    collector(aws).fast_pass(&facts(), previous).await
}

/// A deep pass of an hour.
pub(crate) async fn deep(aws: &Aws, shard: &mut Shard) -> DeepPass {
    deep_for(aws, shard, SignedDuration::from_hours(1)).await
}

pub(crate) async fn deep_for(aws: &Aws, shard: &mut Shard, time: SignedDuration) -> DeepPass {
    collector(aws).deep_pass(shard, aws.now() + time).await
}

pub(crate) async fn both(aws: &Aws) -> Shard {
    let mut shard = fast(aws, None).await;
    // A throttled call is tried again for a while, so that a pass without a limit takes long.
    deep_for(aws, &mut shard, SignedDuration::from_hours(1_000)).await;
    shard
}

pub(crate) fn named<'a>(shard: &'a Shard, name: &str) -> &'a Entry {
    shard.entries.iter().find(|entry| entry.name == name).unwrap_or_else(|| panic!("{name} is not in {shard:#?}"))
}

pub(crate) fn of_kind(shard: &Shard, kind: Kind) -> Vec<&Entry> {
    shard.entries.iter().filter(|entry| entry.kind == kind).collect()
}
