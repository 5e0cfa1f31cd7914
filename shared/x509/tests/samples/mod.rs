//! Chains that clients take, and chains that they refuse though every signature and validity in them is good.
//!
//! Each test that needs them includes this file.

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, CidrSubnet, CustomExtension, DnType,
    ExtendedKeyUsagePurpose as Eku, GeneralSubtree, IsCa, KeyPair, KeyUsagePurpose as Ku, NameConstraints,
    PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519, PKCS_RSA_SHA256, SanType, SignatureAlgorithm,
    date_time_ymd,
};

/// A certificate, those above it, and what clients make of them.
pub(crate) struct Sample {
    /// What is special.
    pub title: &'static str,
    /// A certificate for shop.example.com and 10.1.2.3, PEM, valid in November 2026.
    pub leaf: String,
    /// The same as it may be in place now: directly of the root, with an earlier end.
    #[allow(dead_code, reason = "not everybody who includes this file needs it")]
    pub in_place: String,
    /// Those above the leaf, from its issuer upwards, PEM.
    pub above: Vec<String>,
    /// A piece of the reason why clients refuse it.
    pub refused: Option<&'static str>,
}

type Ca = CertifiedIssuer<'static, KeyPair>;
/// What is changed in the middle CA's and in the leaf's certificate.
type Change = fn(&mut CertificateParams, &mut CertificateParams);

fn ca(name: &str) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![Ku::KeyCertSign, Ku::CrlSign];
    params.not_before = date_time_ymd(2026, 1, 1);
    params.not_after = date_time_ymd(2036, 1, 1);
    params
}

fn leaf() -> CertificateParams {
    let mut params = CertificateParams::new(vec!["shop.example.com".into()]).unwrap();
    params.subject_alt_names.push(SanType::IpAddress("10.1.2.3".parse().unwrap()));
    params.distinguished_name.push(DnType::CommonName, "shop.example.com");
    params.key_usages = vec![Ku::DigitalSignature, Ku::KeyEncipherment];
    params.extended_key_usages = vec![Eku::ServerAuth, Eku::ClientAuth];
    params.not_before = date_time_ymd(2026, 11, 19);
    params.not_after = date_time_ymd(2027, 11, 19);
    params
}

fn constrained(permitted: Vec<GeneralSubtree>, excluded: Vec<GeneralSubtree>) -> Option<NameConstraints> {
    Some(NameConstraints { permitted_subtrees: permitted, excluded_subtrees: excluded })
}

fn dns(name: &str) -> Vec<GeneralSubtree> {
    vec![GeneralSubtree::DnsName(name.into())]
}

fn addresses(prefix: u8) -> Vec<GeneralSubtree> {
    vec![GeneralSubtree::IpAddress(CidrSubnet::from_v4_prefix([10, 1, 0, 0], prefix))]
}

/// An extension that nobody knows.
fn unknown(is_critical: bool) -> CustomExtension {
    extension(&[1, 3, 6, 1, 4, 1, 99_999, 1], is_critical)
}

/// NULL as the value will do where nobody reads it.
fn extension(oid: &[u64], is_critical: bool) -> CustomExtension {
    let mut extension = CustomExtension::from_oid_content(oid, vec![0x05, 0x00]);
    extension.set_criticality(is_critical);
    extension
}

/// Of certificate policies: anyPolicy.
fn critical_policies() -> CustomExtension {
    let any_policy = vec![0x30, 0x08, 0x30, 0x06, 0x06, 0x04, 0x55, 0x1d, 0x20, 0x00];
    let mut extension = CustomExtension::from_oid_content(&[2, 5, 29, 32], any_policy);
    extension.set_criticality(true);
    extension
}

/// What is special, what is changed for it, and a piece of the reason why clients refuse it.
const TABLE: &[(&str, Change, Option<&str>)] = &[
    ("plain", |_, _| (), None),
    ("permitted names", |ca, _| ca.name_constraints = constrained(dns("example.com"), Vec::new()), None),
    ("permitted addresses", |ca, _| ca.name_constraints = constrained(addresses(16), Vec::new()), None),
    (
        "other names are permitted",
        |ca, _| ca.name_constraints = constrained(dns("example.org"), Vec::new()),
        Some("`CN=Middle` may not issue for shop.example.com: its name constraints forbid it"),
    ),
    (
        "names are excluded",
        |ca, _| ca.name_constraints = constrained(Vec::new(), dns("shop.example.com")),
        Some("may not issue for shop.example.com"),
    ),
    ("other names are excluded", |ca, _| ca.name_constraints = constrained(Vec::new(), dns("pay.example.com")), None),
    (
        "other addresses are permitted",
        |ca, _| ca.name_constraints = constrained(addresses(24), Vec::new()),
        Some("may not issue for 10.1.2.3"),
    ),
    (
        "a wildcard over an excluded name",
        |ca, leaf| {
            ca.name_constraints = constrained(Vec::new(), dns("shop.example.com"));
            leaf.subject_alt_names[0] = SanType::DnsName("*.example.com".try_into().unwrap());
        },
        Some("name constraints"),
    ),
    // webpki does not know constraints of subjects, other clients do.
    (
        "a constraint of subjects",
        |ca, leaf| {
            let name = leaf.distinguished_name.clone();
            ca.name_constraints = constrained(vec![GeneralSubtree::DirectoryName(name)], Vec::new());
        },
        None,
    ),
    (
        "a constraint of subjects and one of names",
        |ca, leaf| {
            let subject = GeneralSubtree::DirectoryName(leaf.distinguished_name.clone());
            ca.name_constraints = constrained(vec![subject], dns("example.com"));
        },
        Some("may not issue for shop.example.com"),
    ),
    (
        "a critical extension that nobody knows",
        |ca, _| ca.custom_extensions.push(unknown(true)),
        Some("1.3.6.1.4.1.99999.1"),
    ),
    (
        "one in the leaf",
        |_, leaf| leaf.custom_extensions.push(unknown(true)),
        Some("`CN=shop.example.com` has the critical extension"),
    ),
    ("one that is not critical", |ca, _| ca.custom_extensions.push(unknown(false)), None),
    ("critical policies", |ca, _| ca.custom_extensions.push(critical_policies()), None),
    (
        "no keyCertSign",
        |ca, _| ca.key_usages = vec![Ku::CrlSign],
        Some("`CN=Middle` may not sign certificates: its key usage lacks keyCertSign"),
    ),
    ("no key usage at all", |ca, _| ca.key_usages = Vec::new(), None),
    (
        "a CA for clients only",
        |ca, _| ca.extended_key_usages = vec![Eku::ClientAuth],
        Some("`CN=Middle` may not issue for servers"),
    ),
    ("a CA for servers", |ca, _| ca.extended_key_usages = vec![Eku::ServerAuth], None),
    ("a CA for anything", |ca, _| ca.extended_key_usages = vec![Eku::Any], None),
    (
        "a leaf for clients of a CA for clients",
        |ca, leaf| {
            ca.extended_key_usages = vec![Eku::ClientAuth];
            leaf.extended_key_usages = vec![Eku::ClientAuth];
        },
        None,
    ),
    (
        "a leaf for clients of a CA for servers",
        |ca, leaf| {
            ca.extended_key_usages = vec![Eku::ServerAuth];
            leaf.extended_key_usages = vec![Eku::ClientAuth];
        },
        Some("`CN=Middle` may not issue for clients"),
    ),
    ("room for no CA, and there is none", |ca, _| ca.is_ca = IsCa::Ca(BasicConstraints::Constrained(0)), None),
    ("no names but the subject's", |_, leaf| leaf.subject_alt_names.clear(), None),
];

/// A leaf below a CA below a root.
fn sample(title: &'static str, root: &Ca, change: Change, refused: Option<&'static str>) -> Sample {
    let (mut middle, mut new) = (ca("Middle"), leaf());
    change(&mut middle, &mut new);
    let middle = CertifiedIssuer::signed_by(middle, KeyPair::generate().unwrap(), root).unwrap();
    chain(title, new, &PKCS_ECDSA_P256_SHA256, &[&middle, root], refused)
}

fn chain(
    title: &'static str,
    leaf: CertificateParams,
    algorithm: &'static SignatureAlgorithm,
    above: &[&Ca],
    refused: Option<&'static str>,
) -> Sample {
    let signed = |params: &CertificateParams, issuer: &Ca| {
        params.signed_by(&KeyPair::generate_for(algorithm).unwrap(), issuer).unwrap().pem()
    };
    let mut in_place = leaf.clone();
    in_place.custom_extensions.clear();
    (in_place.not_before, in_place.not_after) = (date_time_ymd(2026, 1, 1), date_time_ymd(2026, 12, 10));
    Sample {
        title,
        leaf: signed(&leaf, above[0]),
        in_place: signed(&in_place, above.last().unwrap()),
        above: above.iter().map(|one| one.pem()).collect(),
        refused,
    }
}

fn root(algorithm: &'static SignatureAlgorithm) -> Ca {
    CertifiedIssuer::self_signed(ca("Root"), KeyPair::generate_for(algorithm).unwrap()).unwrap()
}

/// A CA in between allows no other CA below it, and there is one.
fn too_deep(root: &Ca) -> Sample {
    let mut upper = ca("Upper");
    upper.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    let upper = CertifiedIssuer::signed_by(upper, KeyPair::generate().unwrap(), root).unwrap();
    let middle = CertifiedIssuer::signed_by(ca("Middle"), KeyPair::generate().unwrap(), &upper).unwrap();
    let refused = Some("`CN=Upper` allows 0 CAs below it, and the chain has 1");
    chain("too deep", leaf(), &PKCS_ECDSA_P256_SHA256, &[&middle, &upper, root], refused)
}

/// webpki verifies no path of more than six CAs, other clients do.
fn long(root: Ca) -> Sample {
    let mut above = vec![root];
    for number in 0..8 {
        let params = ca(&format!("Level {number}"));
        above.push(CertifiedIssuer::signed_by(params, KeyPair::generate().unwrap(), above.last().unwrap()).unwrap());
    }
    above.reverse();
    chain("many CAs", leaf(), &PKCS_ECDSA_P256_SHA256, &above.iter().collect::<Vec<_>>(), None)
}

/// Chains of one type of key.
fn of_keys(title: &'static str, algorithm: &'static SignatureAlgorithm) -> Sample {
    chain(title, leaf(), algorithm, &[&root(algorithm)], None)
}

/// All of them.
pub(crate) fn all() -> Vec<Sample> {
    let elliptic = root(&PKCS_ECDSA_P384_SHA384);
    let mut samples: Vec<Sample> =
        TABLE.iter().map(|(title, change, refused)| sample(title, &elliptic, *change, *refused)).collect();
    samples.push(too_deep(&elliptic));
    samples.push(of_keys("P-384", &PKCS_ECDSA_P384_SHA384));
    samples.push(of_keys("RSA", &PKCS_RSA_SHA256));
    samples.push(long(elliptic));
    samples
}

/// A chain of a kind of key that ACM does not take.
#[allow(dead_code, reason = "not everybody who includes this file needs it")]
pub(crate) fn unusual() -> Sample {
    of_keys("Ed25519", &PKCS_ED25519)
}
