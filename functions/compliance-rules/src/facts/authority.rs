//! What is known of a private certificate authority.

use std::sync::Arc;

use certificates::tags::Tags;
use certificates::{KeyAlgorithm, PrivateCaArn};
use jiff::Timestamp;

use super::{Certificate, Chain, Fact, Missing, Policy, facts};

facts! {
    /// What is known of a private certificate authority
    /// ([CertificateAuthority](https://docs.aws.amazon.com/privateca/latest/APIReference/API_CertificateAuthority.html)).
    Authority(arn: PrivateCaArn) {
        /// `ROOT` or `SUBORDINATE`.
        authority_type: String = "Type" by Description,
        /// `ACTIVE`, `DISABLED`, `EXPIRED`, `DELETED` and so on, as it was when it was read.
        status: String = "Status" by Description,
        /// `GENERAL_PURPOSE` or `SHORT_LIVED_CERTIFICATE`.
        usage_mode: Option<String> = "UsageMode" by Description,
        /// Algorithm and size of its key.
        key_algorithm: KeyAlgorithm = "KeyAlgorithm" by Description,
        /// How it signs, such as `SHA256WITHRSA`.
        signing_algorithm: String = "SigningAlgorithm" by Description,
        /// The common name of its subject.
        common_name: Option<String> = "Subject.CommonName" by Description,
        /// Such as `FIPS_140_2_LEVEL_3_OR_HIGHER`.
        key_storage_standard: Option<String> = "KeyStorageSecurityStandard" by Description,
        /// Begin of its certificate's validity. Not there while it has none.
        not_before: Option<Timestamp> = "NotBefore" by Description,
        /// End of its certificate's validity. Not there while it has none.
        not_after: Option<Timestamp> = "NotAfter" by Description,
        /// When it was created.
        created_at: Option<Timestamp> = "CreatedAt" by Description,
        /// When its status changed last.
        last_state_change_at: Option<Timestamp> = "LastStateChangeAt" by Description,
        /// Why it could not be created.
        failure_reason: Option<String> = "FailureReason" by Description,
        /// Until when a deleted CA can be restored.
        restorable_until: Option<Timestamp> = "RestorableUntil" by Description,
        /// The account that owns it.
        owner_account: Option<String> = "OwnerAccount" by Description,
        /// Its certificate revocation list.
        crl: Option<Crl> = "CrlConfiguration" by Description,
        ocsp: Option<Ocsp> = "OcspConfiguration" by Description,
        tags: Tags = "the tags" by Tags,
        /// What AWS services may do with it, such as ACM's renewals.
        permissions: Vec<Permission> = "the permissions" by Permissions,
        /// Its resource policy: with whom it is shared.
        policy: Option<Policy> = "the resource policy" by Policy,
        /// Its own certificate and those above it; `None` while it has none.
        chain: Option<Chain> = "the CA's certificate chain" by Chain,
        /// The certificates of the account and Region that ACM got from private CAs, described: all of them or,
        /// where some cannot be described, others, of which one at least comes from this CA.
        certificates: Arc<[Certificate]> = "the account's private certificates" by PrivateCertificates,
        /// All CAs that the account owns in the Region, this one among them.
        all: Arc<[Authority]> = "the account's certificate authorities" by AllAuthorities,
    }
}

/// A certificate revocation list
/// ([CrlConfiguration](https://docs.aws.amazon.com/privateca/latest/APIReference/API_CrlConfiguration.html)).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Crl {
    /// Whether the CA publishes one.
    pub enabled: bool,
    /// The bucket that it is published in.
    pub bucket: Option<String>,
    /// The access that the CA gives to each list in the bucket: `PUBLIC_READ`, which is AWS's default, or
    /// `BUCKET_OWNER_FULL_CONTROL`.
    pub object_acl: Option<String>,
    /// How long a list is valid.
    pub expiration_days: Option<i32>,
    /// The name that certificates have instead of the bucket's.
    pub custom_cname: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ocsp {
    /// Whether AWS answers for the CA.
    pub enabled: bool,
    /// The name that certificates have instead of AWS's.
    pub custom_cname: Option<String>,
}

/// A permission of an AWS service
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

impl Authority {
    /// The certificates that ACM got from it and that have not ended.
    ///
    /// # Errors
    /// They are not known.
    pub fn issued_to_acm(&self) -> Result<impl Iterator<Item = &Certificate>, Missing> {
        let arn = self.arn.as_str();
        Ok(self.certificates()?.iter().filter(move |certificate| {
            let comes_from_it = matches!(&certificate.certificate_authority, Fact::Known(Some(ca)) if ca == arn);
            comes_from_it && !certificate.has_ended()
        }))
    }

    /// Whether a certificate is known that ACM got from it and that has not ended.
    pub fn has_issued_to_acm(&self) -> bool {
        self.issued_to_acm().is_ok_and(|mut issued| issued.next().is_some())
    }

    /// What people call it: its common name, else its id.
    pub fn display_name(&self) -> &str {
        match &self.common_name {
            Fact::Known(Some(name)) if !name.is_empty() => name,
            _ => self.arn.as_str().rsplit('/').next().unwrap_or_default(),
        }
    }
}
