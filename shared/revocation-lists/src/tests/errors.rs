use rcgen::KeyUsagePurpose;

use super::pki::{
    CA, Ca, ECDSA_WITH_SHA256, LIMITS, NEXT_UPDATE, THIS_UPDATE, entry, extension, read_wanted, tbs, wrap,
};
use crate::{Limits, ReadError, read};

/// The error as people read it.
fn error(bytes: &[u8]) -> String {
    read_wanted(bytes, &["1"]).unwrap_err().to_string()
}

fn signed(fields: &[&[u8]]) -> Vec<u8> {
    CA.sign(&fields.concat())
}

#[test]
fn every_wrong_field_is_named() {
    let name = CA.name();
    let v2: &[u8] = &[2, 1, 1];
    let one = entry(&[1], &[]);
    let entries = |entry: &[u8]| CA.sign(&tbs(&[entry], &[]));
    let extensions = |extension: &[u8]| CA.sign(&tbs(&[], &[extension]));
    for (bytes, expected) in [
        (vec![], "the CRL ends early, after 0 bytes, in CertificateList"),
        (b"0".to_vec(), "the CRL ends early, after 1 bytes, in CertificateList"),
        (vec![0x30, 0x80, 0, 0], "the CRL is malformed at byte 0, in CertificateList: its length is not in DER"),
        (vec![0x30, 0x00], "the CRL is malformed at byte 2, in tbsCertList: it is longer than what holds it"),
        (
            vec![0x30, 0x02, 0x30, 0x01],
            "the CRL is malformed at byte 2, in tbsCertList: it is longer than what holds it",
        ),
        (vec![0x30, 0x02, 0x31, 0x00], "at byte 2, in tbsCertList: its tag is 0x31 instead of 0x30"),
        (signed(&[&[2, 1, 2], ECDSA_WITH_SHA256]), "in version: its version is unknown"),
        (signed(&[v2, &wrap(0x30, &[&[5, 0]])]), "in signature: its content is not what its type demands"),
        (signed(&[v2, ECDSA_WITH_SHA256, name, &[5, 0]]), "in thisUpdate: its content is not what its type demands"),
        (signed(&[v2, ECDSA_WITH_SHA256, name]), "in thisUpdate: it is longer than what holds it"),
        (
            signed(&[v2, ECDSA_WITH_SHA256, name, THIS_UPDATE, b"\x17\x0d269901000000Z"]),
            "in nextUpdate: its content is not what its type demands",
        ),
        (signed(&[&tbs(&[], &[]), &[5, 0]]), "in tbsCertList: something follows it"),
        (entries(&[5, 0]), "in revokedCertificates: its tag is 0x05 instead of 0x30"),
        (entries(&wrap(0x30, &[&[2, 1, 1]])), "in revokedCertificates: its content is not what its type demands"),
        (entries(&wrap(0x30, &[THIS_UPDATE])), "in revokedCertificates: its content is not what its type demands"),
        (entries(&wrap(0x30, &[&[2, 1, 1], THIS_UPDATE, &[5, 0]])), "in revokedCertificates: its content is not"),
        (entries(&entry(&[1], &[&extension(21, false, &[2, 1, 1])])), "in revokedCertificates: its content is not"),
        (
            entries(&entry(&[1], &[&extension(29, true, &[5, 0])])),
            "has the unknown critical extension 2.5.29.29 at byte 75, in revokedCertificates, and must not be used",
        ),
        (entries(&wrap(0x30, &[&vec![0; 70_000]])), "in revokedCertificates: it is larger than 65536 bytes"),
        (
            extensions(&extension(27, true, &[2, 1, 1])),
            "has the unknown critical extension 2.5.29.27 at byte 73, in crlExtensions, and must not be used",
        ),
        (extensions(&extension(20, false, &[2, 1, 0x80])), "in crlExtensions: its content is not what"),
        (extensions(&extension(20, false, &[5, 0])), "in crlExtensions: its content is not what"),
        (extensions(&extension(28, true, &[5, 0])), "in crlExtensions: its content is not what"),
        (extensions(&extension(35, false, &[5, 0])), "in crlExtensions: its content is not what"),
        (extensions(&[5, 0]), "in crlExtensions: its content is not what"),
        (CA.sign_as(&tbs(&[], &[]), &[0x30, 0]), "in signatureAlgorithm: it differs from the algorithm that is signed"),
        (
            wrap(0x30, &[&wrap(0x30, &[&tbs(&[], &[])]), ECDSA_WITH_SHA256, &[3, 1, 7]]),
            "in signatureValue: its content is not what its type demands",
        ),
        ([CA.sign(&tbs(&[&one], &[])), vec![0]].concat(), "in CertificateList: something follows it"),
    ] {
        let found = error(&bytes);
        assert!(found.contains(expected), "{found}\n{expected}");
    }
}

#[test]
fn a_list_that_ends_early_is_truncated() {
    let list = CA.sign(&tbs(&[&entry(&[1], &[])], &[]));
    for end in 1..list.len() {
        let found = read_wanted(&list[..end], &[]).unwrap_err();
        assert!(matches!(found, ReadError::Truncated { at, .. } if at == end as u64), "{end}: {found}");
    }
}

#[test]
fn what_is_no_pem_is_named() {
    let list = |text: &str| format!("-----BEGIN X509 CRL-----\n{text}");
    for (text, expected) in [
        ("garbage".to_owned(), "it has no such block"),
        ("-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n".into(), "it has no such block"),
        ("x".repeat(5_000), "it has a line of more than 4,096 characters"),
        (list("MAI="), "its block does not end"),
        (list("MAI=\n-----END X509 CRL----"), "its block is not base64"),
        (list("!!!!\n"), "its block is not base64"),
        (list("MAA=MAA=\n"), "its block is not base64"),
        (list("MA\n-----END X509 CRL-----\n"), "its base64 ends early"),
    ] {
        let found = error(text.as_bytes());
        assert_eq!(found, format!("not a CRL: neither DER nor PEM with a block `X509 CRL` ({expected})"), "{text}");
    }
    assert_eq!(
        error(list("\n-----END X509 CRL-----").as_bytes()),
        "the CRL ends early, after 0 bytes, in CertificateList"
    );
}

#[test]
fn only_the_ca_signs_its_lists() {
    let list = CA.sign(&tbs(&[], &[]));
    let namesake = Ca::new("Example CA", &[]);
    let other = Ca::new("Other CA", &[]);
    let no_signer = Ca::new("Example CA", &[KeyUsagePurpose::KeyCertSign]);
    let read = |ca: &Ca, list: &[u8]| read(list, &ca.certificate, &[].into(), LIMITS).map(|list| list.entries);
    assert!(matches!(read(&CA, &list), Ok(0)));
    assert!(matches!(read(&namesake, &list), Err(ReadError::WrongSignature)));
    assert!(matches!(read(&no_signer, &list), Err(ReadError::NotACrlSigner)));
    assert_eq!(
        read(&other, &list).unwrap_err().to_string(),
        "the CRL was issued by \"CN=Example CA\", not by \"CN=Other CA\""
    );
}

#[test]
fn every_signed_byte_counts() {
    let list = CA.sign(&tbs(&[&entry(&[1], &[])], &[&extension(20, false, &[2, 1, 1])]));
    for at in 0..list.len() {
        let mut damaged = list.clone();
        damaged[at] ^= 1;
        assert!(read_wanted(&damaged, &[]).is_err(), "byte {at}");
    }
}

/// An algorithm that cannot be verified is no wrong signature.
#[test]
fn an_unknown_algorithm_is_unsupported() {
    const ML_DSA_65: &[u8] = &[0x30, 0x0b, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 3, 18];
    let list = signed(&[&[2, 1, 1], ML_DSA_65, CA.name(), THIS_UPDATE, NEXT_UPDATE]);
    assert_eq!(
        error(&list),
        "the CRL's signature cannot be verified: signatures by the algorithm 2.16.840.1.101.3.4.3.18 with the signer's key \
         cannot be verified"
    );
}

#[test]
fn a_list_beyond_the_limits_is_refused() {
    let entries = entry(&[1], &[]).repeat(10);
    let list = CA.sign(&tbs(&[&entries], &[]));
    let read = |bytes, entries| {
        let limits = Limits { bytes, entries };
        read(&list[..], &CA.certificate, &[].into(), limits).map(|list| list.entries)
    };
    let bytes = list.len() as u64;
    assert!(matches!(read(bytes, 10), Ok(10)));
    assert!(matches!(read(bytes - 1, 10), Err(ReadError::TooLong(limit)) if limit == bytes - 1));
    assert!(matches!(read(bytes, 9), Err(ReadError::TooManyEntries(9))));
    let pem = format!("-----BEGIN X509 CRL-----\n{}", "MAAA\n".repeat(1_000));
    let limits = Limits { bytes: 1_000, entries: 1 };
    let found = crate::read(pem.as_bytes(), &CA.certificate, &[].into(), limits);
    assert!(matches!(found, Err(ReadError::Malformed { .. })));
}

/// The source never ends, so that a reader that kept what it reads would not return.
#[test]
fn endless_lists_are_refused() {
    let limits = Limits { bytes: 1 << 32, entries: 10_000 };
    let head = [&[0x30, 0x84, 0xff, 0xff, 0xff, 0x00][..], &[0x30, 0x84, 0xff, 0xff, 0xfe, 0x00]].concat();
    let fields = [&[2, 1, 1], ECDSA_WITH_SHA256, CA.name(), THIS_UPDATE].concat();
    let entries = [&[0x30, 0x84, 0xff, 0xff, 0xf0, 0x00][..], &entry(&[1], &[]).repeat(10_001)].concat();
    let endless = |rest: &[u8]| std::io::Read::chain(std::io::Cursor::new(rest.to_vec()), std::io::repeat(b'A'));
    for (start, expected) in [
        ([&head[..], &fields, &entries].concat(), "the CRL has more than the 10000 entries allowed"),
        ([&head[..], &[0x30, 0x84, 0xff, 0, 0, 0]].concat(), "in signature: it is larger than 65536 bytes"),
        (b"-----BEGIN X509 CRL-----\n".to_vec(), "it has a line of more than 4,096 characters"),
    ] {
        let found = read(endless(&start), &CA.certificate, &[].into(), limits).unwrap_err().to_string();
        assert!(found.contains(expected), "{found}");
    }
}

#[test]
fn a_source_that_fails_is_not_a_malformed_list() {
    struct Failing;
    impl std::io::Read for Failing {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("reset"))
        }
    }
    let found = read(Failing, &CA.certificate, &[].into(), LIMITS).unwrap_err();
    assert_eq!(found.to_string(), "the CRL could not be read: reset");
}
