//! Reads AWS Private CA: private CAs, their tags, permissions, resource policies and certificates.

mod convert;
mod list;

use aws_client::CallError;
use aws_sdk_acmpca::Client;
use certificates::tags::Tags;
use certificates::{KeyAlgorithm, PrivateCaArn};
use jiff::Timestamp;

pub use list::list;

/// A private CA as AWS Private CA describes it, in the API's own names
/// ([CertificateAuthority](https://docs.aws.amazon.com/privateca/latest/APIReference/API_CertificateAuthority.html)).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateAuthority {
    /// Its ARN.
    pub arn: PrivateCaArn,
    /// `ROOT` or `SUBORDINATE`.
    pub ca_type: Option<String>,
    /// `ACTIVE`, `DISABLED`, `EXPIRED`, `DELETED` and so on.
    pub status: Option<String>,
    /// `GENERAL_PURPOSE` or `SHORT_LIVED_CERTIFICATE`.
    pub usage_mode: Option<String>,
    /// Algorithm and size of its key.
    pub key_algorithm: Option<KeyAlgorithm>,
    /// The algorithm of its own request, such as `SHA256WITHRSA`. It is of its key's family.
    pub signing_algorithm: Option<String>,
    /// The common name of its subject.
    pub common_name: Option<String>,
    /// Such as `FIPS_140_2_LEVEL_3_OR_HIGHER`.
    pub key_storage_standard: Option<String>,
    /// Start of its certificate's validity, once it has one.
    pub not_before: Option<Timestamp>,
    /// Expiry of its certificate, once it has one.
    pub not_after: Option<Timestamp>,
    /// When it was created.
    pub created_at: Option<Timestamp>,
    /// When its status last changed.
    pub last_state_change_at: Option<Timestamp>,
    /// Why it could not be created.
    pub failure_reason: Option<String>,
    /// Until when a deleted CA can be restored.
    pub restorable_until: Option<Timestamp>,
    /// The account that owns it.
    pub owner_account: Option<String>,
    /// Its certificate revocation list.
    pub crl: Option<Crl>,
    /// Its OCSP responder.
    pub ocsp: Option<Ocsp>,
}

/// A certificate revocation list
/// ([CrlConfiguration](https://docs.aws.amazon.com/privateca/latest/APIReference/API_CrlConfiguration.html)).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Crl {
    /// Whether the CA publishes one.
    pub enabled: bool,
    /// The S3 bucket that it is published in.
    pub bucket: Option<String>,
    /// The access that the CA gives to each list in the bucket: `PUBLIC_READ`, which is AWS's default, or
    /// `BUCKET_OWNER_FULL_CONTROL`.
    pub object_acl: Option<String>,
    /// How many days a list is valid.
    pub expiration_days: Option<i32>,
    /// The name that certificates have instead of the bucket's.
    pub custom_cname: Option<String>,
}

/// An OCSP responder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ocsp {
    /// Whether AWS answers for the CA.
    pub enabled: bool,
    /// The name that certificates have instead of AWS's.
    pub custom_cname: Option<String>,
}

/// What an AWS service may do with a CA
/// ([Permission](https://docs.aws.amazon.com/privateca/latest/APIReference/API_Permission.html)).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permission {
    /// The service, such as `acm.amazonaws.com`.
    pub principal: String,
    /// The account in whose name it may act.
    pub source_account: Option<String>,
    /// `IssueCertificate`, `GetCertificate`, `ListPermissions`.
    pub actions: Vec<String>,
}

/// Describes a CA; `None` when it is gone.
///
/// # Errors
/// The call failed.
pub async fn describe(client: &Client, arn: &PrivateCaArn) -> Result<Option<CertificateAuthority>, CallError> {
    const OPERATION: &str = "acm-pca:DescribeCertificateAuthority";
    match client.describe_certificate_authority().certificate_authority_arn(arn.as_str()).send().await {
        Ok(answer) => answer
            .certificate_authority
            .map(|ca| Some(convert::certificate_authority(arn.clone(), &ca)))
            .ok_or_else(|| CallError::incomplete_answer(OPERATION, "CertificateAuthority")),
        Err(error) => absent_is_none(CallError::new(OPERATION, &error)),
    }
}

/// The tags of a CA; `None` when it is gone.
///
/// # Errors
/// A page could not be read. Part of the list is never an answer.
pub async fn list_tags(client: &Client, arn: &PrivateCaArn) -> Result<Option<Tags>, CallError> {
    let mut tags = Vec::new();
    let mut next_token = None;
    loop {
        let call = client.list_tags().certificate_authority_arn(arn.as_str()).set_next_token(next_token);
        let page = match call.send().await {
            Ok(page) => page,
            Err(error) => return absent_is_none(CallError::new("acm-pca:ListTags", &error)),
        };
        tags.extend(page.tags().iter().map(|tag| (tag.key().to_owned(), tag.value().unwrap_or_default().to_owned())));
        next_token = page.next_token;
        if next_token.is_none() {
            return Ok(Some(tags.into_iter().collect()));
        }
    }
}

/// What AWS services may do with a CA; `None` when it is gone.
///
/// # Errors
/// A page could not be read. Part of the list is never an answer.
pub async fn list_permissions(client: &Client, arn: &PrivateCaArn) -> Result<Option<Vec<Permission>>, CallError> {
    let mut permissions = Vec::new();
    let mut next_token = None;
    loop {
        let call = client.list_permissions().certificate_authority_arn(arn.as_str()).set_next_token(next_token);
        let page = match call.send().await {
            Ok(page) => page,
            Err(error) => return absent_is_none(CallError::new("acm-pca:ListPermissions", &error)),
        };
        permissions.extend(page.permissions().iter().map(convert::permission));
        next_token = page.next_token;
        if next_token.is_none() {
            return Ok(Some(permissions));
        }
    }
}

/// The resource policy of a CA, as JSON; `None` when it has none. AWS gives the same answer for a CA that is gone.
///
/// # Errors
/// The call failed.
pub async fn policy(client: &Client, arn: &PrivateCaArn) -> Result<Option<String>, CallError> {
    match client.get_policy().resource_arn(arn.as_str()).send().await {
        Ok(answer) => Ok(answer.policy),
        Err(error) => absent_is_none(CallError::new("acm-pca:GetPolicy", &error)),
    }
}

/// PEM texts of a CA's certificate and of those above it; `None` while it has none.
///
/// # Errors
/// The call failed.
pub async fn certificate(client: &Client, arn: &PrivateCaArn) -> Result<Option<(String, Option<String>)>, CallError> {
    const OPERATION: &str = "acm-pca:GetCertificateAuthorityCertificate";
    match client.get_certificate_authority_certificate().certificate_authority_arn(arn.as_str()).send().await {
        Ok(answer) => answer
            .certificate
            .map(|certificate| Some((certificate, answer.certificate_chain)))
            .ok_or_else(|| CallError::incomplete_answer(OPERATION, "Certificate")),
        Err(error) => match CallError::new(OPERATION, &error) {
            error if error.has_code("InvalidStateException") => Ok(None),
            error => absent_is_none(error),
        },
    }
}

fn absent_is_none<T>(error: CallError) -> Result<Option<T>, CallError> {
    if error.has_code("ResourceNotFoundException") { Ok(None) } else { Err(error) }
}
