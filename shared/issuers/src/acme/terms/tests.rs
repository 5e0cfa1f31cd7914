use acme::settings::AcmeSettings;
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair};

use super::*;

fn directory(json: &str) -> AcmeDirectory {
    let settings: AcmeSettings = format!(r#"{{"directories": [{json}]}}"#).parse().unwrap();
    settings.directories()[0].clone()
}

fn lets_encrypt() -> AcmeDirectory {
    directory(r#"{"name": "letsencrypt", "domains": ["example.com"]}"#)
}

fn private() -> AcmeDirectory {
    directory(r#"{"name": "internal", "url": "https://ca.example/directory", "domains": ["*"]}"#)
}

fn certificate(names: &[&str], subject: &[(DnType, &str)], key: &KeyPair) -> Certificate {
    let mut params = CertificateParams::new(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()).unwrap();
    params.distinguished_name = DistinguishedName::new();
    subject.iter().for_each(|(kind, value)| params.distinguished_name.push(kind.clone(), *value));
    Certificate::from_pem(&params.self_signed(key).unwrap().pem()).unwrap()
}

fn ecdsa(names: &[&str], subject: &[(DnType, &str)]) -> Certificate {
    certificate(names, subject, &KeyPair::generate().unwrap())
}

const CN: (DnType, &str) = (DnType::CommonName, "www.example.com");

#[test]
fn what_cannot_be_issued_is_not_ordered() {
    use FailureReason::{AcmeNameNotGranted, AcmeNamesNotIssuable, NameLost};
    let many: Vec<String> = (0..26).map(|number| format!("n{number}.example.com")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let www = ["www.example.com"];
    let organization = (DnType::OrganizationName, "Example Ltd");
    for (names, subject, profile, expected) in [
        (&www[..], &[][..], None, None),
        (&www, &[CN], None, None),
        (&["*.example.com", "example.com"], &[], Some("tlsserver"), None),
        (&www, &[CN], Some("tlsserver"), Some(NameLost)),
        (&www, &[CN, organization.clone()], None, Some(NameLost)),
        (&www, &[organization], None, Some(NameLost)),
        (&["www.example.com", "login.bank.example"], &[], None, Some(AcmeNameNotGranted)),
        (&many, &[], None, None),
        (&many, &[], Some("tlsserver"), Some(AcmeNamesNotIssuable)),
        (&["www.example.com", "192.0.2.1"], &[], None, Some(AcmeNamesNotIssuable)),
        (&["192.0.2.1"], &[], Some("shortlived"), Some(AcmeNamesNotIssuable)),
        (&["*.*.example.com"], &[], None, Some(AcmeNamesNotIssuable)),
        (&["a..example.com"], &[], None, Some(AcmeNamesNotIssuable)),
        (&["www.example.com."], &[], None, Some(AcmeNamesNotIssuable)),
        (&["localhost"], &[], None, Some(AcmeNamesNotIssuable)),
        (&["mail.example.com"], &[CN], None, Some(AcmeNamesNotIssuable)),
    ] {
        let directory = lets_encrypt();
        let named = Terms::new(&directory, profile).names(&ecdsa(names, subject));
        assert_eq!(named.as_ref().err().map(|failure| failure.reason), expected, "{names:?} {subject:?} {profile:?}");
        assert_eq!(named.map_or(names.len(), |named| named.len()), names.len());
    }
}

#[test]
fn of_a_private_ca_only_its_answer_is_known() {
    let directory = private();
    let terms = Terms::new(&directory, None);
    let current = ecdsa(&["www.example.com", "b.example"], &[CN, (DnType::OrganizationName, "Example Ltd")]);
    assert_eq!(terms.names(&current).unwrap().len(), 2);
    // It may take a name from the subject too.
    let payroll = ecdsa(&["www.example.com"], &[(DnType::CommonName, "payroll.example")]);
    assert_eq!(terms.names(&payroll).unwrap_err().reason, FailureReason::AcmeNamesNotIssuable);
    assert_eq!(terms.usages(&current), None);
}

#[test]
fn a_profile_decides_what_an_rsa_key_may_do() {
    let rsa = KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256).unwrap();
    let rsa = certificate(&["www.example.com"], &[], &rsa);
    let ecdsa = ecdsa(&["www.example.com"], &[]);
    let directory = lets_encrypt();
    let usage = |profile, current| Terms::new(&directory, profile).usages(current).unwrap().key_usage;
    assert_eq!(usage(None, &rsa), DIGITAL_SIGNATURE | KEY_ENCIPHERMENT);
    assert_eq!(usage(Some("tlsserver"), &rsa), DIGITAL_SIGNATURE);
    assert_eq!(usage(Some("classic"), &ecdsa), DIGITAL_SIGNATURE);
    assert_eq!(Terms::new(&directory, Some("next-years")).usages(&rsa), None, "an unknown profile");
}

#[test]
fn keys_and_lifetimes_of_public_cas_are_known() {
    let directory = lets_encrypt();
    let now: Timestamp = "2026-11-20T08:00:00Z".parse().unwrap();
    let p521 = certificate(&["www.example.com"], &[], &KeyPair::generate_for(&rcgen::PKCS_ECDSA_P521_SHA512).unwrap());
    let refused = Terms::new(&directory, None).names(&p521).unwrap_err();
    assert_eq!(refused.reason, FailureReason::KeyTypeNotIssuable);
    let not_after = |profile| Terms::new(&directory, profile).not_after(now).map(|at| at.to_string());
    assert_eq!((not_after(None), not_after(Some("tlsserver"))), (None, None));
    assert_eq!(not_after(Some("shortlived")).as_deref(), Some("2026-11-27T00:00:00Z"));
}
