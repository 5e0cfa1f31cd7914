//! What is known of a certificate, whichever API answer it came from.

use std::fmt;

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use crate::arn::CertificateArn;
use crate::lifetime::{calendar_days_between, utc_date};

macro_rules! open_enum {
    ($(#[doc = $doc:literal])+ $name:ident { $($(#[doc = $variant_doc:literal])+ $variant:ident = $text:literal,)+ }) => {
        $(#[doc = $doc])+
        ///
        /// AWS adds values: an unknown one is kept as it came, and never an error.
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[doc = $variant_doc])+ $variant,)+ /** A value that is not known here. */ Other(String) }

        impl $name {
            /// The value as AWS's API spells it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self { $(Self::$variant => $text,)+ Self::Other(text) => text }
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                match text { $($text => Self::$variant,)+ other => Self::Other(other.to_owned()) }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    };
}

open_enum! {
    /// Where a certificate came from
    /// ([CertificateDetail, `Type`](https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateDetail.html)).
    CertificateType {
        /// Made elsewhere; ACM never renews it.
        Imported = "IMPORTED",
        /// Public, issued by Amazon.
        AmazonIssued = "AMAZON_ISSUED",
        /// Issued by a private CA at ACM's request.
        Private = "PRIVATE",
    }
}

open_enum! {
    /// Where a certificate's key pair was made, and so who holds the private key
    /// ([`CertificateKeyPairOrigin`](https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateDetail.html)).
    KeyPairOrigin {
        /// In AWS: ACM holds the key.
        AwsManaged = "AWS_MANAGED",
        /// By an ACME client, which keeps it. ACM never renews the certificate: the client requests another one, under
        /// a new ARN.
        Acme = "ACME",
        /// By the customer, who imported it.
        CustomerProvided = "CUSTOMER_PROVIDED",
    }
}

open_enum! {
    /// Whether ACM's managed renewal is able to renew a certificate.
    RenewalEligibility {
        /// It is.
        Eligible = "ELIGIBLE",
        /// It is not. Always so for imported certificates.
        Ineligible = "INELIGIBLE",
    }
}

/// The algorithm and size of a certificate's key, spelled as in `RSA_2048`.
///
/// DescribeCertificate and ListCertificates answer `RSA-2048` where requests say `RSA_2048`, so the
/// two are made one here.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct KeyAlgorithm(String);

impl KeyAlgorithm {
    /// Takes either spelling.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.replace('-', "_"))
    }

    /// For instance `RSA_2048` or `EC_prime256v1`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A CNAME record that proves control of a domain to ACM.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ResourceRecord {
    /// The name of the record, with its trailing dot.
    pub name: String,
    /// `CNAME`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The value of the record, with its trailing dot.
    pub value: String,
}

/// How control of one domain is proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Validation {
    /// By a CNAME record. ACM names the record some seconds after the request.
    Dns(Option<ResourceRecord>),
    /// By a person who follows the link in an e-mail to one of these addresses.
    Email(Vec<String>),
    /// By another method, or by one that ACM did not tell.
    Other(Option<String>),
}

/// The validation of one domain of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DomainValidation {
    /// The domain, possibly a wildcard.
    pub domain_name: String,
    /// Whether ACM has seen the proof; `None` where ACM does not tell.
    pub succeeded: Option<bool>,
    /// How it is proven.
    pub validation: Validation,
}

/// The state of ACM's own, managed renewal of a certificate
/// ([RenewalSummary](https://docs.aws.amazon.com/acm/latest/APIReference/API_RenewalSummary.html)).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renewal {
    /// `PENDING_AUTO_RENEWAL`, `PENDING_VALIDATION`, `SUCCESS` or `FAILED`.
    pub status: String,
    /// ACM's reason, for instance `CAA_ERROR`.
    pub reason: Option<String>,
    /// The domains that it has to validate again.
    pub domains: Vec<DomainValidation>,
}

impl Renewal {
    /// Whether the renewal does not go on without a person.
    #[must_use]
    pub fn is_stuck(&self) -> bool {
        matches!(self.status.as_str(), "PENDING_VALIDATION" | "FAILED")
    }
}

/// The last change of the method by which a certificate's domains are validated
/// ([UpdateSummary](https://docs.aws.amazon.com/acm/latest/APIReference/API_UpdateSummary.html)).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValidationMethodUpdate {
    /// `PENDING_DOMAIN_VALIDATION`, `SUCCESS` or `FAILED`.
    pub status: String,
    /// The method that it leads to, such as `DNS`.
    pub to: Option<String>,
    /// When it was asked for.
    pub requested_at: Option<Timestamp>,
}

impl ValidationMethodUpdate {
    /// Whether it is under way: it waits for the domains to be validated by the new method.
    #[must_use]
    pub fn waits(&self) -> bool {
        self.status == "PENDING_DOMAIN_VALIDATION"
    }
}

/// What is known of a certificate.
///
/// A listing gives less than a description; what only a description holds says so and is empty
/// otherwise ([`described`](Self::described)).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateFacts {
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
    /// Begin of its validity. Absent while it is not issued.
    pub not_before: Option<Timestamp>,
    /// End of its validity. Absent while it is not issued.
    pub not_after: Option<Timestamp>,
    /// When it was requested, or imported for the first time.
    pub created_at: Option<Timestamp>,
    /// When it was issued. Absent for imported ones.
    pub issued_at: Option<Timestamp>,
    /// When it was imported.
    pub imported_at: Option<Timestamp>,
    /// Whether an AWS resource uses it; `None` when AWS did not tell.
    pub in_use: Option<bool>,
    /// Whether ACM is able to renew it.
    pub renewal_eligibility: Option<RenewalEligibility>,
    /// Key usages in ACM's names, such as `DIGITAL_SIGNATURE`.
    pub key_usages: Option<Vec<String>>,
    /// Extended key usages in ACM's names, such as `TLS_WEB_SERVER_AUTHENTICATION`; those without a name
    /// as OID, which a listing does not tell: `CUSTOM` there.
    pub extended_key_usages: Option<Vec<String>>,
    /// Whether its private key may be exported: `ENABLED` or `DISABLED`.
    pub export_option: Option<String>,
    /// Listed only, and not of imported certificates: whether it was exported.
    pub exported: Option<bool>,
    /// Who made its key pair.
    pub key_pair_origin: Option<KeyPairOrigin>,
    /// The hierarchy of roots above it, such as `N2_AMAZON_MANAGED`; `None` for all older ones.
    pub root_hierarchy: Option<String>,
    /// What it is meant for, such as `CLIENT_AUTH_ONLY`; only with a [`root_hierarchy`](Self::root_hierarchy).
    pub usage: Option<String>,
    /// Whether this comes from DescribeCertificate, so that the fields below are filled.
    pub described: bool,
    /// Described only: ARNs of the resources that use it.
    pub in_use_by: Vec<String>,
    /// Described only: serial number, hexadecimal with colons as ACM writes it.
    pub serial: Option<String>,
    /// Described only: ACM's managed renewal.
    pub renewal: Option<Renewal>,
    /// Described only: how the domains were validated.
    pub domain_validations: Vec<DomainValidation>,
    /// Described only: the last change of the validation method.
    pub method_update: Option<ValidationMethodUpdate>,
    /// Described only: when it was revoked.
    pub revoked_at: Option<Timestamp>,
    /// Described only: why it was revoked.
    pub revocation_reason: Option<String>,
    /// Described only: why the request failed, such as `CAA_ERROR`.
    pub failure_reason: Option<String>,
    /// Described only: the subject's distinguished name, as ACM writes it.
    pub subject: Option<String>,
    /// Described only: the issuer, as ACM writes it: `Amazon`, a common name, or a distinguished name.
    pub issuer: Option<String>,
    /// Described only: such as `SHA256WITHRSA`.
    pub signature_algorithm: Option<String>,
    /// Described only: CertificateTransparencyLoggingPreference, `ENABLED` or `DISABLED`.
    pub transparency_logging: Option<String>,
    /// Described only: ARN of the private CA that ACM asked for it.
    pub certificate_authority: Option<String>,
    /// Described only: ARN of the ACME endpoint that issued it.
    pub acme_endpoint: Option<String>,
    /// Described only: id of the ACME account that requested it.
    pub acme_account: Option<String>,
}

impl CertificateFacts {
    /// Facts of which only the ARN is known; the reader fills in what AWS told.
    #[must_use]
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
            key_pair_origin: None,
            root_hierarchy: None,
            usage: None,
            described: false,
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

    /// What people call the certificate: its domain name, else its first other name, else its id.
    #[must_use]
    pub fn display_name(&self) -> &str {
        self.domain_name
            .as_deref()
            .filter(|name| !name.is_empty())
            .or(self.subject_alternative_names.first().map(String::as_str))
            .unwrap_or(self.arn.id())
    }

    /// Its whole lifetime in calendar days, where both ends are known.
    #[must_use]
    pub fn validity_days(&self) -> Option<i64> {
        Some(calendar_days_between(utc_date(self.not_before?), utc_date(self.not_after?)))
    }

    /// Whether it was imported, so that ACM never renews it.
    #[must_use]
    pub fn is_imported(&self) -> bool {
        self.certificate_type == CertificateType::Imported
    }

    /// Whether an ACME client holds its key, and replaces it by a certificate under a new ARN.
    #[must_use]
    pub fn is_acme(&self) -> bool {
        self.key_pair_origin == Some(KeyPairOrigin::Acme)
    }

    /// Whether it was revoked.
    #[must_use]
    pub fn is_revoked(&self) -> bool {
        self.status == "REVOKED" || self.revoked_at.is_some()
    }

    /// Whether ACM is expected to renew the certificate without anybody's help: it is eligible,
    /// nothing is known to be stuck, and it is validated by DNS where it needs validation.
    ///
    /// [Managed renewal](https://docs.aws.amazon.com/acm/latest/userguide/managed-renewal.html):
    /// eligible means in use or exported; imported certificates never are; a certificate that is
    /// validated by e-mail waits for a person.
    #[must_use]
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
    pub(crate) fn facts(not_before: &str, not_after: &str) -> CertificateFacts {
        let arn = "arn:aws:acm:us-east-1:123456789012:certificate/61f50cd4".parse().unwrap();
        CertificateFacts {
            domain_name: Some("example.com".into()),
            status: "ISSUED".into(),
            not_before: Some(not_before.parse().unwrap()),
            not_after: Some(not_after.parse().unwrap()),
            in_use: Some(true),
            ..CertificateFacts::new(arn, CertificateType::Imported)
        }
    }

    #[test]
    fn unknown_values_are_kept() {
        assert_eq!(CertificateType::from("IMPORTED"), CertificateType::Imported);
        assert_eq!(CertificateType::from("QUANTUM").as_str(), "QUANTUM");
        assert_eq!(KeyAlgorithm::new("RSA-2048"), KeyAlgorithm::new("RSA_2048"));
    }

    #[test]
    fn a_name_for_people_is_never_empty() {
        let mut certificate = facts("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z");
        assert_eq!(certificate.display_name(), "example.com");
        certificate.domain_name = Some(String::new());
        certificate.subject_alternative_names = vec!["www.example.com".into()];
        assert_eq!(certificate.display_name(), "www.example.com");
        certificate.subject_alternative_names.clear();
        assert_eq!(certificate.display_name(), "61f50cd4");
    }

    #[test]
    fn acm_renews_only_what_needs_nobody() {
        let mut certificate = facts("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z");
        certificate.renewal_eligibility = Some(RenewalEligibility::Eligible);
        assert!(!certificate.acm_renews_it(), "imported");
        certificate.certificate_type = CertificateType::AmazonIssued;
        assert!(certificate.acm_renews_it());

        let stuck = Renewal { status: "PENDING_VALIDATION".into(), reason: None, domains: Vec::new() };
        assert!(!CertificateFacts { renewal: Some(stuck), ..certificate.clone() }.acm_renews_it());

        let by_mail = DomainValidation {
            domain_name: "example.com".into(),
            succeeded: Some(true),
            validation: Validation::Email(vec!["admin@example.com".into()]),
        };
        assert!(!CertificateFacts { domain_validations: vec![by_mail], ..certificate.clone() }.acm_renews_it());

        certificate.renewal_eligibility = Some(RenewalEligibility::Ineligible);
        assert!(!certificate.acm_renews_it(), "not in use");
    }
}
