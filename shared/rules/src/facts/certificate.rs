//! What is known of a certificate in ACM.

use std::sync::Arc;

use certificates::tags::Tags;
use certificates::{
    CertificateArn, CertificateDetail, CertificateSummary, CertificateType, DomainValidation, KeyAlgorithm,
    KeyPairOrigin, Renewal, RenewalEligibility,
};
use jiff::Timestamp;

use super::{Chain, Fact, facts};

facts! {
    /// What is known of a certificate in ACM.
    Certificate(arn: CertificateArn) {
        /// Where it came from.
        certificate_type: CertificateType = "Type" by Description,
        /// `ISSUED`, `PENDING_VALIDATION`, `EXPIRED`, `REVOKED` and so on, as it was when it was read.
        status: String = "Status" by Description,
        /// The first name. Imported certificates may have none.
        domain_name: Option<String> = "DomainName" by Description,
        /// Every name: the domain name and all SANs, each once.
        names: Vec<String> = "SubjectAlternativeNames" by Description,
        /// Algorithm and size of the key.
        key_algorithm: KeyAlgorithm = "KeyAlgorithm" by Description,
        /// Such as `SHA256WITHRSA`. Not there while it is not issued.
        signature_algorithm: Option<String> = "SignatureAlgorithm" by Description,
        /// Start of its validity; `None` while it is not issued.
        not_before: Option<Timestamp> = "NotBefore" by Description,
        /// Its expiry; `None` while it is not issued.
        not_after: Option<Timestamp> = "NotAfter" by Description,
        /// When it was requested, or imported for the first time.
        created_at: Option<Timestamp> = "CreatedAt" by Description,
        /// When it was issued. Not there for imported ones.
        issued_at: Option<Timestamp> = "IssuedAt" by Description,
        /// When it was imported.
        imported_at: Option<Timestamp> = "ImportedAt" by Description,
        /// When it was revoked.
        revoked_at: Option<Timestamp> = "RevokedAt" by Description,
        /// Why it was revoked.
        revocation_reason: Option<String> = "RevocationReason" by Description,
        /// Why its request failed, such as `CAA_ERROR`.
        failure_reason: Option<String> = "FailureReason" by Description,
        /// Serial number, hexadecimal with colons.
        serial: Option<String> = "Serial" by Description,
        /// The subject's distinguished name, as ACM writes it.
        subject: Option<String> = "Subject" by Description,
        /// The issuer, as ACM writes it: `Amazon`, a common name, or a distinguished name.
        issuer: Option<String> = "Issuer" by Description,
        /// ARN of the private CA that ACM asked for it.
        certificate_authority: Option<String> = "CertificateAuthorityArn" by Description,
        /// Who made its key pair. AWS Config's items do not have it.
        key_pair_origin: Option<KeyPairOrigin> = "CertificateKeyPairOrigin" by Description,
        /// The ACME account that its client requested it with.
        acme_account: Option<String> = "AcmeAccountId" by Description,
        /// ARN of the ACME endpoint that its client requested it from.
        acme_endpoint: Option<String> = "AcmeEndpointArn" by Description,
        /// The hierarchy of roots above it, such as `N2_AMAZON_MANAGED`; not there for older ones. AWS Config's items do
        /// not have it.
        root_hierarchy: Option<String> = "RootHierarchyType" by Description,
        /// What it is meant for, such as `CLIENT_AUTH_ONLY`; only with a root hierarchy.
        usage: Option<String> = "CertificateUsage" by Description,
        /// Whether an AWS resource uses it.
        in_use: bool = "InUseBy" by Description,
        /// Whether ACM is able to renew it.
        renewal_eligibility: Option<RenewalEligibility> = "RenewalEligibility" by Description,
        renewal: Option<Renewal> = "RenewalSummary" by Description,
        /// How its domains are validated.
        domain_validations: Vec<DomainValidation> = "DomainValidationOptions" by Description,
        /// Key usages in ACM's names, such as `DIGITAL_SIGNATURE`.
        key_usages: Vec<String> = "KeyUsages" by Description,
        /// Extended key usages in ACM's names, such as `TLS_WEB_SERVER_AUTHENTICATION`; as OID where ACM has
        /// no name.
        extended_key_usages: Vec<String> = "ExtendedKeyUsages" by Description,
        /// CertificateTransparencyLoggingPreference: `ENABLED` or `DISABLED`.
        transparency_logging: Option<String> = "CertificateTransparencyLoggingPreference" by Description,
        /// Whether its private key may be exported: `ENABLED` or `DISABLED`.
        export_option: Option<String> = "ExportOption" by Description,
        /// Whether it was exported; ACM reports it in listings, and only for private certificates.
        exported: Option<bool> = "Exported" by AllCertificates,
        tags: Tags = "the tags" by Tags,
        /// The certificate itself and those above it; `None` while there is none.
        chain: Option<Chain> = "the certificate chain" by Chain,
        /// The certificates of the account and Region with the same type, key and names, this one among
        /// them, as ListCertificates shows them.
        all: Arc<[Arc<Certificate>]> = "the account's certificates" by AllCertificates,
    }
}

/// States in which a certificate has no validity, since it was never issued
/// ([CertificateDetail, `Status`](https://docs.aws.amazon.com/acm/latest/APIReference/API_CertificateDetail.html)).
const NEVER_ISSUED: [&str; 3] = ["PENDING_VALIDATION", "VALIDATION_TIMED_OUT", "FAILED"];

/// States in which nothing is done with a certificate any more (as above).
const ENDED: [&str; 4] = ["EXPIRED", "REVOKED", "FAILED", "VALIDATION_TIMED_OUT"];

impl Certificate {
    /// Whether nothing is done with it any more.
    pub fn has_ended(&self) -> bool {
        matches!(&self.status, Fact::Known(status) if ENDED.contains(&status.as_str()))
    }

    /// Whether it is known that an ACME client made its key pair.
    pub fn is_known_as_acme(&self) -> bool {
        self.key_pair_origin == Fact::Known(Some(KeyPairOrigin::Acme))
    }

    /// What people call it: its domain name, else its first other name, else its id.
    pub fn display_name(&self) -> &str {
        let domain_name = match &self.domain_name {
            Fact::Known(Some(name)) if !name.is_empty() => Some(name.as_str()),
            _ => None,
        };
        let first = || match &self.names {
            Fact::Known(names) => names.first().map(String::as_str),
            Fact::Unknown => None,
        };
        domain_name.or_else(first).unwrap_or(self.arn.id())
    }

    /// From an entry of ListCertificates. What it leaves out is not known.
    pub fn from_summary(summary: CertificateSummary) -> Self {
        Self::from_acm(summary.into(), false)
    }

    /// From DescribeCertificate. What it leaves out does not exist.
    pub fn from_detail(detail: CertificateDetail) -> Self {
        Self::from_acm(detail, true)
    }

    fn from_acm(facts: CertificateDetail, described: bool) -> Self {
        let summary = facts.summary;
        let never_issued = NEVER_ISSUED.contains(&summary.status.as_str());
        // An issued certificate has an expiry. If ACM leaves it out, it is not known.
        let validity = |at: Option<Timestamp>| match at {
            Some(at) => Fact::Known(Some(at)),
            None if never_issued => Fact::Known(None),
            None => Fact::Unknown,
        };
        Self {
            certificate_type: Fact::reported(Some(summary.certificate_type).filter(|kind| kind.as_str() != "UNKNOWN")),
            status: Fact::reported(Some(summary.status).filter(|status| !status.is_empty())),
            names: if summary.has_more_names {
                Fact::Unknown
            } else {
                Fact::Known(every_name(summary.domain_name.as_deref(), summary.subject_alternative_names))
            },
            domain_name: Fact::Known(summary.domain_name),
            key_algorithm: Fact::reported(summary.key_algorithm),
            signature_algorithm: optional(facts.signature_algorithm, described),
            not_before: validity(summary.not_before),
            not_after: validity(summary.not_after),
            created_at: optional(summary.created_at, described),
            issued_at: optional(summary.issued_at, described),
            imported_at: optional(summary.imported_at, described),
            revoked_at: optional(facts.revoked_at, described),
            revocation_reason: optional(facts.revocation_reason, described),
            failure_reason: optional(facts.failure_reason, described),
            serial: optional(facts.serial, described),
            subject: optional(facts.subject, described),
            issuer: optional(facts.issuer, described),
            certificate_authority: optional(facts.certificate_authority, described),
            key_pair_origin: optional(summary.key_pair_origin, described),
            acme_account: optional(facts.acme_account, described),
            acme_endpoint: optional(facts.acme_endpoint, described),
            root_hierarchy: optional(summary.root_hierarchy, described),
            usage: optional(summary.usage, described),
            in_use: Fact::reported(summary.in_use),
            renewal_eligibility: optional(summary.renewal_eligibility, described),
            renewal: optional(facts.renewal, described),
            domain_validations: if described { Fact::Known(facts.domain_validations) } else { Fact::Unknown },
            key_usages: list(summary.key_usages, described),
            extended_key_usages: list(summary.extended_key_usages, described),
            transparency_logging: optional(facts.transparency_logging, described),
            export_option: optional(summary.export_option, described),
            exported: if described { Fact::Unknown } else { Fact::Known(summary.exported) },
            ..Self::unknown(summary.arn)
        }
    }
}

fn optional<T>(value: Option<T>, described: bool) -> Fact<Option<T>> {
    if described || value.is_some() { Fact::Known(value) } else { Fact::Unknown }
}

/// A listing says `CUSTOM` where a description has the OID.
fn list(values: Option<Vec<String>>, described: bool) -> Fact<Vec<String>> {
    match values {
        Some(values) if described || !values.iter().any(|value| value == "CUSTOM") => Fact::Known(values),
        None if described => Fact::Known(Vec::new()),
        _ => Fact::Unknown,
    }
}

/// The domain name and the SANs, each once.
pub(super) fn every_name(domain_name: Option<&str>, alternative: Vec<String>) -> Vec<String> {
    let first = domain_name.filter(|name| !name.is_empty() && !alternative.iter().any(|other| other == name));
    first.map(str::to_owned).into_iter().chain(alternative).collect()
}
