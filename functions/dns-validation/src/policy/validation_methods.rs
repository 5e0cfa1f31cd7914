//! By which methods ACM validates the domains of a certificate.

use certificates::{CertificateDetail, CertificateType, DomainValidation, Validation};

/// The domains of the certificate and those of its renewal, which has a list of its own and names the same records.
pub(super) fn domains(certificate: &CertificateDetail) -> impl Iterator<Item = &DomainValidation> {
    let renewing = certificate.renewal.iter().flat_map(|renewal| &renewal.domains);
    certificate.domain_validations.iter().chain(renewing)
}

/// Whether every domain is, as far as ACM shows it.
pub(super) fn is_validated_by_email(certificate: &CertificateDetail) -> bool {
    is_validated_only(certificate, |validation| matches!(validation, Validation::Email(_)))
}

pub(super) fn is_validated_by_dns(certificate: &CertificateDetail) -> bool {
    domains(certificate).any(|domain| matches!(domain.validation, Validation::Dns(_)))
}

/// A description without any domain comes in the seconds after the request, and says nothing.
pub(super) fn is_validated_only(certificate: &CertificateDetail, by: fn(&Validation) -> bool) -> bool {
    domains(certificate).next().is_some() && domains(certificate).all(|domain| by(&domain.validation))
}

/// Whether a change to DNS validation is under way, of which only ListCertificateDomainValidations shows the records.
/// Only issued public certificates can be changed.
pub fn is_changing(certificate: &CertificateDetail) -> bool {
    certificate.certificate_type == CertificateType::AmazonIssued
        && certificate.status == "ISSUED"
        && certificate
            .method_update
            .as_ref()
            .is_some_and(|change| change.is_pending() && change.to.as_deref().is_none_or(|to| to == "DNS"))
}
