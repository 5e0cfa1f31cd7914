//! What breaks, or who can do what now.

use crate::policy::ActKind;
use crate::report::Reported;

pub(super) fn why_it_matters(act: &Reported) -> String {
    let why = match act.kind {
        ActKind::CertificateRequested | ActKind::CertificateIssued => {
            "Whoever has a publicly trusted certificate for a name can pretend to be its server."
        }
        ActKind::CertificateImported => {
            "Services of this account can pretend to be the servers of these names, or the grants lack a domain."
        }
        ActKind::CertificateDeleted => {
            "A deleted certificate cannot be restored. What still has to use it needs another one; copies of an exported key work until the certificate expires, and nobody renews them."
        }
        ActKind::CertificateDeletionRefused => {
            "Nothing broke. But whoever detaches the certificate first can delete it."
        }
        ActKind::KeyExported => {
            "ACM cannot take the copy back: whoever has it can pretend to be the server until the certificate expires or is revoked."
        }
        ActKind::CertificateRevoked => {
            "Clients that check revocation refuse the certificate, now or within days. This cannot be undone."
        }
        ActKind::OptionsChanged => {
            "The options decide whether the certificate is in the public transparency logs and how its domains are validated, on which its renewal depends."
        }
        ActKind::AutopilotTagsChanged => {
            "acm-autopilot may not renew this certificate any more, or may renew it again without need."
        }
        ActKind::AcmeEndpointCreated
        | ActKind::AcmeBindingCreated
        | ActKind::AcmeDomainAllowed
        | ActKind::AcmeCredentialsRead => {
            "ACME clients get certificates without calling RequestCertificate, so policies about that call do not bind them."
        }
        ActKind::CaDisabled => {
            "It issues nothing any more: ACM cannot renew its certificates, and each of them expires."
        }
        ActKind::CaDeleted => {
            "It issues nothing any more, and its CRL is not renewed. When it cannot be restored any more, its certificates have to be replaced by those of another CA."
        }
        ActKind::CaRevocationChanged => {
            "Clients may not learn any more that a certificate was revoked, or may refuse certificates because they find no CRL."
        }
        ActKind::CaPermissionDeleted => {
            "Without the permission of acm.amazonaws.com, ACM cannot renew certificates of this CA."
        }
        ActKind::CaPermissionCreated | ActKind::CaPolicyChanged => {
            "Others may be able to get certificates from this CA, or those who could are not able to any more."
        }
        ActKind::CaCertificateIssued => {
            "Whoever has the key of that CA can issue certificates for every name, and all that trust this CA trust them."
        }
        ActKind::PrivateCertificateRevoked => {
            "Clients that check the CRL or OCSP refuse the certificate within the hour. This cannot be undone."
        }
        ActKind::GrantRevoked => {
            "The service cannot decrypt the key any more. It serves the certificate from the copy in its memory for a while, and then fails to."
        }
        ActKind::ValidationRecordDeleted => {
            "Without the record ACM cannot renew the certificates of this domain, and they expire."
        }
        ActKind::RoleChanged => {
            "The roles decide what acm-autopilot is able to do in your accounts, and who can use that."
        }
    };
    why.to_owned()
}
