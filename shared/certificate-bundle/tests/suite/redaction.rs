//! Nothing that may be logged shows a key or a password.

use certificate_bundle::{Known, NoBundle, SecretValue, read};

use crate::formats::texts;
use crate::pki::{json, pki, text};

/// Pieces of the keys and passwords in the tests' secrets.
fn secrets() -> Vec<String> {
    let keys = [pki().leaf.key.clone(), text("aes-256.key.pem")];
    let lines = keys.iter().flat_map(|key| key.lines().filter(|line| !line.starts_with('-')).map(str::to_owned));
    lines.chain(["hunter2".to_owned()]).collect()
}

fn check(shown: &str) {
    for secret in secrets() {
        assert!(!shown.contains(&secret), "{shown}");
    }
}

fn show(error: NoBundle) -> String {
    format!("{error} {error:?} {} {}", error.reason(), error.advice())
}

#[test]
fn results_show_no_key() {
    for (_, secret) in texts() {
        let bundle = read(SecretValue::Text(&secret), Known::default()).unwrap();
        check(&format!("{bundle:?} {bundle:#?} {:?}", bundle.key()));
    }
    let (_, secret) = &texts()[0];
    let bundle = read(SecretValue::Text(secret), Known::default()).unwrap();
    assert_eq!(format!("{bundle:?}"), "Bundle(names [\"www.example.com\"], chain of 1, PrivateKey(redacted))");
}

#[test]
fn errors_show_nothing_of_the_secret() {
    let key = &pki().leaf.key;
    for secret in [
        key.clone(),
        key[..key.len() / 2].to_owned(),
        key.replacen("MI", "NI", 1),
        json(&[("password", "hunter2"), ("username", "hunter2")]),
        json(&[("crt", &text("leaf.pem")), ("key", &text("aes-256.key.pem")), ("password", "hunter2")]),
        "hunter2".to_owned(),
    ] {
        let error = read(SecretValue::Text(&secret), Known::default()).unwrap_err();
        check(&show(error));
    }
}

#[test]
fn inputs_are_redacted_too() {
    let known = Known { names: &["www.example.com"], passwords: &["hunter2"] };
    check(&format!("{:?} {known:?}", SecretValue::Text("hunter2")));
    assert_eq!(format!("{:?}", SecretValue::Text("hunter2")), "SecretValue(7 bytes, redacted)");
    assert_eq!(format!("{known:?}"), "Known(names [\"www.example.com\"], 1 passwords redacted)");
}
