//! The change from e-mail to DNS validation.
//!
//! While it is under way, DescribeCertificate shows the certificate as validated by e-mail, and an
//! UpdateSummary that waits; the records are only in ListCertificateDomainValidations
//! ([DomainValidationSummary](https://docs.aws.amazon.com/acm/latest/APIReference/API_DomainValidationSummary.html):
//! the requested configuration "is present only when a migration is in progress"). That ACM gives a change up after 72
//! hours is said by the user guide only ("Migrate from email to DNS validation"), and unverified.

use certificates::CertificateDetail;
use jiff::{SignedDuration, Timestamp};

use super::cause::{Blocked, Cause};
use super::validation_methods::{is_changing, is_validated_by_email};
use crate::state::PendingUpdate;
use notices::foreign_message;

/// For so long after the call a description may not show the change yet. How long it really takes is not documented.
const MAY_BE_UNSEEN: SignedDuration = SignedDuration::from_mins(10);
/// CloudTrail's time and ACM's are of different clocks, and one is in whole seconds.
const CLOCKS_APART: SignedDuration = SignedDuration::from_mins(1);
/// For so long a change that ACM gave up is warned of: 72 hours until then, and as many until each certificate has
/// had its turn in an hourly sweep, with a day to spare.
const IS_WARNED_OF: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Why the records of a change cannot be known before a person does something.
pub fn unreadable_records(pending_update: &PendingUpdate, certificate: &CertificateDetail) -> Option<Blocked> {
    let PendingUpdate::Error(error) = pending_update else { return None };
    (!error.is_retryable()).then(|| Blocked {
        cause: Cause::RecordsUnreadable,
        domain: certificate.display_name().to_owned(),
        record: None,
        detail: format!(
            "It is being changed to DNS validation, and ACM does not show acm-autopilot the records: {}.",
            foreign_message(error)
        ),
        known_missing: false,
    })
}

/// Whether somebody requested a change at this time, and the description is older than that.
pub fn is_not_shown_yet(certificate: &CertificateDetail, requested_at: Option<Timestamp>, now: Timestamp) -> bool {
    let Some(requested_at) = requested_at.filter(|&at| now.duration_since(at).abs() < MAY_BE_UNSEEN) else {
        return false;
    };
    // That it failed, or leads elsewhere, is an answer too.
    let is_shown = certificate.method_update.as_ref().is_some_and(|update| {
        update.requested_at.is_none_or(|shown_at| requested_at.duration_since(shown_at) <= CLOCKS_APART)
    });
    certificate.status == "ISSUED" && is_validated_by_email(certificate) && !is_changing(certificate) && !is_shown
}

/// Whether ACM gave a change up recently, which only the description of the certificate shows.
pub fn was_given_up(certificate: &CertificateDetail, now: Timestamp) -> bool {
    let is_recent = |requested_at| now.duration_since(requested_at) < IS_WARNED_OF;
    is_validated_by_email(certificate)
        && certificate
            .method_update
            .as_ref()
            .is_some_and(|update| update.status == "FAILED" && update.requested_at.is_some_and(is_recent))
}

#[cfg(test)]
mod tests {
    use certificates::{CertificateSummary, CertificateType, DomainValidation, Validation, ValidationMethodUpdate};

    use super::*;

    fn now() -> Timestamp {
        "2026-11-21T06:51:08Z".parse().unwrap()
    }

    /// Issued and validated by e-mail, with a change of this status that was requested this many minutes ago.
    fn certificate(change: Option<(&str, Option<i64>)>) -> CertificateDetail {
        let arn = "arn:aws:acm:us-east-1:123456789012:certificate/61f50cd4".parse().unwrap();
        let mail = Validation::Email(vec!["admin@example.com".into()]);
        let domain = DomainValidation { domain_name: "example.com".into(), succeeded: None, validation: mail };
        CertificateDetail {
            domain_validations: vec![domain],
            method_update: change.map(|(status, minutes)| ValidationMethodUpdate {
                status: status.into(),
                to: Some("DNS".into()),
                requested_at: minutes.map(|minutes| now() - SignedDuration::from_mins(minutes)),
            }),
            ..CertificateDetail::from(CertificateSummary {
                status: "ISSUED".into(),
                ..CertificateSummary::new(arn, CertificateType::AmazonIssued)
            })
        }
    }

    #[test]
    fn a_change_that_was_requested_recently_may_not_be_shown_yet() {
        let days = 24 * 60;
        for (change, asked, expected) in [
            (None, Some(2), true),
            (None, None, false),
            (None, Some(10), false),
            (None, Some(-11), false),
            (Some(("FAILED", Some(4 * days))), Some(2), true),
            (Some(("FAILED", Some(2))), Some(2), false),
            (Some(("FAILED", Some(3))), Some(2), false),
            (Some(("FAILED", None)), Some(2), false),
            (Some(("PENDING_DOMAIN_VALIDATION", Some(2))), Some(2), false),
            (Some(("PENDING_DOMAIN_VALIDATION", Some(5))), Some(2), false),
        ] {
            let asked_at = asked.map(|minutes| now() - SignedDuration::from_mins(minutes));
            assert_eq!(is_not_shown_yet(&certificate(change), asked_at, now()), expected, "{change:?} {asked:?}");
        }
        let asked_at = Some(now());
        for status in ["PENDING_VALIDATION", "EXPIRED"] {
            let certificate = CertificateDetail {
                summary: CertificateSummary { status: status.into(), ..certificate(None).summary },
                ..certificate(None)
            };
            assert!(!is_not_shown_yet(&certificate, asked_at, now()), "{status}");
        }
        let mut by_dns = certificate(None);
        by_dns.domain_validations[0].validation = Validation::Dns(None);
        assert!(!is_not_shown_yet(&by_dns, asked_at, now()));
    }

    #[test]
    fn a_change_that_acm_gave_up_is_warned_of_for_a_while() {
        let days = 24 * 60;
        for (change, expected) in [
            (Some(("FAILED", Some(3 * days))), true),
            (Some(("FAILED", Some(7 * days))), false),
            (Some(("FAILED", None)), false),
            (Some(("SUCCESS", Some(1))), false),
            (Some(("PENDING_DOMAIN_VALIDATION", Some(1))), false),
            (None, false),
        ] {
            assert_eq!(was_given_up(&certificate(change), now()), expected, "{change:?}");
        }
    }
}
