//! From the SDK's types to ours.

use aws_sdk_acm::types as acm;
use aws_smithy_types::DateTime;
use certificates::{
    CertificateArn, CertificateDetail, CertificateSummary, CertificateType, DomainValidation, KeyAlgorithm,
    KeyPairOrigin, Renewal, RenewalEligibility, ResourceRecord, Validation, ValidationMethodUpdate, rfc5280_time,
};
use jiff::Timestamp;

/// An entry of ListCertificates; `None` when its ARN is missing or malformed.
pub(crate) fn summary(summary: &acm::CertificateSummary) -> Option<CertificateSummary> {
    let arn = summary.certificate_arn()?.parse().ok()?;
    Some(CertificateSummary {
        domain_name: summary.domain_name().map(str::to_owned),
        subject_alternative_names: summary.subject_alternative_name_summaries().to_vec(),
        has_more_names: summary.has_additional_subject_alternative_names().unwrap_or(false),
        status: text(summary.status().map(acm::CertificateStatus::as_str)),
        key_algorithm: summary.key_algorithm().map(|key| KeyAlgorithm::new(key.as_str())),
        not_before: summary.not_before().and_then(time),
        not_after: summary.not_after().and_then(time),
        created_at: summary.created_at().and_then(time),
        issued_at: summary.issued_at().and_then(time),
        imported_at: summary.imported_at().and_then(time),
        in_use: summary.in_use(),
        renewal_eligibility: eligibility(summary.renewal_eligibility()),
        key_usages: summary.key_usages.as_ref().map(|usages| names(usages, acm::KeyUsageName::as_str)),
        extended_key_usages: summary
            .extended_key_usages
            .as_ref()
            .map(|usages| names(usages, acm::ExtendedKeyUsageName::as_str)),
        export_option: summary.export_option().map(|option| option.as_str().to_owned()),
        exported: summary.exported(),
        managed_by: summary.managed_by().map(|service| service.as_str().to_owned()),
        key_pair_origin: summary.certificate_key_pair_origin().map(|origin| KeyPairOrigin::from(origin.as_str())),
        ..CertificateSummary::new(arn, certificate_type(summary.r#type()))
    })
}

/// The answer of DescribeCertificate.
pub(crate) fn detail(arn: &CertificateArn, detail: &acm::CertificateDetail) -> CertificateDetail {
    let summary = CertificateSummary {
        domain_name: detail.domain_name().map(str::to_owned),
        subject_alternative_names: detail.subject_alternative_names().to_vec(),
        status: text(detail.status().map(acm::CertificateStatus::as_str)),
        key_algorithm: detail.key_algorithm().map(|key| KeyAlgorithm::new(key.as_str())),
        not_before: detail.not_before().and_then(time),
        not_after: detail.not_after().and_then(time),
        created_at: detail.created_at().and_then(time),
        issued_at: detail.issued_at().and_then(time),
        imported_at: detail.imported_at().and_then(time),
        in_use: Some(!detail.in_use_by().is_empty()),
        renewal_eligibility: eligibility(detail.renewal_eligibility()),
        key_usages: detail
            .key_usages
            .as_ref()
            .map(|usages| usages.iter().filter_map(|usage| Some(usage.name()?.as_str().to_owned())).collect()),
        extended_key_usages: detail
            .extended_key_usages
            .as_ref()
            .map(|usages| usages.iter().filter_map(extended_key_usage).collect()),
        export_option: detail.options().and_then(|options| Some(options.export()?.as_str().to_owned())),
        managed_by: detail.managed_by().map(|service| service.as_str().to_owned()),
        key_pair_origin: detail.certificate_key_pair_origin().map(|origin| KeyPairOrigin::from(origin.as_str())),
        ..CertificateSummary::new(arn.clone(), certificate_type(detail.r#type()))
    };
    CertificateDetail {
        in_use_by: detail.in_use_by().to_vec(),
        serial: detail.serial().map(str::to_owned),
        renewal: detail.renewal_summary().map(|renewal| Renewal {
            status: renewal.renewal_status().as_str().to_owned(),
            reason: renewal.renewal_status_reason().map(|reason| reason.as_str().to_owned()),
            domains: renewal.domain_validation_options().iter().map(domain_validation).collect(),
        }),
        domain_validations: detail.domain_validation_options().iter().map(domain_validation).collect(),
        method_update: detail.update_summary().and_then(method_update),
        revoked_at: detail.revoked_at().and_then(time),
        revocation_reason: detail.revocation_reason().map(|reason| reason.as_str().to_owned()),
        failure_reason: detail.failure_reason().map(|reason| reason.as_str().to_owned()),
        subject: detail.subject().map(str::to_owned),
        issuer: detail.issuer().map(str::to_owned),
        signature_algorithm: detail.signature_algorithm().map(str::to_owned),
        transparency_logging: detail.options().and_then(transparency_logging),
        certificate_authority: detail.certificate_authority_arn().map(str::to_owned),
        acme_endpoint: detail.acme_endpoint_arn().map(str::to_owned),
        acme_account: detail.acme_account_id().map(str::to_owned),
        ..CertificateDetail::from(summary)
    }
}

fn domain_validation(domain: &acm::DomainValidation) -> DomainValidation {
    let validation = match domain.validation_method() {
        Some(acm::ValidationMethod::Dns) => Validation::Dns(domain.resource_record().map(resource_record)),
        Some(acm::ValidationMethod::Email) => Validation::Email(domain.validation_emails().to_vec()),
        other => Validation::Other(other.map(|method| method.as_str().to_owned())),
    };
    DomainValidation {
        domain_name: domain.domain_name().to_owned(),
        succeeded: domain.validation_status().map(|status| *status == acm::DomainStatus::Success),
        validation,
    }
}

fn resource_record(record: &acm::ResourceRecord) -> ResourceRecord {
    ResourceRecord {
        name: record.name().to_owned(),
        kind: record.r#type().as_str().to_owned(),
        value: record.value().to_owned(),
    }
}

fn method_update(update: &acm::UpdateSummary) -> Option<ValidationMethodUpdate> {
    if update.r#type() != Some(&acm::UpdateType::DomainValidationMethod) {
        return None;
    }
    let methods = update.domain_validation_method_update_summary();
    Some(ValidationMethodUpdate {
        status: text(update.status().map(acm::UpdateStatus::as_str)),
        to: methods.and_then(|methods| Some(methods.to()?.as_str().to_owned())),
        requested_at: update.requested_at().and_then(time),
    })
}

/// What is requested of a domain by ListCertificateDomainValidations, while its method changes; of a domain of which
/// nothing is requested, what is active, if that is DNS. Whether ACM completes a change domain by domain, so that one
/// is active already while others wait, is unverified.
pub(crate) fn requested(summary: &acm::DomainValidationSummary) -> Option<DomainValidation> {
    let by_dns =
        |active: &&acm::ValidationConfiguration| active.validation_method() == Some(&acm::ValidationMethod::Dns);
    let active = summary.active_validation_configuration().filter(by_dns);
    let requested = summary.requested_validation_configuration().or(active)?;
    let challenge = requested.validation_challenge();
    let validation = match requested.validation_method() {
        Some(acm::ValidationMethod::Dns) => {
            let challenge = challenge.and_then(|challenge| challenge.as_dns_validation_challenge().ok());
            Validation::Dns(challenge.and_then(|challenge| challenge.resource_record()).map(resource_record))
        }
        Some(acm::ValidationMethod::Email) => {
            let challenge = challenge.and_then(|challenge| challenge.as_email_validation_challenge().ok());
            Validation::Email(challenge.map(|challenge| challenge.validation_emails().to_vec()).unwrap_or_default())
        }
        other => Validation::Other(other.map(|method| method.as_str().to_owned())),
    };
    Some(DomainValidation {
        domain_name: summary.domain_name().to_owned(),
        succeeded: requested.validation_status().map(|status| *status == acm::DomainStatus::Success),
        validation,
    })
}

/// The name, or the OID of a usage that ACM has no name for.
fn extended_key_usage(usage: &acm::ExtendedKeyUsage) -> Option<String> {
    let name = usage.name().map(acm::ExtendedKeyUsageName::as_str);
    name.filter(|name| *name != "CUSTOM").or(usage.oid()).or(name).map(str::to_owned)
}

#[expect(deprecated, reason = "nobody can opt out any more, but older certificates may have")]
fn transparency_logging(options: &acm::CertificateOptions) -> Option<String> {
    Some(options.certificate_transparency_logging_preference()?.as_str().to_owned())
}

fn names<T>(values: &[T], name: impl Fn(&T) -> &str) -> Vec<String> {
    values.iter().map(|value| name(value).to_owned()).collect()
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

/// `None` outside the years that jiff can represent.
fn time(at: &DateTime) -> Option<Timestamp> {
    rfc5280_time(at.secs(), i32::try_from(at.subsec_nanos()).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        for (seconds, expected) in [
            (1_795_241_450, Some("2026-11-21T06:10:50Z".parse().unwrap())),
            // 9999-12-31T23:59:59Z, later than the last that jiff can represent.
            (253_402_300_799, Some(Timestamp::MAX)),
            (i64::MAX, None),
        ] {
            let entry = acm::CertificateSummary::builder()
                .certificate_arn("arn:aws:acm:us-east-1:123456789012:certificate/a")
                .not_after(DateTime::from_secs(seconds))
                .build();
            assert_eq!(summary(&entry).unwrap().not_after, expected, "{seconds}");
        }
    }
}
