//! What somebody did.

use serde::{Deserialize, Serialize};

/// What somebody did, as far as the record of the call says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Act {
    /// The kind.
    pub kind: ActKind,
    /// To what: an ARN, or the id where the record has no ARN.
    pub subject: String,
    /// Domain names that the record has.
    pub names: Vec<String>,
    /// What else matters of it: a reason, a status, keys of tags, a role, in the record's words.
    pub detail: Option<String>,
}

/// The kinds of acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ActKind {
    /// RequestCertificate.
    CertificateRequested,
    /// ImportCertificate.
    CertificateImported,
    /// ACM issued a certificate, by its own event: of an ACME client there is no other.
    CertificateIssued,
    /// DeleteCertificate.
    CertificateDeleted,
    /// DeleteCertificate of one that is in use, which ACM refuses.
    CertificateDeletionRefused,
    /// ExportCertificate: its private key left ACM.
    KeyExported,
    /// RevokeCertificate of ACM.
    CertificateRevoked,
    /// UpdateCertificateOptions.
    OptionsChanged,
    /// Tags in which acm-autopilot keeps the state of a renewal, or without which it does not renew.
    AutopilotTagsChanged,
    /// CreateAcmeEndpoint.
    AcmeEndpointCreated,
    /// CreateAcmeExternalAccountBinding.
    AcmeBindingCreated,
    /// CreateAcmeDomainValidation.
    AcmeDomainAllowed,
    /// GetAcmeExternalAccountBindingCredentials.
    AcmeCredentialsRead,
    /// UpdateCertificateAuthority with the status DISABLED.
    CaDisabled,
    /// UpdateCertificateAuthority of its revocation.
    CaRevocationChanged,
    /// DeleteCertificateAuthority.
    CaDeleted,
    /// DeletePermission.
    CaPermissionDeleted,
    /// CreatePermission.
    CaPermissionCreated,
    /// PutPolicy or DeletePolicy.
    CaPolicyChanged,
    /// IssueCertificate of a CA's certificate.
    CaCertificateIssued,
    /// RevokeCertificate of AWS Private CA.
    PrivateCertificateRevoked,
    /// RevokeGrant: the service that used a certificate can decrypt its key no more.
    GrantRevoked,
    /// ChangeResourceRecordSets that deletes a record by which ACM validates a domain.
    ValidationRecordDeleted,
    /// A role of acm-autopilot was made, changed or deleted.
    RoleChanged,
}

impl ActKind {
    /// Every kind.
    pub const ALL: [Self; 24] = [
        Self::CertificateRequested,
        Self::CertificateImported,
        Self::CertificateIssued,
        Self::CertificateDeleted,
        Self::CertificateDeletionRefused,
        Self::KeyExported,
        Self::CertificateRevoked,
        Self::OptionsChanged,
        Self::AutopilotTagsChanged,
        Self::AcmeEndpointCreated,
        Self::AcmeBindingCreated,
        Self::AcmeDomainAllowed,
        Self::AcmeCredentialsRead,
        Self::CaDisabled,
        Self::CaRevocationChanged,
        Self::CaDeleted,
        Self::CaPermissionDeleted,
        Self::CaPermissionCreated,
        Self::CaPolicyChanged,
        Self::CaCertificateIssued,
        Self::PrivateCertificateRevoked,
        Self::GrantRevoked,
        Self::ValidationRecordDeleted,
        Self::RoleChanged,
    ];

    /// The name in notices, logs and the audit.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CertificateRequested => "certificate-requested",
            Self::CertificateImported => "certificate-imported",
            Self::CertificateIssued => "certificate-issued",
            Self::CertificateDeleted => "certificate-deleted",
            Self::CertificateDeletionRefused => "certificate-deletion-refused",
            Self::KeyExported => "key-exported",
            Self::CertificateRevoked => "certificate-revoked",
            Self::OptionsChanged => "options-changed",
            Self::AutopilotTagsChanged => "autopilot-tags-changed",
            Self::AcmeEndpointCreated => "acme-endpoint-created",
            Self::AcmeBindingCreated => "acme-binding-created",
            Self::AcmeDomainAllowed => "acme-domain-allowed",
            Self::AcmeCredentialsRead => "acme-credentials-read",
            Self::CaDisabled => "ca-disabled",
            Self::CaRevocationChanged => "ca-revocation-changed",
            Self::CaDeleted => "ca-deleted",
            Self::CaPermissionDeleted => "ca-permission-deleted",
            Self::CaPermissionCreated => "ca-permission-created",
            Self::CaPolicyChanged => "ca-policy-changed",
            Self::CaCertificateIssued => "ca-certificate-issued",
            Self::PrivateCertificateRevoked => "private-certificate-revoked",
            Self::GrantRevoked => "grant-revoked",
            Self::ValidationRecordDeleted => "validation-record-deleted",
            Self::RoleChanged => "role-changed",
        }
    }

    /// Whether it lets a certificate be, whose names the grants are asked about.
    pub fn brings_names(self) -> bool {
        matches!(self, Self::CertificateRequested | Self::CertificateImported | Self::CertificateIssued)
    }

    /// Whether it is about a certificate that still exists, so that ACM can describe it.
    pub fn leaves_certificate(self) -> bool {
        matches!(
            self,
            Self::CertificateRequested
                | Self::CertificateImported
                | Self::CertificateIssued
                | Self::CertificateDeletionRefused
                | Self::KeyExported
                | Self::CertificateRevoked
                | Self::OptionsChanged
                | Self::AutopilotTagsChanged
        )
    }
}

impl Act {
    /// An act without names and details.
    pub fn new(kind: ActKind, subject: impl Into<String>) -> Self {
        Self { kind, subject: subject.into(), names: Vec::new(), detail: None }
    }

    /// With a detail.
    #[must_use]
    pub fn detail(self, detail: impl Into<String>) -> Self {
        Self { detail: Some(detail.into()), ..self }
    }

    /// With names.
    #[must_use]
    pub fn names(self, names: Vec<String>) -> Self {
        Self { names, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_written_as_they_are_read() {
        for kind in ActKind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
    }
}
