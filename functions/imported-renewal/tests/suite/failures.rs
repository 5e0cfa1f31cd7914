//! Renewals that fail: the old certificate stays, and tag, event and notice say why.

use jiff::SignedDuration;
use simulated_aws::{Fault, Key, Misissue, PrivateCaSpec};

use crate::world::{ACCOUNT, Tagged, World, at, due, later};

const DAY: SignedDuration = SignedDuration::from_hours(24);

#[tokio::test]
async fn a_ca_that_does_not_issue() {
    for (status, reason) in [
        ("DISABLED", "ca-disabled"),
        ("DELETED", "ca-not-active"),
        ("PENDING_CERTIFICATE", "ca-not-active"),
        ("FAILED", "ca-not-active"),
        ("SOMETHING_NEW", "ca-not-active"),
    ] {
        let world = World::new();
        world.aws.set_ca_status(&world.ca, status);
        let arn = world.insert(due());
        let answer = world.fail(&arn, reason).await;
        assert!(answer["detail"].as_str().unwrap().contains(&world.ca), "{answer}");
        assert_eq!(world.count("IssueCertificate"), 0);
    }
}

#[tokio::test]
async fn a_ca_that_has_expired_or_ends_too_early() {
    for (days, reason) in [(30, "ca-expired"), (45, "not-longer")] {
        let world = World::new();
        let now = world.aws.now();
        let ca = world.aws.insert_private_ca(PrivateCaSpec::new(Key::P256).not_after(now + DAY * days));
        world.grant(&ca);
        let spec = due().not_after(now + DAY * 50).tag("acm-autopilot:private-ca", &ca);
        let arn = world.insert(spec);
        later(&world.aws, 24 * 40);
        world.fail(&arn, reason).await;
        assert_eq!(world.count("IssueCertificate"), 0, "nothing is bought in vain");
    }
}

#[tokio::test]
async fn a_wanted_lifetime_that_ends_too_early_is_not_bought() {
    let world = World::new();
    let arn = world.insert(due().tag("acm-autopilot:validity-days", "7"));
    world.fail(&arn, "not-longer").await;
    assert_eq!(world.count("IssueCertificate"), 0);
}

#[tokio::test]
async fn a_ca_that_is_not_there_or_not_named() {
    let world = World::new();
    let missing = format!(
        "arn:aws:acm-pca:{}:{ACCOUNT}:certificate-authority/00000000-0000-4000-8000-00000000dead",
        world.aws.region()
    );
    world.grant(&missing);
    for (tag, reason) in [(missing.as_str(), "ca-not-found"), ("the-moon", "ca-not-found")] {
        let arn = world.insert(due().tag("acm-autopilot:private-ca", tag));
        world.fail(&arn, reason).await;
    }
    let arn = world.insert(due());
    let handler =
        imported_renewal::Handler::new(world.config(&[("DEFAULT_PRIVATE_CA_ARN", "")]), &world.aws.sdk_config());
    let answer = world.give(&handler, world.requested(&arn)).await.unwrap();
    assert_eq!(answer["reason"], "ca-not-configured");
    world.check_messages();
}

#[tokio::test]
async fn sources_that_are_not_known_or_not_there_yet() {
    for (source, reason) in [
        ("the-moon", "unknown-source"),
        ("PRIVATE-CA", "unknown-source"),
        ("acme", "source-not-available"),
        ("secret", "source-not-available"),
    ] {
        let world = World::new();
        let arn = world.insert(due().tag("acm-autopilot:renew-from", source));
        world.fail(&arn, reason).await;
    }
}

#[tokio::test]
async fn permissions_that_are_missing() {
    for operation in ["GetCertificate", "DescribeCertificateAuthority", "IssueCertificate", "ImportCertificate"] {
        let world = World::new();
        let arn = world.insert(due());
        world.aws.fail_always(operation, Fault::AccessDenied);
        let answer = world.fail(&arn, "permission-missing").await;
        assert!(answer["detail"].as_str().unwrap().contains(operation), "{answer}");
    }
}

#[tokio::test]
async fn what_a_ca_refuses() {
    let error = |code: &str| Fault::Error { code: code.into(), message: "no".into(), status: 400 };
    for (code, reason) in [
        ("LimitExceededException", "issuance-limit"),
        ("InvalidStateException", "ca-not-active"),
        ("ResourceNotFoundException", "ca-not-found"),
        ("InvalidArgsException", "issuer-refused"),
        ("MalformedCSRException", "issuer-refused"),
        ("SomethingNewException", "issuer-refused"),
    ] {
        let world = World::new();
        let arn = world.insert(due());
        world.aws.fail_always("IssueCertificate", error(code));
        world.fail(&arn, reason).await;
    }
}

#[tokio::test]
async fn what_acm_refuses() {
    let error = |code: &str| Fault::Error { code: code.into(), message: "no".into(), status: 400 };
    for (code, reason) in
        [("LimitExceededException", "import-quota-reached"), ("ValidationException", "import-refused")]
    {
        let world = World::new();
        let arn = world.insert(due());
        world.aws.fail_always("ImportCertificate", error(code));
        world.fail(&arn, reason).await;
    }
}

#[tokio::test]
async fn a_certificate_that_was_issued_wrongly_is_never_imported() {
    let both = ["TLS_WEB_SERVER_AUTHENTICATION", "TLS_WEB_CLIENT_AUTHENTICATION"];
    for (misissue, reason) in [
        (Misissue::OtherKey, "key-mismatch"),
        (Misissue::OtherNames(vec!["pay.example.com".into()]), "name-lost"),
        (Misissue::OtherNames(vec!["other.example.com".into(), "pay.example.com".into()]), "name-lost"),
        (Misissue::NotBefore(at("2026-11-21T00:00:00Z")), "not-valid-now"),
        (Misissue::NotAfter(at("2026-11-19T00:00:00Z")), "not-valid-now"),
        (Misissue::NotAfter(at("2026-12-01T00:00:00Z")), "not-longer"),
        (Misissue::NoKeyUsage, "key-usage-lost"),
        (Misissue::NoExtendedKeyUsage, "key-usage-lost"),
        (Misissue::ForeignSignature, "chain-broken"),
        (Misissue::ForeignChain, "chain-broken"),
        (Misissue::LeafInChain, "chain-broken"),
        (Misissue::NoChain, "chain-broken"),
        (Misissue::Garbage, "chain-broken"),
    ] {
        let world = World::new();
        world.aws.misissue(Some(misissue.clone()));
        let arn = world.insert(due().extended_key_usages(&both));
        world.fail(&arn, reason).await;
        assert_eq!(world.count("ImportCertificate"), 0, "{misissue:?}");
    }
}

#[tokio::test]
async fn usages_that_no_template_has() {
    for spec in [
        due().extended_key_usages(&["TLS_WEB_SERVER_AUTHENTICATION", "CODE_SIGNING"]),
        due().extended_key_usages(&["ANY"]),
        due().extended_key_usages(&["1.3.6.1.4.1.311.20.2.2"]),
        due().key_usages(&["DIGITAL_SIGNATURE", "KEY_AGREEMENT"]),
    ] {
        let world = World::new();
        let arn = world.insert(spec);
        world.fail(&arn, "key-usage-lost").await;
        assert_eq!(world.count("IssueCertificate"), 0, "nothing is bought in vain");
    }
}

#[tokio::test]
async fn a_ca_that_does_not_deliver_in_time() {
    let world = World::new();
    let arn = world.insert(due());
    world.aws.set_issuance_delay(SignedDuration::from_hours(1));
    let deadline = world.invocation().deadline;
    let start = world.aws.now();
    world.fail(&arn, "issuer-timeout").await;
    assert!(world.aws.now() < deadline, "there was time to record it");
    assert!(world.aws.now() < start + SignedDuration::from_secs(65), "others wait for the same worker");
}

#[tokio::test]
async fn calls_that_take_too_long_leave_time_to_record_it() {
    let world = World::new();
    let arn = world.insert(due());
    // Describe, list, get, tag and announce take 200 of the 300 seconds.
    world.aws.set_call_duration(SignedDuration::from_secs(45));
    let handler = world.handler();
    let deadline = world.invocation().deadline;
    let answer = world.give(&handler, world.requested(&arn)).await.unwrap();
    assert_eq!(answer["reason"], "out-of-time", "{answer}");
    assert!(answer["detail"].as_str().unwrap().contains(&world.ca), "what it waited for: {answer}");
    assert_eq!((world.count("DescribeCertificateAuthority"), world.count("ImportCertificate")), (0, 0));
    assert!(deadline < world.aws.now() + SignedDuration::from_secs(200));
    assert_eq!(world.certificate(&arn).tag("status-reason"), Some("out-of-time"));
}

#[tokio::test]
async fn throttled_calls_are_tried_again_and_told_when_they_stay_so() {
    for operation in ["DescribeCertificateAuthority", "IssueCertificate", "ImportCertificate"] {
        let world = World::new();
        let arn = world.insert(due());
        world.aws.fail_next(operation, 2, Fault::Throttled);
        world.renew(&arn).await;

        let arn = world.insert(due());
        world.aws.fail_always(operation, Fault::Throttled);
        world.fail(&arn, "throttled").await;

        // Its pause is an hour.
        world.aws.clear_faults();
        let answer = world.request(&arn).await.unwrap();
        assert_eq!(answer["reason"], "waiting-for-retry");
        later(&world.aws, 1);
        let answer = world.renew(&arn).await;
        assert_eq!(answer["attempt"], 2);
    }
}

#[tokio::test]
async fn a_certificate_without_room_for_tags_is_announced_and_left_alone() {
    for (room, recorded) in [(0, None), (2, Some("renewal-failed")), (4, Some("renewal-failed"))] {
        let world = World::new();
        let mut spec = due();
        for n in 0..50 - 4 - room {
            spec = spec.tag(&format!("key-{n}"), "x");
        }
        let arn = world.insert(spec);
        let before = world.certificate(&arn);
        let answer = world.request(&arn).await.unwrap();
        assert_eq!(answer["reason"], "no-room-for-tags");
        let after = world.certificate(&arn);
        assert_eq!((after.tag("status"), after.operators_tags()), (recorded, before.operators_tags()));
        assert_eq!(world.notices("renewal-failed").len(), 1);
        assert_eq!(world.count("IssueCertificate"), 0);
        world.check_messages();
    }
}

#[tokio::test]
async fn a_mended_failure_is_renewed_when_a_tag_changes() {
    let world = World::new();
    let disabled = world.aws.create_private_ca(Key::P384);
    world.grant(&disabled);
    world.aws.set_ca_status(&disabled, "DISABLED");
    let arn = world.insert(due().tag("acm-autopilot:private-ca", &disabled));
    world.fail(&arn, "ca-disabled").await;
    later(&world.aws, 30);
    let answer = world.request(&arn).await.unwrap();
    assert_eq!(answer["reason"], "waiting-for-a-person");

    world.aws.set_tags(&arn, &[("acm-autopilot:private-ca", Some(&world.ca))]);
    let event = world.tags_added(&arn, &[("acm-autopilot:private-ca", &world.ca)]);
    let answer = world.give(&world.handler(), event).await.unwrap();
    assert_eq!((answer["outcome"].as_str(), answer["attempt"].as_u64()), (Some("renewed"), Some(2)));
    let notice = world.last_notice("renewal-complete");
    assert!(notice["whatHappened"].as_str().unwrap().contains("It took 2 attempts."));
    assert_eq!(world.certificate(&arn).tag("status-reason"), None);
    world.check_messages();
}

#[tokio::test]
async fn an_unmended_failure_is_tried_again_when_a_threshold_is_crossed() {
    let world = World::new();
    world.aws.set_ca_status(&world.ca, "DISABLED");
    let arn = world.insert(due());
    world.fail(&arn, "ca-disabled").await;
    assert_eq!(world.last_notice("renewal-failed")["severity"], "warning");
    later(&world.aws, 24 * 4);
    assert_eq!(world.request(&arn).await.unwrap()["reason"], "waiting-for-a-person");
    later(&world.aws, 24);
    let answer = world.fail(&arn, "ca-disabled").await;
    assert_eq!(answer["attempt"], 2);
    later(&world.aws, 24 * 8);
    world.fail(&arn, "ca-disabled").await;
    assert_eq!(world.last_notice("renewal-failed")["severity"], "critical");
}
