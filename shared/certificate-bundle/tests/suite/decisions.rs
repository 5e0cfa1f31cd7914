//! The README's table of decisions.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use certificate_bundle::{Known, NoBundle, SecretValue, read};

use crate::pki::{Pki, file, json, leaf, pki, read_text, text};

const README: &str = include_str!("../../README.md");

/// What a secret holds, as the README says it, and one that does.
fn rows() -> Vec<(&'static str, Vec<u8>)> {
    let Pki { ca, leaf: www, .. } = pki();
    let (full, key) = (pki().full_chain(), www.key.as_str());
    let other = leaf(&["other.example"], 2050, ca);
    let rows = [
        ("a certificate with its private key, and whatever else", format!("{full}{key}")),
        ("nothing: an empty string, `{}`, empty fields", json(&[("tls.crt", ""), ("tls.key", " ")])),
        (
            "`NotGenerated`, `pending`, `changeme` and the like",
            json(&[("crt", "NotGenerated"), ("key", "NotGenerated")]),
        ),
        ("text that is nothing of all this", json(&[("note", "the certificate comes next week")])),
        ("a block with a BEGIN line and no END line", format!("{full}{}", &key[..key.len() / 2])),
        ("certificates only", full.clone()),
        ("private keys only", key.to_owned()),
        ("certificates, and keys of others", format!("{full}{}", other.key)),
        ("an ACME account: `accountUrl`, `eab`, `kid` with `hmac`, a JSON Web Key", {
            json(&[("accountUrl", "https://acme.example/1"), ("privateKey", key)])
        }),
        ("AWS credentials: `AccessKeyId`, `SecretAccessKey`, `AKIA…`", json(&[("id", "AKIAIOSFODNN7EXAMPLE")])),
        (
            "a password: `password`, `passphrase` and the like",
            json(&[("username", "u"), ("password", "p"), ("host", "db")]),
        ),
        ("an SSH key", "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n".into()),
        ("an encrypted key or PKCS #12, and no string that could be its password", {
            json(&[("crt", &text("leaf.pem")), ("key", &text("aes-256.key.pem"))])
        }),
        ("an encrypted key or PKCS #12, and other strings than its password", {
            json(&[("pfx", &STANDARD.encode(file("openssl-3.p12"))), ("password", "wrong")])
        }),
        ("more than 3,000,000 iterations", {
            json(&[("pfx", &STANDARD.encode(file("many-iterations.p12"))), ("password", "wrong")])
        }),
        ("RC4, scrypt, OpenSSL's encryption from before PKCS #8", {
            json(&[("crt", &text("leaf.pem")), ("key", &text("scrypt.key.pem")), ("password", "wrong")])
        }),
        ("a Java keystore (JKS, JCEKS)", STANDARD.encode(file("java.jks"))),
        ("a key of another type or size, or a damaged one", text("ed25519.pkcs8.pem")),
        ("a damaged certificate, without which there is no pair or no chain", {
            format!("{}{key}{}", www.pem, ca.pem().replacen("MI", "NI", 1))
        }),
        ("a damaged PKCS #12 or encrypted key", STANDARD.encode([0x30, 6, 2, 1, 3, 0x30, 1, 5])),
        ("several pairs, and none with all present names", format!("{full}{key}{}{}", other.pem, other.key)),
        ("more than 128 certificates and keys", {
            "-----BEGIN CERTIFICATE-----MAcwADAAAgEA-----END CERTIFICATE-----".repeat(129)
        }),
        ("more than 65,536 bytes", " ".repeat(65_537)),
    ];
    let binary = ("PKCS #7, other bytes", vec![0xff; 100]);
    rows.into_iter().map(|(what, secret)| (what, secret.into_bytes())).chain([binary]).collect()
}

fn outcome(secret: &[u8]) -> String {
    let known = Known { names: &["www.example.org"], ..Known::default() };
    match read(SecretValue::Binary(secret), known) {
        Ok(_) => "the certificate".into(),
        Err(error @ NoBundle::NotYet(_)) => format!("not yet: `{}`", error.reason()),
        Err(error @ NoBundle::NotACertificate(_)) => format!("`{}`", error.reason()),
        Err(error @ NoBundle::Unusable(_)) => format!("unusable: `{}`", error.reason()),
    }
}

#[test]
fn the_readme_has_every_decision_and_no_other() {
    let rows = rows();
    for (what, secret) in &rows {
        let row = format!("| {what} | {} |", outcome(secret));
        assert!(README.contains(&row), "the README lacks\n{row}");
    }
    let table = README.split("## What is decided").nth(1).unwrap().split("\n## ").next().unwrap();
    let in_readme = table.lines().filter(|line| line.starts_with('|')).count();
    assert_eq!(in_readme, rows.len() + 2, "with the head of the table");
}

#[test]
fn every_sign_of_another_secret_is_known() {
    let object = |fields: &[(&str, &str)]| read_text(&json(fields)).map(|_| ()).unwrap_err().reason();
    let key = &pki().leaf.key;
    for fields in [
        &[("directory", "https://x"), ("accountUrl", "https://x/1"), ("keyPkcs8", key), ("eab", "")][..],
        &[("kid", "k1"), ("hmac", "bWFj")],
        &[("eab_kid", "k1"), ("eab_hmac_key", "bWFj")],
        &[("kty", "EC"), ("crv", "P-256"), ("d", "AA"), ("x", "AA"), ("y", "AA")],
        &[("AccessKeyId", "x"), ("SecretAccessKey", "y")],
        &[("aws_access_key_id", "x"), ("aws_secret_access_key", "y")],
        &[("engine", "postgres"), ("username", "x"), ("password", "y"), ("dbname", "z")],
        &[("keyPassword", "x")],
    ] {
        assert_eq!(object(fields), "not-a-certificate", "{fields:?}");
    }
    // They do not count where a field is there for a certificate, or a certificate is.
    assert_eq!(object(&[("password", ""), ("key", "")]), "empty");
    assert_eq!(object(&[("password", "x"), ("key", key)]), "key-without-certificate");
    let waiting = [("accountUrl", "https://x/1"), ("certificate", ""), ("privateKey", key)];
    assert_eq!(object(&waiting), "key-without-certificate");
    assert_eq!(object(&[("username", "x"), ("password", "y"), ("pfx", "NotGenerated")]), "placeholder");
    let whole =
        [("accountUrl", "https://x/1"), ("kid", "k1"), ("hmac", "bWFj"), ("pem", &pki().full_chain()), ("k", key)];
    assert!(read_text(&json(&whole)).is_ok());
}

#[test]
fn what_is_not_written_yet_is_not_yet() {
    for (secret, expected) in [
        ("", "empty"),
        ("  \n", "empty"),
        ("{}", "empty"),
        ("[]", "empty"),
        ("null", "placeholder"),
        ("NotGenerated", "placeholder"),
        (r#"{"crt":null,"key":null}"#, "empty"),
        (r#"{"crt":"NOTGENERATED"}"#, "placeholder"),
        ("hunter2", "no-certificate"),
        ("-----BEGIN CERTIFICATE-----\nMIIB", "truncated"),
        ("{\"crt\":\"-----BEGIN CERTIFICATE-----\\nMIIB", "truncated"),
        ("-----BEGIN PRIVATE KE", "truncated"),
        ("-----BEGIN PUBLIC KEY-----AAAA-----END PUBLIC KEY-----", "no-certificate"),
    ] {
        let error = read_text(secret).unwrap_err();
        assert!(matches!(error, NoBundle::NotYet(_)) && error.reason() == expected, "{secret}: {error}");
    }
}

#[test]
fn every_error_says_what_to_do() {
    for (_, secret) in rows() {
        if let Err(error) = read(SecretValue::Binary(&secret), Known { names: &["www.example.org"], passwords: &[] }) {
            assert!(error.advice().ends_with('.'), "{error}");
            assert!(!error.to_string().ends_with('.'));
        }
    }
}
