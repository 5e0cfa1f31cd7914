//! `tests/openssl` was made by OpenSSL 3: `openssl ca -gencrl`, with an RSA key, and with RSASSA-PSS.

use x509::{Certificate, RevocationReason};

use super::pki::{LIMITS, serial};
use crate::read;

const URL: &str = "http://crl.example.com/crl/CA_ID/PARTITION.crl";

#[test]
fn lists_of_openssl_are_read() {
    let ca = Certificate::from_pem(include_str!("../../tests/openssl/ca.pem")).unwrap();
    let serials = ["a1b", "fb00112233445566778899aabbccddee"].map(serial);
    for (list, algorithm) in [
        (include_str!("../../tests/openssl/crl.pem"), "1.2.840.113549.1.1.12"),
        (include_str!("../../tests/openssl/crl-pss.pem"), "1.2.840.113549.1.1.10"),
    ] {
        let list = read(list.as_bytes(), &ca, &serials.clone().into(), LIMITS).unwrap();
        assert_eq!((list.signature_algorithm.as_str(), list.entries), (algorithm, 2));
        assert_eq!(list.revoked[&serials[0]].reason, None);
        assert_eq!(list.revoked[&serials[1]].reason, Some(RevocationReason::Superseded));
        assert_eq!(list.revoked[&serials[1]].at.to_string(), "2026-11-20T12:00:00Z");
        assert!(list.is_of_distribution_point(URL) && list.distribution_point.is_some_and(|point| point.is_critical));
        assert_eq!(list.authority_key_id.unwrap()[..4], [0xc9, 0xd3, 0x19, 0x97]);
    }
    let list = include_bytes!("../../tests/openssl/crl.pem");
    assert_eq!(read(&list[..], &ca, &[].into(), LIMITS).unwrap().number.unwrap().to_string(), "0x1F40");
}
