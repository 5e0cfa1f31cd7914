//! What ACM shows of a certificate: a summary in listings, details when it is described.

use std::ops::{Deref, DerefMut};

use jiff::Timestamp;

use crate::arn::CertificateArn;
use crate::attributes::{CertificateType, KeyAlgorithm, KeyPairOrigin, RenewalEligibility};
use crate::lifetime::{calendar_days_between, utc_date};
use crate::validation::{DomainValidation, Renewal, Validation, ValidationMethodUpdate};

/// What ListCertificates shows of a certificate, and DescribeCertificate too
/// ([CertificateSummary](https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateSummary.html)).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateSummary {
    /// Its ARN.
    pub arn: CertificateArn,
    /// The first name. Imported certificates may have none.
    pub domain_name: Option<String>,
    /// All names that ACM shows (a listing shows the first 100).
    pub subject_alternative_names: Vec<String>,
    /// Whether there are more names than these: a listing that left some out says so.
    pub has_more_names: bool,
    /// Where it came from.
    pub certificate_type: CertificateType,
    /// `ISSUED`, `PENDING_VALIDATION`, `EXPIRED`, `REVOKED` and so on.
    pub status: String,
    /// The key's algorithm.
    pub key_algorithm: Option<KeyAlgorithm>,
    /// Start of its validity. Absent while it is not issued.
    pub not_before: Option<Timestamp>,
    /// Expiry. Absent while it is not issued.
    pub not_after: Option<Timestamp>,
    /// When it was requested, or imported for the first time.
    pub created_at: Option<Timestamp>,
    /// When it was issued. Absent for imported ones.
    pub issued_at: Option<Timestamp>,
    /// When it was imported.
    pub imported_at: Option<Timestamp>,
    /// Whether an AWS resource uses it; `None` when AWS did not show it.
    pub in_use: Option<bool>,
    /// Whether ACM is able to renew it.
    pub renewal_eligibility: Option<RenewalEligibility>,
    /// Key usages in ACM's names, such as `DIGITAL_SIGNATURE`.
    pub key_usages: Option<Vec<String>>,
    /// Extended key usages in ACM's names, such as `TLS_WEB_SERVER_AUTHENTICATION`; those without a name
    /// as OID, which a listing shows as `CUSTOM`.
    pub extended_key_usages: Option<Vec<String>>,
    /// Whether its private key may be exported: `ENABLED` or `DISABLED`.
    pub export_option: Option<String>,
    /// Only in listings, and not of imported certificates: whether it was exported.
    pub exported: Option<bool>,
    /// The service that manages it, such as `CLOUDFRONT`; `None` where nobody does.
    pub managed_by: Option<String>,
    /// Who made its key pair.
    pub key_pair_origin: Option<KeyPairOrigin>,
    /// The hierarchy of roots above it, such as `N2_AMAZON_MANAGED`; `None` for all older ones.
    pub root_hierarchy: Option<String>,
    /// What it is meant for, such as `CLIENT_AUTH_ONLY`; only with a [`root_hierarchy`](Self::root_hierarchy).
    pub usage: Option<String>,
}

impl CertificateSummary {
    /// A summary of which only the ARN and the type are known; the reader fills in what AWS shows.
    pub fn new(arn: CertificateArn, certificate_type: CertificateType) -> Self {
        Self {
            arn,
            domain_name: None,
            subject_alternative_names: Vec::new(),
            has_more_names: false,
            certificate_type,
            status: String::new(),
            key_algorithm: None,
            not_before: None,
            not_after: None,
            created_at: None,
            issued_at: None,
            imported_at: None,
            in_use: None,
            renewal_eligibility: None,
            key_usages: None,
            extended_key_usages: None,
            export_option: None,
            exported: None,
            managed_by: None,
            key_pair_origin: None,
            root_hierarchy: None,
            usage: None,
        }
    }

    /// What people call the certificate: its domain name, else its first other name, else its id.
    pub fn display_name(&self) -> &str {
        self.domain_name
            .as_deref()
            .filter(|name| !name.is_empty())
            .or(self.subject_alternative_names.first().map(String::as_str))
            .unwrap_or(self.arn.id())
    }

    /// Its whole lifetime in calendar days, where both ends are known.
    pub fn validity_days(&self) -> Option<i64> {
        Some(calendar_days_between(utc_date(self.not_before?), utc_date(self.not_after?)))
    }

    /// Whether it was imported, so that ACM never renews it.
    pub fn is_imported(&self) -> bool {
        self.certificate_type == CertificateType::Imported
    }

    /// Whether it was revoked.
    pub fn is_revoked(&self) -> bool {
        self.status == "REVOKED"
    }

    /// Whether an ACME client holds its key, and replaces it with a certificate under a new ARN.
    pub fn is_acme(&self) -> bool {
        self.key_pair_origin == Some(KeyPairOrigin::Acme)
    }
}

/// What DescribeCertificate shows of a certificate
/// ([CertificateDetail](https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateDetail.html)).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateDetail {
    /// What a listing shows as well.
    pub summary: CertificateSummary,
    /// ARNs of the resources that use it.
    pub in_use_by: Vec<String>,
    /// Serial number, hexadecimal with colons as ACM writes it.
    pub serial: Option<String>,
    /// ACM's managed renewal.
    pub renewal: Option<Renewal>,
    /// How the domains were validated.
    pub domain_validations: Vec<DomainValidation>,
    /// The last update of the validation method.
    pub method_update: Option<ValidationMethodUpdate>,
    /// When it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// Why it was revoked.
    pub revocation_reason: Option<String>,
    /// Why the request failed, such as `CAA_ERROR`.
    pub failure_reason: Option<String>,
    /// The subject's distinguished name, as ACM writes it.
    pub subject: Option<String>,
    /// The issuer, as ACM writes it: `Amazon`, a common name, or a distinguished name.
    pub issuer: Option<String>,
    /// Such as `SHA256WITHRSA`.
    pub signature_algorithm: Option<String>,
    /// CertificateTransparencyLoggingPreference, `ENABLED` or `DISABLED`.
    pub transparency_logging: Option<String>,
    /// ARN of the private CA that ACM asked for it.
    pub certificate_authority: Option<String>,
    /// ARN of the ACME endpoint that issued it.
    pub acme_endpoint: Option<String>,
    /// Id of the ACME account that requested it.
    pub acme_account: Option<String>,
}

/// A description has every member of a summary; whoever reads one need not know which came from where.
impl Deref for CertificateDetail {
    type Target = CertificateSummary;

    fn deref(&self) -> &CertificateSummary {
        &self.summary
    }
}

impl DerefMut for CertificateDetail {
    fn deref_mut(&mut self) -> &mut CertificateSummary {
        &mut self.summary
    }
}

impl From<CertificateSummary> for CertificateDetail {
    /// Nothing else is known; the reader fills in what AWS shows.
    fn from(summary: CertificateSummary) -> Self {
        Self {
            summary,
            in_use_by: Vec::new(),
            serial: None,
            renewal: None,
            domain_validations: Vec::new(),
            method_update: None,
            revoked_at: None,
            revocation_reason: None,
            failure_reason: None,
            subject: None,
            issuer: None,
            signature_algorithm: None,
            transparency_logging: None,
            certificate_authority: None,
            acme_endpoint: None,
            acme_account: None,
        }
    }
}

impl CertificateDetail {
    /// Whether it was revoked.
    pub fn is_revoked(&self) -> bool {
        self.summary.is_revoked() || self.revoked_at.is_some()
    }

    /// Whether ACM is expected to renew the certificate without help from a person: it is eligible,
    /// nothing is known to be stuck, and it is validated by DNS where it needs validation.
    ///
    /// [Managed renewal](https://docs.aws.amazon.com/acm/latest/userguide/managed-renewal.html):
    /// eligible means in use or exported; imported certificates never are; a certificate that is
    /// validated by e-mail waits for a person.
    pub fn acm_renews_it(&self) -> bool {
        !self.is_imported()
            && !self.is_revoked()
            && self.renewal_eligibility == Some(RenewalEligibility::Eligible)
            && !self.renewal.as_ref().is_some_and(Renewal::is_stuck)
            && !self.domain_validations.iter().any(|domain| matches!(domain.validation, Validation::Email(_)))
    }

    /// The domains whose validation keeps ACM's renewal waiting.
    pub fn domains_waiting(&self) -> impl Iterator<Item = &DomainValidation> {
        self.renewal
            .iter()
            .filter(|renewal| renewal.is_stuck())
            .flat_map(|renewal| &renewal.domains)
            .filter(|domain| domain.succeeded != Some(true))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// An imported certificate with this validity.
    pub(crate) fn summary(not_before: &str, not_after: &str) -> CertificateSummary {
        let arn = "arn:aws:acm:us-east-1:123456789012:certificate/61f50cd4".parse().unwrap();
        CertificateSummary {
            domain_name: Some("example.com".into()),
            status: "ISSUED".into(),
            not_before: Some(not_before.parse().unwrap()),
            not_after: Some(not_after.parse().unwrap()),
            in_use: Some(true),
            ..CertificateSummary::new(arn, CertificateType::Imported)
        }
    }

    #[test]
    fn a_name_for_people_is_never_empty() {
        let mut certificate = summary("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z");
        assert_eq!(certificate.display_name(), "example.com");
        certificate.domain_name = Some(String::new());
        certificate.subject_alternative_names = vec!["www.example.com".into()];
        assert_eq!(certificate.display_name(), "www.example.com");
        certificate.subject_alternative_names.clear();
        assert_eq!(certificate.display_name(), "61f50cd4");
    }

    #[test]
    fn acm_renews_only_what_needs_nobody() {
        let mut certificate = CertificateDetail::from(summary("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"));
        certificate.renewal_eligibility = Some(RenewalEligibility::Eligible);
        assert!(!certificate.acm_renews_it(), "imported");
        certificate.certificate_type = CertificateType::AmazonIssued;
        assert!(certificate.acm_renews_it());

        let stuck = Renewal { status: "PENDING_VALIDATION".into(), reason: None, domains: Vec::new() };
        assert!(!CertificateDetail { renewal: Some(stuck), ..certificate.clone() }.acm_renews_it());

        let by_mail = DomainValidation {
            domain_name: "example.com".into(),
            succeeded: Some(true),
            validation: Validation::Email(vec!["admin@example.com".into()]),
        };
        assert!(!CertificateDetail { domain_validations: vec![by_mail], ..certificate.clone() }.acm_renews_it());

        certificate.renewal_eligibility = Some(RenewalEligibility::Ineligible);
        assert!(!certificate.acm_renews_it(), "not in use");
    }

    #[test]
    fn what_was_revoked_shows_it_by_status_or_date() {
        let mut certificate = CertificateDetail::from(summary("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"));
        assert!(!certificate.is_revoked());
        certificate.revoked_at = certificate.not_before;
        assert!(certificate.is_revoked() && !certificate.summary.is_revoked());
        certificate.revoked_at = None;
        certificate.status = "REVOKED".into();
        assert!(certificate.is_revoked() && certificate.summary.is_revoked());
    }

    #[test]
    fn only_an_acme_client_makes_a_certificate_acmes() {
        let mut certificate = summary("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z");
        for (origin, expected) in [
            (None, false),
            (Some(KeyPairOrigin::AwsManaged), false),
            (Some(KeyPairOrigin::CustomerProvided), false),
            (Some(KeyPairOrigin::Acme), true),
        ] {
            certificate.key_pair_origin = origin.clone();
            assert_eq!(certificate.is_acme(), expected, "{origin:?}");
        }
    }

    #[test]
    fn a_stuck_renewal_waits_for_the_domains_without_proof() {
        let domain = |name: &str, succeeded| DomainValidation {
            domain_name: name.into(),
            succeeded,
            validation: Validation::Dns(None),
        };
        let mut certificate = CertificateDetail::from(summary("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"));
        for (status, expected) in [("PENDING_VALIDATION", &["b.example", "c.example"][..]), ("SUCCESS", &[])] {
            let domains =
                vec![domain("a.example", Some(true)), domain("b.example", Some(false)), domain("c.example", None)];
            certificate.renewal = Some(Renewal { status: status.into(), reason: None, domains });
            let waiting: Vec<&str> = certificate.domains_waiting().map(|domain| domain.domain_name.as_str()).collect();
            assert_eq!(waiting, expected, "{status}");
        }
    }
}
