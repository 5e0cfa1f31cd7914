//! What is particular to a private CA.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What acm-pca:ListCertificateAuthorities shows of a private CA besides what every entry has
/// ([CertificateAuthority](https://docs.aws.amazon.com/privateca/latest/APIReference/API_CertificateAuthority.html)).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Authority {
    /// `ROOT` or `SUBORDINATE`.
    pub ca_type: Option<String>,
    /// `GENERAL_PURPOSE` or `SHORT_LIVED_CERTIFICATE`, which decides its price.
    pub usage_mode: Option<String>,
    /// How it signs, such as `SHA256WITHRSA`.
    pub signing_algorithm: Option<String>,
    /// Such as `FIPS_140_2_LEVEL_3_OR_HIGHER`.
    pub key_storage_standard: Option<String>,
    /// Why it could not be created.
    pub failure_reason: Option<String>,
    /// The account that owns it.
    pub owner_account: Option<String>,
    /// When its status last changed.
    pub last_state_change_at: Option<Timestamp>,
    /// Until when a deleted CA can be restored.
    pub restorable_until: Option<Timestamp>,
    /// Its certificate revocation list.
    pub crl: Option<Crl>,
    /// Its OCSP responder.
    pub ocsp: Option<Ocsp>,
}

/// A certificate revocation list
/// ([CrlConfiguration](https://docs.aws.amazon.com/privateca/latest/APIReference/API_CrlConfiguration.html)).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Crl {
    /// Whether the CA publishes one.
    pub enabled: bool,
    /// The S3 bucket that it is published in.
    pub bucket: Option<String>,
    /// The access that the CA gives to each list in the bucket: `PUBLIC_READ` or `BUCKET_OWNER_FULL_CONTROL`.
    pub object_acl: Option<String>,
    /// How many days a list is valid.
    pub expiration_days: Option<i32>,
    /// The name that certificates have instead of the bucket's.
    pub custom_cname: Option<String>,
}

/// An OCSP responder.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ocsp {
    /// Whether AWS answers for the CA.
    pub enabled: bool,
    /// The name that certificates have instead of AWS's.
    pub custom_cname: Option<String>,
}
