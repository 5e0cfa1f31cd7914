//! Which certificates of a listing a sweep takes, and which of them only a description shows enough of.

use std::collections::BTreeSet;

use certificates::{CertificateSummary, CertificateType};
use jiff::{SignedDuration, Timestamp};

use super::required_records::{VALIDATION_TIMEOUT, may_be_renewing};
use route53::DnsName;

/// For this long after its issue a certificate is described, since a notice about it may not be true any more.
const JUST_ISSUED: SignedDuration = SignedDuration::from_hours(48);
/// For this long after ACM gave a request up a certificate is described, so that a daily sweep has several turns. No
/// event reports it.
const JUST_TIMED_OUT: SignedDuration = SignedDuration::from_hours(7 * 24);

pub fn may_need_records(certificate: &CertificateSummary, now: Timestamp) -> bool {
    certificate.certificate_type == CertificateType::AmazonIssued
        && (matches!(certificate.status.as_str(), "PENDING_VALIDATION" | "ISSUED")
            || has_failed_recently(certificate, now))
}

/// Whether only a description shows what there is to know.
pub fn needs_description(certificate: &CertificateSummary, now: Timestamp) -> bool {
    let is_new = certificate.issued_at.is_some_and(|issued| now.duration_since(issued) < JUST_ISSUED);
    is_new || has_failed_recently(certificate, now) || certificate.has_more_names || may_be_renewing(certificate, now)
}

/// Whether a request failed recently, or ACM gave it up. The reason, which may be CAA, is in the description only.
fn has_failed_recently(certificate: &CertificateSummary, now: Timestamp) -> bool {
    let within = |time| certificate.created_at.is_some_and(|created| now.duration_since(created) < time);
    match certificate.status.as_str() {
        "FAILED" => within(JUST_ISSUED),
        "VALIDATION_TIMED_OUT" => within(VALIDATION_TIMEOUT.saturating_add(JUST_TIMED_OUT)),
        _ => false,
    }
}

/// The domains that are proven for a certificate.
pub fn bases(certificate: &CertificateSummary) -> Vec<DnsName> {
    let names = certificate.domain_name.iter().chain(&certificate.subject_alternative_names);
    let bases: BTreeSet<DnsName> = names.map(|name| DnsName::new(name).base()).collect();
    bases.into_iter().collect()
}
