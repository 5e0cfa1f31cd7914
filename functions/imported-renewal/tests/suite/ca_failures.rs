//! Private CAs that do not issue, or issue what must not be imported.

use jiff::SignedDuration;
use simulated_aws::{Fault, Key, Misissue, PrivateCaSpec};

use crate::world::{ACCOUNT, World, at, due, later};

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
async fn a_ca_that_has_expired_or_expires_too_early() {
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
async fn a_required_lifetime_that_expires_too_early_is_not_bought() {
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
