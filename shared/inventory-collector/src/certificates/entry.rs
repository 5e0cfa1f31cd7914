//! A certificate of a listing as an entry.

use certificates::{CertificateSummary, CertificateType};
use inventory::{Entry, Kind, Reading};

/// An entry of which nothing is known but what it is.
pub(crate) fn bare(arn: &str, kind: Kind, name: &str) -> Entry {
    Entry {
        id: None,
        authority: None,
        arn: arn.to_owned(),
        kind,
        name: name.to_owned(),
        names: Vec::new(),
        has_more_names: false,
        status: String::new(),
        key_algorithm: None,
        not_before: None,
        not_after: None,
        created_at: None,
        issued_at: None,
        imported_at: None,
        in_use: None,
        renewal_eligibility: None,
        export_option: None,
        exported: None,
        managed_by: None,
        root_hierarchy: None,
        usage: None,
        key_usages: None,
        extended_key_usages: None,
        identity: Reading::NotAsked,
        tags: Reading::NotAsked,
        described: Reading::NotAsked,
        chain: Reading::NotAsked,
        uses: Vec::new(),
        unused_since: None,
        owner: Reading::NotAsked,
        purpose: None,
    }
}

/// Whether it is a certificate of ACM, which DescribeCertificate shows.
pub(crate) fn is_of_acm(kind: Kind) -> bool {
    match kind {
        Kind::Imported | Kind::AmazonIssued | Kind::Private | Kind::Acme => true,
        Kind::IamServer
        | Kind::ApiClient
        | Kind::PrivateCa
        | Kind::AcmeEndpoint
        | Kind::AcmeBinding
        | Kind::AcmeAccount => false,
    }
}

pub(super) fn from_summary(summary: &CertificateSummary) -> Entry {
    let text = str::to_owned;
    Entry {
        names: summary.subject_alternative_names.clone(),
        has_more_names: summary.has_more_names,
        status: summary.status.clone(),
        key_algorithm: summary.key_algorithm.as_ref().map(|key| text(key.as_str())),
        not_before: summary.not_before,
        not_after: summary.not_after,
        created_at: summary.created_at,
        issued_at: summary.issued_at,
        imported_at: summary.imported_at,
        in_use: summary.in_use,
        renewal_eligibility: summary.renewal_eligibility.as_ref().map(|value| text(value.as_str())),
        export_option: summary.export_option.clone(),
        exported: summary.exported,
        managed_by: summary.managed_by.clone(),
        root_hierarchy: summary.root_hierarchy.clone(),
        usage: summary.usage.clone(),
        key_usages: summary.key_usages.clone(),
        extended_key_usages: summary.extended_key_usages.clone(),
        ..bare(summary.arn.as_str(), kind(summary), summary.display_name())
    }
}

fn kind(summary: &CertificateSummary) -> Kind {
    match &summary.certificate_type {
        _ if summary.is_acme() => Kind::Acme,
        CertificateType::Imported => Kind::Imported,
        CertificateType::AmazonIssued => Kind::AmazonIssued,
        CertificateType::Private => Kind::Private,
        // Every type but imported ones has been requested from ACM so far. To leave it out would be worse.
        CertificateType::Other(other) => {
            tracing::warn!(certificate = %summary.arn, %other, "ACM has a type of certificate that is not known here");
            Kind::AmazonIssued
        }
    }
}
