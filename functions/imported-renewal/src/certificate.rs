//! An X.509 certificate, as far as a renewal has to know it.

use std::collections::BTreeSet;
use std::net::IpAddr;

use certificates::rfc5280_time;
use jiff::Timestamp;
use notices::foreign_up_to;
use x509::{DistinguishedName, Objection, SerialNumber, Signatures};
use x509_parser::oid_registry::{
    OID_EC_P256, OID_KEY_TYPE_EC_PUBLIC_KEY, OID_NIST_EC_P384, OID_NIST_EC_P521, OID_PKCS1_RSAENCRYPTION,
};
use x509_parser::prelude::{FromDer, GeneralName, ParsedExtension, X509Certificate, X509Version};
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
    /// Serial number, as [`SerialNumber`] spells it: lower-case hexadecimal without separators or leading zeros.
    pub serial: String,
    /// The subject's distinguished name, DER.
    pub subject: Vec<u8>,
    /// The issuer's distinguished name, DER.
    pub issuer: Vec<u8>,
    /// Start of its validity.
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
    /// Whether it is of version 3. Earlier ones have no extensions, and so none that says whether they are a CA's.
    pub is_version_3: bool,
}

impl Certificate {
    /// Reads the only certificate of a PEM text.
    pub(crate) fn from_pem(pem: &str) -> Result<Self, Unreadable> {
        match Self::all_from_pem(pem)?.as_slice() {
            [one] => Ok(one.clone()),
            several => Err(Unreadable(format!("the PEM holds {} certificates instead of one", several.len()))),
        }
    }

    /// Reads all certificates of a PEM text, which is empty where there are none.
    pub(crate) fn all_from_pem(pem: &str) -> Result<Vec<Self>, Unreadable> {
        let read = |block: Result<x509_parser::pem::Pem, x509_parser::error::PEMError>| {
            Self::from_der(&block.map_err(|error| Unreadable(format!("not PEM: {error}")))?.contents)
        };
        let all: Vec<Self> =
            x509_parser::pem::Pem::iter_from_buffer(pem.as_bytes()).map(read).collect::<Result<_, _>>()?;
        // What has no boundary is skipped as if it were a comment.
        if all.is_empty() && !pem.trim().is_empty() {
            return Err(Unreadable("not PEM: it holds no certificate".into()));
        }
        Ok(all)
    }

    fn from_der(der: &[u8]) -> Result<Self, Unreadable> {
        let (rest, parsed) =
            X509Certificate::from_der(der).map_err(|error| Unreadable(format!("not an X.509 certificate: {error}")))?;
        if !rest.is_empty() {
            return Err(Unreadable("something follows the certificate".into()));
        }
        let time = |at: i64| rfc5280_time(at, 0).ok_or_else(|| Unreadable("its validity is not a time".into()));
        let duplicate = |error| Unreadable(format!("its extensions are malformed: {error}"));
        let san = parsed.extensions().iter().find(|extension| extension.oid.to_id_string() == SUBJECT_ALT_NAME);
        let eku = parsed.extended_key_usage().map_err(duplicate)?;
        Ok(Self {
            serial: SerialNumber::from_der_content(parsed.tbs_certificate.raw_serial()).to_string(),
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
            is_version_3: parsed.version() == X509Version::V3,
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
        x509::is_issued_by(&self.der, &issuer.der, Signatures::Current) == Some(true)
    }

    /// Whether this certificate was signed with the key of that one, whatever the two are named and however weak the
    /// signature is.
    pub(crate) fn is_signed_by(&self, issuer: &Self) -> bool {
        x509::is_signed_by(&self.der, &issuer.der, Signatures::Legacy) == Some(true)
    }

    /// Whether it names itself as its issuer, as a root does.
    pub(crate) fn is_self_issued(&self) -> bool {
        is_same_name(&self.subject, &self.issuer)
    }

    /// Whether it is known that its signature is not by its own key. A root's own signature is not part of the path
    /// ([RFC 5280, 6.1](https://www.rfc-editor.org/rfc/rfc5280#section-6.1)), so that a weak one does not matter.
    pub(crate) fn has_forged_self_signature(&self) -> bool {
        x509::is_signed_by(&self.der, &self.der, Signatures::Legacy) == Some(false)
    }

    /// What clients object to in it with this chain.
    pub(crate) fn objection(&self, chain: &[Self]) -> Option<Objection> {
        let chain: Vec<&[u8]> = chain.iter().map(|one| one.der.as_slice()).collect();
        x509::objection(&self.der, &chain)
    }
}

/// A distinguished name for people, not longer than they read.
pub(crate) fn name_text(der: &[u8]) -> String {
    let name = DistinguishedName::from_der(der);
    if name.is_empty() {
        return "no name".into();
    }
    foreign_up_to(&name.to_string(), 200)
}

/// Whether two distinguished names are the same, whatever types of string they are written in: a CA may write a name in
/// another type.
pub(crate) fn is_same_name(one: &[u8], other: &[u8]) -> bool {
    one == other || DistinguishedName::from_der(one) == DistinguishedName::from_der(other)
}

/// The spelling of a serial number that is compared. Text that is not one has its hexadecimal digits only.
pub(crate) fn normalize_serial(text: &str) -> String {
    read_serial(text).unwrap_or_else(|| {
        let digits: String = text.chars().filter(char::is_ascii_hexdigit).collect();
        read_serial(&digits).unwrap_or_else(|| "0".into())
    })
}

/// A serial number that somebody wrote down; `None` when it is none. Anybody can write a tag.
pub(crate) fn read_serial(text: &str) -> Option<String> {
    SerialNumber::parse(text).map(|serial| serial.to_string())
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
        None => {
            let subject = DistinguishedName::from(certificate.subject());
            subject.common_names().map(|name| name.to_ascii_lowercase()).collect()
        }
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

    const ENDLESS_ROOT: &str = include_str!("../../../shared/x509/tests/pem/endless-root.pem");
    const ENDLESS_LEAF: &str = include_str!("../../../shared/x509/tests/pem/endless-leaf.pem");
    const TELETEX_LEAF: &str = include_str!("../../../shared/x509/tests/pem/teletex-leaf.pem");
    const TELETEX_ROOT_A: &str = include_str!("../../../shared/x509/tests/pem/teletex-root-a.pem");
    const TELETEX_ROOT_B: &str = include_str!("../../../shared/x509/tests/pem/teletex-root-b.pem");

    #[test]
    fn serial_numbers_compare_whatever_their_spelling() {
        for text in ["0A:1B", "0a1b", "a1b", "00:0a:1b"] {
            assert_eq!(normalize_serial(text), "a1b", "{text}");
        }
        for text in ["-05", "-5", "fb", "00:FB"] {
            assert_eq!(normalize_serial(text), "fb", "{text}");
        }
        assert_eq!(normalize_serial("00"), "0");
        assert_eq!(normalize_serial("gremlins"), "e");
        assert_eq!(read_serial("0A:1b").as_deref(), Some("a1b"));
        for text in ["", ":", "gremlins", "0x1b", "a b"] {
            assert_eq!(read_serial(text), None, "{text}");
        }
    }

    #[test]
    fn a_chain_that_cannot_be_read_is_not_an_empty_one() {
        assert_eq!(Certificate::all_from_pem(" \n").map(|all| all.len()), Ok(0));
        for text in ["garbage", "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"] {
            assert!(Certificate::all_from_pem(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_certificate_without_a_well_defined_expiration_is_read() {
        let chain = Certificate::all_from_pem(ENDLESS_ROOT).unwrap();
        assert_eq!(chain.iter().map(|one| one.not_after == Timestamp::MAX).collect::<Vec<_>>(), [false, false, true]);
        assert_eq!(Certificate::from_pem(ENDLESS_LEAF).unwrap().not_after, Timestamp::MAX);
    }

    #[test]
    fn names_in_latin_1_differ() {
        let [leaf, a, b] =
            [TELETEX_LEAF, TELETEX_ROOT_A, TELETEX_ROOT_B].map(|pem| Certificate::from_pem(pem).unwrap());
        assert_eq!(name_text(&a.subject), "O=Müller, CN=Wurzel A");
        assert!(is_same_name(&leaf.issuer, &a.subject) && a.is_self_issued());
        assert!(!is_same_name(&a.subject, &b.subject) && !leaf.is_self_issued());
    }

    #[test]
    fn garbage_is_unreadable() {
        for pem in ["", "garbage", "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"] {
            assert!(Certificate::from_pem(pem).is_err(), "{pem}");
        }
    }
}
