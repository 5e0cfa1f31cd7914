//! A certificate, and the chain above it, as far as it has to be known to judge them.

use jiff::Timestamp;
use x509_parser::error::PEMError;
use x509_parser::pem::Pem;
use x509_parser::prelude::{FromDer, X509Certificate, X509Version};

use crate::{DistinguishedName, Objection, Signatures, objection, rfc5280_time};

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
    der: Vec<u8>,
}

/// A certificate that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a certificate cannot be read: {0}")]
pub struct UnreadableCertificate(String);

impl Chain {
    /// Reads the PEM texts of GetCertificate and GetCertificateAuthorityCertificate.
    ///
    /// # Errors
    /// One of them holds something other than certificates.
    pub fn from_pem(certificate: &str, above: Option<&str>) -> Result<Self, UnreadableCertificate> {
        let mut found = Certificate::all_from_pem(certificate)?;
        if found.len() != 1 {
            return Err(UnreadableCertificate(format!("the PEM holds {} certificates instead of one", found.len())));
        }
        Ok(Self { leaf: found.remove(0), above: above.map_or(Ok(Vec::new()), Certificate::all_from_pem)? })
    }

    /// What clients object to in it.
    pub fn objection(&self) -> Option<Objection> {
        let above: Vec<&[u8]> = self.above.iter().map(|one| one.der.as_slice()).collect();
        objection(&self.leaf.der, &above)
    }

    /// The certificate and those above it.
    pub fn iter(&self) -> impl Iterator<Item = &Certificate> {
        std::iter::once(&self.leaf).chain(&self.above)
    }
}

impl Certificate {
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

    fn from_der(der: &[u8]) -> Result<Self, UnreadableCertificate> {
        let (_, parsed) = X509Certificate::from_der(der).map_err(|error| UnreadableCertificate(error.to_string()))?;
        let time = |at| rfc5280_time(at, 0).ok_or_else(|| UnreadableCertificate("its validity is not a time".into()));
        let constraints = parsed.basic_constraints().map_err(|error| UnreadableCertificate(error.to_string()))?;
        let issuer = DistinguishedName::from(parsed.issuer());
        Ok(Self {
            subject: DistinguishedName::from(parsed.subject()),
            issuer_names: names(&issuer),
            issuer,
            not_before: time(parsed.validity().not_before.timestamp())?,
            not_after: time(parsed.validity().not_after.timestamp())?,
            is_ca: constraints.as_ref().is_some_and(|constraints| constraints.value.ca),
            is_version_3: parsed.version() == X509Version::V3,
            path_len: constraints.and_then(|constraints| constraints.value.path_len_constraint),
            der: der.to_vec(),
        })
    }

    /// Whether it names itself as its issuer, as a root does.
    pub fn is_self_issued(&self) -> bool {
        self.subject == self.issuer
    }

    /// Whether this certificate was signed with the key of that one, and names it as its issuer. `None`
    /// where the algorithm is not known here, or the key is too short for it.
    pub fn is_issued_by(&self, issuer: &Self) -> Option<bool> {
        crate::is_issued_by(&self.der, &issuer.der, Signatures::Legacy)
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

    #[test]
    fn a_chain_that_cannot_be_read_is_not_an_empty_one() {
        assert_eq!(Chain::from_pem(ENDLESS, Some("\n")).map(|chain| chain.above.len()), Ok(0));
        assert!(Chain::from_pem(ENDLESS, Some("garbage")).is_err());
    }

    #[test]
    fn no_well_defined_expiration_is_read() {
        let chain = Chain::from_pem(ENDLESS, None).unwrap();
        assert_eq!(chain.leaf.not_after, Timestamp::MAX);
    }
}
