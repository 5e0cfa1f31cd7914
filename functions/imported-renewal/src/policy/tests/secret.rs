//! Renewals from a secret.

use certificates::tags::{PRIVATE_CA, SECRET};

use super::*;

const NAME: &str = "web/pay.example.com";
const ARN: &str = "arn:aws:secretsmanager:us-east-1:123456789012:secret:web/pay.example.com-AbCd12";

/// Due, and renewed from a secret that is granted.
fn from_secret() -> Case {
    let mut case = due().tag(RENEW_FROM, "secret").tag(SECRET, NAME);
    case.grants = r#"{"secrets": ["arn:aws:secretsmanager:us-east-1:123456789012:secret:web/*"]}"#.parse().unwrap();
    case
}

fn not_due() -> Case {
    from_secret().valid("2026-11-01T00:00:00Z", "2027-11-01T00:00:00Z")
}

#[test]
fn a_tag_selects_among_the_secrets_that_are_granted() {
    for secret in [NAME, ARN] {
        assert_eq!(from_secret().tag(SECRET, secret).plan().source, Source::Secret(secret.parse().unwrap()));
    }
    for (secret, reason) in [
        ("", FailureReason::SecretNotConfigured),
        ("the moon", FailureReason::SecretNotFound),
        (&ARN.replace("us-east-1", "eu-west-1"), FailureReason::SecretNotFound),
        (&ARN.replace("123456789012", "210987654321"), FailureReason::SecretNotFound),
        ("mail/pay.example.com", FailureReason::SecretNotGranted),
        ("acm-autopilot/acme/letsencrypt", FailureReason::SecretNotGranted),
    ] {
        assert_eq!(from_secret().tag(SECRET, secret).failure(), (reason, 1), "{secret}");
    }
    let mut nothing = from_secret();
    nothing.grants = Grants::default();
    assert_eq!(nothing.failure(), (FailureReason::SecretNotGranted, 1));
}

/// A secret has always been named for this very certificate.
#[test]
fn another_issuer_needs_the_grant_alone() {
    assert!(!from_secret().plan().issuer_may_change);
    let mut granted = from_secret();
    granted.grants.issuer_change = true;
    assert!(granted.plan().issuer_may_change);
}

#[test]
fn a_secret_that_changed_is_read_whenever_the_certificate_expires() {
    assert_eq!(not_due().skip(), Some(SkipReason::NotDue));
    assert!(!not_due().on(Occasion::SecretChanged).plan().is_delivery_due);
    let other = due().tag(PRIVATE_CA, CA).on(Occasion::SecretChanged);
    assert_eq!(other.skip(), Some(SkipReason::AnotherSource));
    let failed = not_due().failed("2026-11-20T07:50:00Z", "name-lost", "1");
    assert_eq!(failed.skip(), Some(SkipReason::WaitingForAPerson));
    assert!(!failed.on(Occasion::SecretChanged).plan().is_delivery_due);
}

#[test]
fn delivery_is_due_with_the_renewal_and_reported_once_for_each_threshold() {
    let reported = |since| from_secret().failed(since, "secret-not-renewed", "1");
    for (case, is_due) in [
        (from_secret(), true),
        (from_secret().on(Occasion::SecretChanged), true),
        (not_due().tag(STATUS, "pending-renewal"), true),
        (not_due().claimed("2026-11-20T07:00:00Z"), true),
        (reported("2026-11-19T08:00:00Z"), false),
        (reported("2026-11-19T08:00:00Z").on(Occasion::SecretChanged), false),
        // 30 days were left on the 10th.
        (reported("2026-11-09T08:00:00Z"), true),
        (from_secret().failed("2026-11-19T08:00:00Z", "name-lost", "1").on(Occasion::SecretChanged), true),
    ] {
        assert_eq!(case.plan().is_delivery_due, is_due, "{:?} {:?}", case.tags, case.occasion);
    }
    // A CA issues: nobody waits for a delivery.
    assert!(!due().plan().is_delivery_due);
}

/// Nothing is charged, so that only an import of something new has to wait.
#[test]
fn an_import_less_than_an_hour_ago_delays_the_next() {
    let mut recent = from_secret();
    recent.certificate.created_at = Some("2026-01-01T00:00:00Z".parse().unwrap());
    let plan = imported(recent, "2026-11-20T07:30:00Z").on(Occasion::SecretChanged).plan();
    let possible_after = "2026-11-20T08:30:00Z".parse().unwrap();
    assert_eq!(plan.too_soon, Some(SkipReason::JustRenewed { possible_after }));
    assert!(SkipReason::JustRenewed { possible_after }.is_too_early(Occasion::SecretChanged));
    assert!(!SkipReason::JustRenewed { possible_after }.is_too_early(Occasion::Requested));
    let failed = from_secret().failed("2026-11-20T07:50:00Z", "import-refused", "1");
    assert_eq!(failed.on(Occasion::SecretChanged).plan().too_soon, None);
}
