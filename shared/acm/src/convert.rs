//! From ACM's answers to facts.

use aws_sdk_acm::types as acm;
use aws_smithy_types::DateTime;
use certificates::{
    CertificateArn, CertificateFacts, CertificateType, DomainValidation, KeyAlgorithm, Renewal, RenewalEligibility,
    ResourceRecord, Validation,
};
use jiff::Timestamp;

/// Facts from an entry of ListCertificates; `None` when its ARN is missing or malformed.
pub(crate) fn summary(summary: &acm::CertificateSummary) -> Option<CertificateFacts> {
    let arn = summary.certificate_arn()?.parse().ok()?;
    Some(CertificateFacts {
        domain_name: summary.domain_name().map(str::to_owned),
        subject_alternative_names: summary.subject_alternative_name_summaries().to_vec(),
        status: text(summary.status().map(acm::CertificateStatus::as_str)),
        key_algorithm: summary.key_algorithm().map(|key| KeyAlgorithm::new(key.as_str())),
        not_before: summary.not_before().and_then(time),
        not_after: summary.not_after().and_then(time),
        imported_at: summary.imported_at().and_then(time),
        in_use: summary.in_use(),
        renewal_eligibility: eligibility(summary.renewal_eligibility()),
        ..CertificateFacts::new(arn, certificate_type(summary.r#type()))
    })
}

/// Facts from DescribeCertificate.
pub(crate) fn detail(arn: &CertificateArn, detail: &acm::CertificateDetail) -> CertificateFacts {
    CertificateFacts {
        domain_name: detail.domain_name().map(str::to_owned),
        subject_alternative_names: detail.subject_alternative_names().to_vec(),
        status: text(detail.status().map(acm::CertificateStatus::as_str)),
        key_algorithm: detail.key_algorithm().map(|key| KeyAlgorithm::new(key.as_str())),
        not_before: detail.not_before().and_then(time),
        not_after: detail.not_after().and_then(time),
        imported_at: detail.imported_at().and_then(time),
        in_use: Some(!detail.in_use_by().is_empty()),
        renewal_eligibility: eligibility(detail.renewal_eligibility()),
        described: true,
        in_use_by: detail.in_use_by().to_vec(),
        serial: detail.serial().map(str::to_owned),
        renewal: detail.renewal_summary().map(|renewal| Renewal {
            status: renewal.renewal_status().as_str().to_owned(),
            reason: renewal.renewal_status_reason().map(|reason| reason.as_str().to_owned()),
            domains: renewal.domain_validation_options().iter().map(domain_validation).collect(),
        }),
        domain_validations: detail.domain_validation_options().iter().map(domain_validation).collect(),
        revoked_at: detail.revoked_at().and_then(time),
        revocation_reason: detail.revocation_reason().map(|reason| reason.as_str().to_owned()),
        ..CertificateFacts::new(arn.clone(), certificate_type(detail.r#type()))
    }
}

fn domain_validation(domain: &acm::DomainValidation) -> DomainValidation {
    let validation = match domain.validation_method() {
        Some(acm::ValidationMethod::Dns) => Validation::Dns(domain.resource_record().map(|record| ResourceRecord {
            name: record.name().to_owned(),
            kind: record.r#type().as_str().to_owned(),
            value: record.value().to_owned(),
        })),
        Some(acm::ValidationMethod::Email) => Validation::Email(domain.validation_emails().to_vec()),
        other => Validation::Other(other.map(|method| method.as_str().to_owned())),
    };
    DomainValidation {
        domain_name: domain.domain_name().to_owned(),
        succeeded: domain.validation_status().map(|status| *status == acm::DomainStatus::Success),
        validation,
    }
}

fn certificate_type(kind: Option<&acm::CertificateType>) -> CertificateType {
    CertificateType::from(kind.map_or("UNKNOWN", acm::CertificateType::as_str))
}

fn eligibility(eligibility: Option<&acm::RenewalEligibility>) -> Option<RenewalEligibility> {
    eligibility.map(|value| RenewalEligibility::from(value.as_str()))
}

fn text(value: Option<&str>) -> String {
    value.unwrap_or_default().to_owned()
}

/// A moment; `None` outside the years that can be told.
fn time(at: &DateTime) -> Option<Timestamp> {
    Timestamp::new(at.secs(), i32::try_from(at.subsec_nanos()).ok()?).ok()
}
