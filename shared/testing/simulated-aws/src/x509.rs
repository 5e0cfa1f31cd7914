//! Writes certificates (RFC 5280): for set-up, and for the private CA.

use std::net::IpAddr;

use jiff::Timestamp;

use crate::der;
use crate::keys::{Hash, Key, PrivateKey, pem_block};

/// KeyUsage bits, in ACM's names, in the order of RFC 5280, 4.2.1.3.
pub(crate) const KEY_USAGES: [&str; 9] = [
    "DIGITAL_SIGNATURE",
    "NON_REPUDIATION",
    "KEY_ENCIPHERMENT",
    "DATA_ENCIPHERMENT",
    "KEY_AGREEMENT",
    "CERTIFICATE_SIGNING",
    "CRL_SIGNING",
    "ENCIPHER_ONLY",
    "DECIPHER_ONLY",
];

/// Extended key usages: ACM's names and their OIDs (RFC 5280, 4.2.1.12).
pub(crate) const EXTENDED_KEY_USAGES: [(&str, &str); 10] = [
    ("TLS_WEB_SERVER_AUTHENTICATION", "1.3.6.1.5.5.7.3.1"),
    ("TLS_WEB_CLIENT_AUTHENTICATION", "1.3.6.1.5.5.7.3.2"),
    ("CODE_SIGNING", "1.3.6.1.5.5.7.3.3"),
    ("EMAIL_PROTECTION", "1.3.6.1.5.5.7.3.4"),
    ("IPSEC_END_SYSTEM", "1.3.6.1.5.5.7.3.5"),
    ("IPSEC_TUNNEL", "1.3.6.1.5.5.7.3.6"),
    ("IPSEC_USER", "1.3.6.1.5.5.7.3.7"),
    ("TIME_STAMPING", "1.3.6.1.5.5.7.3.8"),
    ("OCSP_SIGNING", "1.3.6.1.5.5.7.3.9"),
    ("ANY", "2.5.29.37.0"),
];

/// Extensions that others need.
pub(crate) const KEY_USAGE: &str = "2.5.29.15";
pub(crate) const SUBJECT_ALT_NAME: &str = "2.5.29.17";
pub(crate) const EXTENDED_KEY_USAGE: &str = "2.5.29.37";

/// A name of the subjectAltName extension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum AltName {
    Dns(String),
    Ip(IpAddr),
    Email(String),
    Uri(String),
}

/// One extension: OID, critical, value.
pub(crate) type Extension = (&'static str, bool, Vec<u8>);

/// What goes into a certificate, as DER where it must be exact.
pub(crate) struct Template {
    pub(crate) serial: Vec<u8>,
    pub(crate) subject: Vec<u8>,
    pub(crate) issuer: Vec<u8>,
    pub(crate) public_key_info: Vec<u8>,
    pub(crate) not_before: Timestamp,
    pub(crate) not_after: Timestamp,
    pub(crate) extensions: Vec<Extension>,
}

impl Template {
    /// The signed certificate's PEM; `None` when the issuer's key cannot sign with this digest.
    pub(crate) fn sign(&self, issuer: &PrivateKey, hash: Hash) -> Option<String> {
        let algorithm = signature_algorithm(issuer.kind(), hash);
        let validity = der::sequence(&[der::time(self.not_before), der::time(self.not_after)]);
        let extensions: Vec<_> = self.extensions.iter().map(encode_extension).collect();
        let body = der::sequence(&[
            der::explicit(0, &der::unsigned(&[2])),
            der::unsigned(&self.serial),
            algorithm.clone(),
            self.issuer.clone(),
            validity,
            self.subject.clone(),
            self.public_key_info.clone(),
            der::explicit(3, &der::sequence(&extensions)),
        ]);
        let signature = issuer.sign(hash, &body)?;
        let certificate = der::sequence(&[body, algorithm, der::bits(&signature)]);
        Some(pem_block("CERTIFICATE", &certificate))
    }
}

fn encode_extension((oid, critical, value): &Extension) -> Vec<u8> {
    let mut parts = vec![der::oid(oid)];
    if *critical {
        parts.push(der::boolean(true));
    }
    parts.push(der::octets(value));
    der::sequence(&parts)
}

/// RFC 4055 and RFC 5758.
pub(crate) fn signature_algorithm(kind: Key, hash: Hash) -> Vec<u8> {
    let oid = match (kind.is_rsa(), hash) {
        (true, Hash::Sha256) => "1.2.840.113549.1.1.11",
        (true, Hash::Sha384) => "1.2.840.113549.1.1.12",
        (true, Hash::Sha512) => "1.2.840.113549.1.1.13",
        (false, Hash::Sha256) => "1.2.840.10045.4.3.2",
        (false, Hash::Sha384) => "1.2.840.10045.4.3.3",
        (false, Hash::Sha512) => "1.2.840.10045.4.3.4",
    };
    let mut parts = vec![der::oid(oid)];
    if kind.is_rsa() {
        parts.push(der::null());
    }
    der::sequence(&parts)
}

/// An RDN: usually one attribute, a type and a value.
pub(crate) type Rdn = Vec<(String, String)>;

/// A distinguished name. Types are the short names of RFC 4519 (`CN`, `O`, `OU`, `C`, `ST`, `L`,
/// `serialNumber`) or OIDs.
pub(crate) fn name(rdns: &[Rdn]) -> Vec<u8> {
    let rdns: Vec<_> = rdns
        .iter()
        .map(|rdn| {
            let mut attributes: Vec<_> = rdn.iter().map(attribute).collect();
            // X.690, 11.6: the elements of a SET OF are in the order of their encodings.
            attributes.sort();
            der::set(&attributes)
        })
        .collect();
    der::sequence(&rdns)
}

/// RDNs of one attribute each.
pub(crate) fn rdns(attributes: &[(&str, &str)]) -> Vec<Rdn> {
    attributes.iter().map(|(kind, value)| vec![((*kind).to_owned(), (*value).to_owned())]).collect()
}

fn attribute((kind, value): &(String, String)) -> Vec<u8> {
    // PrintableString is required for countries and serial numbers, UTF8String usual elsewhere.
    let tag = if matches!(kind.as_str(), "C" | "serialNumber") { 0x13 } else { 0x0c };
    der::sequence(&[der::oid(attribute_oid(kind)), der::tlv(tag, value.as_bytes())])
}

fn attribute_oid(kind: &str) -> &str {
    match kind {
        "CN" => "2.5.4.3",
        "serialNumber" => "2.5.4.5",
        "C" => "2.5.4.6",
        "L" => "2.5.4.7",
        "ST" => "2.5.4.8",
        "STREET" => "2.5.4.9",
        "O" => "2.5.4.10",
        "OU" => "2.5.4.11",
        oid => oid,
    }
}

/// RFC 5280, 4.2.1.6. Critical when the subject is empty.
pub(crate) fn alt_names(names: &[AltName], subject_is_empty: bool) -> Extension {
    let names: Vec<_> = names
        .iter()
        .map(|name| match name {
            AltName::Email(text) => der::implicit(1, text.as_bytes()),
            AltName::Dns(text) => der::implicit(2, text.as_bytes()),
            AltName::Uri(text) => der::implicit(6, text.as_bytes()),
            AltName::Ip(IpAddr::V4(ip)) => der::implicit(7, &ip.octets()),
            AltName::Ip(IpAddr::V6(ip)) => der::implicit(7, &ip.octets()),
        })
        .collect();
    (SUBJECT_ALT_NAME, subject_is_empty, der::sequence(&names))
}

/// RFC 5280, 4.2.1.3, from ACM's names.
pub(crate) fn key_usage(names: &[&str]) -> Extension {
    let mut flags = [0u8; 2];
    let mut highest = 0;
    for name in names {
        let bit = KEY_USAGES
            .iter()
            .position(|known| known == name)
            .unwrap_or_else(|| panic!("{name} is not a key usage of ACM's"));
        flags[bit / 8] |= 0x80 >> (bit % 8);
        highest = highest.max(bit);
    }
    // X.690, 11.2.2: named bits are written without trailing zero bits.
    let bytes = &flags[..=highest / 8];
    let unused = u8::try_from(7 - highest % 8).expect("at most seven");
    (KEY_USAGE, true, der::tlv(0x03, &[&[unused], bytes].concat()))
}

/// RFC 5280, 4.2.1.12, from ACM's names or OIDs.
pub(crate) fn extended_key_usage(names: &[&str]) -> Extension {
    let oids: Vec<_> = names
        .iter()
        .map(|name| {
            let known = EXTENDED_KEY_USAGES.iter().find(|(known, _)| known == name);
            der::oid(known.map_or(*name, |(_, oid)| *oid))
        })
        .collect();
    (EXTENDED_KEY_USAGE, false, der::sequence(&oids))
}

/// RFC 5280, 4.2.1.9.
pub(crate) fn basic_constraints(ca: bool) -> Extension {
    let content = if ca { vec![der::boolean(true)] } else { vec![] };
    ("2.5.29.19", true, der::sequence(&content))
}

/// The constraints of a CA's certificate, with a path length or without.
pub(crate) fn ca_constraints(path_length: Option<u8>) -> Extension {
    match path_length {
        None => basic_constraints(true),
        Some(most) => ("2.5.29.19", true, der::sequence(&[der::boolean(true), der::unsigned(&[most])])),
    }
}

/// RFC 5280, 4.2.1.2: of a public key with RFC 7093's method 1 (160 bits of SHA-256), or of another value that is the
/// key's alone.
pub(crate) fn subject_key_identifier(key: &[u8]) -> Extension {
    ("2.5.29.14", false, der::octets(&key_identifier(key)))
}

/// RFC 5280, 4.2.1.1.
pub(crate) fn authority_key_identifier(key: &[u8]) -> Extension {
    ("2.5.29.35", false, der::sequence(&[der::implicit(0, &key_identifier(key))]))
}

fn key_identifier(key: &[u8]) -> Vec<u8> {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, key);
    digest.as_ref()[..20].to_vec()
}
