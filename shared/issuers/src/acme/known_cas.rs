//! What is known of public CAs: their roots.
//!
//! A CA's names say nothing, since whoever makes a certificate may write any name into it; its keys do. The roots' are
//! those of Mozilla's programme.

use acme::settings::AcmeDirectory;
use x509::Certificate;

/// Common names of the roots. `letsencrypt-staging` has none that anybody trusts.
const ROOTS: [(&str, &[&str]); 3] = [
    // https://letsencrypt.org/certificates/
    ("letsencrypt", &["ISRG Root X1", "ISRG Root X2", "ISRG Root YE", "ISRG Root YR"]),
    // https://pki.goog/repository/
    ("google", &["GTS Root R1", "GTS Root R2", "GTS Root R3", "GTS Root R4"]),
    // https://zerossl.com/features/acme/ : ZeroSSL's intermediates are Sectigo's.
    (
        "zerossl",
        &[
            "USERTrust RSA Certification Authority",
            "USERTrust ECC Certification Authority",
            "Sectigo Public Server Authentication Root R46",
            "Sectigo Public Server Authentication Root E46",
        ],
    ),
];

/// The CAs whose certificates the directory may replace: those of its settings, and of a known CA its roots.
pub(super) fn issuers(directory: &AcmeDirectory) -> Vec<Certificate> {
    // Checked when the settings were read.
    let configured = directory.issuers.iter().filter_map(|pem| Certificate::all_from_pem(pem).ok()).flatten();
    configured.chain(known(directory)).collect()
}

fn known(directory: &AcmeDirectory) -> Vec<Certificate> {
    let names = ROOTS.iter().find(|(name, _)| directory.is_built_in() && *name == directory.name);
    let Some((_, names)) = names else { return Vec::new() };
    let roots = webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter();
    let roots = roots.filter_map(|der| Certificate::from_der(der).ok());
    roots.filter(|root| root.subject.common_names().any(|name| names.contains(&name.as_str()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn issuers_of(json: &str) -> Vec<Certificate> {
        let settings: acme::settings::AcmeSettings = format!(r#"{{"directories": [{json}]}}"#).parse().unwrap();
        issuers(&settings.directories()[0])
    }

    #[test]
    fn roots_of_public_cas_are_known() {
        for (name, at_least) in [("letsencrypt", 2), ("google", 3), ("zerossl", 4), ("letsencrypt-staging", 0)] {
            let found = issuers_of(&format!(r#"{{"name": "{name}", "domains": ["example.com"]}}"#));
            assert!(found.len() >= at_least && (at_least > 0 || found.is_empty()), "{name}: {}", found.len());
            assert!(found.iter().all(|root| root.is_ca));
        }
    }

    #[test]
    fn another_server_of_that_name_is_another_ca() {
        let other = r#"{"name": "letsencrypt", "url": "https://ca.example/directory", "domains": ["example.com"]}"#;
        assert!(issuers_of(other).is_empty());
    }

    #[test]
    fn configured_issuers_count_too() {
        let pem = rcgen::generate_simple_self_signed(["ca.example".to_owned()]).unwrap().cert.pem();
        let json = serde_json::json!({"name": "letsencrypt-staging", "domains": ["example.com"], "issuers": [pem]});
        assert_eq!(issuers_of(&json.to_string()).len(), 1);
    }
}
