use std::collections::HashMap;

use inventory::{Described, Unreadable};

use super::*;
use crate::certificates::bare;

const CERTIFICATE: &str = "arn:aws:acm:eu-west-1:123456789012:certificate/a";
const BALANCER: &str = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/50dc6c495c0c9188";
const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn described(in_use_by: &[&str]) -> Reading<Described> {
    let in_use_by = in_use_by.iter().map(|arn| (*arn).to_owned()).collect();
    Reading::Known { value: Described { in_use_by, ..Described::default() }, as_of: NOW }
}

fn unused() -> Entry {
    Entry { in_use: Some(false), described: described(&[]), ..bare(CERTIFICATE, Kind::Imported, "a") }
}

fn read() -> Reading<u64> {
    Reading::Known { value: 0, as_of: NOW }
}

fn denied() -> Unreadable {
    Unreadable { code: "AccessDenied".into(), action: "kms:ListGrants".into(), explanation: String::new() }
}

#[test]
fn a_resource_has_one_usage_with_all_places_where_it_was_seen() {
    let mut found = Found {
        entries: vec![Entry { described: described(&[BALANCER]), ..unused() }],
        uses: HashMap::from([(
            CERTIFICATE.to_owned(),
            vec![
                Usage { grants: ["g-1".to_owned()].into(), ..usage(BALANCER, "123456789012", SeenIn::Grant) },
                Usage { label: "the shop".into(), ..usage(BALANCER, "123456789012", SeenIn::Lookup) },
            ],
        )]),
        sources: Vec::new(),
    };
    add_uses(&mut found);
    let uses = &found.entries[0].uses;
    assert_eq!((uses.len(), uses[0].label.as_str(), uses[0].service.as_str()), (1, "the shop", "elasticloadbalancing"));
    assert_eq!(uses[0].seen_in, [SeenIn::InUseBy, SeenIn::Grant, SeenIn::Lookup].into());
    assert_eq!(uses[0].grants, ["g-1".to_owned()].into());
}

#[test]
fn a_new_description_replaces_what_the_old_one_said_and_nothing_else() {
    let mut entry = Entry { described: described(&[BALANCER]), ..unused() };
    entry.uses = vec![
        usage("arn:aws:cloudfront::123456789012:distribution/E1", "123456789012", SeenIn::InUseBy),
        usage("arn:aws:transfer:eu-west-1:123456789012:server/s-1", "123456789012", SeenIn::Lookup),
    ];
    replace_in_use_by(&mut entry);
    let labels: Vec<_> = entry.uses.iter().map(|usage| usage.label.as_str()).collect();
    assert_eq!(labels, ["web", "s-1"]);
}

#[test]
fn resources_have_names() {
    for (resource, expected, is_aws_owned) in [
        (BALANCER, "web", false),
        ("arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/classic", "classic", false),
        ("arn:aws:cloudfront::123456789012:distribution/E1", "E1", false),
        ("arn:aws:iam::123456789012:role/enclave", "enclave", false),
        (
            "arn:aws:elasticloadbalancing:eu-west-1:813000000000:loadbalancer/app/prod-1/1",
            "a load balancer that AWS owns (API Gateway, ...)",
            true,
        ),
        ("vpce-1", "vpce-1", false),
    ] {
        let usage = usage(resource, "123456789012", SeenIn::InUseBy);
        assert_eq!((usage.label.as_str(), usage.is_aws_owned), (expected, is_aws_owned), "{resource}");
    }
}

#[test]
fn only_what_was_read_everywhere_is_unused() {
    let earlier = Timestamp::from_second(-5).unwrap();
    let grants = |found| vec![SourceReading { source: Source::Grants, found }];
    let tags = SourceReading { source: Source::Tags, found: Reading::Unreadable(denied()) };
    for (entry, sources, expected) in [
        (unused(), grants(read()), Some(NOW)),
        (Entry { unused_since: Some(earlier), ..unused() }, grants(read()), Some(earlier)),
        (unused(), vec![tags], Some(NOW)),
        (Entry { unused_since: Some(earlier), ..unused() }, grants(Reading::Unreadable(denied())), None),
        (Entry { in_use: Some(true), unused_since: Some(earlier), ..unused() }, grants(read()), None),
        (Entry { described: Reading::NotAsked, ..unused() }, grants(read()), None),
        (Entry { described: Reading::Unreadable(denied()), ..unused() }, grants(read()), None),
        (Entry { described: described(&[BALANCER]), ..unused() }, grants(read()), None),
        (Entry { uses: vec![usage(BALANCER, "", SeenIn::Grant)], ..unused() }, grants(read()), None),
        (bare("arn:aws:iam::123456789012:server-certificate/a", Kind::IamServer, "a"), grants(read()), Some(NOW)),
        (Entry { kind: Kind::PrivateCa, ..unused() }, grants(read()), None),
    ] {
        let mut entries = [entry];
        set_unused(&mut entries, &sources, NOW);
        assert_eq!(entries[0].unused_since, expected, "{entries:?}");
    }
}
