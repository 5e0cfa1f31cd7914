// What must hold for any secret. For the fuzz target and, with its corpus, for `tests/suite/corpus.rs`.

use certificate_bundle::{Bundle, Known, NoBundle, SecretValue, read};

/// Reads bytes as both kinds of values.
pub(crate) fn check(bytes: &[u8]) {
    let known = Known { names: &["www.example.com"], passwords: &["password"] };
    let binary = read(SecretValue::Binary(bytes), known);
    check_result(&binary);
    if let Ok(text) = std::str::from_utf8(bytes) {
        // Text means the same in either.
        let text = read(SecretValue::Text(text), known);
        assert_eq!(shown(&text), shown(&binary));
    }
}

fn check_result(result: &Result<Bundle, NoBundle>) {
    match result {
        Err(error) => assert!(!error.reason().is_empty() && !error.advice().is_empty()),
        Ok(bundle) => {
            assert!(bundle.key().pkcs8_pem().starts_with("-----BEGIN PRIVATE KEY-----\n"));
            assert!(bundle.leaf_pem().starts_with("-----BEGIN CERTIFICATE-----\n"));
            assert!(bundle.chain_der().all(|certificate| certificate != bundle.leaf_der()));
            // What was found is found again.
            let again = [bundle.leaf_pem(), &bundle.chain_pem(), bundle.key().pkcs8_pem()].concat();
            let again = read(SecretValue::Text(&again), Known::default());
            assert!(again.is_ok_and(|again| again.chain_pem() == bundle.chain_pem()));
        }
    }
}

fn shown(result: &Result<Bundle, NoBundle>) -> String {
    result.as_ref().map_or_else(|error| error.to_string(), |bundle| format!("{bundle:?}{}", bundle.chain_pem()))
}
