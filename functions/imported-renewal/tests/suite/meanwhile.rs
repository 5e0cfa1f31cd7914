//! Certificates that are deleted or replaced during a renewal.

use crate::world::{Tagged, World, due};

#[tokio::test]
async fn a_certificate_that_is_deleted_meanwhile_is_not_a_fault() {
    for (operation, n) in [
        ("DescribeCertificate", 1),
        ("ListTagsForCertificate", 1),
        ("GetCertificate", 1),
        ("AddTagsToCertificate", 1),
        ("IssueCertificate", 1),
        ("ImportCertificate", 1),
        ("DescribeCertificate", 2),
        ("AddTagsToCertificate", 2),
        ("RemoveTagsFromCertificate", 1),
    ] {
        let world = World::new();
        let arn = world.insert(due());
        let target = arn.clone();
        world.aws.before(operation, n, move |aws| aws.remove_certificate(&target));
        let answer = world.request(&arn).await.unwrap();
        assert_eq!(answer["reason"], "certificate-gone", "{operation} {n}");
        assert_eq!(world.notices("renewal-failed").len(), 0, "{operation} {n}");
    }
}

#[tokio::test]
async fn a_certificate_that_a_person_replaces_meanwhile_is_recorded_as_replaced() {
    let world = World::new();
    let failed = due().tag("acm-autopilot:status", "renewal-failed").tag("acm-autopilot:renewal-of", "0a:1b");
    let arn = world.insert(failed.tag("acm-autopilot:status-since", "2026-11-20T07:00:00Z"));
    world.aws.set_certificate(&arn, due().days_left(300));
    let answer = world.request(&arn).await.unwrap();
    assert_eq!(answer["outcome"], "recorded-complete");
    assert_eq!(world.count("ImportCertificate"), 0);
    let event = world.last_status_event();
    assert_eq!((event["serialBefore"].as_str(), event["notAfterBefore"].as_str()), (Some("0a:1b"), None));
    let text = world.last_notice("renewal-complete")["whatHappened"].as_str().unwrap().to_owned();
    assert!(text.contains("Serial 0a:1b became") && !text.contains("the same names"), "{text}");
    world.check_messages();
}

/// Whoever imports by hand while the source takes its time finds that certificate in place afterwards.
#[tokio::test]
async fn a_certificate_that_a_person_imports_during_the_issuance_is_left_in_place() {
    // GetCertificate is an operation of ACM too, which comes first.
    for (operation, n) in [("IssueCertificate", 1), ("GetCertificate", 2)] {
        let world = World::new();
        let arn = world.insert(due());
        let target = arn.clone();
        world.aws.before(operation, n, move |aws| aws.set_certificate(&target, due().days_left(800)));
        let answer = world.request(&arn).await.unwrap();
        assert_eq!(answer["reason"], "another-renewal", "{answer}");
        assert_eq!(world.count("ImportCertificate"), 0);
        let after = world.certificate(&arn);
        assert!(after.not_after > world.aws.now() + jiff::SignedDuration::from_hours(24 * 799));
        assert_eq!((after.tag("status"), after.tag("renewal-of")), (Some("renewal-complete"), None));
    }
}
