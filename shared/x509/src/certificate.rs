//! A certificate, and the chain above it, as far as it has to be known to judge them.

use std::collections::BTreeSet;

use jiff::Timestamp;
use x509_parser::error::PEMError;
use x509_parser::pem::Pem;
use x509_parser::prelude::{FromDer, X509Certificate, X509Version};

use crate::key_type::{self, KeyType};
use crate::{DistinguishedName, Objection, SerialNumber, Signatures, general_names, objection, rfc5280_time, usages};

/// A certificate and those above it, as ACM and AWS Private CA return them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    /// The certificate itself.
    pub leaf: Certificate,
    /// Those above it, in the order given.
    pub above: Vec<Certificate>,
}

/// A certificate ([RFC 5280, 4.1](https://www.rfc-editor.org/rfc/rfc5280#section-4.1)).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// Its serial number.
    pub serial: SerialNumber,
    /// The subject's distinguished name.
    pub subject: DistinguishedName,
    /// The issuer's distinguished name.
    pub issuer: DistinguishedName,
    /// Names of the issuer: its common names, its organizations, and its whole distinguished name.
    pub issuer_names: Vec<String>,
    /// Start of its validity.
    pub not_before: Timestamp,
    /// Its expiry; [`Timestamp::MAX`] where it has none.
    pub not_after: Timestamp,
    /// Whether it is a CA's.
    pub is_ca: bool,
    /// Whether it is of version 3. Earlier ones have no extensions, and so none that says whether it is a CA's.
    pub is_version_3: bool,
    /// How many CA certificates may follow below it.
    pub path_len: Option<u32>,
    /// Type of its key; `None` for types that ACM does not import.
    pub key_type: Option<KeyType>,
    /// Its key: a SubjectPublicKeyInfo, DER.
    pub public_key: Vec<u8>,
    /// Its names: every entry of the subject alternative name, or the common name where there is none. Domain names are
    /// in lower case, since their case means nothing.
    pub names: BTreeSet<String>,
    /// The value of its subject alternative name extension, DER, and whether it is critical.
    pub subject_alt_name: Option<(Vec<u8>, bool)>,
    /// The bits of its key usage ([RFC 5280, 4.2.1.3](https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.3)),
    /// `None` where it has none and so may be used for everything.
    pub key_usage: Option<u16>,
    /// OIDs of its extended key usages, empty where it has none.
    pub extended_key_usage: BTreeSet<String>,
    der: Vec<u8>,
}

/// A certificate that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct UnreadableCertificate(String);

impl Chain {
    /// Reads the PEM texts of GetCertificate and GetCertificateAuthorityCertificate.
    ///
    /// # Errors
    /// One of them holds something other than certificates.
    pub fn from_pem(certificate: &str, above: Option<&str>) -> Result<Self, UnreadableCertificate> {
        let leaf = Certificate::from_pem(certificate)?;
        Ok(Self { leaf, above: above.map_or(Ok(Vec::new()), Certificate::all_from_pem)? })
    }

    /// What clients object to in it.
    pub fn objection(&self) -> Option<Objection> {
        self.leaf.objection(&self.above)
    }

    /// The certificate and those above it.
    pub fn iter(&self) -> impl Iterator<Item = &Certificate> {
        std::iter::once(&self.leaf).chain(&self.above)
    }
}

impl Certificate {
    /// Reads the only certificate of a PEM text.
    ///
    /// # Errors
    /// It holds something other than one certificate.
    pub fn from_pem(pem: &str) -> Result<Self, UnreadableCertificate> {
        let mut all = Self::all_from_pem(pem)?;
        match (all.pop(), all.len()) {
            (Some(only), 0) => Ok(only),
            (last, others) => {
                let count = others + usize::from(last.is_some());
                Err(UnreadableCertificate(format!("the PEM holds {count} certificates instead of one")))
            }
        }
    }

    /// Reads all certificates of a PEM text, which is empty where there are none.
    ///
    /// # Errors
    /// It holds something other than certificates.
    pub fn all_from_pem(pem: &str) -> Result<Vec<Self>, UnreadableCertificate> {
        let read = |block: Result<Pem, PEMError>| {
            Self::from_der(&block.map_err(|error| UnreadableCertificate(format!("not PEM: {error}")))?.contents)
        };
        let all: Vec<Self> = Pem::iter_from_buffer(pem.as_bytes()).map(read).collect::<Result<_, _>>()?;
        // What has no boundary is skipped as if it were a comment.
        if all.is_empty() && !pem.trim().is_empty() {
            return Err(UnreadableCertificate("not PEM: it holds no certificate".into()));
        }
        Ok(all)
    }

    /// Reads a certificate in DER.
    ///
    /// # Errors
    /// It is something other than one certificate.
    pub fn from_der(der: &[u8]) -> Result<Self, UnreadableCertificate> {
        let (rest, parsed) = X509Certificate::from_der(der)
            .map_err(|error| UnreadableCertificate(format!("not an X.509 certificate: {error}")))?;
        if !rest.is_empty() {
            return Err(UnreadableCertificate("something follows the certificate".into()));
        }
        let time = |at| rfc5280_time(at, 0).ok_or_else(|| UnreadableCertificate("its validity is not a time".into()));
        let malformed = |error| UnreadableCertificate(format!("its extensions are malformed: {error}"));
        let constraints = parsed.basic_constraints().map_err(malformed)?;
        let extended = parsed.extended_key_usage().map_err(malformed)?;
        let issuer = DistinguishedName::from(parsed.issuer());
        Ok(Self {
            serial: SerialNumber::from_der_content(parsed.tbs_certificate.raw_serial()),
            subject: DistinguishedName::from(parsed.subject()),
            issuer_names: names(&issuer),
            issuer,
            not_before: time(parsed.validity().not_before.timestamp())?,
            not_after: time(parsed.validity().not_after.timestamp())?,
            is_ca: constraints.as_ref().is_some_and(|constraints| constraints.value.ca),
            is_version_3: parsed.version() == X509Version::V3,
            path_len: constraints.and_then(|constraints| constraints.value.path_len_constraint),
            key_type: key_type::of_certificate(&parsed),
            public_key: parsed.public_key().raw.to_vec(),
            names: general_names::of_certificate(&parsed).map_err(malformed)?,
            subject_alt_name: general_names::subject_alt_name(&parsed),
            key_usage: parsed.key_usage().map_err(malformed)?.map(|usage| usage.value.flags),
            extended_key_usage: extended.map(|usage| usages::extended(usage.value)).unwrap_or_default(),
            der: der.to_vec(),
        })
    }

    /// Whether it names itself as its issuer, as a root does.
    pub fn is_self_issued(&self) -> bool {
        self.subject == self.issuer
    }

    /// Whether this certificate was signed with the key of that one, and names it as its issuer. `None` where the
    /// signature is none of those that count, or the key is too short for it.
    pub fn is_issued_by(&self, issuer: &Self, counted: Signatures) -> Option<bool> {
        crate::is_issued_by(&self.der, &issuer.der, counted)
    }

    /// [`is_issued_by`](Self::is_issued_by), whatever the two are named.
    pub fn is_signed_by(&self, issuer: &Self, counted: Signatures) -> Option<bool> {
        crate::is_signed_by(&self.der, &issuer.der, counted)
    }

    /// Whether it is known that its signature is not by its own key. A root's own signature is not part of the path
    /// ([RFC 5280, 6.1](https://www.rfc-editor.org/rfc/rfc5280#section-6.1)), so that a weak one does not matter.
    pub fn has_forged_self_signature(&self) -> bool {
        self.is_signed_by(self, Signatures::Legacy) == Some(false)
    }

    /// What clients object to in it with this chain.
    pub fn objection(&self, chain: &[Self]) -> Option<Objection> {
        let chain: Vec<&[u8]> = chain.iter().map(|one| one.der.as_slice()).collect();
        objection(&self.der, &chain)
    }

    /// Its SHA-256, hexadecimal.
    pub fn fingerprint(&self) -> String {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &self.der);
        digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The certificate itself.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// Its whole lifetime, in days, to the nearest: CAs put the start back by an hour or so.
    pub fn lifetime_days(&self) -> i64 {
        let seconds = self.not_after.as_second() - self.not_before.as_second();
        ((seconds + 43_200) / 86_400).max(1)
    }

    /// Whether it may be used for this: [`usages::SERVER_AUTH`], [`usages::CLIENT_AUTH`]. Without the extension it may be
    /// used for everything.
    pub fn allows(&self, usage: &str) -> bool {
        self.extended_key_usage.is_empty() || self.extended_key_usage.contains(usage)
    }

    /// Whether its public key is this one, a SubjectPublicKeyInfo in DER.
    pub fn has_key(&self, public_key: &[u8]) -> bool {
        key_type::are_same_key(&self.public_key, public_key)
    }
}

fn names(name: &DistinguishedName) -> Vec<String> {
    name.common_names().chain(name.organizations()).chain([name.to_string()]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ends at 9999-12-31T23:59:59Z.
    const ENDLESS: &str = "\
-----BEGIN CERTIFICATE-----
MIIBETCBuaADAgECAgEBMAoGCCqGSM49BAMCMBIxEDAOBgNVBAMMB0V4YW1wbGUw
IBcNMjYwMTAxMDAwMDAwWhgPOTk5OTEyMzEyMzU5NTlaMBIxEDAOBgNVBAMMB0V4
YW1wbGUwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARnlZD30sLUHz4LlSyooeR5
HAWZEzzdv1eMkPNXy3y/2ZMJWbzxUaDEfO3HNpcl7NB8TnKbzSDuFX96SfD6cyre
MAoGCCqGSM49BAMCA0cAMEQCIFrsgB2Ok8u2mxUMxYw43+VdnqyfvJTzVtChrj6k
A+8eAiAah/jwC+zHPzsd3oKJdkBawtEdtK/JDq486jFQvKG08A==
-----END CERTIFICATE-----
";

    const TELETEX_LEAF: &str = include_str!("../tests/pem/teletex-leaf.pem");
    const TELETEX_ROOT_A: &str = include_str!("../tests/pem/teletex-root-a.pem");

    #[test]
    fn names_in_latin_1_are_read() {
        let chain = Chain::from_pem(TELETEX_LEAF, Some(TELETEX_ROOT_A)).unwrap();
        assert_eq!(chain.leaf.issuer_names, ["Wurzel A", "Müller", "O=Müller, CN=Wurzel A"]);
        assert!(!chain.leaf.is_self_issued() && chain.above[0].is_self_issued());
    }

    const TELETEX_ROOT_B: &str = include_str!("../tests/pem/teletex-root-b.pem");
    const ENDLESS_LEAF: &str = include_str!("../tests/pem/endless-leaf.pem");
    const ENDLESS_ROOT: &str = include_str!("../tests/pem/endless-root.pem");

    #[test]
    fn names_in_latin_1_differ() {
        let [leaf, a, b] =
            [TELETEX_LEAF, TELETEX_ROOT_A, TELETEX_ROOT_B].map(|pem| Certificate::from_pem(pem).unwrap());
        assert_eq!(a.subject.to_string(), "O=Müller, CN=Wurzel A");
        assert!(leaf.issuer == a.subject && a.is_self_issued());
        assert!(a.subject != b.subject && !leaf.is_self_issued());
    }

    #[test]
    fn a_fingerprint_is_the_sha_256_of_the_der() {
        // By `openssl x509 -fingerprint -sha256`.
        assert_eq!(
            Certificate::from_pem(ENDLESS).unwrap().fingerprint(),
            "8352ebfcd5e6531719fd9990092f6f28d13725b52c219f5006970130a3e9dc69"
        );
    }

    #[test]
    fn garbage_is_unreadable() {
        let two = [TELETEX_ROOT_A, TELETEX_ROOT_B].concat();
        for pem in ["", "garbage", "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n", &two] {
            assert!(Certificate::from_pem(pem).is_err(), "{pem}");
        }
    }

    #[test]
    fn names_that_cannot_be_read_are_not_replaced_by_the_common_name() {
        let subject_alt_name =
            |content: &[u8]| rcgen::CustomExtension::from_oid_content(&[2, 5, 29, 17], content.to_vec());
        let www = b"\x30\x11\x82\x0fwww.example.com".as_slice();
        for (extensions, is_read) in [(vec![www], true), (vec![b"\x04\x01x"], false), (vec![www, www], false)] {
            let mut params = rcgen::CertificateParams::default();
            params.distinguished_name.push(rcgen::DnType::CommonName, "www.example.com");
            params.custom_extensions = extensions.iter().map(|content| subject_alt_name(content)).collect();
            let pem = params.self_signed(&rcgen::KeyPair::generate().unwrap()).unwrap().pem();
            assert_eq!(Certificate::from_pem(&pem).is_ok(), is_read, "{extensions:?}");
        }
    }

    #[test]
    fn what_follows_a_certificate_is_not_ignored() {
        let block = Pem::iter_from_buffer(ENDLESS.as_bytes()).next().unwrap().unwrap();
        assert!(Certificate::from_der(&block.contents).is_ok());
        assert!(Certificate::from_der(&[&block.contents[..], b"\0"].concat()).is_err());
    }

    #[test]
    fn a_certificate_without_a_well_defined_expiration_is_read() {
        let chain = Certificate::all_from_pem(ENDLESS_ROOT).unwrap();
        assert_eq!(chain.iter().map(|one| one.not_after == Timestamp::MAX).collect::<Vec<_>>(), [false, false, true]);
        assert_eq!(Certificate::from_pem(ENDLESS_LEAF).unwrap().not_after, Timestamp::MAX);
    }

    #[test]
    fn a_chain_that_cannot_be_read_is_not_an_empty_one() {
        assert_eq!(Certificate::all_from_pem(" \n").map(|all| all.len()), Ok(0));
        for text in ["garbage", "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"] {
            assert!(Certificate::all_from_pem(text).is_err(), "{text}");
        }
        assert_eq!(Chain::from_pem(ENDLESS, Some("\n")).map(|chain| chain.above.len()), Ok(0));
        assert!(Chain::from_pem(ENDLESS, Some("garbage")).is_err());
    }

    #[test]
    fn no_well_defined_expiration_is_read() {
        let chain = Chain::from_pem(ENDLESS, None).unwrap();
        assert_eq!(chain.leaf.not_after, Timestamp::MAX);
    }
}
