//! A CA, and CRLs that it signs: with rcgen, and by hand where rcgen makes no wrong ones.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use rcgen::{CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose, SigningKey};
use x509::{Certificate, SerialNumber};

use crate::{Limits, ReadError, RevocationList, read};

pub(crate) const LIMITS: Limits = Limits { bytes: 1 << 20, entries: 1_000 };
pub(crate) const ECDSA_WITH_SHA256: &[u8] = &[0x30, 0x0a, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2];
/// 2026-11-01T00:00:00Z.
pub(crate) const THIS_UPDATE: &[u8] = b"\x17\x0d261101000000Z";
/// 2026-11-08T00:00:00Z.
pub(crate) const NEXT_UPDATE: &[u8] = b"\x17\x0d261108000000Z";

pub(crate) static CA: LazyLock<Ca> = LazyLock::new(|| Ca::new("Example CA", &[KeyUsagePurpose::CrlSign]));

pub(crate) struct Ca {
    pub(crate) issuer: CertifiedIssuer<'static, KeyPair>,
    pub(crate) certificate: Certificate,
}

impl Ca {
    pub(crate) fn new(name: &str, usages: &[KeyUsagePurpose]) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        params.key_usages = usages.to_vec();
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let certificate = Certificate::from_der(issuer.der()).unwrap();
        Self { issuer, certificate }
    }

    /// A CRL of these fields, of which `tbs` gives the content of the TBSCertList.
    pub(crate) fn sign(&self, tbs: &[u8]) -> Vec<u8> {
        self.sign_as(tbs, ECDSA_WITH_SHA256)
    }

    /// [`sign`](Self::sign), with another outer AlgorithmIdentifier.
    pub(crate) fn sign_as(&self, tbs: &[u8], algorithm: &[u8]) -> Vec<u8> {
        let tbs = wrap(0x30, &[tbs]);
        let signature = self.issuer.key().sign(&tbs).unwrap();
        wrap(0x30, &[&tbs, algorithm, &wrap(0x03, &[&[0], &signature])])
    }

    pub(crate) fn name(&self) -> &[u8] {
        self.certificate.subject.der()
    }
}

/// An element of DER.
pub(crate) fn wrap(tag: u8, content: &[&[u8]]) -> Vec<u8> {
    let content = content.concat();
    let length = u32::try_from(content.len()).unwrap().to_be_bytes();
    let header = match content.len() {
        0..0x80 => vec![tag, length[3]],
        0x80..0x100 => vec![tag, 0x81, length[3]],
        0x100..0x1_0000 => vec![tag, 0x82, length[2], length[3]],
        _ => [&[tag, 0x83], &length[1..]].concat(),
    };
    [header, content].concat()
}

/// The content of a TBSCertList of the CA with these entries and, as the content of `[0]`, extensions.
pub(crate) fn tbs(entries: &[&[u8]], extensions: &[&[u8]]) -> Vec<u8> {
    let entries = if entries.is_empty() { Vec::new() } else { wrap(0x30, entries) };
    let extensions = if extensions.is_empty() { Vec::new() } else { wrap(0xa0, &[&wrap(0x30, extensions)]) };
    [&[2, 1, 1], ECDSA_WITH_SHA256, CA.name(), THIS_UPDATE, NEXT_UPDATE, &entries, &extensions].concat()
}

/// An entry, with extensions if there are any.
pub(crate) fn entry(serial: &[u8], extensions: &[&[u8]]) -> Vec<u8> {
    let extensions = if extensions.is_empty() { Vec::new() } else { wrap(0x30, extensions) };
    wrap(0x30, &[&wrap(0x02, &[serial]), THIS_UPDATE, &extensions])
}

/// An extension `2.5.29.<number>`.
pub(crate) fn extension(number: u8, is_critical: bool, value: &[u8]) -> Vec<u8> {
    let critical: &[u8] = if is_critical { &[1, 1, 0xff] } else { &[] };
    wrap(0x30, &[&[6, 3, 0x55, 0x1d, number], critical, &wrap(0x04, &[value])])
}

pub(crate) fn serial(text: &str) -> SerialNumber {
    SerialNumber::parse(text).unwrap()
}

pub(crate) fn read_wanted(der: &[u8], wanted: &[&str]) -> Result<RevocationList, ReadError> {
    let wanted: BTreeSet<SerialNumber> = wanted.iter().map(|text| serial(text)).collect();
    read(der, &CA.certificate, &wanted, LIMITS)
}
