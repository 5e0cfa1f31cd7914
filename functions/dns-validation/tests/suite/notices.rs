//! What needs a person is reported once, with its cause.

use dns_validation::Outcome;
use jiff::Span;
use simulated_aws::CertificateSpec;

use super::world::{ACTION_REQUIRED, NOTIFIED, REQUESTED, World, issued};

#[tokio::test]
async fn without_a_zone_it_is_reported_once_and_the_tag_goes_with_the_cause() {
    let world = World::new();
    let arn = world.request(&["example.org", "*.example.org"]).await;
    let report = world.on(REQUESTED, &arn).await;
    assert_eq!((report.outcome, report.reason), (Outcome::Notified, "no-zone"));
    assert_eq!(world.effects(), ["Publish", "AddTagsToCertificate"]);
    assert!(world.tag(&arn, NOTIFIED).unwrap().starts_with("no-zone/"));

    // Neither the event again nor sweeps repeat it.
    assert_eq!(world.on(REQUESTED, &arn).await.outcome, Outcome::Blocked);
    for _ in 0..3 {
        world.aws.advance(Span::new().hours(1));
        assert_eq!(world.sweep().await.notices, 0);
    }
    assert_eq!(world.causes(), ["no-zone"]);

    // Another cause is news.
    world.aws.create_private_hosted_zone("example.org");
    assert_eq!(world.sweep().await.notices, 1);
    assert_eq!(world.causes(), ["no-zone", "private-zone-only"]);

    // With the zone the record comes, and nothing is left to remember.
    let zone = world.aws.create_hosted_zone("example.org");
    let swept = world.sweep().await;
    assert_eq!((swept.records_created, swept.notices, world.cnames(&zone).len()), (1, 0, 1));
    assert_eq!((world.status(&arn).as_str(), world.tag(&arn, NOTIFIED)), ("ISSUED", None));
}

#[tokio::test]
async fn a_person_who_creates_the_record_ends_it() {
    let world = World::new();
    let zone = world.aws.create_hosted_zone_in("999988887777", "example.org");
    let arn = world.request(&["example.org"]).await;
    world.on(REQUESTED, &arn).await;
    world.create_record(&zone, "example.org");
    assert_eq!(world.status(&arn), "ISSUED");
    // ACM has issued it: the sweep checks once more, because that was recent, and nothing waits any more.
    world.sweep().await;
    assert_eq!(world.causes(), ["no-zone"]);
    world.aws.forget_record();
    world.sweep().await;
    assert_eq!(world.effects(), Vec::<String>::new());
}

#[tokio::test]
async fn a_record_that_is_there_is_never_overwritten() {
    for (kind, value) in [
        ("CNAME", "_other.acm-validations.aws."),
        ("CNAME", "somewhere.example.net."),
        ("TXT", "\"mine\""),
        ("A", "192.0.2.1"),
    ] {
        let world = World::new();
        let zone = world.aws.create_hosted_zone("example.com");
        let record = world.aws.validation_record("example.com");
        world.aws.set_record(&zone, &record.name, kind, value);
        let before = world.aws.records(&zone);
        let arn = world.request(&["example.com", "www.example.com"]).await;
        let report = world.on(REQUESTED, &arn).await;
        assert_eq!((report.outcome, report.records.len()), (Outcome::RecordsCreatedAndNotified, 1));
        assert_eq!(world.causes(), ["existing-record"], "{kind} {value}");
        let text = world.aws.published()[0].for_protocol("email").to_owned();
        assert!(text.contains(&format!("there is {kind} {value}")) && text.contains(&record.values[0]), "{text}");
        assert!(before.iter().all(|record| world.aws.records(&zone).contains(record)));
        assert_eq!(world.sweep().await.notices, 0);
    }
}

#[tokio::test]
async fn a_muted_certificate_is_reported_when_it_is_no_longer_muted() {
    let world = World::new();
    let arn = world.request(&["example.org"]).await;
    world.aws.set_tags(&arn, &[("acm-autopilot:notices", Some("off"))]);
    assert_eq!(world.on(REQUESTED, &arn).await.outcome, Outcome::Blocked);
    assert_eq!(world.effects(), Vec::<String>::new());
    world.aws.set_tags(&arn, &[("acm-autopilot:notices", None)]);
    assert_eq!(world.sweep().await.notices, 1);
}

#[tokio::test]
async fn without_room_for_the_tag_only_the_event_is_reported() {
    let world = World::new();
    let arn = world.request(&["example.org"]).await;
    for n in 0..50 {
        world.aws.set_tags(&arn, &[(&format!("key-{n}"), Some("x"))]);
    }
    assert_eq!(world.on(REQUESTED, &arn).await.outcome, Outcome::Notified);
    assert_eq!(world.sweep().await.notices, 0);
    assert_eq!(world.effects(), ["Publish"]);
}

#[tokio::test]
async fn certificates_that_are_validated_elsewhere_are_left_in_peace() {
    let world = World::new();
    for n in 0..20 {
        world.insert(issued(&format!("{n}.example.org")));
        world.insert(issued(&format!("{n}.example.org")).days_left(40));
    }
    let swept = world.sweep().await;
    assert_eq!((swept.notices, swept.blocked), (0, 0));
    assert_eq!(world.effects(), Vec::<String>::new());
}

#[tokio::test]
async fn a_stuck_renewal_is_reported_with_its_owner() {
    let world = World::new();
    let arn =
        world.insert(issued("example.org").days_left(6).renewal("PENDING_VALIDATION", None).tag("Owner", "team-web"));
    assert_eq!(world.sweep().await.notices, 1);
    let notice = &world.aws.published()[0];
    assert_eq!((notice.attribute("severity"), notice.attribute("owner")), (Some("critical"), Some("team-web")));
    assert_eq!(notice.attribute("kind"), Some("validation-records-missing"));
    assert!(world.tag(&arn, NOTIFIED).unwrap().starts_with("no-zone/"));
}

#[tokio::test]
async fn the_largest_notice_fits_into_a_message() {
    let world = World::new();
    let label = "a".repeat(60);
    let mut spec = CertificateSpec::amazon_issued("example.org").status("PENDING_VALIDATION");
    for n in 0..99 {
        spec = spec.dns(&format!("{n:03}.{label}.{label}.{label}.example.org"));
    }
    let arn = world.insert(spec);
    assert_eq!(world.on(REQUESTED, &arn).await.outcome, Outcome::Notified);
    let text = world.aws.published()[0].for_protocol("email").to_owned();
    assert!(text.contains(" more records are in the answer of aws acm describe-certificate"), "{text}");
    assert!(text.contains("cannot validate 100 of 100 domains") && text.len() < 16_000, "{} {text}", text.len());
}

#[tokio::test]
async fn each_renewal_that_waits_is_reported_although_the_request_was() {
    let world = World::new();
    let zone = world.aws.create_hosted_zone_in("999988887777", "example.org");
    let arn = world.insert(issued("example.org").renewal("PENDING_VALIDATION", None));
    world.on(ACTION_REQUIRED, &arn).await;
    assert_eq!(world.causes(), ["no-zone"]);
    // A person creates the record, and the certificate is as it should be for a while.
    world.create_record(&zone, "example.org");
    assert!(world.aws.start_managed_renewal(&arn));
    assert_eq!(world.on(ACTION_REQUIRED, &arn).await.reason, "validated-elsewhere");
    assert_eq!(world.tag(&arn, NOTIFIED), None);

    world.aws.advance(Span::new().hours(24 * 150));
    let record = world.aws.validation_record("example.org");
    world.aws.remove_record(&zone, &record.name, "CNAME");
    assert!(world.aws.start_managed_renewal(&arn));
    world.on(ACTION_REQUIRED, &arn).await;
    assert_eq!(world.causes(), ["no-zone", "no-zone"]);
}

#[tokio::test]
async fn names_that_acm_has_validated_already_are_not_reported() {
    let world = World::new();
    let own = world.aws.create_hosted_zone("example.com");
    let elsewhere = world.aws.create_hosted_zone_in("999988887777", "example.org");
    for (zone, name) in [(&own, "example.com"), (&elsewhere, "example.org"), (&elsewhere, "www.example.org")] {
        world.create_record(zone, name);
    }
    let arn = world.insert(issued("example.com").dns("example.org").dns("www.example.org").days_left(50));
    world.aws.remove_record(&own, &world.aws.validation_record("example.com").name, "CNAME");
    assert!(world.aws.start_managed_renewal(&arn));
    let report = world.on(ACTION_REQUIRED, &arn).await;
    assert_eq!((report.outcome, report.records.len(), report.blocked.len()), (Outcome::RecordsCreated, 1, 0));
    assert_eq!(world.causes(), Vec::<String>::new());
    assert_eq!(world.tag(&arn, NOTIFIED), None);
}

#[tokio::test]
async fn when_a_part_is_fixed_the_rest_is_not_reported_again() {
    let world = World::new();
    let arn = world.request(&["example.org", "example.net", "example.edu"]).await;
    world.on(REQUESTED, &arn).await;
    let notified = world.tag(&arn, NOTIFIED);
    world.aws.create_hosted_zone("example.net");
    let swept = world.sweep().await;
    assert_eq!((swept.records_created, swept.notices, swept.blocked), (1, 0, 1));
    assert_ne!(world.tag(&arn, NOTIFIED), notified, "what is fixed is forgotten");
    // A zone for one of the others that cannot be used is news.
    world.aws.create_private_hosted_zone("example.edu");
    assert_eq!(world.sweep().await.notices, 1);
    assert_eq!(world.sweep().await.notices, 0);
}

/// More than a tag has room for one by one.
#[tokio::test]
async fn when_a_part_of_many_is_fixed_the_rest_is_not_reported_again() {
    let world = World::new();
    world.aws.set_name_quota(100);
    let names: Vec<String> = (0..100).map(|n| format!("example-{n}.org")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let arn = world.request(&names).await;
    assert_eq!(world.on(REQUESTED, &arn).await.outcome, Outcome::Notified);
    let mut notified = world.tag(&arn, NOTIFIED);
    for fixed in [7, 42, 99] {
        world.aws.create_hosted_zone(names[fixed]);
        let swept = world.sweep().await;
        assert_eq!((swept.records_created, swept.notices, swept.blocked), (1, 0, 1), "{fixed}");
        assert_ne!(world.tag(&arn, NOTIFIED), notified, "what is fixed is forgotten");
        notified = world.tag(&arn, NOTIFIED);
    }
    // What is found of one of the others, and was not notified, is news: once.
    world.aws.create_private_hosted_zone(names[3]);
    assert_eq!(world.sweep().await.notices, 1);
    assert_eq!(world.sweep().await.notices, 0);
    assert_eq!(world.causes(), ["no-zone", "private-zone-only"]);
}

/// More than a tag has room for one by one: their number shows what is news.
#[tokio::test]
async fn of_many_one_more_is_news() {
    let world = World::new();
    world.aws.set_name_quota(100);
    let names: Vec<String> = (0..100).map(|n| format!("example-{n}.org")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    // ACM names one record after the other.
    let arn = world.request_at_once(&names).await;
    world.aws.advance(Span::new().seconds(33));
    let notified = |sweep: usize| format!("no-zone/{sweep}:");
    for count in 29..33 {
        let swept = world.sweep().await;
        assert_eq!(swept.notices, 1, "{count}");
        let tag = world.tag(&arn, NOTIFIED).unwrap();
        assert!(tag.starts_with(&notified(count)), "{count} {tag}");
        world.aws.advance(Span::new().seconds(1));
    }
}

/// Its cause was never found, so nothing was reported before.
#[tokio::test]
async fn a_request_that_acm_gave_up_is_reported_once() {
    let world = World::new();
    let zone = world.aws.create_hosted_zone("example.com");
    world.aws.undelegate(&zone);
    let arn = world.request(&["example.com"]).await;
    world.on(REQUESTED, &arn).await;
    world.aws.advance(Span::new().hours(73));
    assert_eq!(world.status(&arn), "VALIDATION_TIMED_OUT");
    assert_eq!((world.sweep().await.notices, world.sweep().await.notices), (1, 0));
    assert_eq!(world.causes(), ["validation-timed-out"]);
    let text = world.aws.published()[0].for_protocol("email").to_owned();
    assert!(text.contains("gave up the request of 2026-11-21 after 72 hours"), "{text}");
    let report = world.on(REQUESTED, &arn).await;
    assert_eq!((report.outcome, report.reason), (Outcome::Blocked, "validation-timed-out"));

    // Long ago it is of no interest any more.
    world.aws.set_tags(&arn, &[(NOTIFIED, None)]);
    world.aws.advance(Span::new().hours(24 * 8));
    assert_eq!(world.sweep().await.notices, 0);
}

/// Whoever may request certificates can make notices.
#[tokio::test]
async fn a_sweep_sends_a_few_notices_and_one_for_the_rest() {
    let world = World::new();
    for n in 0..60 {
        world.insert(CertificateSpec::amazon_issued(&format!("host-{n}.example.org")).status("PENDING_VALIDATION"));
    }
    let critical = world.insert(issued("urgent.example.org").days_left(3).renewal("PENDING_VALIDATION", None));
    let swept = world.sweep().await;
    assert_eq!((swept.blocked, swept.notices, world.aws.published().len()), (61, 27, 27));
    assert!(world.tag(&critical, NOTIFIED).is_some(), "critical ones are always sent");
    let summary = world.aws.published().pop().unwrap();
    assert_eq!(summary.subject.as_deref(), Some("[warning] 35 more certificates need help with their validation"));
    // The next sweeps do what that one left.
    let mut notices = Vec::new();
    for _ in 0..3 {
        world.aws.advance(Span::new().hours(1));
        notices.push(world.sweep().await.notices);
    }
    assert_eq!(notices, [26, 10, 0]);
}

/// What whoever requests certificates, or owns another account's zone, may write.
#[tokio::test]
async fn text_of_others_forges_nothing() {
    let world = World::new();
    let zone = world.aws.create_hosted_zone("example.com");
    let record = world.aws.validation_record("example.com");
    let value = format!("\"see https://evil.example/login {}\"", "x".repeat(200));
    world.aws.set_record(&zone, &record.name, "TXT", &value);
    let occupied = world.request(&["example.com"]).await;
    let arn = world.request(&["www.example.com"]).await;
    world.on(REQUESTED, &occupied).await;
    let fault = simulated_aws::Fault::Error {
        code: "InvalidChangeBatch".into(),
        message: format!("[https://evil.example]\n\nWhat to do\n  1. Pay {}", "y".repeat(1_000)),
        status: 400,
    };
    world.aws.fail_always("ChangeResourceRecordSets", fault);
    world.on(REQUESTED, &arn).await;
    assert_eq!(world.causes(), ["existing-record", "change-refused"]);
    for notice in world.aws.published() {
        let text = notice.for_protocol("email");
        assert!(!text.contains("://evil") && text.matches("What to do\n").count() == 1 && text.len() < 4_000, "{text}");
    }
}
