//! Each check, with certificates made for it.

mod chains;
mod issuer_kept;
mod new_certificate;
mod offers;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose as Eku, IsCa,
    KeyPair as RcgenKey, KeyUsagePurpose as Ku, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519, SanType,
    date_time_ymd,
};

use issuers::{Offer, Usages};
use x509::usages::{CLIENT_AUTH, SERVER_AUTH};
use x509::{KeyType, SerialNumber};

use super::*;

#[path = "../../../../../shared/x509/tests/samples/mod.rs"]
mod samples;

const SHA1_ROOT: &str = include_str!("../../../../../shared/x509/tests/pem/sha1-root.pem");
const VERSION_1_ROOT: &str = include_str!("../../../../../shared/x509/tests/pem/version-1-root.pem");
const ENDLESS_ROOT: &str = include_str!("../../../../../shared/x509/tests/pem/endless-root.pem");
const TELETEX_LEAF: &str = include_str!("../../../../../shared/x509/tests/pem/teletex-leaf.pem");
const TELETEX_ROOT_A: &str = include_str!("../../../../../shared/x509/tests/pem/teletex-root-a.pem");
const TELETEX_ROOT_B: &str = include_str!("../../../../../shared/x509/tests/pem/teletex-root-b.pem");

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

/// What is checked: the current certificate, the new one and its key.
struct Case {
    current: Chain,
    issuer_may_change: bool,
    revocation_is_ahead: bool,
    issuers: Vec<Certificate>,
    new: Chain,
    key: Vec<u8>,
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
    let mut current = leaf();
    current.not_before = date_time_ymd(2025, 12, 10);
    current.not_after = date_time_ymd(2026, 12, 10);
    let mut new = leaf();
    change(&mut new);
    Case {
        current: Chain { leaf: issued(current, &RcgenKey::generate().unwrap(), root), above: vec![read(&root.pem())] },
        issuer_may_change: false,
        revocation_is_ahead: false,
        issuers: Vec::new(),
        new: Chain { leaf: issued(new, &key, middle), above: vec![read(&middle.pem()), read(&root.pem())] },
        key: rcgen::PublicKeyData::subject_public_key_info(&key),
        sizes: (1_000, 2_000),
        now: "2026-11-20T08:00:00Z",
    }
}

impl Case {
    fn check(&self) -> Result<(), Failure> {
        check(&PreflightInput {
            current: &self.current,
            issuer_may_change: self.issuer_may_change,
            revocation_is_ahead: self.revocation_is_ahead,
            issuers: &self.issuers,
            new: &self.new,
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

/// A case whose certificates all are those of a PEM text: leaf, chain.
fn of_pem(pem: &str) -> Case {
    let mut chain = Certificate::all_from_pem(pem).unwrap();
    let new = chain.remove(0);
    let mut current = new.clone();
    current.serial = SerialNumber::parse("1").unwrap();
    current.not_after = "2026-12-01T00:00:00Z".parse().unwrap();
    let key = new.public_key.clone();
    let current = Chain { leaf: current, above: chain.clone() };
    Case { current, new: Chain { leaf: new, above: chain }, key, ..case(|_| ()) }
}

fn named_root(name: &str) -> Issuer {
    CertifiedIssuer::self_signed(ca_params(name), RcgenKey::generate().unwrap()).unwrap()
}
