//! The new certificate itself.

use super::*;

#[test]
fn a_good_certificate_passes() {
    assert_eq!(case(|_| ()).check(), Ok(()));
    // More usages are no loss.
    assert_eq!(case(|new| new.key_usages.push(Ku::KeyAgreement)).check(), Ok(()));
    // A chain may end below the root.
    let mut short = case(|_| ());
    short.new.above.pop();
    assert_eq!(short.check(), Ok(()));
}

#[test]
fn key_of_another() {
    let mut case = case(|_| ());
    case.key = rcgen::PublicKeyData::subject_public_key_info(&RcgenKey::generate().unwrap());
    assert_eq!(case.refused(), FailureReason::KeyMismatch);
    case.key = b"no key".to_vec();
    assert_eq!(case.refused(), FailureReason::KeyMismatch);
}

#[test]
fn key_of_another_type() {
    for algorithm in [&PKCS_ECDSA_P384_SHA384, &PKCS_ED25519] {
        let mut case = case(|_| ());
        let (root, key) = (root(), RcgenKey::generate_for(algorithm).unwrap());
        case.new.leaf = issued(leaf(), &key, &root);
        case.key = rcgen::PublicKeyData::subject_public_key_info(&key);
        assert_eq!(case.refused(), FailureReason::KeyTypeChanged);
    }
    assert_eq!(RcgenKey::generate_for(&PKCS_ECDSA_P256_SHA256).map(|_| ()).ok(), Some(()));
}

#[test]
fn a_type_of_key_that_no_source_issues_is_none() {
    let key = RcgenKey::generate_for(&PKCS_ED25519).unwrap();
    assert_eq!(issued(leaf(), &key, &root()).key_type, None);
}

#[test]
fn names_lost() {
    for lost in 0..3 {
        let refusal = case(|new| drop(new.subject_alt_names.remove(lost))).check().unwrap_err();
        assert_eq!(refusal.reason, FailureReason::NameLost);
        let name = ["example.com", "*.example.com", "10.0.0.7"][lost];
        assert!(refusal.detail.contains(name), "{}", refusal.detail);
    }
    // A current certificate without the extension is named by its subject.
    let mut only_subject =
        case(|new| new.subject_alt_names = vec![SanType::DnsName("other.example.com".try_into().unwrap())]);
    let mut current = leaf();
    current.subject_alt_names.clear();
    current.not_after = date_time_ymd(2026, 12, 10);
    only_subject.current.leaf = issued(current, &RcgenKey::generate().unwrap(), &root());
    assert_eq!(only_subject.refused(), FailureReason::NameLost);
}

#[test]
fn names_gained() {
    let gained = |name: &str| SanType::DnsName(name.try_into().unwrap());
    let refusal = case(|new| new.subject_alt_names.push(gained("login.bank.example"))).check().unwrap_err();
    assert_eq!(refusal.reason, FailureReason::NameGained);
    assert_eq!(refusal.detail, "1 names would be added, the first of them login.bank.example");
}

#[test]
fn a_certificate_of_a_ca() {
    let ca = |new: &mut CertificateParams| new.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    assert_eq!(case(ca).refused(), FailureReason::NotEndEntity);
}

#[test]
fn the_serial_number_of_the_current_certificate() {
    let mut case = case(|_| ());
    case.current.leaf.serial.clone_from(&case.new.leaf.serial);
    let refusal = case.check().unwrap_err();
    assert_eq!(refusal.reason, FailureReason::SerialReused);
    assert!(refusal.detail.ends_with(&case.new.leaf.serial.to_string()), "{}", refusal.detail);
}

#[test]
fn another_subject() {
    for change in [
        (|new: &mut CertificateParams| new.distinguished_name.push(DnType::OrganizationName, "Other")) as fn(&mut _),
        |new| new.distinguished_name.push(DnType::CommonName, "EXAMPLE.com"),
        |new| new.distinguished_name = rcgen::DistinguishedName::new(),
    ] {
        let refusal = case(change).check().unwrap_err();
        assert_eq!(refusal.reason, FailureReason::NameLost);
        assert!(refusal.detail.starts_with("the subject changed from `CN=example.com` to `"), "{}", refusal.detail);
    }
}

#[test]
fn domain_names_are_compared_without_regard_to_case() {
    let upper = |new: &mut CertificateParams| {
        new.subject_alt_names[0] = SanType::DnsName("EXAMPLE.com".try_into().unwrap());
    };
    assert_eq!(case(upper).check(), Ok(()));
}

#[test]
fn not_valid_now() {
    assert_eq!(case(|new| new.not_before = date_time_ymd(2026, 11, 21)).refused(), FailureReason::NotValidNow);
    assert_eq!(case(|new| new.not_after = date_time_ymd(2026, 11, 20)).refused(), FailureReason::NotValidNow);
}

#[test]
fn it_is_valid_from_its_first_moment_and_until_its_last() {
    let mut case = case(|_| ());
    case.now = "2026-11-19T00:00:00Z";
    assert_eq!(case.check(), Ok(()));
    case.new.leaf.not_after = "2026-11-20T08:00:00Z".parse().unwrap();
    case.now = "2026-11-20T08:00:00Z";
    assert_eq!(case.refused(), FailureReason::NotValidNow);
}

#[test]
fn not_longer() {
    let mut no_longer = case(|new| new.not_after = date_time_ymd(2026, 12, 10));
    assert_eq!(no_longer.refused(), FailureReason::NotLonger);
    no_longer.revocation_is_ahead = true;
    assert_eq!(no_longer.check(), Ok(()), "the present certificate will not last until its expiry");
    assert_eq!(case(|new| new.not_after = date_time_ymd(2026, 12, 11)).check(), Ok(()));
}

#[test]
fn usages_lost() {
    // ACM lets the client's usage go, and keyEncipherment where the key is no RSA key.
    assert_eq!(case(|new| new.extended_key_usages = vec![Eku::ServerAuth]).check(), Ok(()));
    assert_eq!(case(|new| new.key_usages = vec![Ku::DigitalSignature]).check(), Ok(()));
    let mut rsa = case(|new| new.key_usages = vec![Ku::DigitalSignature]);
    (rsa.current.leaf.key_type, rsa.new.leaf.key_type) = (Some(KeyType::Rsa2048), Some(KeyType::Rsa2048));
    assert_eq!(rsa.refused(), FailureReason::KeyUsageLost);

    for change in [
        (|new: &mut CertificateParams| new.extended_key_usages = vec![Eku::ClientAuth]) as fn(&mut CertificateParams),
        |new| new.extended_key_usages = Vec::new(),
        |new| new.key_usages = vec![Ku::KeyEncipherment],
        |new| new.key_usages = Vec::new(),
    ] {
        assert_eq!(case(change).refused(), FailureReason::KeyUsageLost);
    }
    // What had no such extension loses nothing.
    let mut free = case(|_| ());
    (free.current.leaf.key_usage, free.current.leaf.extended_key_usage) = (None, Default::default());
    assert_eq!(free.check(), Ok(()));
}

#[test]
fn too_large() {
    for (certificate, chain, fits) in [(32_768, 2_097_152, true), (32_769, 2_000, false), (1_000, 2_097_153, false)] {
        let mut case = case(|_| ());
        case.sizes = (certificate, chain);
        assert_eq!(
            case.check().map_err(|refusal| refusal.reason),
            if fits { Ok(()) } else { Err(FailureReason::TooLarge) }
        );
    }
}
