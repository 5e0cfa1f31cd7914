//! How it is renewed, once it is the time.

use certificates::tags::{ACME, ACME_PROFILE, ATTEMPTS, PRIVATE_CA, RENEW_FROM, STATUS, VALIDITY_DAYS};

use super::*;

#[test]
fn the_source_is_what_the_tags_and_the_configuration_name() {
    let default = Source::PrivateCa(DEFAULT_CA.parse().unwrap());
    let plan = Plan {
        source: default,
        validity_days: None,
        issuer_may_change: false,
        attempt: 1,
        too_soon: None,
        is_delivery_due: false,
    };
    assert_eq!(due().plan(), plan);
    let named = due().tag(PRIVATE_CA, CA).tag(VALIDITY_DAYS, "90").plan();
    let source = Source::PrivateCa(CA.parse().unwrap());
    assert_eq!((named.source, named.validity_days, named.issuer_may_change), (source, Some(90), false));
    // A tag asks, a grant allows; and for a change of the issuer both are needed.
    let mut granted = due();
    granted.grants.issuer_change = true;
    assert!(!granted.plan().issuer_may_change);
    assert!(granted.tag(PRIVATE_CA, DEFAULT_CA).plan().issuer_may_change);

    for (key, value, reason) in [
        (PRIVATE_CA, "the-moon", FailureReason::CaNotFound),
        (PRIVATE_CA, OTHER_CA, FailureReason::CaNotGranted),
        (RENEW_FROM, "private-ca ", FailureReason::UnknownSource),
        (RENEW_FROM, "acme", FailureReason::AcmeNotConfigured),
        (RENEW_FROM, "secret", FailureReason::SecretNotConfigured),
        (RENEW_FROM, "the-moon", FailureReason::UnknownSource),
    ] {
        assert_eq!(due().tag(key, value).failure(), (reason, 1), "{value}");
    }
    let mut nowhere = due();
    nowhere.default_ca = None;
    assert_eq!(nowhere.failure(), (FailureReason::CaNotConfigured, 1));
    assert_eq!(nowhere.tag(PRIVATE_CA, CA).plan().attempt, 1);
}

#[test]
fn a_tag_selects_among_the_configured_acme_directories() {
    let tagged = |directory: &str| due().tag(RENEW_FROM, "acme").tag(ACME, directory);
    let plan = tagged("letsencrypt").plan();
    assert!(matches!(&plan.source, Source::Acme(directory, None) if directory.name == "letsencrypt"), "{plan:?}");
    assert!(!plan.issuer_may_change);
    let profile = tagged("letsencrypt").tag(ACME_PROFILE, "tlsserver").plan();
    assert!(matches!(&profile.source, Source::Acme(_, Some(profile)) if profile == "tlsserver"));
    let mut granted = tagged("letsencrypt");
    granted.grants.issuer_change = true;
    assert!(granted.plan().issuer_may_change);
    for other in ["google", "https://acme-v02.api.letsencrypt.org/directory", "LetsEncrypt"] {
        assert_eq!(tagged(other).failure(), (FailureReason::AcmeNotConfigured, 1), "{other}");
    }
    let profile = tagged("letsencrypt").tag(ACME_PROFILE, "any profile you like");
    assert_eq!(profile.failure(), (FailureReason::AcmeProfileNotOffered, 1));
}

#[test]
fn attempts_are_counted_within_one_renewal() {
    assert_eq!(due().tag(STATUS, "renewal-complete").tag(ATTEMPTS, "7").plan().attempt, 1);
    assert_eq!(due().tag(ATTEMPTS, "7").plan().attempt, 1);
    assert_eq!(due().tag(STATUS, "pending-renewal").tag(ATTEMPTS, "7").plan().attempt, 8);
    assert_eq!(due().tag(STATUS, "pending-renewal").tag(ATTEMPTS, "4294967295").plan().attempt, u32::MAX);
    assert_eq!(due().tag(STATUS, "pending-renewal").tag(ATTEMPTS, "7").tag(RENEW_FROM, "acme").failure().1, 8);
}

#[test]
fn a_certificate_without_room_for_our_tags_cannot_be_tracked() {
    let full = |count: usize| (0..count).fold(due(), |case, n| case.tag(&format!("key-{n}"), "x"));
    assert_eq!(full(49).failure(), (FailureReason::NoRoomForTags, 1));
    assert_eq!(full(45).failure(), (FailureReason::NoRoomForTags, 1));
    assert_eq!(full(44).plan().attempt, 1);
}
