//! Why a certificate needs nothing from this function.

use certificates::{CertificateDetail, CertificateType, Validation};
use serde::Serialize;

use super::validation_methods::{is_changing, is_validated_by_email, is_validated_only};

/// Why a certificate needs nothing from this function: a documented word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SkipReason {
    /// ACM validates nothing for an imported certificate.
    Imported,
    /// Nor for one that a private CA issues.
    PrivateCa,
    /// A person answers an e-mail.
    EmailValidation,
    /// CloudFront proves it over HTTP.
    HttpValidation,
    /// It has expired: ACM does not renew it any more.
    Expired,
    Revoked,
    Failed,
    /// ACM gave up after 72 hours. It has to be requested again.
    ValidationTimedOut,
    /// ACM keeps it only for the record.
    Inactive,
    /// A status that is not known here.
    UnknownStatus,
    OtherValidation,
}

impl SkipReason {
    /// Why a described certificate needs nothing, if so.
    pub fn from_certificate(certificate: &CertificateDetail) -> Option<Self> {
        match (&certificate.certificate_type, certificate.status.as_str()) {
            (CertificateType::Imported, _) => Some(Self::Imported),
            (CertificateType::Private, _) => Some(Self::PrivateCa),
            (_, "ISSUED") if is_changing(certificate) => None,
            (_, "PENDING_VALIDATION" | "ISSUED") => without_dns(certificate),
            (_, "FAILED") => Some(Self::Failed),
            (_, "EXPIRED") => Some(Self::Expired),
            (_, "REVOKED") => Some(Self::Revoked),
            (_, "VALIDATION_TIMED_OUT") => Some(Self::ValidationTimedOut),
            (_, "INACTIVE") => Some(Self::Inactive),
            _ => Some(Self::UnknownStatus),
        }
    }

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Imported => "imported",
            Self::PrivateCa => "private-ca",
            Self::EmailValidation => "email-validation",
            Self::HttpValidation => "http-validation",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::Failed => "failed",
            Self::ValidationTimedOut => "validation-timed-out",
            Self::Inactive => "inactive",
            Self::UnknownStatus => "unknown-status",
            Self::OtherValidation => "other-validation",
        }
    }
}

/// Why DNS proves none of its domains, if so.
fn without_dns(certificate: &CertificateDetail) -> Option<SkipReason> {
    if is_validated_by_email(certificate) {
        return Some(SkipReason::EmailValidation);
    }
    if is_validated_only(certificate, |by| matches!(by, Validation::Other(Some(method)) if method == "HTTP")) {
        return Some(SkipReason::HttpValidation);
    }
    is_validated_only(certificate, |by| matches!(by, Validation::Email(_) | Validation::Other(Some(_))))
        .then_some(SkipReason::OtherValidation)
}

#[cfg(test)]
mod tests {
    use certificates::{CertificateSummary, DomainValidation, ResourceRecord, ValidationMethodUpdate};

    use super::*;

    fn by(domain: &str, validation: Validation) -> DomainValidation {
        DomainValidation { domain_name: domain.into(), succeeded: None, validation }
    }

    fn dns() -> DomainValidation {
        let record = ResourceRecord { name: "_t.example.com.".into(), kind: "CNAME".into(), value: "_v.".into() };
        by("example.com", Validation::Dns(Some(record)))
    }

    fn certificate(status: &str, domains: Vec<DomainValidation>) -> CertificateDetail {
        let arn = "arn:aws:acm:us-east-1:123456789012:certificate/61f50cd4".parse().unwrap();
        CertificateDetail {
            domain_validations: domains,
            ..CertificateDetail::from(CertificateSummary {
                status: status.into(),
                ..CertificateSummary::new(arn, CertificateType::AmazonIssued)
            })
        }
    }

    #[test]
    fn the_table_of_certificates_that_need_nothing() {
        let mail = || by("example.com", Validation::Email(vec!["admin@example.com".into()]));
        let other = |method: &str| by("example.com", Validation::Other(Some(method.into())));
        for (status, domains, idle) in [
            ("ISSUED", vec![mail()], SkipReason::EmailValidation),
            ("PENDING_VALIDATION", vec![mail(), mail()], SkipReason::EmailValidation),
            ("PENDING_VALIDATION", vec![other("HTTP")], SkipReason::HttpValidation),
            ("ISSUED", vec![other("CARRIER_PIGEON"), mail()], SkipReason::OtherValidation),
            ("EXPIRED", vec![dns()], SkipReason::Expired),
            ("REVOKED", vec![dns()], SkipReason::Revoked),
            ("FAILED", vec![dns()], SkipReason::Failed),
            ("VALIDATION_TIMED_OUT", vec![dns()], SkipReason::ValidationTimedOut),
            ("INACTIVE", vec![dns()], SkipReason::Inactive),
            ("TELEPORTED", vec![dns()], SkipReason::UnknownStatus),
        ] {
            assert_eq!(SkipReason::from_certificate(&certificate(status, domains)), Some(idle));
        }
        for (kind, idle) in
            [(CertificateType::Imported, SkipReason::Imported), (CertificateType::Private, SkipReason::PrivateCa)]
        {
            let certificate = CertificateDetail {
                summary: CertificateSummary { certificate_type: kind, ..certificate("ISSUED", Vec::new()).summary },
                ..certificate("ISSUED", Vec::new())
            };
            assert_eq!(SkipReason::from_certificate(&certificate), Some(idle));
        }
    }

    #[test]
    fn a_certificate_that_is_being_changed_is_not_skipped() {
        let mail = DomainValidation {
            domain_name: "example.com".into(),
            succeeded: None,
            validation: Validation::Email(Vec::new()),
        };
        let change = |status: &str, to: Option<&str>| {
            Some(ValidationMethodUpdate { status: status.into(), to: to.map(str::to_owned), requested_at: None })
        };
        for (status, method_update, idle) in [
            ("ISSUED", change("PENDING_DOMAIN_VALIDATION", Some("DNS")), None),
            ("ISSUED", change("PENDING_DOMAIN_VALIDATION", None), None),
            ("ISSUED", change("PENDING_DOMAIN_VALIDATION", Some("HTTP")), Some(SkipReason::EmailValidation)),
            ("ISSUED", change("FAILED", Some("DNS")), Some(SkipReason::EmailValidation)),
            ("ISSUED", None, Some(SkipReason::EmailValidation)),
            ("EXPIRED", change("PENDING_DOMAIN_VALIDATION", Some("DNS")), Some(SkipReason::Expired)),
        ] {
            let certificate = CertificateDetail { method_update, ..certificate(status, vec![mail.clone()]) };
            assert_eq!(SkipReason::from_certificate(&certificate), idle, "{:?}", certificate.method_update);
        }
    }
}
