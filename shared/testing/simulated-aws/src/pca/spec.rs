//! What tests say of a certificate authority.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use super::creation::DEFAULT_KEY_STORAGE;
use crate::Key;

/// A certificate authority to create.
#[derive(Debug, Clone)]
pub struct PrivateCaSpec {
    pub(super) key: Key,
    pub(super) common_name: String,
    pub(super) signing_algorithm: Option<String>,
    pub(super) not_after: Option<Timestamp>,
    pub(super) short_lived: bool,
    pub(super) parent: Option<String>,
    pub(super) path_length: Option<u8>,
    pub(super) revocation: Value,
    pub(super) key_storage: String,
    pub(super) tags: BTreeMap<String, String>,
}

impl PrivateCaSpec {
    /// An active root CA that is valid for ten years more.
    pub fn new(key: Key) -> Self {
        Self {
            key,
            common_name: "Example CA".to_owned(),
            signing_algorithm: None,
            not_after: None,
            short_lived: false,
            parent: None,
            path_length: None,
            revocation: Value::Null,
            key_storage: DEFAULT_KEY_STORAGE.to_owned(),
            tags: BTreeMap::new(),
        }
    }

    /// The path length constraint of its certificate (RFC 5280, 4.2.1.9); without this there is none.
    #[must_use]
    pub fn path_length(mut self, most: u8) -> Self {
        self.path_length = Some(most);
        self
    }

    /// RevocationConfiguration as CreateCertificateAuthority takes it; without this there is neither CRL nor
    /// OCSP.
    #[must_use]
    pub fn revocation(mut self, configuration: Value) -> Self {
        self.revocation = configuration;
        self
    }

    /// KeyStorageSecurityStandard; default `FIPS_140_2_LEVEL_3_OR_HIGHER`.
    #[must_use]
    pub fn key_storage(mut self, standard: &str) -> Self {
        standard.clone_into(&mut self.key_storage);
        self
    }

    /// Adds a tag.
    #[must_use]
    pub fn tag(mut self, key: &str, value: &str) -> Self {
        self.tags.insert(key.to_owned(), value.to_owned());
        self
    }

    /// The subject's common name.
    #[must_use]
    pub fn common_name(mut self, name: &str) -> Self {
        name.clone_into(&mut self.common_name);
        self
    }

    /// The CA's SigningAlgorithm; default: the digest of the key's strength, such as `SHA384WITHECDSA`.
    #[must_use]
    pub fn signing_algorithm(mut self, name: &str) -> Self {
        self.signing_algorithm = Some(name.to_owned());
        self
    }

    /// End of the CA's own validity.
    #[must_use]
    pub fn not_after(mut self, at: Timestamp) -> Self {
        self.not_after = Some(at);
        self
    }

    /// UsageMode SHORT_LIVED_CERTIFICATE.
    #[must_use]
    pub fn short_lived(mut self) -> Self {
        self.short_lived = true;
        self
    }

    /// A subordinate CA of this CA.
    #[must_use]
    pub fn subordinate_of(mut self, ca_arn: &str) -> Self {
        self.parent = Some(ca_arn.to_owned());
        self
    }
}
