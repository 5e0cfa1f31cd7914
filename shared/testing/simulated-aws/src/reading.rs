//! Reads certificates: what ACM shows of them and what its rules compare.

use std::collections::BTreeSet;
use std::net::IpAddr;

use aws_lc_rs::signature::{self, UnparsedPublicKey, VerificationAlgorithm};
use jiff::Timestamp;
use x509_parser::extensions::{GeneralName, ParsedExtension};
use x509_parser::pem::Pem;
use x509_parser::prelude::{FromDer, X509Certificate};
use x509_parser::public_key::PublicKey;
use x509_parser::x509::{SubjectPublicKeyInfo, X509Name};

use crate::Key;
use crate::x509::{EXTENDED_KEY_USAGES, KEY_USAGES};

/// What a certificate says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Facts {
    pub(crate) common_name: Option<String>,
    /// Distinguished names, as DescribeCertificate writes them.
    pub(crate) subject: String,
    pub(crate) issuer: String,
    /// What DescribeCertificate calls the issuer of an imported certificate.
    pub(crate) issuer_name: String,
    /// Lower-case hex pairs, separated by colons.
    pub(crate) serial: String,
    pub(crate) not_before: Timestamp,
    pub(crate) not_after: Timestamp,
    pub(crate) key: Key,
    pub(crate) signature_algorithm: String,
    /// DNS names and IP addresses of the SAN extension, in its order.
    pub(crate) names: Vec<String>,
    pub(crate) key_usages: Vec<String>,
    /// Names and OIDs.
    pub(crate) extended_key_usages: Vec<(String, String)>,
    pub(crate) is_ca: bool,
    pub(crate) public_key: Vec<u8>,
}

impl Facts {
    /// Common name and SANs.
    pub(crate) fn all_names(&self) -> BTreeSet<String> {
        self.common_name.iter().chain(&self.names).map(|name| name.to_ascii_lowercase()).collect()
    }
}

/// The certificates of a PEM text, as DER. Anything but certificates is an error.
pub(crate) fn pem_certificates(pem: &[u8]) -> Result<Vec<Vec<u8>>, String> {
    let mut found = Vec::new();
    for block in Pem::iter_from_buffer(pem) {
        let block = block.map_err(|error| error.to_string())?;
        if block.label != "CERTIFICATE" {
            return Err(format!("contains a {}", block.label));
        }
        found.push(block.contents);
    }
    Ok(found)
}

/// Reads one certificate.
pub(crate) fn read(der: &[u8]) -> Result<Facts, String> {
    let (rest, certificate) = X509Certificate::from_der(der).map_err(|error| error.to_string())?;
    if !rest.is_empty() {
        return Err("bytes after the certificate".to_owned());
    }
    let mut facts = Facts {
        common_name: certificate
            .subject()
            .iter_common_name()
            .next()
            .and_then(|name| name.as_str().ok())
            .map(str::to_owned),
        subject: distinguished_name(certificate.subject()),
        issuer: distinguished_name(certificate.issuer()),
        issuer_name: issuer_name(certificate.issuer()),
        serial: certificate
            .tbs_certificate
            .raw_serial()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<Vec<_>>()
            .join(":"),
        not_before: timestamp(certificate.validity().not_before.timestamp())?,
        not_after: timestamp(certificate.validity().not_after.timestamp())?,
        key: key_kind(certificate.public_key())?,
        signature_algorithm: signature_name(&certificate.signature_algorithm.algorithm.to_id_string()),
        names: Vec::new(),
        key_usages: Vec::new(),
        extended_key_usages: Vec::new(),
        is_ca: false,
        public_key: certificate.public_key().subject_public_key.data.to_vec(),
    };
    for extension in certificate.extensions() {
        match extension.parsed_extension() {
            ParsedExtension::SubjectAlternativeName(names) => {
                facts.names = names.general_names.iter().filter_map(domain_name).collect();
            }
            ParsedExtension::KeyUsage(usage) => {
                facts.key_usages = KEY_USAGES
                    .iter()
                    .enumerate()
                    .filter(|(bit, _)| usage.flags >> bit & 1 == 1)
                    .map(|(_, name)| (*name).to_owned())
                    .collect();
            }
            ParsedExtension::ExtendedKeyUsage(_) => {
                facts.extended_key_usages = extended_key_usages(extension.value)?;
            }
            ParsedExtension::BasicConstraints(constraints) => facts.is_ca = constraints.ca,
            _ => {}
        }
    }
    Ok(facts)
}

/// "C=AU,ST=Some-State,L=Some-Locality,O=LocalStack Org,OU=Testing,CN=localhost": the certificate's order, no blanks
/// (recorded from AWS: LocalStack's `tests/aws/services/acm/test_acm.snapshot.json`, test_import_certificate, 2024-02-22).
/// What ACM does with several attributes in one RDN, and with a comma in a value, is unverified.
fn distinguished_name(name: &X509Name<'_>) -> String {
    let rdns = name.iter_rdn().map(|rdn| X509Name::from_iter([rdn.clone()]).to_string());
    rdns.collect::<Vec<_>>().join(",")
}

/// The issuer's organization (same record: "Issuer": "LocalStack Org"). What ACM shows of an issuer without one is
/// unverified.
fn issuer_name(issuer: &X509Name<'_>) -> String {
    let organization = issuer.iter_organization().next().or_else(|| issuer.iter_common_name().next());
    let text = organization.and_then(|attribute| attribute.as_str().ok());
    text.map_or_else(|| distinguished_name(issuer), str::to_owned)
}

fn timestamp(seconds: i64) -> Result<Timestamp, String> {
    Timestamp::from_second(seconds).map_err(|error| error.to_string())
}

/// The names that DescribeCertificate lists: DNS names and IP addresses (seen with imported certificates
/// in the acceptance tests of terraform-provider-aws); e-mail addresses and URIs are unverified and left out.
fn domain_name(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(bytes) => match bytes.len() {
            4 => <[u8; 4]>::try_from(*bytes).ok().map(|ip| IpAddr::from(ip).to_string()),
            16 => <[u8; 16]>::try_from(*bytes).ok().map(|ip| IpAddr::from(ip).to_string()),
            _ => None,
        },
        _ => None,
    }
}

/// In the certificate's order, which the parsed extension does not keep.
fn extended_key_usages(value: &[u8]) -> Result<Vec<(String, String)>, String> {
    use x509_parser::asn1_rs::Oid;
    let (_, oids) = Vec::<Oid<'_>>::from_der(value).map_err(|error| format!("EKU: {error}"))?;
    let named = oids.iter().map(|oid| {
        let oid = oid.to_id_string();
        let known = EXTENDED_KEY_USAGES.iter().find(|(_, known)| *known == oid);
        (known.map_or("CUSTOM", |(name, _)| *name).to_owned(), oid)
    });
    Ok(named.collect())
}

pub(crate) fn key_kind(info: &SubjectPublicKeyInfo<'_>) -> Result<Key, String> {
    match info.parsed() {
        Ok(PublicKey::RSA(key)) => match key.key_size() {
            1024 => Ok(Key::Rsa1024),
            2048 => Ok(Key::Rsa2048),
            3072 => Ok(Key::Rsa3072),
            4096 => Ok(Key::Rsa4096),
            size => Err(format!("RSA keys of {size} bits are not supported")),
        },
        Ok(PublicKey::EC(_)) => {
            let curve = info.algorithm.parameters.as_ref().and_then(|any| any.as_oid().ok());
            match curve.map(|oid| oid.to_id_string()).as_deref() {
                Some("1.2.840.10045.3.1.7") => Ok(Key::P256),
                Some("1.3.132.0.34") => Ok(Key::P384),
                Some("1.3.132.0.35") => Ok(Key::P521),
                other => Err(format!("curve {other:?} is not supported")),
            }
        }
        _ => Err("the key type is not supported".to_owned()),
    }
}

/// ACM's names of signature algorithms. That of SHA-1 with ECDSA is unverified.
fn signature_name(oid: &str) -> String {
    match oid {
        "1.2.840.113549.1.1.5" => "SHA1WITHRSA",
        "1.2.840.10045.4.1" => "SHA1WITHECDSA",
        "1.2.840.113549.1.1.11" => "SHA256WITHRSA",
        "1.2.840.113549.1.1.12" => "SHA384WITHRSA",
        "1.2.840.113549.1.1.13" => "SHA512WITHRSA",
        "1.2.840.10045.4.3.2" => "SHA256WITHECDSA",
        "1.2.840.10045.4.3.3" => "SHA384WITHECDSA",
        "1.2.840.10045.4.3.4" => "SHA512WITHECDSA",
        other => other,
    }
    .to_owned()
}

/// Whether `message` carries a valid signature of this key.
pub(crate) fn signature_is_valid(
    key: &SubjectPublicKeyInfo<'_>,
    algorithm_oid: &str,
    message: &[u8],
    bits: &[u8],
) -> bool {
    let Ok(kind) = key_kind(key) else { return false };
    let algorithm: &'static dyn VerificationAlgorithm = match (kind, signature_name(algorithm_oid).as_str()) {
        (rsa, "SHA256WITHRSA") if rsa.is_rsa() => &signature::RSA_PKCS1_2048_8192_SHA256,
        (rsa, "SHA384WITHRSA") if rsa.is_rsa() => &signature::RSA_PKCS1_2048_8192_SHA384,
        (rsa, "SHA512WITHRSA") if rsa.is_rsa() => &signature::RSA_PKCS1_2048_8192_SHA512,
        (Key::P256, "SHA256WITHECDSA") => &signature::ECDSA_P256_SHA256_ASN1,
        (Key::P256, "SHA384WITHECDSA") => &signature::ECDSA_P256_SHA384_ASN1,
        (Key::P256, "SHA512WITHECDSA") => &signature::ECDSA_P256_SHA512_ASN1,
        (Key::P384, "SHA256WITHECDSA") => &signature::ECDSA_P384_SHA256_ASN1,
        (Key::P384, "SHA384WITHECDSA") => &signature::ECDSA_P384_SHA384_ASN1,
        (Key::P384, "SHA512WITHECDSA") => &signature::ECDSA_P384_SHA512_ASN1,
        (Key::P521, "SHA256WITHECDSA") => &signature::ECDSA_P521_SHA256_ASN1,
        (Key::P521, "SHA384WITHECDSA") => &signature::ECDSA_P521_SHA384_ASN1,
        (Key::P521, "SHA512WITHECDSA") => &signature::ECDSA_P521_SHA512_ASN1,
        _ => return false,
    };
    UnparsedPublicKey::new(algorithm, &key.subject_public_key.data).verify(message, bits).is_ok()
}

/// Whether `issuer` issued `certificate`: the names chain and the signature is the issuer's.
pub(crate) fn is_issued_by(certificate: &[u8], issuer: &[u8]) -> bool {
    let (Ok((_, certificate)), Ok((_, issuer))) =
        (X509Certificate::from_der(certificate), X509Certificate::from_der(issuer))
    else {
        return false;
    };
    certificate.issuer().as_raw() == issuer.subject().as_raw()
        && signature_is_valid(
            issuer.public_key(),
            &certificate.signature_algorithm.algorithm.to_id_string(),
            certificate.tbs_certificate.as_ref(),
            &certificate.signature_value.data,
        )
}
