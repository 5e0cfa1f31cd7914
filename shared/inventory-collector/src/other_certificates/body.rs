//! A certificate's own bytes, in the members of an entry.

use inventory::{Chain, Entry, Identity, Reading, Unreadable};
use jiff::Timestamp;
use x509::{KeyType, SerialNumber};

/// Sets what the certificate and its chain show. `action` read them.
pub(super) fn set(entry: &mut Entry, action: &str, body: &str, chain: Option<&str>, as_of: Timestamp) {
    match x509::Chain::from_pem(body, chain) {
        Ok(read) => set_read(entry, &read, as_of),
        Err(error) => {
            let unreadable = malformed(action, &error);
            entry.identity = Reading::Unreadable(unreadable.clone());
            entry.chain = Reading::Unreadable(unreadable);
        }
    }
}

fn set_read(entry: &mut Entry, read: &x509::Chain, as_of: Timestamp) {
    let leaf = &read.leaf;
    entry.names = leaf.names.iter().cloned().collect();
    entry.key_algorithm = leaf.key_type.map(|key| acm_name(key).to_owned());
    entry.not_before = Some(leaf.not_before);
    let identity = Identity {
        issuer: Some(leaf.issuer.to_string()),
        subject: Some(leaf.subject.to_string()),
        serial: Some(with_colons(&leaf.serial)),
        ..Identity::default()
    };
    let chain = Chain {
        fingerprint: leaf.fingerprint(),
        issuers: read.above.iter().map(|one| one.subject.to_string()).collect(),
        first_expiry: read.above.iter().map(|one| one.not_after).min(),
    };
    entry.identity = Reading::Known { value: identity, as_of };
    entry.chain = Reading::Known { value: chain, as_of };
}

fn malformed(action: &str, error: &x509::UnreadableCertificate) -> Unreadable {
    Unreadable {
        code: "MalformedCertificate".to_owned(),
        action: action.to_owned(),
        explanation: format!("AWS returned a certificate that this program cannot read: {error}"),
    }
}

/// As ACM names it (KeyAlgorithm of CertificateDetail).
fn acm_name(key: KeyType) -> &'static str {
    match key {
        KeyType::Rsa2048 => "RSA_2048",
        KeyType::Rsa3072 => "RSA_3072",
        KeyType::Rsa4096 => "RSA_4096",
        KeyType::P256 => "EC_prime256v1",
        KeyType::P384 => "EC_secp384r1",
        KeyType::P521 => "EC_secp521r1",
    }
}

/// As ACM writes it: whole bytes, with colons.
fn with_colons(serial: &SerialNumber) -> String {
    let mut digits = serial.to_string();
    if digits.len() % 2 == 1 {
        digits.insert(0, '0');
    }
    let bytes: Vec<_> = (0..digits.len()).step_by(2).filter_map(|at| digits.get(at..at + 2)).collect();
    bytes.join(":")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serials_are_written_as_acm_writes_them() {
        for (given, expected) in [("a1b", "0a:1b"), ("00", "00"), ("7", "07"), ("0A:1B:FF", "0a:1b:ff")] {
            assert_eq!(with_colons(&SerialNumber::parse(given).unwrap()), expected);
        }
    }
}
