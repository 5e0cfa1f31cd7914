//! A tag asks for a secret; the grants and the secret's own tag have to allow it.

use simulated_aws::{Certificate, Fault, Key};

use crate::from_secret::{NAME, from_secret, leaf, pem};
use crate::world::{World, due};

/// Nothing of the secret is read, and nothing is replaced.
fn nothing_was_read(world: &World) {
    assert_eq!((world.count("GetSecretValue"), world.count("ImportCertificate")), (0, 0));
}

#[tokio::test]
async fn a_secret_that_is_not_granted_is_refused_before_any_call() {
    let world = World::new();
    let arn = world.insert(from_secret());
    world.grant_secrets("mail/*");
    world.create_secret(NAME, &arn).await;
    world.fail(&arn, "secret-not-granted").await;
    assert_eq!(world.count("DescribeSecret"), 0);
    nothing_was_read(&world);
    assert!(world.last_notice("renewal-failed")["whatToDo"][0].as_str().unwrap().contains("SecretArns"));
}

/// An exact ARN is granted, and the secret was deleted and created again under the same name.
#[tokio::test]
async fn another_secret_of_the_same_name_is_not_granted() {
    let world = World::new();
    let arn = world.insert(from_secret());
    world.grant_secrets(&format!("{NAME}-Zz9Zz9"));
    world.create_secret(NAME, &arn).await;
    world.fail(&arn, "secret-not-granted").await;
    nothing_was_read(&world);
}

#[tokio::test]
async fn a_secret_has_to_consent() {
    let other = "arn:aws:acm:us-east-1:123456789012:certificate/0f3c1b6e-2a57-4d0c-9a61-5be8d7c40f12";
    for consent in ["", "true", "*", "210987654321", other] {
        let world = World::new();
        let arn = world.insert(from_secret());
        world.grant_secrets("*");
        world.create_secret(NAME, consent).await;
        world.write(&pem(&world.issue(due().days_left(90)))).await;
        let answer = world.fail(&arn, "secret-consent-missing").await;
        assert!(answer["detail"].as_str().unwrap().contains("acm-autopilot:certificate"), "{answer}");
        nothing_was_read(&world);
    }
}

#[tokio::test]
async fn a_secret_of_another_account_or_region_is_refused_before_any_call() {
    for secret in [
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:web/pay-AbCd12",
        "arn:aws:secretsmanager:us-east-1:210987654321:secret:web/pay-AbCd12",
    ] {
        let world = World::new();
        world.grant_secrets("*");
        let arn = world.insert(from_secret().tag("acm-autopilot:secret", secret));
        let answer = world.fail(&arn, "secret-not-found").await;
        assert!(answer["detail"].as_str().unwrap().contains("another account or Region"), "{answer}");
        assert_eq!(world.count("DescribeSecret"), 0);
    }
}

#[tokio::test]
async fn secrets_of_acme_accounts_are_refused_whatever_is_granted() {
    let world = World::new();
    world.grant_secrets("*");
    let arn = world.insert(from_secret().tag("acm-autopilot:secret", "acm-autopilot/acme/letsencrypt"));
    world.create_secret("acm-autopilot/acme/letsencrypt", &arn).await;
    world.fail(&arn, "secret-not-granted").await;
    assert_eq!(world.count("DescribeSecret"), 0);
}

#[tokio::test]
async fn a_secret_for_something_else_is_refused() {
    for value in [
        r#"{"username": "admin", "password": "correct horse"}"#,
        r#"{"kid": "abc", "hmac": "c2VjcmV0"}"#,
        r#"{"AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "SecretAccessKey": "x"}"#,
    ] {
        let world = World::new();
        let arn = world.delivered().await;
        world.write(value).await;
        let answer = world.fail(&arn, "secret-not-a-certificate").await;
        assert!(!answer.to_string().contains("correct horse"), "{answer}");
    }
}

#[tokio::test]
async fn what_no_secret_holds_is_said() {
    for (tag, reason) in
        [("", "secret-not-configured"), ("https://evil.example/", "secret-not-found"), ("web/none", "secret-not-found")]
    {
        let world = World::new();
        world.grant_secrets("*");
        let arn = world.insert(from_secret().tag("acm-autopilot:secret", tag));
        let answer = world.fail(&arn, reason).await;
        assert!(!answer.to_string().contains("evil"), "{answer}");
    }
}

#[tokio::test]
async fn what_the_secret_has_is_held_against_the_present_certificate() {
    for (spec, reason) in [
        (due().days_left(90).dns("login.bank.example"), "name-gained"),
        (due().days_left(90).key(Key::P384), "key-type-changed"),
        (due().days_left(90).subject(&[("CN", "pay.example.com"), ("O", "Other")]), "name-lost"),
    ] {
        let world = World::new();
        let arn = world.delivered().await;
        world.write(&pem(&world.issue(spec))).await;
        world.fail(&arn, reason).await;
        assert_eq!(world.count("ImportCertificate"), 0);
    }
}

#[tokio::test]
async fn another_issuer_is_refused() {
    let world = World::new();
    let arn = world.delivered().await;
    world.write(&pem(&issued_by_another(&world))).await;
    world.fail(&arn, "issuer-changed").await;
    assert_eq!(world.count("ImportCertificate"), 0);
}

fn issued_by_another(world: &World) -> Certificate {
    let ca = world.aws.create_private_ca(Key::P256);
    let arn = world.aws.insert_certificate(due().days_left(90).issued_by(&ca));
    world.certificate(&arn)
}

#[tokio::test]
async fn of_several_certificates_one_has_to_have_the_names() {
    let world = World::new();
    let arn = world.delivered().await;
    let other = |name: &str| simulated_aws::CertificateSpec::imported(name).key(Key::P256).dns(name).days_left(90);
    let two = [other("a.example.com"), other("b.example.com")].map(|spec| pem(&world.issue(spec)));
    world.write(&two.concat()).await;
    world.fail(&arn, "secret-names-differ").await;
}

#[tokio::test]
async fn what_cannot_be_used_is_said() {
    let world = World::new();
    let arn = world.delivered().await;
    let encrypted = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n-----END ENCRYPTED PRIVATE KEY-----\n";
    world.write(&format!("{}{encrypted}", leaf(&world.issue(due().days_left(90))))).await;
    world.fail(&arn, "secret-unreadable").await;
}

/// With the grant, another issuer may deliver; that is a warning.
#[tokio::test]
async fn another_issuer_needs_the_grant() {
    let world = World::new();
    world.grant_issuer_change();
    let arn = world.delivered().await;
    world.write(&pem(&issued_by_another(&world))).await;
    let answer = world.renew(&arn).await;
    assert_ne!(answer["issuerBefore"], answer["issuerAfter"], "{answer}");
    assert_eq!(world.last_notice("renewal-complete")["severity"], "warning");
}

/// IAM may say no, whatever the function would do.
#[tokio::test]
async fn what_iam_or_kms_refuses_is_said() {
    for (operation, fault, reason) in [
        ("DescribeSecret", Fault::AccessDenied, "permission-missing"),
        ("GetSecretValue", Fault::AccessDenied, "permission-missing"),
        ("GetSecretValue", Fault::Throttled, "throttled"),
        ("GetSecretValue", Fault::ServerError, "service-error"),
    ] {
        let world = World::new();
        let arn = world.delivered().await;
        world.aws.fail_always(operation, fault);
        world.fail(&arn, reason).await;
    }
}
