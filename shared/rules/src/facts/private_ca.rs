//! What is known of a private CA.

use std::sync::Arc;

use certificates::tags::Tags;
use certificates::{KeyAlgorithm, PrivateCaArn};
use jiff::Timestamp;

use private_ca::{CertificateAuthority, Crl, Ocsp, Permission};
use x509::Chain;

use super::{Certificate, Fact, Missing, Policy, facts};

facts! {
    /// What is known of a private CA
    /// ([CertificateAuthority](https://docs.aws.amazon.com/privateca/latest/APIReference/API_CertificateAuthority.html)).
    PrivateCa(arn: PrivateCaArn) {
        /// `ROOT` or `SUBORDINATE`.
        ca_type: String = "Type" by Description,
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
        /// Start of its certificate's validity; `None` while it has no certificate.
        not_before: Option<Timestamp> = "NotBefore" by Description,
        /// Expiry of its certificate; `None` while it has no certificate.
        not_after: Option<Timestamp> = "NotAfter" by Description,
        /// When it was created.
        created_at: Option<Timestamp> = "CreatedAt" by Description,
        /// When its status last changed.
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
        /// When AWS Config recorded its deletion. Nothing but an item says so, and no rule asks for it elsewhere.
        deletion_recorded_at: Option<Timestamp> = "the item of its deletion" by Description,
        tags: Tags = "the tags" by Tags,
        /// What AWS services may do with it, such as ACM's renewals.
        permissions: Vec<Permission> = "the permissions" by Permissions,
        /// Its resource policy: with whom it is shared.
        policy: Option<Policy> = "the resource policy" by Policy,
        /// Its own certificate and those above it; `None` while it has none.
        chain: Option<Chain> = "the CA's certificate chain" by Chain,
        /// The certificates of the account and Region that ACM got from private CAs, described: all of them or,
        /// where some cannot be described, others, at least one of which this CA issued.
        certificates: Arc<[Certificate]> = "the account's private certificates" by PrivateCertificates,
        /// All CAs that the account owns in the Region, including this one.
        all: Arc<[PrivateCa]> = "the account's private CAs" by AllPrivateCas,
    }
}

impl PrivateCa {
    /// From what AWS Private CA describes. What a description leaves out is not there.
    pub fn from_description(ca: CertificateAuthority) -> Self {
        Self {
            ca_type: Fact::reported(ca.ca_type),
            status: Fact::reported(ca.status),
            usage_mode: Fact::Known(ca.usage_mode),
            key_algorithm: Fact::reported(ca.key_algorithm),
            signing_algorithm: Fact::reported(ca.signing_algorithm),
            common_name: Fact::Known(ca.common_name),
            key_storage_standard: Fact::Known(ca.key_storage_standard),
            not_before: Fact::Known(ca.not_before),
            not_after: Fact::Known(ca.not_after),
            created_at: Fact::Known(ca.created_at),
            last_state_change_at: Fact::Known(ca.last_state_change_at),
            failure_reason: Fact::Known(ca.failure_reason),
            restorable_until: Fact::Known(ca.restorable_until),
            owner_account: Fact::Known(ca.owner_account),
            crl: Fact::Known(ca.crl),
            ocsp: Fact::Known(ca.ocsp),
            ..Self::unknown(ca.arn)
        }
    }

    /// The certificates that ACM requested from it and that can still be used.
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

    /// Whether one such certificate is known.
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
