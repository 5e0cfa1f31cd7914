//! An X.509 certificate, as far as a renewal has to know it.

use std::collections::BTreeSet;
use std::net::IpAddr;

use certificates::Signatures;
use jiff::Timestamp;
use x509_parser::oid_registry::{
    OID_EC_P256, OID_KEY_TYPE_EC_PUBLIC_KEY, OID_NIST_EC_P384, OID_NIST_EC_P521, OID_PKCS1_RSAENCRYPTION,
};
use x509_parser::prelude::{FromDer, GeneralName, ParsedExtension, X509Certificate};
use x509_parser::public_key::PublicKey;

use crate::key::KeyType;

/// OIDs of extended key usages ([RFC 5280, 4.2.1.12](https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.12)).
pub(crate) const SERVER_AUTH: &str = "1.3.6.1.5.5.7.3.1";
/// See [`SERVER_AUTH`].
pub(crate) const CLIENT_AUTH: &str = "1.3.6.1.5.5.7.3.2";
const SUBJECT_ALT_NAME: &str = "2.5.29.17";

/// A certificate that cannot be read, and why.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Unreadable(String);

/// What a renewal has to know of a certificate.
#[derive(Debug, Clone)]
pub(crate) struct Certificate {
    der: Vec<u8>,
    /// Serial number: lower-case hexadecimal without separators or leading zeros.
    pub serial: String,
    /// The subject's distinguished name, DER.
    pub subject: Vec<u8>,
    /// The issuer's distinguished name, DER.
    pub issuer: Vec<u8>,
    /// Begin of its validity.
    pub not_before: Timestamp,
    /// End of its validity.
    pub not_after: Timestamp,
    /// Type of its key; `None` for types that no source issues.
    pub key_type: Option<KeyType>,
    /// Its key: a SubjectPublicKeyInfo, DER.
    pub public_key: Vec<u8>,
    /// Its names: every entry of the subject alternative name, or the common name where there is
    /// none. Compared as they are, but domain names without regard to case.
    pub names: BTreeSet<String>,
    /// The value of its subject alternative name extension, DER, and whether it is critical.
    pub subject_alt_name: Option<(Vec<u8>, bool)>,
    /// The bits of its key usage ([RFC 5280, 4.2.1.3](https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.3)),
    /// `None` where it has none and so may be used for everything.
    pub key_usage: Option<u16>,
    /// OIDs of its extended key usages, empty where it has none.
    pub extended_key_usage: BTreeSet<String>,
    /// Whether it is a CA's.
    pub is_ca: bool,
}

impl Certificate {
    /// Reads the only certificate of a PEM text.
    pub(crate) fn from_pem(pem: &str) -> Result<Self, Unreadable> {
        match Self::all_from_pem(pem)?.as_slice() {
            [one] => Ok(one.clone()),
            several => Err(Unreadable(format!("the PEM holds {} certificates instead of one", several.len()))),
        }
    }

    /// Reads all certificates of a PEM text.
    pub(crate) fn all_from_pem(pem: &str) -> Result<Vec<Self>, Unreadable> {
        x509_parser::pem::Pem::iter_from_buffer(pem.as_bytes())
            .map(|block| {
                let block = block.map_err(|error| Unreadable(format!("not PEM: {error}")))?;
                Self::from_der(&block.contents)
            })
            .collect()
    }

    fn from_der(der: &[u8]) -> Result<Self, Unreadable> {
        let (rest, parsed) =
            X509Certificate::from_der(der).map_err(|error| Unreadable(format!("not an X.509 certificate: {error}")))?;
        if !rest.is_empty() {
            return Err(Unreadable("something follows the certificate".into()));
        }
        let time = |at: i64| Timestamp::from_second(at).map_err(|_| Unreadable("its validity is no time".into()));
        let duplicate = |error| Unreadable(format!("its extensions are malformed: {error}"));
        let san = parsed.extensions().iter().find(|extension| extension.oid.to_id_string() == SUBJECT_ALT_NAME);
        let eku = parsed.extended_key_usage().map_err(duplicate)?;
        Ok(Self {
            serial: normalize_serial(&parsed.tbs_certificate.raw_serial_as_string()),
            subject: parsed.subject().as_raw().to_vec(),
            issuer: parsed.issuer().as_raw().to_vec(),
            not_before: time(parsed.validity().not_before.timestamp())?,
            not_after: time(parsed.validity().not_after.timestamp())?,
            key_type: key_type(&parsed),
            public_key: parsed.public_key().raw.to_vec(),
            names: names(&parsed),
            subject_alt_name: san.map(|extension| (extension.value.to_vec(), extension.critical)),
            key_usage: parsed.key_usage().map_err(duplicate)?.map(|usage| usage.value.flags),
            extended_key_usage: eku.map(|usage| extended_key_usages(usage.value)).unwrap_or_default(),
            is_ca: parsed.is_ca(),
            der: der.to_vec(),
        })
    }

    /// Its whole lifetime, in days, to the nearest: CAs put the begin back by an hour or so.
    pub(crate) fn lifetime_days(&self) -> i64 {
        let seconds = self.not_after.as_second() - self.not_before.as_second();
        ((seconds + 43_200) / 86_400).max(1)
    }

    /// Whether it may be used as a server's, a client's certificate. Without the extension it may
    /// be used for both.
    pub(crate) fn allows(&self, usage: &str) -> bool {
        self.extended_key_usage.is_empty() || self.extended_key_usage.contains(usage)
    }

    /// Whether it and the other have the same public key.
    pub(crate) fn has_key(&self, public_key: &[u8]) -> bool {
        let bits = |der: &[u8]| {
            x509_parser::x509::SubjectPublicKeyInfo::from_der(der)
                .ok()
                .map(|(_, key)| (key.algorithm.algorithm.to_id_string(), key.subject_public_key.data.to_vec()))
        };
        // The key itself, not its encoding: the parameters of an RSA key may be NULL or absent.
        bits(&self.public_key).is_some_and(|mine| bits(public_key) == Some(mine))
    }

    /// Whether this certificate was signed with the key of that one, in a way that nobody calls weak, and
    /// names it as its issuer.
    pub(crate) fn is_issued_by(&self, issuer: &Self) -> bool {
        certificates::is_issued_by(&self.der, &issuer.der, Signatures::Current) == Some(true)
    }
}

/// A distinguished name for people, not longer than they read.
pub(crate) fn name_text(der: &[u8]) -> String {
    let text = name_in_full(der);
    if text.is_empty() {
        return "no name".into();
    }
    text.chars().filter(|c| !c.is_control()).take(200).collect()
}

/// A distinguished name for comparisons: its attributes and their values in order, whatever types of
/// string they are written in, since a CA may write them anew.
pub(crate) fn name_in_full(der: &[u8]) -> String {
    x509_parser::x509::X509Name::from_der(der).map_or_else(|_| format!("{der:?}"), |(_, name)| name.to_string())
}

/// Serial numbers as ACM writes them (`0a:1b`), as tags hold them and as X.509 has them differ in
/// colons, case and leading zeros.
pub(crate) fn normalize_serial(text: &str) -> String {
    let digits: String = text.chars().filter(char::is_ascii_hexdigit).collect::<String>().to_ascii_lowercase();
    let significant = digits.trim_start_matches('0');
    if significant.is_empty() { "0".into() } else { significant.to_owned() }
}

/// A serial number that somebody wrote down; `None` when it is none. Anybody can write a tag.
pub(crate) fn read_serial(text: &str) -> Option<String> {
    let is_serial =
        text.chars().any(|c| c.is_ascii_hexdigit()) && text.chars().all(|c| c.is_ascii_hexdigit() || c == ':');
    is_serial.then(|| normalize_serial(text))
}

fn key_type(certificate: &X509Certificate<'_>) -> Option<KeyType> {
    let key = certificate.public_key();
    if key.algorithm.algorithm == OID_PKCS1_RSAENCRYPTION {
        let PublicKey::RSA(rsa) = key.parsed().ok()? else { return None };
        return match rsa.key_size() {
            2048 => Some(KeyType::Rsa2048),
            3072 => Some(KeyType::Rsa3072),
            4096 => Some(KeyType::Rsa4096),
            _ => None,
        };
    }
    if key.algorithm.algorithm != OID_KEY_TYPE_EC_PUBLIC_KEY {
        return None;
    }
    let curve = key.algorithm.parameters.as_ref()?.as_oid().ok()?;
    [(OID_EC_P256, KeyType::P256), (OID_NIST_EC_P384, KeyType::P384), (OID_NIST_EC_P521, KeyType::P521)]
        .into_iter()
        .find_map(|(oid, key_type)| (oid == curve).then_some(key_type))
}

fn names(certificate: &X509Certificate<'_>) -> BTreeSet<String> {
    let entries = certificate.extensions().iter().find_map(|extension| match extension.parsed_extension() {
        ParsedExtension::SubjectAlternativeName(san) => Some(&san.general_names),
        _ => None,
    });
    match entries {
        Some(entries) => entries.iter().map(name).collect(),
        None => certificate
            .subject()
            .iter_common_name()
            .filter_map(|name| name.as_str().ok())
            .map(str::to_ascii_lowercase)
            .collect(),
    }
}

fn name(entry: &GeneralName<'_>) -> String {
    match entry {
        GeneralName::DNSName(name) => name.to_ascii_lowercase(),
        GeneralName::RFC822Name(address) => format!("email:{address}"),
        GeneralName::URI(uri) => format!("uri:{uri}"),
        GeneralName::IPAddress(octets) => match (<[u8; 4]>::try_from(*octets), <[u8; 16]>::try_from(*octets)) {
            (Ok(v4), _) => IpAddr::from(v4).to_string(),
            (_, Ok(v6)) => IpAddr::from(v6).to_string(),
            _ => format!("ip:{octets:?}"),
        },
        other => format!("{other:?}"),
    }
}

fn extended_key_usages(usage: &x509_parser::extensions::ExtendedKeyUsage<'_>) -> BTreeSet<String> {
    let known = [
        (usage.any, "2.5.29.37.0"),
        (usage.server_auth, SERVER_AUTH),
        (usage.client_auth, CLIENT_AUTH),
        (usage.code_signing, "1.3.6.1.5.5.7.3.3"),
        (usage.email_protection, "1.3.6.1.5.5.7.3.4"),
        (usage.time_stamping, "1.3.6.1.5.5.7.3.8"),
        (usage.ocsp_signing, "1.3.6.1.5.5.7.3.9"),
    ];
    let known = known.into_iter().filter(|(set, _)| *set).map(|(_, oid)| oid.to_owned());
    known.chain(usage.other.iter().map(x509_parser::der_parser::Oid::to_id_string)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serial_numbers_compare_whatever_their_spelling() {
        for text in ["0A:1B", "0a1b", "a1b", "00:0a:1b"] {
            assert_eq!(normalize_serial(text), "a1b", "{text}");
        }
        assert_eq!(normalize_serial("00"), "0");
        assert_eq!(read_serial("0A:1b").as_deref(), Some("a1b"));
        for text in ["", ":", "gremlins", "0x1b", "a b"] {
            assert_eq!(read_serial(text), None, "{text}");
        }
    }

    #[test]
    fn garbage_is_unreadable() {
        for pem in ["", "garbage", "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"] {
            assert!(Certificate::from_pem(pem).is_err(), "{pem}");
        }
    }
}
