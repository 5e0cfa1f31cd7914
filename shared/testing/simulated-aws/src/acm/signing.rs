//! The CAs that sign what tests put into ACM, and serial numbers.

use aws_lc_rs::digest::{SHA256, digest};
use jiff::Timestamp;

use crate::aws::State;
use crate::keys::default_hash;
use crate::x509::{self, Template};
use crate::{Key, PrivateKey};

/// RFC 5280, 4.1.2.2: positive, at most 20 bytes. The first byte makes it so without a zero in front; the rest differs as
/// much between two certificates as that of a real CA, since people compare the first bytes only.
pub(crate) fn serial_number(state: &mut State) -> Vec<u8> {
    let hash = digest(&SHA256, &state.next_number().to_be_bytes());
    let mut serial = hash.as_ref()[..16].to_vec();
    serial[0] = serial[0] & 0x3f | 0x40;
    serial
}

/// A CA outside AWS, the same in every test.
pub(super) fn outside_ca() -> (Vec<u8>, PrivateKey, String) {
    self_signed_ca(PrivateKey::cached(Key::P256, 1), &[("O", "Outside"), ("CN", "Outside CA")])
}

/// Amazon's CA. It signs RSA certificates with RSA: "SignatureAlgorithm": "SHA256WITHRSA" (recorded from AWS:
/// LocalStack's `tests/aws/services/acm/test_acm.snapshot.json`, 2023-04-18); others with ECDSA.
pub(super) fn amazon_ca(key: Key) -> (Vec<u8>, PrivateKey, String) {
    let (own, name) =
        if key.is_rsa() { (Key::Rsa2048, "Amazon RSA 2048 M01") } else { (Key::P256, "Amazon ECDSA 256 M01") };
    self_signed_ca(PrivateKey::cached(own, 2), &[("C", "US"), ("O", "Amazon"), ("CN", name)])
}

fn self_signed_ca(key: PrivateKey, name: &[(&str, &str)]) -> (Vec<u8>, PrivateKey, String) {
    let name = x509::name(&x509::rdns(name));
    let template = Template {
        serial: vec![1],
        subject: name.clone(),
        issuer: name.clone(),
        public_key_info: key.public_key_info(),
        not_before: Timestamp::from_second(946_684_800).expect("the year 2000"),
        not_after: Timestamp::from_second(4_102_444_800).expect("the year 2100"),
        extensions: vec![x509::basic_constraints(true), x509::key_usage(&["CERTIFICATE_SIGNING"])],
    };
    let pem = template.sign(&key, default_hash(key.kind())).expect("every key signs with its natural digest");
    (name, key, pem)
}
