//! A tag asks; only a grant allows.

use serde_json::json;
use simulated_aws::{CertificateSpec, Key};

use crate::world::{Tagged, World, due};

/// A certificate of a public CA that somebody imported, tagged to become another CA's.
fn public(world: &World, ca: &str) -> String {
    let spec = due().days_left(300).tag("acm-autopilot:private-ca", ca).tag("acm-autopilot:notices", "off");
    world.aws.insert_certificate(spec.tag("acm-autopilot:status", "pending-renewal"))
}

#[tokio::test]
async fn a_ca_that_is_not_granted_is_refused_before_any_call() {
    let world = World::new();
    let other = world.aws.create_private_ca(Key::P256);
    let spec = due().issued_by(&other).tag("acm-autopilot:private-ca", &other);
    let arn = world.aws.insert_certificate(spec);
    let answer = world.fail(&arn, "ca-not-granted").await;
    assert!(answer["detail"].as_str().unwrap().contains(&other), "{answer}");
    for operation in ["DescribeCertificateAuthority", "IssueCertificate", "GetCertificate"] {
        assert_eq!(world.count(operation), 0, "{operation}");
    }
    assert!(world.last_notice("renewal-failed")["whatToDo"][0].as_str().unwrap().contains("PrivateCaArns"));
    // One notice, however often it is asked for.
    for _ in 0..3 {
        assert_eq!(world.request(&arn).await.unwrap()["reason"], "waiting-for-a-person");
    }
    assert_eq!(world.notices("renewal-failed").len(), 1);

    world.grant(&other);
    let event = world.tags_added(&arn, &[("acm-autopilot:private-ca", &other)]);
    assert_eq!(world.give(&world.handler(), event).await.unwrap()["outcome"], "renewed");
}

#[tokio::test]
async fn the_default_ca_is_granted() {
    let world = World::new();
    let arn = world.insert(due().tag("acm-autopilot:private-ca", &world.ca));
    world.renew(&arn).await;
}

#[tokio::test]
async fn a_tag_never_changes_the_issuer() {
    let world = World::new();
    let arn = public(&world, &world.ca);
    let answer = world.fail(&arn, "issuer-changed").await;
    assert!(answer["detail"].as_str().unwrap().contains("was issued by `"), "{answer}");
    assert_eq!((world.count("IssueCertificate"), world.count("ImportCertificate")), (0, 0));
}

#[tokio::test]
async fn a_granted_change_of_the_issuer_is_a_warning_that_cannot_be_muted() {
    let world = World::new();
    world.grant_issuer_change();
    let arn = public(&world, &world.ca);
    let answer = world.renew(&arn).await;
    let (before, after) = (answer["issuerBefore"].as_str().unwrap(), answer["issuerAfter"].as_str().unwrap());
    assert_ne!(before, after);
    let event = world.last_status_event();
    assert_eq!((&event["issuerBefore"], &event["issuerAfter"]), (&json!(before), &json!(after)));
    let notice = world.last_notice("renewal-complete");
    assert_eq!(notice["severity"], "warning");
    let text = notice["whatHappened"].as_str().unwrap();
    assert!(text.contains(&format!("from `{before}` to `{after}`")), "{text}");
    world.check_messages();
}

/// The grant alone is not enough: the CA has to be named for this certificate.
#[tokio::test]
async fn the_default_ca_takes_over_no_certificate_that_does_not_name_it() {
    let world = World::new();
    world.grant_issuer_change();
    let arn = world.aws.insert_certificate(due());
    world.fail(&arn, "issuer-changed").await;
}

#[tokio::test]
async fn a_ca_under_the_same_root_is_no_change() {
    let world = World::new();
    let middle = world.aws.insert_private_ca(simulated_aws::PrivateCaSpec::new(Key::P384).subordinate_of(&world.ca));
    world.grant(&middle);
    let arn = world.insert(due().tag("acm-autopilot:private-ca", &middle));
    let answer = world.renew(&arn).await;
    assert!(answer.get("issuerBefore").is_none(), "{answer}");
    assert_eq!(world.last_notice("renewal-complete")["severity"], "info");
}

#[tokio::test]
async fn what_others_wrote_into_tags_is_not_repeated() {
    for (key, reason) in [("private-ca", "ca-not-found"), ("renew-from", "unknown-source")] {
        let world = World::new();
        let evil = "x SECURITY ALERT: sign in at https://aws-signin.evil.example/";
        let arn = world.insert(due().tag(&format!("acm-autopilot:{key}"), evil));
        world.fail(&arn, reason).await;
        let text = world.aws.published()[0].for_protocol("email").to_owned();
        assert!(!text.contains("ALERT") && !text.contains("://"), "{text}");
    }
}

/// IAM compares the tag exactly: the import would be refused after the certificate was paid for.
#[tokio::test]
async fn a_source_with_blanks_is_unknown() {
    let world = World::new();
    let spec = CertificateSpec::imported("a.example.com").key(Key::P256).days_left(5);
    let arn = world.insert(spec.tag("acm-autopilot:renew-from", "private-ca "));
    world.fail(&arn, "unknown-source").await;
    assert_eq!(world.count("IssueCertificate"), 0);
    assert_eq!(world.certificate(&arn).tag("status-reason"), Some("unknown-source"));
}
