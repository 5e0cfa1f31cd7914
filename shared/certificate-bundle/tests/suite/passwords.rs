//! What is encrypted, by the tools that people use, and where its password is.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use certificate_bundle::{Bundle, Known, NoBundle, SecretValue, read};

use crate::pki::{file, json, pki, read_text, text};

const PASSWORD: &str = "S3cret pässword";

/// PKCS #12 files and their passwords.
const PKCS12: [(&str, &str); 13] = [
    ("openssl-3", PASSWORD),
    ("openssl-1", PASSWORD),
    ("windows-3des", PASSWORD),
    ("rc2-128-two-key-3des", PASSWORD),
    ("sha512-mac", PASSWORD),
    ("no-mac", PASSWORD),
    ("not-encrypted", PASSWORD),
    ("empty-password", ""),
    ("empty-password-old", ""),
    ("java", "password"),
    ("java-legacy", "password"),
    ("ber", PASSWORD),
    ("pbmac1", PASSWORD),
];

fn is_whole(bundle: &Bundle) -> bool {
    bundle.leaf_pem() == text("leaf.pem") && bundle.chain_der().count() == 1
}

fn with_password(secret: SecretValue<'_>, password: &str) -> Result<Bundle, NoBundle> {
    read(secret, Known { passwords: &[password], ..Known::default() })
}

fn reason(result: Result<Bundle, NoBundle>) -> &'static str {
    result.map_or_else(|no_bundle| no_bundle.reason(), |_| "a certificate")
}

#[test]
fn every_tools_pkcs12_is_read() {
    for (name, password) in PKCS12 {
        let bytes = file(&format!("{name}.p12"));
        let bundle = with_password(SecretValue::Binary(&bytes), password);
        assert!(bundle.as_ref().is_ok_and(is_whole), "{name}: {bundle:?}");
        let encoded = json(&[("pfx", &STANDARD.encode(&bytes)), ("pfx_password", password)]);
        assert!(read_text(&encoded).as_ref().is_ok_and(is_whole), "{name} in JSON");
    }
}

#[test]
fn pkcs12_takes_its_password() {
    for (name, password) in PKCS12.iter().filter(|(name, password)| !password.is_empty() && *name != "no-mac") {
        let bytes = file(&format!("{name}.p12"));
        let without = reason(read(SecretValue::Binary(&bytes), Known::default()));
        assert_eq!(without, "no-password", "{name} {password}");
        assert_eq!(reason(with_password(SecretValue::Binary(&bytes), "wrong")), "wrong-password", "{name}");
    }
}

#[test]
fn without_a_mac_a_wrong_password_is_noticed_by_what_comes_out() {
    let bytes = file("no-mac.p12");
    for number in 0..600 {
        let result = with_password(SecretValue::Binary(&bytes), &number.to_string());
        assert_eq!(reason(result), "wrong-password", "{number}");
    }
}

#[test]
fn encrypted_pkcs8_is_read() {
    for name in ["aes-256", "aes-128-sha1", "aes-192-sha512", "3des", "pkcs12-3des"] {
        let secret = [text("leaf.pem"), text(&format!("{name}.key.pem"))].concat();
        let bundle = with_password(SecretValue::Text(&secret), PASSWORD);
        assert!(bundle.is_ok_and(|bundle| bundle.leaf_pem() == text("leaf.pem")), "{name}");
        assert_eq!(reason(with_password(SecretValue::Text(&secret), "wrong")), "wrong-password", "{name}");
        assert_eq!(reason(read_text(&secret)), "no-password", "{name}");
    }
}

#[test]
fn what_is_not_supported_is_said() {
    for (secret, expected) in [
        (file("many-iterations.p12"), "too-many-iterations"),
        (file("rc4.p12"), "encryption-not-supported"),
        (file("java.jks"), "java-keystore"),
        ([file("leaf.pem"), file("scrypt.key.pem")].concat(), "encryption-not-supported"),
        ([file("leaf.pem"), file("old-openssl.key.pem")].concat(), "encryption-not-supported"),
    ] {
        assert_eq!(reason(with_password(SecretValue::Binary(&secret), PASSWORD)), expected);
    }
}

#[test]
fn the_password_is_found_by_the_name_of_its_field_or_as_any_other_string() {
    let key = text("aes-256.key.pem");
    for name in ["password", "passphrase", "pfx_password", "KEYSTORE-PASS", "pwd", "anything else"] {
        let secret = json(&[("a", "no"), ("crt", &text("leaf.pem")), ("key", &key), (name, PASSWORD), ("z", "no")]);
        assert!(read_text(&secret).is_ok(), "{name}");
    }
    let with_line_break = json(&[("crt", &text("leaf.pem")), ("key", &key), ("password", &format!("{PASSWORD}\n"))]);
    assert!(read_text(&with_line_break).is_ok());
}

#[test]
fn a_field_named_after_passwords_comes_first() {
    // Only so many are tried.
    let noise: Vec<(String, String)> =
        (0..100).map(|number| (format!("a{number:03}"), format!("no {number}"))).collect();
    let mut fields: Vec<(&str, &str)> = noise.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let (leaf, key) = (text("leaf.pem"), text("aes-256.key.pem"));
    fields.extend([("crt", leaf.as_str()), ("key", &key), ("zz_password", PASSWORD)]);
    assert!(read_text(&json(&fields)).is_ok());
    fields.pop();
    fields.push(("zz", PASSWORD));
    assert_eq!(reason(read_text(&json(&fields))), "wrong-password");
}

#[test]
fn a_whole_pair_needs_no_password() {
    let keystore = STANDARD.encode(file("openssl-3.p12"));
    let secret = json(&[("tls.crt", &pki().full_chain()), ("tls.key", &pki().leaf.key), ("keystore.p12", &keystore)]);
    assert!(read_text(&secret).as_ref().is_ok_and(crate::pki::is_whole));
}

#[test]
fn pkcs7_is_not_supported() {
    let pkcs7 = "-----BEGIN PKCS7-----\nMAsGCSqGSIb3DQEHAg==\n-----END PKCS7-----\n";
    assert_eq!(reason(read_text(pkcs7)), "format-not-supported");
}

#[test]
fn a_password_that_is_base64_of_something_is_tried_as_it_is() {
    // It means `"wrong`, which begins as JSON does.
    let password = "Indyb25n";
    let key = [text("leaf.pem"), text("base64-password.key.pem")].concat();
    assert!(read_text(&json(&[("pem", &key), ("password", password)])).is_ok());
}
