//! Each check by itself, with certificates made for it.

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose as Eku, IsCa,
    KeyPair as RcgenKey, KeyUsagePurpose as Ku, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519, SanType,
    date_time_ymd,
};

use std::collections::BTreeSet;

use super::*;
use crate::certificate::{CLIENT_AUTH, SERVER_AUTH};
use crate::key::KeyType;

#[path = "../../../../shared/x509/tests/samples/mod.rs"]
mod samples;

const SHA1_ROOT: &str = include_str!("../../../../shared/x509/tests/pem/sha1-root.pem");
const VERSION_1_ROOT: &str = include_str!("../../../../shared/x509/tests/pem/version-1-root.pem");
const ENDLESS_ROOT: &str = include_str!("../../../../shared/x509/tests/pem/endless-root.pem");
const TELETEX_LEAF: &str = include_str!("../../../../shared/x509/tests/pem/teletex-leaf.pem");
const TELETEX_ROOT_A: &str = include_str!("../../../../shared/x509/tests/pem/teletex-root-a.pem");
const TELETEX_ROOT_B: &str = include_str!("../../../../shared/x509/tests/pem/teletex-root-b.pem");

type Issuer = CertifiedIssuer<'static, RcgenKey>;

fn ca_params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.not_before = date_time_ymd(2026, 1, 1);
    params.not_after = date_time_ymd(2036, 1, 1);
    params
}

fn root() -> Issuer {
    CertifiedIssuer::self_signed(ca_params("Root"), RcgenKey::generate().unwrap()).unwrap()
}

fn middle(name: &str, root: &Issuer) -> Issuer {
    CertifiedIssuer::signed_by(ca_params(name), RcgenKey::generate().unwrap(), root).unwrap()
}

/// A leaf's parameters: valid from 2026-11-19 to 2027-11-19.
fn leaf() -> CertificateParams {
    let mut params = CertificateParams::new(vec!["example.com".into(), "*.example.com".into()]).unwrap();
    params.subject_alt_names.push(SanType::IpAddress("10.0.0.7".parse().unwrap()));
    params.distinguished_name.push(DnType::CommonName, "example.com");
    params.key_usages = vec![Ku::DigitalSignature, Ku::KeyEncipherment];
    params.extended_key_usages = vec![Eku::ServerAuth, Eku::ClientAuth];
    params.not_before = date_time_ymd(2026, 11, 19);
    params.not_after = date_time_ymd(2027, 11, 19);
    params
}

/// What is checked: the present leaf, the new one and its key, the chain.
struct Case {
    present: Certificate,
    present_chain: Vec<Certificate>,
    issuer_may_change: bool,
    new: Certificate,
    key: Vec<u8>,
    chain: Vec<Certificate>,
    sizes: (usize, usize),
    now: &'static str,
}

fn read(pem: &str) -> Certificate {
    Certificate::from_pem(pem).unwrap()
}

fn issued(params: CertificateParams, key: &RcgenKey, issuer: &Issuer) -> Certificate {
    read(&params.signed_by(key, issuer).unwrap().pem())
}

fn case(change: impl FnOnce(&mut CertificateParams)) -> Case {
    let root = root();
    case_of(&root, &middle("Middle", &root), change)
}

/// A case whose new certificate is issued by these.
fn case_of(root: &Issuer, middle: &Issuer, change: impl FnOnce(&mut CertificateParams)) -> Case {
    let key = RcgenKey::generate().unwrap();
    let mut present = leaf();
    present.not_before = date_time_ymd(2025, 12, 10);
    present.not_after = date_time_ymd(2026, 12, 10);
    let mut new = leaf();
    change(&mut new);
    Case {
        present: issued(present, &RcgenKey::generate().unwrap(), root),
        present_chain: vec![read(&root.pem())],
        issuer_may_change: false,
        new: issued(new, &key, middle),
        key: rcgen::PublicKeyData::subject_public_key_info(&key),
        chain: vec![read(&middle.pem()), read(&root.pem())],
        sizes: (1_000, 2_000),
        now: "2026-11-20T08:00:00Z",
    }
}

impl Case {
    fn check(&self) -> Result<(), Refusal> {
        check(&Candidate {
            present: &self.present,
            present_chain: &self.present_chain,
            issuer_may_change: self.issuer_may_change,
            new: &self.new,
            chain: &self.chain,
            public_key: &self.key,
            certificate_size: self.sizes.0,
            chain_size: self.sizes.1,
            now: self.now.parse().unwrap(),
        })
    }

    fn refused(&self) -> FailureReason {
        self.check().unwrap_err().reason
    }
}

#[test]
fn a_good_certificate_passes() {
    assert_eq!(case(|_| ()).check(), Ok(()));
    // More usages are no loss.
    assert_eq!(case(|new| new.key_usages.push(Ku::KeyAgreement)).check(), Ok(()));
    // A chain may end below the root.
    let mut short = case(|_| ());
    short.chain.pop();
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
        case.new = issued(leaf(), &key, &root);
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
    // A present certificate without the extension is named by its subject.
    let mut only_subject =
        case(|new| new.subject_alt_names = vec![SanType::DnsName("other.example.com".try_into().unwrap())]);
    let mut present = leaf();
    present.subject_alt_names.clear();
    present.not_after = date_time_ymd(2026, 12, 10);
    only_subject.present = issued(present, &RcgenKey::generate().unwrap(), &root());
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
fn the_serial_number_of_the_present_certificate() {
    let mut case = case(|_| ());
    case.present.serial.clone_from(&case.new.serial);
    let refusal = case.check().unwrap_err();
    assert_eq!(refusal.reason, FailureReason::SerialReused);
    assert!(refusal.detail.ends_with(&case.new.serial), "{}", refusal.detail);
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
    case.new.not_after = "2026-11-20T08:00:00Z".parse().unwrap();
    case.now = "2026-11-20T08:00:00Z";
    assert_eq!(case.refused(), FailureReason::NotValidNow);
}

#[test]
fn not_longer() {
    assert_eq!(case(|new| new.not_after = date_time_ymd(2026, 12, 10)).refused(), FailureReason::NotLonger);
    assert_eq!(case(|new| new.not_after = date_time_ymd(2026, 12, 11)).check(), Ok(()));
}

#[test]
fn usages_lost() {
    // ACM lets the client's usage go, and keyEncipherment where the key is no RSA key.
    assert_eq!(case(|new| new.extended_key_usages = vec![Eku::ServerAuth]).check(), Ok(()));
    assert_eq!(case(|new| new.key_usages = vec![Ku::DigitalSignature]).check(), Ok(()));
    let mut rsa = case(|new| new.key_usages = vec![Ku::DigitalSignature]);
    (rsa.present.key_type, rsa.new.key_type) = (Some(KeyType::Rsa2048), Some(KeyType::Rsa2048));
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
    (free.present.key_usage, free.present.extended_key_usage) = (None, Default::default());
    assert_eq!(free.check(), Ok(()));
}

#[test]
fn a_broken_chain() {
    let good = || case(|_| ());
    let broken = |change: &dyn Fn(&mut Case)| {
        let mut case = good();
        change(&mut case);
        let refusal = case.check().unwrap_err();
        assert_eq!(refusal.reason, FailureReason::ChainBroken);
        refusal.detail
    };
    assert!(broken(&|case| case.chain.clear()).contains("no chain"));
    assert!(broken(&|case| case.chain.reverse()).contains("certificate 1"));
    assert!(broken(&|case| drop(case.chain.remove(0))).contains("certificate 1"));
    assert!(broken(&|case| case.chain.insert(0, case.new.clone())).contains("certificate 1"));
    assert!(broken(&|case| case.chain.push(case.chain[0].clone())).contains("certificate 3"));
    // The same name, another key.
    assert!(broken(&|case| case.chain[1] = read(&root().pem())).contains("certificate 2"));
    assert!(broken(&|case| case.chain[0].is_ca = false).contains("not a CA's"));
    assert!(
        broken(&|case| case.chain[1].not_after = "2026-11-20T07:00:00Z".parse().unwrap()).contains("not valid now")
    );
    assert!(
        broken(&|case| case.chain[1].not_before = "2026-11-20T09:00:00Z".parse().unwrap()).contains("not valid now")
    );
}

#[test]
fn a_chain_is_valid_from_its_first_moment_to_its_last() {
    let mut case = case(|_| ());
    case.chain[0].not_before = case.now.parse().unwrap();
    case.chain[1].not_after = case.now.parse().unwrap();
    assert_eq!(case.check(), Ok(()));
}

/// A case whose certificates all are those of a PEM text: leaf, chain.
fn of_pem(pem: &str) -> Case {
    let mut chain = Certificate::all_from_pem(pem).unwrap();
    let new = chain.remove(0);
    let mut present = new.clone();
    present.serial = "1".into();
    present.not_after = "2026-12-01T00:00:00Z".parse().unwrap();
    let key = new.public_key.clone();
    Case { present, present_chain: chain.clone(), new, key, chain, ..case(|_| ()) }
}

#[test]
fn roots_as_others_make_them() {
    for (title, pem) in [("SHA-1", SHA1_ROOT), ("version 1", VERSION_1_ROOT), ("without an end", ENDLESS_ROOT)] {
        assert_eq!(of_pem(pem).check(), Ok(()), "{title}");
    }
    // Only a root may be of an earlier version.
    let mut middle = case(|_| ());
    (middle.chain[0].is_ca, middle.chain[0].is_version_3) = (false, false);
    assert_eq!(middle.refused(), FailureReason::ChainBroken);
    // SHA-1 counts of a root alone.
    let mut weak = of_pem(SHA1_ROOT);
    let root = weak.chain.pop().unwrap();
    weak.new = root.clone();
    weak.new.is_ca = false;
    weak.chain = vec![root];
    (weak.present.names, weak.present.subject) = (weak.new.names.clone(), weak.new.subject.clone());
    weak.present.key_usage = None;
    weak.present.extended_key_usage.clear();
    weak.key.clone_from(&weak.new.public_key);
    assert_eq!(weak.refused(), FailureReason::ChainBroken);
}

/// What clients refuse is not imported in place of what they take.
#[test]
fn chains_as_clients_judge_them() {
    for sample in samples::all() {
        let chain: Vec<Certificate> = sample.above.iter().map(|pem| read(pem)).collect();
        let (present, new) = (read(&sample.in_place), read(&sample.leaf));
        let key = new.public_key.clone();
        let root = chain.last().cloned().into_iter().collect();
        let mut case = Case { present, present_chain: root, new, key, chain, ..case(|_| ()) };
        match (case.check(), sample.refused) {
            (Ok(()), None) => {}
            (Err(refusal), Some(piece)) if refusal.reason == FailureReason::ChainRefused => {
                assert!(refusal.detail.contains(piece), "{}: {}", sample.title, refusal.detail);
            }
            (checked, _) => panic!("{}: {checked:?}", sample.title),
        }
        // It was so before.
        let not_after = case.present.not_after;
        (case.present, case.present_chain) = (case.new.clone(), case.chain.clone());
        (case.present.serial, case.present.not_after) = ("1".into(), not_after);
        assert_eq!(case.check(), Ok(()), "{}, in place", sample.title);
    }
}

#[test]
fn an_issuer_is_known_by_its_key() {
    // The same name, another key; and a chain of the real CA, that did not sign the present certificate.
    let real = root();
    let mut present = leaf();
    present.not_after = date_time_ymd(2026, 12, 10);
    let forged = issued(present, &RcgenKey::generate().unwrap(), &root());
    let middle = middle("Middle", &real);
    let key = RcgenKey::generate().unwrap();
    let new = issued(leaf(), &key, &middle);
    let chain = vec![read(&middle.pem()), read(&real.pem())];
    let forged =
        Case { present: forged, present_chain: chain.clone(), key: new.public_key.clone(), new, chain, ..case(|_| ()) };
    assert_eq!(forged.refused(), FailureReason::IssuerChanged);

    // The same key under another name.
    let mut renamed = case(|_| ());
    let name = read(&named_root("Renamed").pem()).subject;
    (renamed.present.issuer, renamed.present_chain[0].subject) = (name.clone(), name);
    assert_eq!(renamed.check(), Ok(()));
}

fn named_root(name: &str) -> Issuer {
    CertifiedIssuer::self_signed(ca_params(name), RcgenKey::generate().unwrap()).unwrap()
}

#[test]
fn names_in_latin_1_are_not_all_the_same() {
    let [leaf, a, b] = [TELETEX_LEAF, TELETEX_ROOT_A, TELETEX_ROOT_B].map(read);
    let changed = issuer::changed(&leaf, &b.subject);
    assert!(changed.contains("`O=Müller, CN=Wurzel A`, the new one by `O=Söhne, CN=Wurzel B`, and"), "{changed}");
    assert!(issuer::changed(&leaf, &a.subject).contains("the same name and another key"));
    assert!(issuer::is_kept(&leaf, &[], std::slice::from_ref(&a)));
    assert!(!issuer::is_kept(&leaf, &[], std::slice::from_ref(&b)));

    let mut case = of_pem(&[TELETEX_LEAF, TELETEX_ROOT_A].concat());
    assert_eq!(case.check(), Ok(()));
    case.present.subject = b.subject;
    let refusal = case.check().unwrap_err();
    assert_eq!(refusal.reason, FailureReason::NameLost);
    assert!(refusal.detail.starts_with("the subject changed from `O=Söhne, CN=Wurzel B` to `"), "{}", refusal.detail);
}

/// What is known before anything is paid for.
#[test]
fn before_a_certificate_is_issued() {
    let usages: BTreeSet<String> = [SERVER_AUTH, CLIENT_AUTH].map(str::to_owned).into();
    let server = BTreeSet::from([SERVER_AUTH.to_owned()]);
    let good = case(|_| ());
    let prospect = || Prospect {
        present: &good.present,
        present_chain: &good.present_chain,
        issuer_may_change: false,
        authority: &good.chain,
        key_usage: 0b101,
        extended_key_usage: &usages,
        not_after: good.new.not_after,
        now: good.now.parse().unwrap(),
    };
    let stranger = [read(&named_root("Stranger").pem())];
    let reversed: Vec<Certificate> = good.chain.iter().rev().cloned().collect();
    let before = "2026-12-10T00:00:00Z".parse().unwrap();
    for (title, prospect, expected) in [
        ("good", prospect(), None),
        ("client's usage goes", Prospect { extended_key_usage: &server, ..prospect() }, None),
        ("no longer", Prospect { not_after: before, ..prospect() }, Some(FailureReason::NotLonger)),
        ("no usage", Prospect { key_usage: 0, ..prospect() }, Some(FailureReason::KeyUsageLost)),
        (
            "no extended usage",
            Prospect { extended_key_usage: &BTreeSet::new(), ..prospect() },
            Some(FailureReason::KeyUsageLost),
        ),
        ("no chain", Prospect { authority: &[], ..prospect() }, Some(FailureReason::ChainBroken)),
        ("wrong order", Prospect { authority: &reversed, ..prospect() }, Some(FailureReason::ChainBroken)),
        (
            "over",
            Prospect { now: "2036-01-02T00:00:00Z".parse().unwrap(), ..prospect() },
            Some(FailureReason::ChainBroken),
        ),
        ("a stranger", Prospect { authority: &stranger, ..prospect() }, Some(FailureReason::IssuerChanged)),
        ("an allowed stranger", Prospect { authority: &stranger, issuer_may_change: true, ..prospect() }, None),
    ] {
        assert_eq!(check_before_issuing(&prospect).err().map(|refusal| refusal.reason), expected, "{title}");
    }
}

#[test]
fn another_issuer() {
    let named = |name| CertifiedIssuer::self_signed(ca_params(name), RcgenKey::generate().unwrap()).unwrap();
    let (root, public) = (root(), named("Public Root"));
    let (same, sibling, foreign) = (middle("Middle", &root), middle("Sibling", &root), middle("Foreign", &public));
    let namesake = middle("Middle", &public);
    // Whoever has one certificate of the CA, and signs others with its key.
    let customer = CertifiedIssuer::signed_by(leaf(), RcgenKey::generate().unwrap(), &same).unwrap();
    // A new certificate of `same`, in place of one that was issued like this.
    let instead_of = |issuer: &Issuer, chain: &[&Issuer]| {
        let mut present = leaf();
        present.not_after = date_time_ymd(2026, 12, 10);
        let mut case = case_of(&root, &same, |_| ());
        case.present = issued(present, &RcgenKey::generate().unwrap(), issuer);
        case.present_chain = chain.iter().map(|one| read(&one.pem())).collect();
        case
    };

    // The same issuer, with or without a chain; another one below the same root.
    for kept in [
        instead_of(&same, &[]),
        instead_of(&same, &[&same, &root]),
        instead_of(&root, &[]),
        instead_of(&sibling, &[&sibling]),
        instead_of(&sibling, &[&sibling, &root]),
    ] {
        assert_eq!(kept.check(), Ok(()));
    }
    // Without its chain, nothing tells what was above the issuer.
    for mut changed in [
        instead_of(&public, &[&public]),
        instead_of(&foreign, &[]),
        instead_of(&foreign, &[&foreign, &public]),
        instead_of(&sibling, &[]),
        // The issuer's name alone makes nobody its issuer.
        instead_of(&namesake, &[]),
        instead_of(&namesake, &[&same, &root]),
        instead_of(&customer, &[&customer, &same, &root]),
    ] {
        let refusal = changed.check().unwrap_err();
        assert_eq!(refusal.reason, FailureReason::IssuerChanged);
        let issuer = name_text(&changed.present.issuer);
        assert!(refusal.detail.contains(&issuer) && refusal.detail.contains("CN=Middle"), "{}", refusal.detail);
        changed.issuer_may_change = true;
        assert_eq!(changed.check(), Ok(()));
    }
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
