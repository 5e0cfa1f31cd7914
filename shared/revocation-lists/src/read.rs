//! Reads a CRL from its first byte to its last.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;

use jiff::Timestamp;
use x509::usages::CRL_SIGN;
use x509::{Certificate, DistinguishedName, SerialNumber, SignatureCheck, Signatures};
use x509_parser::der_parser::Oid;

use crate::der::{self, BIT_STRING, EXTENSIONS, GENERALIZED_TIME, INTEGER, OBJECT_IDENTIFIER, SEQUENCE, UTC_TIME};
use crate::elements::Elements;
use crate::extensions::{self, OfList, Unusable};
use crate::input::Input;
use crate::{Problem, ReadError, RevocationList, Revoked};

/// How much of a CRL is read before it is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the source, as it comes: DER or PEM.
    pub bytes: u64,
    /// Entries. A complete CRL of AWS Private CA has at most a million.
    pub entries: u64,
}

/// Reads a CRL in DER or PEM, verifies that the CA signed it, and looks for the wanted serial numbers in it.
///
/// Memory does not grow with the CRL: at most a few buffers of 64 KiB, and what is returned. The signature is verified
/// over the hash of the bytes as they pass by.
///
/// # Errors
/// The source failed, the CRL is malformed, larger than the limits allow, or not one that this CA signed, or its
/// signature cannot be verified. Nothing that it said may be used then.
pub fn read(
    source: impl Read,
    ca: &Certificate,
    wanted: &BTreeSet<SerialNumber>,
    limits: Limits,
) -> Result<RevocationList, ReadError> {
    if ca.key_usage.is_some_and(|usage| usage & CRL_SIGN == 0) {
        return Err(ReadError::NotACrlSigner);
    }
    let mut elements = Elements::new(Input::new(source, limits.bytes)?);
    let end = elements.enter(SEQUENCE, "CertificateList", u64::MAX)?;
    if end > limits.bytes {
        return Err(ReadError::TooLong(limits.bytes));
    }
    elements.begin_signed();
    let mut reader = Reader { elements, ca, wanted, limits };
    let (mut list, algorithm) = reader.signed(end)?;
    reader.signature(end, &algorithm)?;
    list.bytes = reader.elements.expect_end_of_input("CertificateList")?;
    Ok(list)
}

struct Reader<'a, R> {
    elements: Elements<R>,
    ca: &'a Certificate,
    wanted: &'a BTreeSet<SerialNumber>,
    limits: Limits,
}

impl<R: Read> Reader<'_, R> {
    /// The TBSCertList, and the AlgorithmIdentifier in it, DER.
    fn signed(&mut self, end: u64) -> Result<(RevocationList, Vec<u8>), ReadError> {
        let end = self.elements.enter(SEQUENCE, "tbsCertList", end)?;
        self.version(end)?;
        let (algorithm, at) = self.elements.take(Some(SEQUENCE), "signature", end)?;
        let oid = der::next_of(&mut { algorithm.content }, OBJECT_IDENTIFIER);
        let oid = oid.ok_or(malformed(at, "signature", Problem::Content))?;
        let signature_algorithm = Oid::new(oid.content.into()).to_id_string();
        let algorithm = algorithm.whole.to_vec();
        self.elements.hash_signed(SignatureCheck::new(&algorithm, self.ca, Signatures::Current)?);
        let issuer = self.issuer(end)?;
        let this_update = self.time("thisUpdate", end)?;
        let next_update = match self.elements.peek("nextUpdate", end)? {
            Some(header) if [UTC_TIME, GENERALIZED_TIME].contains(&header.tag) => Some(self.time("nextUpdate", end)?),
            _ => None,
        };
        let (entries, revoked) = self.entries(end)?;
        let OfList { number, authority_key_id, distribution_point } = self.extensions(end)?;
        self.elements.expect_end("tbsCertList", end)?;
        let list = RevocationList {
            issuer,
            this_update,
            next_update,
            number,
            authority_key_id,
            distribution_point,
            signature_algorithm,
            entries,
            revoked,
            bytes: 0,
        };
        Ok((list, algorithm))
    }

    /// Absent in version 1, which has no extensions and is written by none; 1 in version 2.
    fn version(&mut self, end: u64) -> Result<(), ReadError> {
        match self.elements.peek("version", end)? {
            Some(header) if header.tag == INTEGER => {
                let (version, at) = self.elements.take(Some(INTEGER), "version", end)?;
                if version.content == [1] { Ok(()) } else { Err(malformed(at, "version", Problem::Version)) }
            }
            _ => Ok(()),
        }
    }

    fn issuer(&mut self, end: u64) -> Result<DistinguishedName, ReadError> {
        let (name, _) = self.elements.take(Some(SEQUENCE), "issuer", end)?;
        let issuer = DistinguishedName::from_der(name.whole);
        if issuer != self.ca.subject {
            return Err(ReadError::WrongIssuer { found: issuer.to_string(), expected: self.ca.subject.to_string() });
        }
        Ok(issuer)
    }

    fn time(&mut self, part: &'static str, end: u64) -> Result<Timestamp, ReadError> {
        let (time, at) = self.elements.take(None, part, end)?;
        der::time(&time).ok_or(malformed(at, part, Problem::Content))
    }

    /// How many entries there are, and those that are wanted.
    fn entries(&mut self, end: u64) -> Result<(u64, BTreeMap<SerialNumber, Revoked>), ReadError> {
        const PART: &str = "revokedCertificates";
        let (mut count, mut revoked) = (0, BTreeMap::new());
        if self.elements.peek(PART, end)?.is_none_or(|header| header.tag != SEQUENCE) {
            return Ok((count, revoked));
        }
        let wanted = self.wanted.iter().map(|serial| (serial.significant_bytes(), serial)).collect::<BTreeMap<_, _>>();
        let end = self.elements.enter(SEQUENCE, PART, end)?;
        while self.elements.peek(PART, end)?.is_some() {
            if count == self.limits.entries {
                return Err(ReadError::TooManyEntries(count));
            }
            count += 1;
            let (entry, at) = self.elements.take(Some(SEQUENCE), PART, end)?;
            let (serial, found) = entry_of(entry.content).map_err(|unusable| of_unusable(unusable, at, PART))?;
            if let Some(serial) = wanted.get(serial) {
                revoked.entry((*serial).clone()).or_insert(found);
            }
        }
        Ok((count, revoked))
    }

    fn extensions(&mut self, end: u64) -> Result<OfList, ReadError> {
        const PART: &str = "crlExtensions";
        if self.elements.peek(PART, end)?.is_none_or(|header| header.tag != EXTENSIONS) {
            return Ok(OfList::default());
        }
        let (extensions, at) = self.elements.take(Some(EXTENSIONS), PART, end)?;
        OfList::read(extensions.content).map_err(|unusable| of_unusable(unusable, at, PART))
    }

    /// Algorithm and signature, which follow what is signed.
    fn signature(&mut self, end: u64, algorithm: &[u8]) -> Result<(), ReadError> {
        let check = self.elements.end_signed();
        let (repeated, at) = self.elements.take(Some(SEQUENCE), "signatureAlgorithm", end)?;
        if repeated.whole != algorithm {
            return Err(malformed(at, "signatureAlgorithm", Problem::OtherAlgorithm));
        }
        let (signature, at) = self.elements.take(Some(BIT_STRING), "signatureValue", end)?;
        let [0, signature @ ..] = signature.content else {
            return Err(malformed(at, "signatureValue", Problem::Content));
        };
        if !check.is_some_and(|check| check.is_signed_by(signature)) {
            return Err(ReadError::WrongSignature);
        }
        self.elements.expect_end("CertificateList", end)
    }
}

/// The serial number of an entry, without leading zeros, and when and why the certificate was revoked.
fn entry_of(mut entry: &[u8]) -> Result<(&[u8], Revoked), Unusable> {
    let serial = der::next_of(&mut entry, INTEGER).ok_or(Unusable::Malformed)?.content;
    let zeros = serial.iter().take_while(|byte| **byte == 0).count();
    let time = der::next(&mut entry).ok_or(Unusable::Malformed)?;
    let at = der::time(&time).ok_or(Unusable::Malformed)?;
    let reason = match entry {
        [] => None,
        _ => extensions::reason(der::only(entry, SEQUENCE).ok_or(Unusable::Malformed)?.content)?,
    };
    Ok((&serial[zeros..], Revoked { at, reason }))
}

fn malformed(at: u64, part: &'static str, problem: Problem) -> ReadError {
    ReadError::Malformed { at, part, problem }
}

fn of_unusable(unusable: Unusable, at: u64, part: &'static str) -> ReadError {
    match unusable {
        Unusable::Malformed => malformed(at, part, Problem::Content),
        Unusable::UnknownCritical(oid) => ReadError::UnknownCriticalExtension { at, part, oid },
    }
}
