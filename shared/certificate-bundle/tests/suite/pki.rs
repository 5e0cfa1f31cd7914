//! Certificates for the tests.

use std::sync::OnceLock;

use certificate_bundle::{Bundle, Known, NoBundle, SecretValue, read};
use rcgen::string::Ia5String;
use rcgen::{
    BasicConstraints, Certificate, CertificateParams, DnType, IsCa, Issuer, KeyPair, PublicKeyData, SanType,
    date_time_ymd,
};

/// A CA.
pub(crate) struct Ca {
    pub certificate: Certificate,
    pub issuer: Issuer<'static, KeyPair>,
}

/// A certificate with its key.
pub(crate) struct Leaf {
    pub pem: String,
    pub key: String,
    pub public_key: Vec<u8>,
}

/// `www.example.com`, its CA, and the root of that.
pub(crate) struct Pki {
    pub root: Ca,
    pub ca: Ca,
    pub leaf: Leaf,
}

/// The same in all tests.
pub(crate) fn pki() -> &'static Pki {
    static PKI: OnceLock<Pki> = OnceLock::new();
    PKI.get_or_init(|| {
        let root = ca("Example Root", None);
        let ca = ca("Example CA", Some(&root));
        let leaf = leaf(&["www.example.com"], 2050, &ca);
        Pki { root, ca, leaf }
    })
}

/// Parameters of a CA's certificate.
pub(crate) fn ca_params(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
}

/// A CA, self-signed without an issuer.
pub(crate) fn ca(name: &str, issuer: Option<&Ca>) -> Ca {
    let (params, key) = (ca_params(name), KeyPair::generate().unwrap());
    let certificate = match issuer {
        Some(above) => params.signed_by(&key, &above.issuer),
        None => params.self_signed(&key),
    };
    Ca { certificate: certificate.unwrap(), issuer: Issuer::new(params, key) }
}

/// A certificate for these names that expires in this year.
pub(crate) fn leaf(names: &[&str], year: i32, ca: &Ca) -> Leaf {
    leaf_with_key(names, year, ca, KeyPair::generate().unwrap())
}

/// A certificate for this key.
pub(crate) fn leaf_with_key(names: &[&str], year: i32, ca: &Ca, key: KeyPair) -> Leaf {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, names[0]);
    let san = |name: &&str| match name.parse() {
        Ok(address) => SanType::IpAddress(address),
        Err(_) => SanType::DnsName(Ia5String::try_from(*name).unwrap()),
    };
    params.subject_alt_names = names.iter().map(san).collect();
    params.not_after = date_time_ymd(year, 1, 1);
    let certificate = params.signed_by(&key, &ca.issuer).unwrap();
    Leaf { pem: lf(&certificate.pem()), public_key: key.subject_public_key_info(), key: lf(&key.serialize_pem()) }
}

/// rcgen writes the line breaks of the machine.
pub(crate) fn lf(pem: &str) -> String {
    pem.replace("\r\n", "\n")
}

impl Ca {
    /// Its certificate.
    pub(crate) fn pem(&self) -> String {
        lf(&self.certificate.pem())
    }
}

impl Pki {
    /// The leaf with its CA.
    pub(crate) fn full_chain(&self) -> String {
        format!("{}{}", self.leaf.pem, self.ca.pem())
    }
}

/// Reads a text, without anything else known.
pub(crate) fn read_text(text: &str) -> Result<Bundle, NoBundle> {
    read(SecretValue::Text(text), Known::default())
}

/// The reason why a text is not read.
pub(crate) fn reason(text: &str) -> &'static str {
    read_text(text).map_or_else(|no_bundle| no_bundle.reason(), |_| "a certificate")
}

/// Whether it is [`pki`]'s leaf with its CA and its key.
pub(crate) fn is_whole(bundle: &Bundle) -> bool {
    let Pki { ca, leaf, .. } = pki();
    bundle.leaf_pem() == leaf.pem
        && bundle.chain_pem() == ca.pem()
        && bundle.key().public_key_der() == leaf.public_key
        && bundle.key().pkcs8_pem().starts_with("-----BEGIN PRIVATE KEY-----\n")
}

/// A JSON object.
pub(crate) fn json(fields: &[(&str, &str)]) -> String {
    let quote = |text: &str| serde_json::to_string(text).unwrap();
    let members: Vec<String> = fields.iter().map(|(name, value)| format!("{}:{}", quote(name), quote(value))).collect();
    format!("{{{}}}", members.join(","))
}

/// A file of `tests/files`.
pub(crate) fn file(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/files/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// A text of `tests/files`.
pub(crate) fn text(name: &str) -> String {
    String::from_utf8(file(name)).unwrap()
}
