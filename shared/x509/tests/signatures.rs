//! Signatures of many kinds, made by OpenSSL.
#![cfg(test)]

use x509::{Signatures, is_issued_by, is_signed_by};
use x509_parser::pem::Pem;

const SAMPLES: &str = include_str!("signatures.pem");

/// The certificate below the line with this title.
fn root(title: &str) -> Vec<u8> {
    let (_, text) = SAMPLES.split_once(&format!("\n{title}\n")).unwrap_or_else(|| panic!("no {title}"));
    Pem::iter_from_buffer(text.as_bytes()).next().unwrap().unwrap().contents
}

#[test]
fn each_use_has_its_own_strictness() {
    for (title, current, legacy) in [
        ("RSA 2048, SHA-256", Some(true), Some(true)),
        ("RSA 2048, SHA-1", None, Some(true)),
        ("RSA 1024, SHA-256", None, Some(true)),
        ("RSA 1024, SHA-1", None, Some(true)),
        // aws-lc-rs verifies these of longer keys only, so that nothing can be said of them.
        ("RSA 1024, SHA-384", None, None),
        ("RSA 1024, PSS with SHA-256", None, None),
        ("RSA 2048, PSS with SHA-256", Some(true), Some(true)),
        ("P-384, SHA-256", Some(true), Some(true)),
        ("P-521, SHA-512", Some(true), Some(true)),
        ("P-256, SHA-1", None, None),
        ("Ed25519", None, None),
    ] {
        let root = root(title);
        assert_eq!(is_issued_by(&root, &root, Signatures::Current), current, "{title}, current");
        assert_eq!(is_issued_by(&root, &root, Signatures::Legacy), legacy, "{title}, legacy");

        assert_eq!(is_signed_by(&root, &root, Signatures::Legacy), legacy, "{title}, whatever its name");

        let mut forged = root.clone();
        *forged.last_mut().unwrap() ^= 1;
        let no_longer = |holds: Option<bool>| holds.map(|_| false);
        assert_eq!(is_issued_by(&forged, &root, Signatures::Current), no_longer(current), "{title}, forged");
        assert_eq!(is_issued_by(&forged, &root, Signatures::Legacy), no_longer(legacy), "{title}, forged");
    }
}

#[test]
fn another_name_is_another_issuer_and_garbage_is_none() {
    let (one, other) = (root("P-384, SHA-256"), root("P-521, SHA-512"));
    for counted in [Signatures::Current, Signatures::Legacy] {
        assert_eq!(is_issued_by(&one, &other, counted), Some(false));
        assert_eq!(is_issued_by(&root("Ed25519"), &one, counted), Some(false));
        assert_eq!(is_issued_by(&one, b"garbage", counted), None);
        assert_eq!(is_issued_by(b"", &one, counted), None);
    }
}

/// [RFC 5480, 2.1](https://www.rfc-editor.org/rfc/rfc5480#section-2.1): the curve belongs to id-ecPublicKey alone.
#[test]
fn a_curve_of_another_kind_of_key_is_none() {
    const ID_EC_PUBLIC_KEY: &[u8] = b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01";
    let root = root("P-384, SHA-256");
    let mut other = root.clone();
    let at = root.windows(ID_EC_PUBLIC_KEY.len()).position(|bytes| bytes == ID_EC_PUBLIC_KEY).unwrap();
    other[at + ID_EC_PUBLIC_KEY.len() - 1] = 2;
    for counted in [Signatures::Current, Signatures::Legacy] {
        assert_eq!(is_issued_by(&root, &root, counted), Some(true));
        assert_eq!(is_issued_by(&root, &other, counted), None);
    }
}
