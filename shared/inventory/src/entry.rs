//! One thing with an expiry.

use std::collections::BTreeMap;

use certificates::{DomainValidation, Renewal};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::authority::Authority;
use crate::reading::Reading;
use crate::usage::Usage;

/// Tags by key.
pub type Tags = BTreeMap<String, String>;

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// Imported into ACM.
    Imported,
    /// A public certificate that ACM requested.
    AmazonIssued,
    /// A certificate of AWS Private CA that ACM requested.
    Private,
    /// An ACME client requested it from an ACME endpoint of ACM and holds its key.
    Acme,
    /// An IAM server certificate.
    IamServer,
    /// A client certificate of API Gateway.
    ApiClient,
    /// A private CA.
    PrivateCa,
    /// An ACME endpoint of ACM.
    AcmeEndpoint,
    /// A binding of an ACME endpoint, which lets clients register.
    AcmeBinding,
    /// An account that an ACME client registered.
    AcmeAccount,
}

/// A certificate, a CA, or what lets one be issued.
///
/// What a listing shows is certain: without the listing there is no entry. Members that a kind does not have are
/// `None` or empty; what might be there and is not known is a [`Reading`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// Its ARN; of an ACME account, which has none, its URL.
    pub arn: String,
    /// Its id, by which CloudFront names an IAM server certificate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What it is.
    pub kind: Kind,
    /// What people call it: its domain name, its subject, or its id.
    pub name: String,
    /// DNS names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    /// Whether there are more names than these.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub has_more_names: bool,
    /// As AWS writes it, such as `ISSUED`; empty where the service has no status.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub status: String,
    /// In ACM's names, such as `EC_prime256v1`.
    pub key_algorithm: Option<String>,
    /// Start of its validity.
    pub not_before: Option<Timestamp>,
    /// Expiry; absent when nothing was issued yet, or it never expires.
    pub not_after: Option<Timestamp>,
    /// When it was requested, imported for the first time, or uploaded.
    pub created_at: Option<Timestamp>,
    /// When it was issued. Not there for imported ones.
    pub issued_at: Option<Timestamp>,
    /// When it was last imported.
    pub imported_at: Option<Timestamp>,
    /// What the listing says of its use, which a deep pass may know better.
    pub in_use: Option<bool>,
    /// Whether ACM is able to renew it: `ELIGIBLE` or `INELIGIBLE`.
    pub renewal_eligibility: Option<String>,
    /// `ENABLED` when its key may be exported.
    pub export_option: Option<String>,
    /// Whether its key was exported.
    pub exported: Option<bool>,
    /// Such as `CLOUDFRONT`.
    pub managed_by: Option<String>,
    /// The hierarchy of roots above it, such as `N2_AMAZON_MANAGED`.
    pub root_hierarchy: Option<String>,
    /// What it is meant for, such as `CLIENT_AUTH_ONLY`.
    pub usage: Option<String>,
    /// Key usages in ACM's names.
    pub key_usages: Option<Vec<String>>,
    /// Extended key usages in ACM's names.
    pub extended_key_usages: Option<Vec<String>>,
    /// Of a private CA only: what a listing shows of it besides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority: Option<Box<Authority>>,
    /// Issuer, serial, validation.
    pub identity: Reading<Identity>,
    /// All its tags.
    pub tags: Reading<Tags>,
    /// What only DescribeCertificate shows.
    pub described: Reading<Described>,
    /// What only the certificate and its chain show.
    pub chain: Reading<Chain>,
    /// What uses it, as far as the shard's sources could be read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub uses: Vec<Usage>,
    /// When it was first seen unused by all that was read, and since then always.
    pub unused_since: Option<Timestamp>,
    /// Who answers for it.
    pub owner: Reading<Option<Owner>>,
    /// What it is for, by its purpose tag.
    pub purpose: Option<String>,
}

/// What names a certificate among all others, by SearchCertificates or, where that fails, by DescribeCertificate.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Identity {
    /// The issuer's distinguished name.
    pub issuer: Option<String>,
    /// The subject's distinguished name.
    pub subject: Option<String>,
    /// Serial number, hexadecimal with colons.
    pub serial: Option<String>,
    /// `DNS`, `EMAIL` or `HTTP`.
    pub validation_method: Option<String>,
    /// ACM's managed renewal, such as `PENDING_VALIDATION`.
    pub renewal_status: Option<String>,
    /// ARN of the ACME endpoint that issued it.
    pub acme_endpoint: Option<String>,
    /// Id of the ACME account that requested it.
    pub acme_account: Option<String>,
}

/// What DescribeCertificate shows besides.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Described {
    /// ARNs of what uses it.
    pub in_use_by: Vec<String>,
    /// The private CA that issued it.
    pub certificate_authority: Option<String>,
    /// Such as `SHA256WITHRSA`.
    pub signature_algorithm: Option<String>,
    /// `ENABLED` or `DISABLED`.
    pub transparency_logging: Option<String>,
    /// Why ACM's request failed, such as `CAA_ERROR`.
    pub failure_reason: Option<String>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// Why it was revoked.
    pub revocation_reason: Option<String>,
    /// ACM's managed renewal.
    pub renewal: Option<Renewal>,
    /// How its domains are validated.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub domain_validations: Vec<DomainValidation>,
}

/// What a certificate and its chain show.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Chain {
    /// SHA-256 of the certificate, hexadecimal.
    pub fingerprint: String,
    /// Subjects of the chain's certificates, from the issuer upwards.
    pub issuers: Vec<String>,
    /// Expiry of the chain's certificate that expires first.
    pub first_expiry: Option<Timestamp>,
}

/// Who answers for a certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Owner {
    /// A name, team or address.
    pub name: String,
    /// How that is known.
    pub source: OwnerSource,
}

/// How an owner is known, the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum OwnerSource {
    /// The certificate's tag.
    CertificateTag,
    /// The CloudFormation stack that made it.
    Stack,
    /// The account's tag.
    AccountTag,
    /// The account's alternate contact.
    AccountContact,
    /// Who requested or imported it, by CloudTrail.
    Requester,
}
