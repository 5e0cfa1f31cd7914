//! What a CRL says.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use x509::{DistinguishedName, RevocationReason, SerialNumber};

/// A CRL whose signature was verified, without its entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevocationList {
    /// The CA that issued it.
    pub issuer: DistinguishedName,
    /// When it was issued.
    pub this_update: Timestamp,
    /// When the next one will have been issued; RFC 5280 demands it, X.509 does not.
    pub next_update: Option<Timestamp>,
    /// Its number, which grows with each CRL of a CA and scope.
    pub number: Option<CrlNumber>,
    /// The identifier of the key that signed it.
    pub authority_key_id: Option<Vec<u8>>,
    /// Which of the CA's certificates it is about; all of them where there is none.
    pub distribution_point: Option<IssuingDistributionPoint>,
    /// The OID of the algorithm of its signature.
    pub signature_algorithm: String,
    /// How many certificates it says are revoked.
    pub entries: u64,
    /// The entries of the serial numbers that were asked for. Those that are not here are not revoked by this CRL.
    pub revoked: BTreeMap<SerialNumber, Revoked>,
    /// Its size in DER, bytes.
    pub bytes: u64,
}

impl RevocationList {
    /// Whether certificates with this CRL distribution point (a URL) have to be looked for in this CRL
    /// ([RFC 5280, 6.3.3, b, 2, i](https://www.rfc-editor.org/rfc/rfc5280#section-6.3.3)). A partition is signed by the
    /// same key as the others, and only its distribution point says that it is not one of them.
    pub fn is_of_distribution_point(&self, url: &str) -> bool {
        let of_point =
            |point: &IssuingDistributionPoint| point.urls.is_empty() || point.urls.iter().any(|one| one == url);
        self.distribution_point.as_ref().is_none_or(of_point)
    }
}

/// Which certificates of the CA a CRL is about
/// ([RFC 5280, 5.2.5](https://www.rfc-editor.org/rfc/rfc5280#section-5.2.5)).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuingDistributionPoint {
    /// Whether the extension is critical, as RFC 5280 demands.
    pub is_critical: bool,
    /// The URLs of the distribution point; empty where it is named otherwise or not at all.
    pub urls: Vec<String>,
    /// It is only about certificates of end entities.
    pub only_user_certificates: bool,
    /// It is only about certificates of CAs.
    pub only_ca_certificates: bool,
    /// It is only about attribute certificates.
    pub only_attribute_certificates: bool,
    /// It is only about some reasons of revocation.
    pub only_some_reasons: bool,
    /// It is also about certificates of other CAs.
    pub is_indirect: bool,
}

/// A certificate that is revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Revoked {
    /// When it was revoked.
    pub at: Timestamp,
    /// Why; `None` where the CRL does not say.
    pub reason: Option<RevocationReason>,
}

/// The number of a CRL, of at most 20 bytes ([RFC 5280, 5.2.3](https://www.rfc-editor.org/rfc/rfc5280#section-5.2.3)).
/// They are compared as numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct CrlNumber([u8; 20]);

impl CrlNumber {
    /// Of the content of an INTEGER in DER; `None` where it is negative or longer than 20 bytes.
    pub(crate) fn from_der_content(content: &[u8]) -> Option<Self> {
        let magnitude = match content {
            [] | [0x80..=0xff, ..] => return None,
            [0, magnitude @ ..] => magnitude,
            magnitude => magnitude,
        };
        let mut number = [0; 20];
        number.get_mut(20_usize.checked_sub(magnitude.len())?..)?.copy_from_slice(magnitude);
        Some(Self(number))
    }
}

impl fmt::Display for CrlNumber {
    /// In hexadecimal, as `openssl crl -crlnumber` shows it: `0x1000`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits: String = self.0.iter().map(|byte| format!("{byte:02X}")).collect();
        let significant = digits.trim_start_matches('0');
        write!(f, "0x{}", if significant.is_empty() { "0" } else { significant })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_compared_as_numbers() {
        let number = |content: &[u8]| CrlNumber::from_der_content(content);
        assert!(number(&[2]) < number(&[1, 0]) && number(&[0, 0xff]) > number(&[0x7f]));
        assert_eq!(number(&[0x10, 0x00]).unwrap().to_string(), "0x1000");
        assert_eq!(number(&[0]).unwrap().to_string(), "0x0");
        assert_eq!(number(&[0x7f; 20]).unwrap().to_string(), format!("0x{}", "7F".repeat(20)));
        for content in [&[][..], &[0x80], &[1; 21]] {
            assert_eq!(number(content), None, "{content:?}");
        }
    }
}
