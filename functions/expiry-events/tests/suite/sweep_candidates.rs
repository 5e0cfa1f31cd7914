//! Which certificates a sweep checks, and in which order.

use std::collections::BTreeSet;

use certificates::{CertificateSummary, CertificateType};
use expiry_events::policy::sweep_candidates::sweep_candidates;
use jiff::{SignedDuration, Timestamp};

use super::world::{NOW, at, certificate as described, settings};

/// What a listing shows.
fn certificate(not_after: &str) -> CertificateSummary {
    described(not_after).summary
}

fn of(listed: Vec<CertificateSummary>) -> Vec<CertificateSummary> {
    sweep_candidates(listed, &settings(), at(NOW)).into_iter().map(|candidate| candidate.certificate).collect()
}

#[test]
fn each_reason_to_check_an_imported_certificate_counts_alone() {
    let far = certificate("2027-06-01T12:00:00Z");
    let hours_ago = |hours| Some(at(NOW) - SignedDuration::from_hours(hours));
    // Days that are no threshold: the window of renewals alone.
    let in_window = CertificateSummary { not_before: hours_ago(24 * 20), ..certificate("2026-12-11T12:00:00Z") };
    for (name, certificate, expected) in [
        ("far from its expiry", far.clone(), false),
        ("at a threshold", certificate("2026-12-19T12:00:00Z"), true),
        ("in its window, which is a third of 40 days", in_window.clone(), false),
        ("in its window", CertificateSummary { not_after: Some(at("2026-12-01T12:00:00Z")), ..in_window }, true),
        ("just issued", CertificateSummary { not_before: hours_ago(48), ..far.clone() }, true),
        ("issued", CertificateSummary { not_before: hours_ago(49), ..far.clone() }, false),
        ("just imported", CertificateSummary { imported_at: hours_ago(48), ..far.clone() }, true),
        ("imported", CertificateSummary { imported_at: hours_ago(49), ..far.clone() }, false),
        (
            "not imported",
            CertificateSummary {
                certificate_type: CertificateType::AmazonIssued,
                not_before: hours_ago(1),
                ..far.clone()
            },
            false,
        ),
        ("revoked", CertificateSummary { status: "REVOKED".into(), ..far }, true),
    ] {
        assert_eq!(of(vec![certificate]).len(), usize::from(expected), "{name}");
    }
}

fn numbered(count: usize) -> Vec<CertificateSummary> {
    let arn = |n| format!("arn:aws:acm:us-east-1:123456789012:certificate/{n:04}").parse().unwrap();
    (0..count).map(|n| CertificateSummary { arn: arn(n), ..certificate("2026-12-01T12:00:00Z") }).collect()
}

#[test]
fn of_one_day_what_may_be_ours_to_renew_comes_first() {
    let mut listed = numbered(4);
    listed[0].certificate_type = CertificateType::AmazonIssued;
    listed[3].not_after = Some(at("2026-11-25T12:00:00Z"));
    let order: Vec<String> = of(listed).iter().map(|certificate| certificate.arn.id().to_owned()).collect();
    assert_eq!(order, ["0003", "0001", "0002", "0000"]);
}

/// Of 2,500 that expire on the same day, a sweep has time for some 2,000.
#[test]
fn what_is_left_over_has_its_turn_in_a_later_sweep() {
    let mut seen = BTreeSet::new();
    for hour in 0..24 {
        let now: Timestamp = at(NOW) + SignedDuration::from_hours(hour);
        let order = sweep_candidates(numbered(2_500), &settings(), now);
        assert_eq!(order.len(), 2_500);
        seen.extend(order.iter().take(2_000).map(|candidate| candidate.certificate.arn.to_string()));
    }
    assert_eq!(seen.len(), 2_500);
}
