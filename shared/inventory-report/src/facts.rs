//! An entry as the compliance rules know it. What was not read stays unknown.

use certificates::tags::Tags;
use certificates::{CertificateType, KeyAlgorithm, KeyPairOrigin, RenewalEligibility};
use inventory::{Authority, Described, Entry, Identity, Kind, Reading};
use rules::facts::{Certificate, Crl, Fact, Ocsp, PrivateCa};

use crate::sources::Sources;

/// A certificate in ACM; `None` for what is none.
pub(crate) fn certificate(entry: &Entry, sources: Sources<'_>) -> Option<Certificate> {
    let (certificate_type, origin) = match entry.kind {
        Kind::Imported => (CertificateType::Imported, KeyPairOrigin::CustomerProvided),
        Kind::AmazonIssued => (CertificateType::AmazonIssued, KeyPairOrigin::AwsManaged),
        Kind::Private => (CertificateType::Private, KeyPairOrigin::AwsManaged),
        Kind::Acme => (CertificateType::AmazonIssued, KeyPairOrigin::Acme),
        _ => return None,
    };
    let arn = entry.arn.parse().ok()?;
    let described = entry.described.known().is_some();
    let never_issued = matches!(entry.status.as_str(), "PENDING_VALIDATION" | "VALIDATION_TIMED_OUT" | "FAILED");
    let validity = |at| if never_issued { Fact::Known(at) } else { optional(at, false) };
    Some(Certificate {
        certificate_type: Fact::Known(certificate_type),
        status: Fact::reported(Some(entry.status.clone()).filter(|status| !status.is_empty())),
        domain_name: Fact::Known(entry.names.first().cloned()),
        names: if entry.has_more_names { Fact::Unknown } else { Fact::Known(entry.names.clone()) },
        key_algorithm: Fact::reported(entry.key_algorithm.as_deref().map(KeyAlgorithm::new)),
        not_before: validity(entry.not_before),
        not_after: validity(entry.not_after),
        created_at: optional(entry.created_at, described),
        issued_at: optional(entry.issued_at, described || entry.kind == Kind::Imported),
        imported_at: optional(entry.imported_at, described || entry.kind != Kind::Imported),
        key_pair_origin: Fact::Known(Some(origin)),
        root_hierarchy: Fact::Known(entry.root_hierarchy.clone()),
        usage: Fact::Known(entry.usage.clone()),
        in_use: in_use(entry, sources),
        renewal_eligibility: optional(
            entry.renewal_eligibility.as_deref().map(RenewalEligibility::from),
            described || entry.kind == Kind::Imported,
        ),
        key_usages: usages(&entry.key_usages, described),
        extended_key_usages: usages(&entry.extended_key_usages, described),
        export_option: optional(entry.export_option.clone(), described || entry.kind == Kind::Imported),
        exported: Fact::Known(entry.exported),
        tags: tags(entry),
        ..described_facts(entry, identified(entry, Certificate::unknown(arn)))
    })
}

/// What SearchCertificates shows.
fn identified(entry: &Entry, certificate: Certificate) -> Certificate {
    let of = |member: fn(&Identity) -> &Option<String>| {
        Fact::reported(entry.identity.known().map(|one| member(one).clone()))
    };
    // ACM's own word for the issuer of all of its public certificates, which the rules expect.
    let is_amazons = matches!(entry.kind, Kind::AmazonIssued | Kind::Acme);
    let issuer = if is_amazons { Fact::Known(Some("Amazon".to_owned())) } else { of(|one| &one.issuer) };
    let is_acme = entry.kind == Kind::Acme;
    Certificate {
        issuer,
        subject: of(|one| &one.subject),
        serial: of(|one| &one.serial),
        acme_account: if is_acme { of(|one| &one.acme_account) } else { Fact::Known(None) },
        acme_endpoint: if is_acme { of(|one| &one.acme_endpoint) } else { Fact::Known(None) },
        ..certificate
    }
}

/// What only DescribeCertificate shows.
fn described_facts(entry: &Entry, certificate: Certificate) -> Certificate {
    let Some(described) = entry.described.known().cloned() else { return certificate };
    let Described { certificate_authority, signature_algorithm, transparency_logging, failure_reason, .. } = described;
    Certificate {
        certificate_authority: Fact::Known(certificate_authority),
        signature_algorithm: Fact::Known(signature_algorithm),
        transparency_logging: Fact::Known(transparency_logging),
        failure_reason: Fact::Known(failure_reason),
        revoked_at: Fact::Known(described.revoked_at),
        revocation_reason: Fact::Known(described.revocation_reason),
        renewal: Fact::Known(described.renewal),
        domain_validations: Fact::Known(described.domain_validations),
        ..certificate
    }
}

/// A private CA; `None` for what is none.
pub(crate) fn private_ca(entry: &Entry) -> Option<PrivateCa> {
    if entry.kind != Kind::PrivateCa {
        return None;
    }
    let ca = PrivateCa {
        status: Fact::reported(Some(entry.status.clone()).filter(|status| !status.is_empty())),
        key_algorithm: Fact::reported(entry.key_algorithm.as_deref().map(KeyAlgorithm::new)),
        common_name: Fact::Known(Some(entry.name.clone())),
        not_before: Fact::Known(entry.not_before),
        not_after: Fact::Known(entry.not_after),
        created_at: Fact::Known(entry.created_at),
        tags: tags(entry),
        ..PrivateCa::unknown(entry.arn.parse().ok()?)
    };
    Some(match entry.authority.as_deref().cloned() {
        Some(authority) => of_authority(authority, ca),
        None => ca,
    })
}

/// What only a CA has.
fn of_authority(authority: Authority, ca: PrivateCa) -> PrivateCa {
    let crl = |crl: inventory::Crl| Crl {
        enabled: crl.enabled,
        bucket: crl.bucket,
        object_acl: crl.object_acl,
        expiration_days: crl.expiration_days,
        custom_cname: crl.custom_cname,
    };
    let ocsp = |ocsp: inventory::Ocsp| Ocsp { enabled: ocsp.enabled, custom_cname: ocsp.custom_cname };
    PrivateCa {
        ca_type: Fact::reported(authority.ca_type),
        usage_mode: Fact::Known(authority.usage_mode),
        signing_algorithm: Fact::reported(authority.signing_algorithm),
        key_storage_standard: Fact::Known(authority.key_storage_standard),
        failure_reason: Fact::Known(authority.failure_reason),
        owner_account: Fact::Known(authority.owner_account),
        last_state_change_at: Fact::Known(authority.last_state_change_at),
        restorable_until: Fact::Known(authority.restorable_until),
        crl: Fact::Known(authority.crl.map(crl)),
        ocsp: Fact::Known(authority.ocsp.map(ocsp)),
        ..ca
    }
}

/// Not used is only what was read to be not used.
fn in_use(entry: &Entry, sources: Sources<'_>) -> Fact<bool> {
    let described = entry.described.known().map(|described| !described.in_use_by.is_empty());
    match (entry.uses.is_empty(), described, entry.in_use) {
        (false, ..) | (_, Some(true), _) | (_, None, Some(true)) => Fact::Known(true),
        (true, Some(false), Some(true)) | (true, None, _) => Fact::Unknown,
        (true, Some(false), _) if sources.unread_consumers().is_some() => Fact::Unknown,
        (true, Some(false), _) => Fact::Known(false),
    }
}

fn tags(entry: &Entry) -> Fact<Tags> {
    match &entry.tags {
        Reading::Known { value, .. } => Fact::Known(value.iter().collect()),
        Reading::Unreadable(_) | Reading::NotAsked => Fact::Unknown,
    }
}

fn optional<T>(value: Option<T>, is_whole: bool) -> Fact<Option<T>> {
    if is_whole || value.is_some() { Fact::Known(value) } else { Fact::Unknown }
}

/// A listing says `CUSTOM` where a description has the OID.
fn usages(values: &Option<Vec<String>>, is_whole: bool) -> Fact<Vec<String>> {
    match values {
        Some(values) if is_whole || !values.iter().any(|value| value == "CUSTOM") => Fact::Known(values.clone()),
        None if is_whole => Fact::Known(Vec::new()),
        _ => Fact::Unknown,
    }
}
