//! What the subject says.

use crate::policy::ActKind;
use crate::report::Reported;

pub(super) fn headline(act: &Reported) -> &'static str {
    match act.kind {
        ActKind::CertificateRequested => "certificate requested for a name that is not granted",
        ActKind::CertificateImported => "certificate imported for a name that is not granted",
        ActKind::CertificateIssued => "certificate issued for a name that is not granted",
        ActKind::CertificateDeleted => "certificate deleted",
        ActKind::CertificateDeletionRefused => "somebody tried to delete a certificate in use",
        ActKind::KeyExported => "private key exported",
        ActKind::CertificateRevoked => "certificate revoked",
        ActKind::OptionsChanged => "options of a certificate changed",
        ActKind::AutopilotTagsChanged => "tags of acm-autopilot changed by others",
        ActKind::AcmeEndpointCreated => "ACME endpoint created",
        ActKind::AcmeBindingCreated => "ACME clients may register",
        ActKind::AcmeDomainAllowed => "domain opened to ACME clients",
        ActKind::AcmeCredentialsRead => "credentials for ACME clients read",
        ActKind::CaDisabled => "private CA disabled",
        ActKind::CaRevocationChanged => "revocation of a private CA changed",
        ActKind::CaDeleted => "private CA deleted",
        ActKind::CaPermissionDeleted => "permission of a private CA deleted",
        ActKind::CaPermissionCreated => "permission of a private CA created",
        ActKind::CaPolicyChanged => "policy of a private CA changed",
        ActKind::CaCertificateIssued => "CA certificate issued",
        ActKind::PrivateCertificateRevoked => "private certificate revoked",
        ActKind::GrantRevoked => "access to a certificate's key revoked",
        ActKind::ValidationRecordDeleted => "validation record deleted",
        ActKind::RoleChanged => "role of acm-autopilot changed",
    }
}
