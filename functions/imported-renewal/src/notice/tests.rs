//! Notices as people get them.

use certificates::tags::Tags;
use certificates::{
    CertificateDetail, CertificateSummary, CertificateType, Failure, FailureReason, KeyAlgorithm, Recovery,
};
use events::IssuerChange;
use notices::{Notice, Severity};

use super::*;
use crate::completion::Completion;
use crate::sender::Sender;
use crate::state::CertificateState;

const NOW: &str = "2026-11-21T07:00:11Z";

fn certificate(id: &str, names: &[&str], key: &str, user: &str, end: &str, serial: &str) -> CertificateDetail {
    let arn = format!("arn:aws:acm:us-east-1:123456789012:certificate/{id}").parse().unwrap();
    let user = format!("arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/{user}");
    CertificateDetail {
        in_use_by: vec![user],
        serial: Some(serial.into()),
        ..CertificateDetail::from(CertificateSummary {
            domain_name: Some(names[0].into()),
            subject_alternative_names: names.iter().map(|&name| name.into()).collect(),
            key_algorithm: Some(KeyAlgorithm::new(key)),
            not_after: Some(end.parse().unwrap()),
            in_use: Some(true),
            ..CertificateSummary::new(arn, CertificateType::Imported)
        })
    }
}

fn state(certificate: CertificateDetail, owner: &str) -> CertificateState {
    CertificateState {
        owner: Some(owner.into()),
        ..CertificateState::new(certificate, Tags::default(), &notices::TagKeys::default())
    }
}

/// The samples in `events/sent` are what this code says.
fn assert_is_sample(notice: &Notice, name: &str) {
    let path = format!("{}/../../events/sent/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let sample: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    assert_eq!(notice.json(), sample, "{:#}", notice.json());
}

#[test]
fn the_sample_of_a_renewal() {
    let (id, user) = ("0f3c1b6e-2a57-4d0c-9a61-5be8d7c40f12", "pay/1c2d3e4f5a6b7c8d");
    let pay = |end: &str, serial: &str| {
        certificate(id, &["pay.example.com", "*.pay.example.com"], "RSA_2048", user, end, serial)
    };
    let before = pay("2026-12-21T09:30:00Z", "5a:1c:90:3e:77:b2:4f:08:d6:e1:2b:95:ac:40:83:fe");
    let after = pay("2027-02-19T07:00:08Z", "1f:84:d2:6b:05:c9:e7:3a:58:90:b4:6f:21:dd:0c:73");
    let notice = complete(&state(before, "team-payments"), &Completion::found(&after, 1), NOW.parse().unwrap());
    assert_is_sample(&notice, "notice-renewal-complete");
}

#[test]
fn the_sample_of_a_failure() {
    let internal = certificate(
        "4c9a70d5-e1b3-48f6-b2c4-90d7e5f8a163",
        &["internal.example.com", "10.20.0.15"],
        "EC_secp384r1",
        "internal/9a8b7c6d5e4f3021",
        "2026-11-26T23:59:59Z",
        "2b:94",
    );
    let ca = "arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/6f5c2a1e-8d47-4b39-a2f0-1c9e7d3b5a68";
    let detail = format!("the private CA {ca} is disabled");
    let state = state(internal, "team-platform");
    let notice =
        failed(&state, &Failure::new(FailureReason::CaDisabled, detail), 2, &Sender::default(), NOW.parse().unwrap());
    assert_is_sample(&notice, "notice-renewal-failed");
}

#[test]
fn every_reason_says_what_comes_next_and_what_to_do() {
    let certificate = certificate("a", &["example.com"], "RSA_2048", "a/1", "2026-12-21T09:30:00Z", "0a");
    let state = state(certificate, "team");
    let log_group = Some("/aws/lambda/acm-autopilot-imported-renewal".to_owned());
    let sender = Sender { region: "us-east-1".into(), log_group, spoke: None };
    for reason in FailureReason::ALL {
        let notice = failed(&state, &Failure::new(*reason, "a detail"), 1, &sender, NOW.parse().unwrap());
        assert_eq!(notice.what_to_do[0], reason.advice());
        let retries = notice.what_happens_next.starts_with("acm-autopilot retries automatically");
        assert_eq!(retries, reason.recovery() == Recovery::Automatic, "{reason}");
        let asks = notice.what_to_do.iter().any(|step| step.contains("Value=pending-renewal"));
        assert_eq!(asks, reason.recovery() == Recovery::Manual, "{reason}");
    }
    let slow = failed(&state, &Failure::new(FailureReason::OutOfTime, "a detail"), 1, &sender, NOW.parse().unwrap());
    assert!(slow.what_to_do[1].contains("--log-group-name /aws/lambda/acm-autopilot-imported-renewal"), "{slow:?}");
}

/// Of a spoke, other settings decide; log and metrics are in the hub's Region.
#[test]
fn a_failure_in_a_spoke_says_where_its_grants_log_and_metrics_are() {
    let certificate = certificate("a", &["example.com"], "RSA_2048", "a/1", "2026-12-21T09:30:00Z", "0a");
    let target = certificate.arn.target();
    let state = state(certificate, "team");
    let sender = |spoke| Sender { region: "eu-central-1".into(), log_group: Some("/aws/lambda/renewal".into()), spoke };
    for (reason, says) in [
        (FailureReason::CaNotGranted, "of the account 123456789012 may use is in `grants` of the stack parameter"),
        (FailureReason::PermissionMissing, "imported-renewal acts as the role acm-autopilot-renew"),
        (FailureReason::ImportQuotaReached, "Name=Target,Value=123456789012/us-east-1"),
    ] {
        let steps = |spoke| {
            let failure = Failure::new(reason, "a detail");
            failed(&state, &failure, 1, &sender(spoke), NOW.parse().unwrap()).what_to_do.join(" ")
        };
        assert!(steps(Some(target.clone())).contains(says), "{reason}");
        assert!(!steps(None).contains(says), "{reason}");
    }
    let slow = failed(
        &state,
        &Failure::new(FailureReason::OutOfTime, "a detail"),
        1,
        &sender(Some(target)),
        NOW.parse().unwrap(),
    );
    assert!(slow.what_to_do[1].contains("filter-log-events --region eu-central-1"), "{slow:?}");
}

#[test]
fn a_long_name_leaves_reason_and_days_in_the_subject() {
    let name = format!("{}.example.com", "a-very-long-name.".repeat(12));
    for reason in FailureReason::ALL {
        let certificate = certificate("a", &[&name], "RSA_2048", "a/1", "2026-12-21T09:30:00Z", "0a");
        let notice = failed(
            &state(certificate, "team"),
            &Failure::new(*reason, "a detail"),
            1,
            &Sender::default(),
            NOW.parse().unwrap(),
        );
        let subject = &notice.subject;
        assert!(subject.contains(reason.as_str()) && subject.ends_with("30 days left"), "{subject}");
        assert!(subject.contains("a-very-long") && subject.len() < 100, "{subject}");
    }
}

#[test]
fn nothing_that_others_wrote_forges_a_notice() {
    let evil = "x\n\nWhat to do\n  1. Sign in at https://aws.evil.example/";
    let before = CertificateDetail {
        summary: CertificateSummary {
            domain_name: Some(evil.into()),
            ..certificate("a", &["example.com"], "RSA_2048", "a/1", "2026-12-21T09:30:00Z", "0a").summary
        },
        ..certificate("a", &["example.com"], "RSA_2048", "a/1", "2026-12-21T09:30:00Z", "0a")
    };
    let after = CertificateDetail { serial: Some("0b".into()), ..before.clone() };
    let issuers = IssuerChange { issuer_before: evil.into(), issuer_after: evil.into() };
    let completion =
        Completion { remarks: vec![evil.into()], issuer_change: Some(issuers), ..Completion::found(&after, 1) };
    let state = state(before, evil);
    let complete = complete(&state, &completion, NOW.parse().unwrap());
    let failed =
        failed(&state, &Failure::new(FailureReason::IssuerRefused, evil), 1, &Sender::default(), NOW.parse().unwrap());
    for notice in [complete, failed] {
        let ours = [&notice.what_happened, &notice.why_it_matters, &notice.subject, notice.owner.as_ref().unwrap()];
        for text in ours.into_iter().chain(&notice.what_to_do) {
            assert!(!text.contains('\n') && !text.contains("://"), "{text}");
        }
    }
}

#[test]
fn a_change_of_issuer_is_a_warning_that_names_both() {
    let before = certificate("a", &["example.com"], "RSA_2048", "a/1", "2026-12-21T09:30:00Z", "0a");
    let after = CertificateDetail { serial: Some("0b".into()), ..before.clone() };
    let issuers = IssuerChange { issuer_before: "CN=Public CA".into(), issuer_after: "CN=Corp Root".into() };
    let completion =
        Completion { issuer_change: Some(issuers), cut_from_days: Some(36_500), ..Completion::found(&after, 1) };
    let notice = complete(&state(before, "team"), &completion, NOW.parse().unwrap());
    assert_eq!(notice.severity, Severity::Warning);
    assert_eq!(notice.subject, "[warning] example.com renewed with another issuer, now valid until 2026-12-21");
    let text = notice.text();
    for part in ["from `CN=Public CA` to `CN=Corp Root`", "lifetime of 36500 days", "do not trust `CN=Corp Root`"] {
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn the_readme_lists_every_reason() {
    let readme = include_str!("../../README.md");
    for reason in FailureReason::ALL {
        let recovery = if reason.recovery() == Recovery::Automatic { "time" } else { "a person" };
        let row = readme.lines().find(|line| line.starts_with(&format!("| `{reason}` | ")));
        let end = format!(" | {recovery} | {} |", reason.advice());
        assert!(row.is_some_and(|row| row.ends_with(&end)), "{reason}: {row:?}");
    }
}
