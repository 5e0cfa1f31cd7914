//! Each event, from its sample to its effects.

use expiry_events::{Answer, Error, Outcome};
use serde_json::json;
use simulated_aws::CertificateSpec;

use super::world::{SAMPLES, World, acm_event, amazon, imported, managed, sample};

const NOTIFIED: &str = "acm-autopilot:notified";

#[tokio::test]
async fn approaching_expiration() {
    for name in ["certificate-approaching-expiration", "certificate-approaching-expiration-minimal"] {
        let world = World::new();
        let arn = world.insert(imported(31).tag("Owner", "team-web"));
        let report = world.occasion(name, &arn).await;
        assert_eq!((report.outcome, report.reason), (Outcome::Notified, "expiring"));
        let notice = &world.aws.published()[0];
        assert_eq!(notice.subject.as_deref(), Some("[info] example.com expires in 31 days (2026-12-22)"));
        for (attribute, value) in [
            ("kind", "expiring"),
            ("severity", "info"),
            ("owner", "team-web"),
            ("certificate_type", "IMPORTED"),
            ("in_use", "true"),
            ("account", "123456789012"),
            ("region", "us-east-1"),
            ("days_left", "31"),
        ] {
            assert_eq!(notice.attribute(attribute), Some(value), "{attribute}");
        }
        assert_eq!(world.tag(&arn, NOTIFIED).as_deref(), Some("45@2026-12-22"));

        let again = world.occasion(name, &arn).await;
        assert_eq!((again.outcome, again.reason), (Outcome::NothingToDo, "nothing-due"));
        assert_eq!(world.kinds(), ["expiring"]);
    }
}

#[tokio::test]
async fn a_managed_certificate_in_its_window_is_to_be_renewed() {
    let world = World::new();
    let arn = world.insert(managed(30));
    let report = world.occasion("certificate-approaching-expiration", &arn).await;
    assert_eq!((report.outcome, report.reason), (Outcome::NotifiedAndRenewalRequested, "due"));
    assert_eq!(world.effects(), ["AddTagsToCertificate", "PutEvents", "Publish", "AddTagsToCertificate"]);
    assert_eq!(world.tag(&arn, "acm-autopilot:status").as_deref(), Some("pending-renewal"));
    assert_eq!(world.tag(&arn, "acm-autopilot:status-since").as_deref(), Some("2026-11-21T06:51:08Z"));
    assert_eq!(world.sent(), ["Certificate Renewal Status Changed", "Certificate Renewal Requested"]);
    let events = world.aws.events();
    assert_eq!((events[1].source.as_str(), &events[1].resources), ("acm-autopilot", &vec![arn.clone()]));
    assert_eq!(events[1].detail["why"], "due");
    assert_eq!(events[1].detail["daysLeft"], 30);
    assert_eq!(events[0].detail["to"], "pending-renewal");
    let serial = world.aws.certificate(&arn).unwrap().serial;
    assert_eq!(events[0].detail["serialBefore"], serial);
    // By this a renewal that starts late sees whether somebody replaced the certificate meanwhile.
    assert_eq!(world.tag(&arn, "acm-autopilot:renewal-of"), Some(serial));
    // It is on its way: good to know, no more.
    assert_eq!(world.aws.published()[0].attribute("severity"), Some("info"));

    world.aws.forget_record();
    assert_eq!(world.occasion("certificate-approaching-expiration", &arn).await.outcome, Outcome::NothingToDo);
    assert_eq!(world.effects(), Vec::<String>::new());
}

#[tokio::test]
async fn expired() {
    let world = World::new();
    let arn = world.insert(amazon(-1));
    let report = world.occasion("certificate-expired", &arn).await;
    assert_eq!((report.outcome, report.reason), (Outcome::Notified, "expired"));
    let notice = &world.aws.published()[0];
    assert_eq!(notice.subject.as_deref(), Some("[CRITICAL] example.com expired 1 day ago (2026-11-20)"));
    assert_eq!(world.tag(&arn, NOTIFIED).as_deref(), Some("expired@2026-11-20/critical-2026-11-21"));
}

#[tokio::test]
async fn renewal_action_required_names_the_missing_records() {
    let world = World::new();
    let spec = CertificateSpec::amazon_issued("example.com")
        .dns("*.example.com")
        .dns("www.example.com")
        .days_left(29)
        .in_use_by(super::world::LOAD_BALANCER)
        .validation_status("PENDING_VALIDATION")
        .renewal("PENDING_VALIDATION", Some("PENDING_DOMAIN_VALIDATION"));
    let arn = world.insert(spec);
    let report = world.occasion("certificate-renewal-action-required", &arn).await;
    assert_eq!((report.outcome, report.reason), (Outcome::Notified, "renewal-action-required"));
    let notice = &world.aws.published()[0];
    assert_eq!(notice.attribute("severity"), Some("warning"));
    let json: serde_json::Value = serde_json::from_str(notice.for_protocol("sqs")).unwrap();
    let names: Vec<&str> = json["records"].as_array().unwrap().iter().map(|r| r["name"].as_str().unwrap()).collect();
    assert_eq!(names.len(), 2, "the wildcard shares a record: {names:?}");
    assert!(names.iter().any(|name| name.ends_with(".www.example.com.")));
    assert!(notice.for_protocol("email").contains(names[0]));
    assert_eq!(world.tag(&arn, NOTIFIED).as_deref(), Some("30@2026-12-20/renewal-action-required"));

    // The same from AWS Health, and from the sweep.
    for event in ["health-renewal-failure", "health-caa-check-failure", "health-renewal-state-change"] {
        assert_eq!(world.occasion(event, &arn).await.outcome, Outcome::NothingToDo, "{event}");
    }
    assert_eq!(world.sweep().await.notices, 0);
    assert_eq!(world.kinds().len(), 1);
}

#[tokio::test]
async fn health_reports_a_failed_renewal() {
    for event in ["health-renewal-failure", "health-caa-check-failure"] {
        let world = World::new();
        let arn = world.insert(amazon(50).renewal("FAILED", Some("CAA_ERROR")));
        assert_eq!(world.occasion(event, &arn).await.reason, "renewal-action-required", "{event}");
        let notice = &world.aws.published()[0];
        assert!(notice.message.contains("amazontrust.com"), "{}", notice.message);
        assert_eq!(notice.attribute("severity"), Some("warning"));
    }
}

#[tokio::test]
async fn renewed() {
    for event in ["certificate-available-renewal", "health-renewal-state-change"] {
        let world = World::new();
        let arn = world.insert(amazon(198).renewal("SUCCESS", None).tag(NOTIFIED, "30@2026-12-19"));
        let report = world.occasion(event, &arn).await;
        assert_eq!((report.outcome, report.reason), (Outcome::Notified, "renewed"), "{event}");
        assert_eq!(world.tag(&arn, NOTIFIED).as_deref(), Some("-@2027-06-07/renewed"));
        for event in ["certificate-available-renewal", "health-renewal-state-change"] {
            assert_eq!(world.occasion(event, &arn).await.outcome, Outcome::NothingToDo, "{event}");
        }
    }
}

#[tokio::test]
async fn rotated_and_revoked() {
    let world = World::new();
    let arn = world.insert(amazon(198).not_before(world.aws.now()));
    assert_eq!(world.occasion("certificate-rotated", &arn).await.reason, "rotated");
    // ACM shows no new certificate, or cannot have rotated it.
    for spec in [amazon(198), imported(198).not_before(world.aws.now())] {
        let arn = world.insert(spec);
        assert_eq!(world.occasion("certificate-rotated", &arn).await.reason, "nothing-due");
    }

    for event in ["certificate-revoked", "certificate-revoked-by-ca"] {
        let world = World::new();
        let arn = world.insert(amazon(5).status("REVOKED"));
        assert_eq!(world.occasion(event, &arn).await.reason, "revoked", "{event}");
        assert_eq!(world.aws.published()[0].attribute("severity"), Some("critical"));
        assert_eq!(world.occasion(event, &arn).await.outcome, Outcome::NothingToDo);
        assert_eq!(world.sweep().await.notices, 0);
    }
}

#[tokio::test]
async fn what_is_new_and_far_from_its_expiry_is_not_reported() {
    for event in ["certificate-available-import", "certificate-available-issuance", "certificate-available-reimport"] {
        let world = World::new();
        let arn = world.insert(imported(90));
        assert_eq!(world.occasion(event, &arn).await.outcome, Outcome::NothingToDo, "{event}");
        assert_eq!(world.effects(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn an_occasion_that_nobody_knows_is_a_look() {
    let world = World::new();
    let arn = world.insert(imported(7));
    let Ok(Answer::Certificate(report)) = world.handle(&acm_event("ACM Certificate Teleported", &arn)).await else {
        panic!()
    };
    assert_eq!(report.outcome, Outcome::Notified);
    assert_eq!(world.aws.published()[0].attribute("severity"), Some("critical"));
}

#[tokio::test]
async fn a_certificate_that_is_gone_or_not_issued_is_ignored() {
    let world = World::new();
    let gone = super::world::SAMPLE_ARN;
    let report = world.occasion("certificate-expired", gone).await;
    assert_eq!((report.outcome, report.reason), (Outcome::Ignored, "certificate-gone"));

    let pending = world.insert(CertificateSpec::amazon_issued("example.com").status("PENDING_VALIDATION"));
    let report = world.occasion("health-caa-check-failure", &pending).await;
    assert_eq!((report.outcome, report.reason), (Outcome::Ignored, "not-issued"));
    assert_eq!(world.sweep().await.checked, 0);
    assert_eq!(world.effects(), Vec::<String>::new());
}

#[tokio::test]
async fn a_health_event_about_several_things() {
    let world = World::new();
    let (first, second) = (world.insert(imported(7)), world.insert(imported(200)));
    let event = json!({"source": "aws.health", "detail-type": "AWS Health Event", "detail": {"service": "ACM",
        "affectedEntities": [{"entityValue": first}, {"entityValue": "i-0123"}, {"entityValue": second}]}});
    let answer = serde_json::to_value(world.handle(&event).await.unwrap()).unwrap();
    assert_eq!(answer["outcome"], "checked");
    assert_eq!(answer["certificates"][0]["outcome"], "notified");
    assert_eq!(answer["certificates"][1]["outcome"], "nothing-to-do");
    assert_eq!(answer["skipped"], json!([{"entity": "i-0123", "reason": "not-a-certificate"}]));

    let elsewhere = first.replace("us-east-1", "eu-west-1");
    let answer = world.handle(&sample("health-renewal-failure", &elsewhere)).await.unwrap();
    let answer = serde_json::to_value(answer).unwrap();
    assert_eq!((&answer["outcome"], &answer["reason"]), (&json!("ignored"), &json!("no-certificate-here")));
}

#[tokio::test]
async fn a_public_health_event_is_ignored() {
    let world = World::new();
    world.insert(imported(7));
    let answer = world.handle(&sample("health-public-event", "")).await.unwrap();
    let answer = serde_json::to_value(answer).unwrap();
    assert_eq!((&answer["outcome"], &answer["reason"]), (&json!("ignored"), &json!("no-certificate-here")));
    assert_eq!(world.aws.calls(), []);
}

#[tokio::test]
async fn what_health_has_closed_needs_no_help() {
    let world = World::new();
    let arn = world.insert(amazon(310));
    let report = world.occasion("health-caa-check-failure-closed", &arn).await;
    assert_eq!((report.outcome, report.reason), (Outcome::NothingToDo, "nothing-due"));
    assert_eq!(world.occasion("health-caa-check-failure", &arn).await.reason, "renewal-action-required");
}

#[tokio::test]
async fn an_event_about_an_acme_certificate_finds_its_successor() {
    let world = World::new();
    let acme = |days| CertificateSpec::amazon_issued("example.com").key_pair_origin("ACME").days_left(days);
    let old = world.insert(acme(5).eligible(false));
    let report = world.occasion("certificate-approaching-expiration", &old).await;
    assert_eq!((report.outcome, report.reason), (Outcome::Notified, "expiring"));
    // A complete listing is two calls.
    assert_eq!(world.calls("ListCertificates"), 2);
    let text = world.aws.published()[0].for_protocol("email").to_owned();
    for wrong in ["delete-certificate", "import-certificate", "Request a new certificate", "exported"] {
        assert!(!text.contains(wrong), "{wrong}: {text}");
    }
    assert!(text.contains("Check that its ACME client"), "{text}");

    world.insert(acme(80).eligible(false));
    world.aws.advance(jiff::Span::new().days(2));
    let report = world.occasion("certificate-approaching-expiration", &old).await;
    assert_eq!((report.outcome, report.reason), (Outcome::NothingToDo, "superseded"));
    assert_eq!(world.calls("ListCertificates"), 4);
    world.sweep().await;
    assert_eq!(world.kinds(), ["expiring"]);
}

#[tokio::test]
async fn a_foreign_or_malformed_arn_is_refused_before_any_call() {
    let world = World::new();
    let arn = world.insert(imported(7));
    for foreign in [
        arn.replace("us-east-1", "eu-west-1"),
        arn.replace("123456789012", "210987654321"),
        "arn:aws:acm:us-east-1:123456789012:account".into(),
        "certificate".into(),
    ] {
        let error = world.handle(&sample("certificate-expired", &foreign)).await.unwrap_err();
        assert!(matches!(&error, Error::BadEvent { field, .. } if field == "resources[0]"), "{error}");
        assert!(!lambda::RetryableError::is_retryable(&error));
    }
    assert_eq!(world.aws.calls(), []);
}

#[tokio::test]
async fn every_sample_is_understood() {
    for (name, _) in SAMPLES {
        let world = World::new();
        let arn = world.insert(imported(20));
        world.handle(&sample(name, &arn)).await.unwrap_or_else(|error| panic!("{name}: {error}"));
        let is_about_it = !["health-public-event", "sweep-requested-acme"].contains(name);
        assert_eq!(world.kinds(), if is_about_it { vec!["expiring"] } else { Vec::new() }, "{name}");
    }
}

#[tokio::test]
async fn answers_are_json_for_people_with_a_terminal() {
    let world = World::new();
    let arn = world.insert(managed(30));
    let answer = world.handle(&sample("certificate-approaching-expiration", &arn)).await.unwrap();
    assert_eq!(
        serde_json::to_value(answer).unwrap(),
        json!({
            "outcome": "notified-and-renewal-requested",
            "certificate": arn,
            "reason": "due",
            "actions": [
                {"action": "mark-pending", "since": "2026-11-21T06:51:08Z", "clearReason": false},
                {"action": "send-event", "detailType": "Certificate Renewal Status Changed"},
                {"action": "send-event", "detailType": "Certificate Renewal Requested"},
                {"action": "publish-notice", "kind": "expiring", "severity": "info",
                    "subject": "[info] example.com expires in 30 days (2026-12-21)"},
                {"action": "record-notified", "value": "30@2026-12-21"},
            ],
        })
    );
}

/// Whoever may import certificates can cause one event after another.
#[tokio::test]
async fn events_send_as_many_notices_an_hour_as_a_sweep() {
    let world = World::configured(&[("NOTICES_PER_SWEEP", "3")]);
    let mut reasons = Vec::new();
    for n in 0..5 {
        let arn = world.insert(CertificateSpec::imported(&format!("{n}.example.com")).days_left(5));
        reasons.push(world.occasion("certificate-available-import", &arn).await.reason);
    }
    assert_eq!(reasons, ["expiring", "expiring", "expiring", "held-back", "held-back"]);
    // What is critical is sent all the same, and so is what only its event can report.
    let critical = world.insert(imported(5));
    assert_eq!(world.occasion("certificate-available-import", &critical).await.outcome, Outcome::Notified);
    let renewed = world.insert(amazon(198).renewal("SUCCESS", None));
    assert_eq!(world.occasion("certificate-available-renewal", &renewed).await.outcome, Outcome::Notified);

    assert_eq!(world.sweep().await.notices, 2);
    world.aws.advance(jiff::Span::new().hours(1));
    let arn = world.insert(CertificateSpec::imported("later.example.com").days_left(5));
    assert_eq!(world.occasion("certificate-available-import", &arn).await.reason, "expiring");
}
