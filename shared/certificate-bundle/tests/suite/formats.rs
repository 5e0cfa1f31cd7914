//! Every format that writers of secrets use.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use certificate_bundle::{Known, SecretValue, read};

use crate::pki::{Pki, is_whole, json, pki, read_text, reason, text};

/// Texts that hold the certificate, its CA and its key, each as somebody writes it.
pub(crate) fn texts() -> Vec<(&'static str, String)> {
    let Pki { root, ca, leaf } = pki();
    let (full, key, ca, root) = (pki().full_chain(), &leaf.key, ca.pem(), root.pem());
    let all = format!("{full}{key}");
    let object = json(&[("tls.crt", &full), ("tls.key", key)]);
    vec![
        ("Keyfactor AWSSMPEM, raw", all.clone()),
        ("Keyfactor AWSSMPEM, JSON", json(&[("certificate", &full), ("private_key", key)])),
        (
            "Infisical PKI sync",
            json(&[
                ("certificate", &leaf.pem),
                ("private_key", key),
                ("certificate_chain", &ca),
                ("ca_certificate", &root),
            ]),
        ),
        ("certnow", json(&[("certificate", &leaf.pem), ("private_key", key), ("chain", &ca), ("full_chain", &full)])),
        ("external-secrets", json(&[("tls.crt", &full), ("tls.key", key), ("ca.crt", &root)])),
        (
            "external-secrets, encoded",
            json(&[("tls.crt", &STANDARD.encode(&full)), ("tls.key", &STANDARD.encode(key))]),
        ),
        ("cert-manager", json(&[("tls-combined.pem", &format!("{key}{full}")), ("tls.crt", &full), ("tls.key", key)])),
        (
            "certbot",
            json(&[("cert.pem", &leaf.pem), ("chain.pem", &ca), ("fullchain.pem", &full), ("privkey.pem", key)]),
        ),
        ("in a deeper object", format!(r#"{{"version":3,"data":{{"tls":[{object}]}}}}"#)),
        ("an array of lines", {
            let lines: Vec<&str> = all.split_inclusive("-----\n").collect();
            serde_json::to_string(&[lines.concat()]).unwrap()
        }),
        ("JSON in JSON", json(&[("value", &object)])),
        ("base64 of JSON", STANDARD.encode(&object)),
        ("base64 of PEM", STANDARD.encode(&all)),
        ("a JSON string", serde_json::to_string(&all).unwrap()),
        ("base64 of DER", {
            let der = |pem: &str| STANDARD.encode(pem_der(pem));
            json(&[("certificate", &der(&leaf.pem)), ("ca", &der(&ca)), ("key", &der(key))])
        }),
        ("JSON with raw line breaks, which is not JSON", format!("{{\"crt\": \"{full}\", \"key\": \"{key}\"}}")),
        ("a shell's export", format!("export CERT=\"{full}\"\nexport KEY='{key}'\n")),
        (
            "with what openssl prints around",
            format!("Bag Attributes\n  friendlyName: www\nsubject=CN\n{full}\n-----\n{key}"),
        ),
        ("the root too", format!("{all}{root}")),
        ("the leaf twice", format!("{}{all}", leaf.pem)),
        ("in the wrong order", format!("{root}{key}{ca}{}", leaf.pem)),
        ("with other blocks", {
            let other = |label: &str| format!("-----BEGIN {label}-----\nMAUCAQECAQI=\n-----END {label}-----\n");
            format!("{}{}{all}{}", other("DH PARAMETERS"), other("CERTIFICATE REQUEST"), other("PUBLIC KEY"))
        }),
        ("TRUSTED CERTIFICATE", {
            let bytes = [pem_der(&leaf.pem), vec![0x30, 0]].concat();
            let trusted = STANDARD.encode(bytes);
            format!("-----BEGIN TRUSTED CERTIFICATE-----\n{trusted}\n-----END TRUSTED CERTIFICATE-----\n{ca}{key}")
        }),
        ("with what cannot be used beside it", {
            json(&[("crt", &full), ("key", key), ("keystore.jks", &STANDARD.encode(b"\xfe\xed\xfe\xed\0\0\0\x02"))])
        }),
    ]
}

fn pem_der(pem: &str) -> Vec<u8> {
    let digits: String = pem.lines().filter(|line| !line.starts_with('-')).collect();
    STANDARD.decode(digits).unwrap()
}

#[test]
fn every_writer_is_read() {
    for (writer, secret) in texts() {
        let bundle = read_text(&secret).unwrap_or_else(|error| panic!("{writer}: {error}"));
        assert!(is_whole(&bundle), "{writer}: {bundle:?}");
        let binary = read(SecretValue::Binary(secret.as_bytes()), Known::default()).unwrap();
        assert!(is_whole(&binary), "{writer} as SecretBinary");
    }
}

#[test]
fn every_kind_of_damage_to_line_breaks_is_read() {
    let all = format!("{}{}", pki().full_chain(), pki().leaf.key);
    let escaped = all.replace('\n', r"\n");
    for (damage, secret) in [
        ("escaped", escaped.clone()),
        ("escaped twice", escaped.replace('\\', r"\\")),
        ("escaped twice, in JSON", json(&[("pem", &escaped.replace('\\', r"\\"))])),
        ("spaces", all.replace('\n', " ")),
        ("CRLF", all.replace('\n', "\r\n")),
        ("CRLF escaped", all.replace('\n', r"\r\n")),
        ("removed", all.replace('\n', "")),
        ("all white space removed", all.replace(['\n', ' '], "")),
        ("not at the end", all.trim_end().to_owned()),
        ("indented", all.replace('\n', "\n    ")),
        ("indented by tabs, with blanks at the ends of lines", all.replace('\n', " \n\t")),
        ("doubled", all.replace('\n', "\n\n")),
        ("a byte order mark", format!("\u{feff}{all}")),
        ("blanks in front", format!("   \n{all}")),
    ] {
        let bundle = read_text(&secret).unwrap_or_else(|error| panic!("{damage}: {error}"));
        assert!(is_whole(&bundle), "{damage}: {bundle:?}");
    }
}

#[test]
fn every_type_of_key_that_acm_imports_is_read() {
    for name in ["rsa-2048", "rsa-3072", "rsa-4096", "prime256v1", "secp384r1", "secp521r1"] {
        let certificate = text(&format!("{name}.crt.pem"));
        let [pkcs8, old] = ["pkcs8", "old"].map(|form| {
            let key = text(&format!("{name}.{form}.pem"));
            read_text(&format!("{certificate}{key}")).unwrap_or_else(|error| panic!("{name} {form}: {error}"))
        });
        assert_eq!(pkcs8.key().pkcs8_pem(), old.key().pkcs8_pem(), "{name}");
        assert_eq!(pkcs8.leaf_pem(), certificate);
        assert!(pkcs8.chain_pem().is_empty(), "{name} is self-signed");
        // ImportCertificate takes no longer ones.
        assert!(pkcs8.key().pkcs8_pem().len() <= 5_120);
    }
}

#[test]
fn other_types_of_keys_are_not() {
    for name in ["rsa-1024", "secp256k1", "ed25519"] {
        for form in ["pkcs8", "old"].iter().filter(|form| name != "ed25519" || **form == "pkcs8") {
            let secret = format!("{}{}", text(&format!("{name}.crt.pem")), text(&format!("{name}.{form}.pem")));
            assert_eq!(reason(&secret), "key-unusable", "{name} {form}");
        }
    }
}

#[test]
fn a_label_that_says_something_else_does_not_matter() {
    let Pki { leaf, .. } = pki();
    let key = text("rsa-2048.old.pem").replace("RSA PRIVATE KEY", "PRIVATE KEY");
    assert!(read_text(&format!("{}{key}", text("rsa-2048.crt.pem"))).is_ok());
    let certificate = leaf.pem.replace("CERTIFICATE", "X509 CERTIFICATE");
    assert!(read_text(&format!("{certificate}{}", leaf.key)).is_ok());
}
