//! Whether the operator has granted what a request asks for.
//!
//! Whoever may call RequestCertificate names domains and says whether the private key can be exported. Only what is
//! granted gets records: control of the DNS stays a factor of its own.

use std::collections::BTreeSet;

use certificates::CertificateSummary;
use grants::{DomainGrants, Grants};
use notices::foreign;

use super::cause::{Blocked, Cause};
use super::records::Record;
use super::text::listed;
use route53::DnsName;

/// The domains that may be validated for one certificate.
#[derive(Debug)]
pub enum GrantScope<'a> {
    Domains(&'a DomainGrants),
    /// None: its private key can be exported, and that is not granted for every name of it.
    NotExportable,
}

impl<'a> GrantScope<'a> {
    /// What is granted for this certificate. One private key serves all its names, so one name that is not granted is
    /// enough to refuse an exportable key.
    pub fn for_certificate(certificate: &CertificateSummary, grants: &'a Grants) -> Self {
        let is_exportable = certificate.export_option.as_deref() == Some("ENABLED");
        if is_exportable && not_exportable(certificate, grants).next().is_some() {
            return Self::NotExportable;
        }
        Self::Domains(&grants.domains)
    }

    /// Whether this name, possibly a wildcard, may be validated.
    pub fn covers(&self, name: &DnsName) -> bool {
        match self {
            Self::Domains(grants) => grants.cover(name.as_str()),
            Self::NotExportable => false,
        }
    }

    /// Why a record that proves this domain may not be created, if so. The name of the record has to be covered too,
    /// since that is what is written.
    pub fn refusal(&self, domain: &str, record: &DnsName) -> Option<Cause> {
        let is_granted = self.covers(&DnsName::new(domain)) && record.parent().is_some_and(|name| self.covers(&name));
        let cause = match self {
            Self::Domains(_) => Cause::DomainNotGranted,
            Self::NotExportable => Cause::ExportNotGranted,
        };
        (!is_granted).then_some(cause)
    }
}

/// The names for which an exportable private key is not granted.
fn not_exportable(certificate: &CertificateSummary, grants: &Grants) -> impl Iterator<Item = DnsName> {
    names(certificate).filter(|name| !grants.exportable_domains.cover(name.as_str()))
}

fn names(certificate: &CertificateSummary) -> impl Iterator<Item = DnsName> {
    certificate.domain_name.iter().chain(&certificate.subject_alternative_names).map(|name| DnsName::new(name))
}

/// What a person is notified of when a record is refused for this cause.
pub fn refusal_finding(
    cause: Cause,
    domain: &str,
    record: &Record,
    certificate: &CertificateSummary,
    grants: &Grants,
) -> Blocked {
    let detail = match cause {
        Cause::ExportNotGranted => {
            let names: BTreeSet<DnsName> = not_exportable(certificate, grants).collect();
            let names: Vec<&str> = names.iter().map(DnsName::as_str).collect();
            format!(
                "The private key of this certificate can be exported, which is not granted to acm-autopilot for {}.",
                listed(&names)
            )
        }
        _ => format!("{} is not among the domains that are granted to acm-autopilot.", foreign(domain)),
    };
    // The zone is not read, so the record may be there.
    let (domain, record) = (domain.to_owned(), Some(record.clone()));
    Blocked { cause, domain, record, detail, known_missing: false }
}

#[cfg(test)]
mod tests {
    use certificates::CertificateType;

    use super::*;

    const TOKEN: &str = "_a79865eb4cd1a6ab990a45779b4e0b96";

    fn certificate(names: &[&str], export: &str) -> CertificateSummary {
        let arn = "arn:aws:acm:us-east-1:123456789012:certificate/61f50cd4".parse().unwrap();
        CertificateSummary {
            domain_name: names.first().map(|&name| name.to_owned()),
            subject_alternative_names: names.iter().map(|&name| name.to_owned()).collect(),
            export_option: Some(export.to_owned()),
            ..CertificateSummary::new(arn, CertificateType::AmazonIssued)
        }
    }

    fn refusal(names: &[&str], export: &str, domain: &str) -> Option<Cause> {
        let grants =
            r#"{"domains": ["example.com", "xn--bcher-kva.example"], "exportableDomains": ["export.example.com"]}"#;
        let grants: Grants = grants.parse().unwrap();
        let record = DnsName::new(&format!("{TOKEN}.{}", domain.trim_start_matches("*.")));
        GrantScope::for_certificate(&certificate(names, export), &grants).refusal(domain, &record)
    }

    #[test]
    fn the_table_of_grants() {
        let not_granted = Some(Cause::DomainNotGranted);
        let not_exportable = Some(Cause::ExportNotGranted);
        for (names, export, domain, expected) in [
            (&["example.com"][..], "DISABLED", "example.com", None),
            (&["*.Example.com"], "DISABLED", "*.Example.com.", None),
            (&["bücher.example"], "DISABLED", "bücher.example", None),
            (&["example.org"], "DISABLED", "example.org", not_granted),
            (&["badexample.com"], "DISABLED", "badexample.com", not_granted),
            (&["example.com", "example.org"], "DISABLED", "example.com", None),
            (&["a.export.example.com"], "ENABLED", "a.export.example.com", None),
            (&["example.com"], "ENABLED", "example.com", not_exportable),
            (&["export.example.com", "www.example.com"], "ENABLED", "export.example.com", not_exportable),
        ] {
            assert_eq!(refusal(names, export, domain), expected, "{names:?} {export} {domain}");
        }
    }

    #[test]
    fn without_grants_nothing_is_validated() {
        let grants = Grants::default();
        let scope = GrantScope::for_certificate(&certificate(&["example.com"], "DISABLED"), &grants);
        let record = DnsName::new(&format!("{TOKEN}.example.com"));
        assert_eq!(scope.refusal("example.com", &record), Some(Cause::DomainNotGranted));
    }

    /// What is written decides, whatever domain ACM says that it proves.
    #[test]
    fn the_name_of_the_record_has_to_be_granted_too() {
        let grants: Grants = r#"{"domains": ["example.com"]}"#.parse().unwrap();
        let scope = GrantScope::for_certificate(&certificate(&["example.com"], "DISABLED"), &grants);
        let elsewhere = DnsName::new(&format!("{TOKEN}.example.org"));
        assert_eq!(scope.refusal("example.com", &elsewhere), Some(Cause::DomainNotGranted));
    }
}
