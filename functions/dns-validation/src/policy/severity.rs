//! How urgent a missing record is.

use certificates::{CertificateDetail, days_left};
use jiff::Timestamp;
use notices::Severity;

/// The table is that of the function's README.
pub fn severity(certificate: &CertificateDetail, now: Timestamp) -> Severity {
    let may_be_in_use = certificate.in_use != Some(false);
    match certificate.not_after.map(|end| days_left(end, now)) {
        // Whoever requested it is waiting for it.
        None => Severity::Warning,
        Some(..=7) if may_be_in_use => Severity::Critical,
        Some(..=7) => Severity::Warning,
        Some(_) if may_be_in_use => Severity::Warning,
        Some(_) => Severity::Info,
    }
}

#[cfg(test)]
mod tests {
    use certificates::{CertificateSummary, CertificateType};
    use jiff::SignedDuration;

    use super::*;

    fn now() -> Timestamp {
        "2026-11-21T06:51:08Z".parse().unwrap()
    }

    #[test]
    fn the_table_of_severities() {
        for (days, in_use, expected) in [
            (None, Some(false), Severity::Warning),
            (Some(7), Some(true), Severity::Critical),
            (Some(7), None, Severity::Critical),
            (Some(7), Some(false), Severity::Warning),
            (Some(8), Some(true), Severity::Warning),
            (Some(8), Some(false), Severity::Info),
        ] {
            let end = days.map(|days| now() + SignedDuration::from_hours(24 * days));
            let arn = "arn:aws:acm:us-east-1:123456789012:certificate/61f50cd4".parse().unwrap();
            let certificate = CertificateDetail::from(CertificateSummary {
                not_after: end,
                in_use,
                ..CertificateSummary::new(arn, CertificateType::AmazonIssued)
            });
            assert_eq!(severity(&certificate, now()), expected, "{days:?} {in_use:?}");
        }
    }
}
