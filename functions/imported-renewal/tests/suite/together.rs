//! Several renewals of one certificate at the same time.

use simulated_aws::{Fault, Misissue};

use crate::world::{Tagged, World, batch, due};

#[tokio::test]
async fn two_at_the_same_time_import_once_and_record_it() {
    let world = World::new();
    let arn = world.insert(due());
    world.aws.interleave();
    let (one, other) = tokio::join!(world.request(&arn), world.request(&arn));
    let mut outcomes = [one.unwrap(), other.unwrap()].map(|answer| answer["outcome"].as_str().unwrap().to_owned());
    outcomes.sort();
    assert_eq!(outcomes, ["ignored", "renewed"]);
    assert_eq!(world.count("ImportCertificate"), 1);
    assert_eq!(world.aws.private_ca(&world.ca).unwrap().issued, 1);
    let after = world.certificate(&arn);
    assert_eq!(
        (after.tag("status"), after.tag("renewal-of"), after.tag("attempts")),
        (Some("renewal-complete"), None, None)
    );
    assert_eq!(world.notices("renewal-complete").len(), 1);
    assert_eq!(world.notices("renewal-failed").len(), 0);
    world.check_messages();
}

#[tokio::test]
async fn one_that_is_overtaken_leaves_no_claim_behind() {
    // The other runs from its start to its end while this one waits to repeat a call: before it
    // reads the certificate, before it claims, before it asks the CA.
    for operation in ["GetCertificate", "AddTagsToCertificate", "DescribeCertificateAuthority", "IssueCertificate"] {
        let world = World::new();
        let arn = world.insert(due());
        world.aws.interleave();
        world.aws.fail(operation, 1, Fault::ConnectionReset);
        let (slow, fast) = tokio::join!(biased; world.request(&arn), world.request(&arn));
        assert_eq!(slow.unwrap()["reason"], "another-renewal", "{operation}");
        assert_eq!(fast.unwrap()["outcome"], "renewed", "{operation}");
        let after = world.certificate(&arn);
        assert_eq!((after.tag("status"), after.tag("renewal-of")), (Some("renewal-complete"), None), "{operation}");
        assert_eq!(world.notices("renewal-failed").len(), 0, "{operation}");
        assert_eq!(world.count("ImportCertificate"), 1, "{operation}");
        world.check_messages();
    }
}

#[tokio::test]
async fn one_that_leaves_the_renewal_to_another_does_not_hide_why_the_other_failed() {
    let world = World::new();
    let arn = world.insert(due());
    world.aws.misissue(Some(Misissue::OtherNames(vec!["other.example.com".into()])));
    world.aws.interleave();
    let (one, other) = tokio::join!(world.request(&arn), world.request(&arn));
    let reasons = [one.unwrap(), other.unwrap()].map(|answer| answer["reason"].as_str().unwrap().to_owned());
    assert!(
        reasons.contains(&"name-lost".to_owned()) && reasons.contains(&"another-renewal".to_owned()),
        "{reasons:?}"
    );
    assert_eq!(world.certificate(&arn).tag("status-reason"), Some("name-lost"));
    assert_eq!(world.notices("renewal-failed").len(), 1);
}

#[tokio::test]
async fn another_certificate_that_was_imported_meanwhile_stays() {
    let world = World::new();
    let arn = world.insert(due());
    let target = arn.clone();
    // A person imports another one just after this attempt's import.
    world.aws.before("DescribeCertificate", 2, move |aws| aws.set_certificate(&target, due().days_left(300)));
    let answer = world.request(&arn).await.unwrap();
    assert_eq!(answer["reason"], "another-renewal");
    let after = world.certificate(&arn);
    assert_eq!((after.tag("status"), after.tag("renewal-of")), (Some("renewal-complete"), None));
    world.check_messages();
}

#[tokio::test]
async fn a_change_of_tags_during_a_renewal_is_checked_again() {
    let world = World::new();
    let now = certificates::tags::format_time(world.aws.now());
    let arn =
        world.insert(due().tag("acm-autopilot:status", "renewal-in-progress").tag("acm-autopilot:status-since", &now));
    let event = world.tags_added(&arn, &[("acm-autopilot:private-ca", &world.ca)]);
    let answer = world.give(&world.handler(), batch(&event)).await.unwrap();
    assert_eq!(answer["batchItemFailures"].as_array().unwrap().len(), 1);
    assert_eq!(world.aws.events().len(), 0);
}
