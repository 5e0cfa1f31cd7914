use std::io::Read;
use std::sync::LazyLock;

use rcgen::{
    CertificateRevocationList, CertificateRevocationListParams, CrlDistributionPoint, CrlIssuingDistributionPoint,
    CrlScope, RevocationReason, RevokedCertParams, date_time_ymd,
};

use x509::RevocationReason as Reason;

use super::pki::{CA, entry, extension, read_wanted, serial, tbs};
use crate::RevocationList;

const URL: &str = "http://example.com/crl/CA_ID/PARTITION.crl";

/// One, since signatures differ in length.
static CRL: LazyLock<CertificateRevocationList> = LazyLock::new(|| {
    let revoked = |serial: u64, reason_code| RevokedCertParams {
        serial_number: serial.into(),
        revocation_time: date_time_ymd(2026, 10, 30),
        reason_code,
        invalidity_date: Some(date_time_ymd(2026, 10, 29)),
    };
    let point = CrlDistributionPoint { uris: vec![URL.into()] };
    let params = CertificateRevocationListParams {
        this_update: date_time_ymd(2026, 11, 1),
        next_update: date_time_ymd(2026, 11, 8),
        crl_number: 4_096_u64.into(),
        issuing_distribution_point: Some(CrlIssuingDistributionPoint {
            distribution_point: point,
            scope: Some(CrlScope::UserCertsOnly),
        }),
        revoked_certs: vec![revoked(0xa1b, Some(RevocationReason::KeyCompromise)), revoked(0xfb, None)],
        key_identifier_method: rcgen::KeyIdMethod::Sha256,
    };
    params.signed_by(&CA.issuer).unwrap()
});

fn check(list: &RevocationList) {
    assert_eq!(list.issuer, CA.certificate.subject);
    assert_eq!(list.this_update.to_string(), "2026-11-01T00:00:00Z");
    assert_eq!(list.next_update.unwrap().to_string(), "2026-11-08T00:00:00Z");
    assert_eq!(list.number.unwrap().to_string(), "0x1000");
    assert_eq!(list.authority_key_id.as_ref().unwrap().len(), 20);
    assert_eq!(list.signature_algorithm, "1.2.840.10045.4.3.2");
    assert_eq!((list.entries, list.bytes), (2, CRL.der().len() as u64));
    let point = list.distribution_point.as_ref().unwrap();
    assert!(point.is_critical && point.only_user_certificates && !point.is_indirect && !point.only_some_reasons);
    assert_eq!(point.urls, [URL]);
    assert!(list.is_of_distribution_point(URL) && !list.is_of_distribution_point("http://example.com/other.crl"));
}

#[test]
fn a_list_is_read_and_its_entries_are_found() {
    let list = read_wanted(CRL.der(), &["0a:1b", "fb", "1"]).unwrap();
    check(&list);
    let reasons: Vec<_> = list.revoked.iter().map(|(serial, revoked)| (serial.clone(), revoked.reason)).collect();
    assert_eq!(reasons, [(serial("a1b"), Some(Reason::KeyCompromise)), (serial("fb"), None)]);
    assert!(list.revoked.values().all(|revoked| revoked.at.to_string() == "2026-10-30T00:00:00Z"));
}

#[test]
fn a_list_in_pem_is_read() {
    let pem = CRL.pem().unwrap();
    let long = pem.replace("\r\n", "\n").replace("-----BEGIN", "0 is for people\n-----BEGIN");
    for text in [&pem, &pem.replace('\n', "\r\n"), &format!("What people read\n\n{pem}\n\n"), &long[1..].to_owned()] {
        check(&read_wanted(text.as_bytes(), &[]).unwrap());
    }
}

/// Gives one byte at a time.
struct Slow<'a>(&'a [u8]);

impl Read for Slow<'_> {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        self.0.take(1).read(to).inspect(|read| self.0 = &self.0[*read..])
    }
}

#[test]
fn a_slow_source_changes_nothing() {
    for bytes in [CRL.der().to_vec(), CRL.pem().unwrap().into_bytes()] {
        check(&crate::read(Slow(&bytes), &CA.certificate, &[].into(), super::pki::LIMITS).unwrap());
    }
}

#[test]
fn lists_without_what_is_optional_are_read() {
    let list = read_wanted(&CA.sign(&tbs(&[], &[])), &["1"]).unwrap();
    assert_eq!((list.entries, list.number, &list.authority_key_id, &list.distribution_point), (0, None, &None, &None));
    assert!(list.revoked.is_empty() && list.is_of_distribution_point("http://example.com/any.crl"));

    let tbs = [super::pki::ECDSA_WITH_SHA256, CA.name(), super::pki::THIS_UPDATE].concat();
    assert_eq!(read_wanted(&CA.sign(&tbs), &[]).unwrap().next_update, None);
}

#[test]
fn serial_numbers_and_reasons_are_read_however_they_are_written() {
    let entries =
        [entry(&[0x00, 0xfb], &[]), entry(&[0x05], &[&extension(21, false, &[0x0a, 1, 7])]), entry(&[0x00], &[])];
    let entries: Vec<&[u8]> = entries.iter().map(Vec::as_slice).collect();
    let list = read_wanted(&CA.sign(&tbs(&entries, &[])), &["00:FB", "5", "0"]).unwrap();
    assert_eq!(list.revoked.keys().map(ToString::to_string).collect::<Vec<_>>(), ["0", "5", "fb"]);
    assert_eq!(list.revoked[&serial("5")].reason, Some(Reason::Other(7)));
}

#[test]
fn unknown_extensions_that_are_not_critical_are_skipped() {
    let entry = entry(&[1], &[&extension(29, false, &[5, 0])]);
    let list = read_wanted(&CA.sign(&tbs(&[&entry], &[&extension(27, false, &[2, 1, 1])])), &["1"]).unwrap();
    assert_eq!(list.revoked.len(), 1);
}
