//! From e-mail to DNS validation: the records that only ListCertificateDomainValidations names.

use dns_validation::{Error, Outcome};
use jiff::{SignedDuration, Span};
use lambda::{PartialFailure, RetryableError};
use serde_json::json;
use simulated_aws::{CertificateSpec, Fault};

use super::faults::{FAULTS, deliver, without_retries};
use super::world::{LOAD_BALANCER, NOTIFIED, OPTIONS_CHANGED, REQUESTED, World, issued, sample};

const LIST: &str = "ListCertificateDomainValidations";

fn by_email(name: &str) -> CertificateSpec {
    issued(name).validated_by_email()
}

/// How ACM validates the certificate now, and what became of the change.
async fn state(world: &World, arn: &str) -> (String, String) {
    let acm = aws_sdk_acm::Client::new(&world.aws.sdk_config());
    let detail = acm.describe_certificate().certificate_arn(arn).send().await.unwrap().certificate.unwrap();
    let method = detail.domain_validation_options()[0].validation_method().unwrap().to_string();
    (method, detail.update_summary().unwrap().status().unwrap().to_string())
}

#[tokio::test]
async fn a_change_gets_its_records_and_is_complete() {
    let world = World::new();
    let (com, net) = (world.aws.create_hosted_zone("example.com"), world.aws.create_hosted_zone("example.net"));
    let arn = world.insert(by_email("example.com").dns("*.example.com").dns("www.example.net"));
    world.change_to_dns(&arn).await;
    let report = world.on(OPTIONS_CHANGED, &arn).await;
    assert_eq!((report.outcome, report.reason, report.records.len()), (Outcome::RecordsCreated, "records-missing", 2));
    assert_eq!(world.cnames(&com), [world.aws.validation_record("example.com")]);
    assert_eq!(world.cnames(&net), [world.aws.validation_record("www.example.net")]);
    assert_eq!(world.aws.events()[0].detail_type, "Certificate Validation Records Provisioned");
    assert_eq!(state(&world, &arn).await, ("DNS".into(), "SUCCESS".into()));

    // From now on it is one like any other, and costs what any other does.
    world.aws.forget_record();
    let again = world.on(OPTIONS_CHANGED, &arn).await;
    assert_eq!((again.outcome, again.reason, again.in_place), (Outcome::NothingToDo, "records-in-place", 2));
    assert_eq!((world.calls(LIST), world.effects()), (0, Vec::new()));
}

#[tokio::test]
async fn without_its_event_the_sweep_finds_it() {
    let world = World::new();
    let zone = world.aws.create_hosted_zone("example.com");
    let arn = world.insert(by_email("example.com"));
    assert_eq!(world.sweep().await.records_created, 0);
    world.change_to_dns_at_once(&arn).await;
    assert_eq!(world.sweep().await.records_created, 0, "ACM has not named the record yet");
    world.aws.advance(Span::new().seconds(5));
    assert_eq!(world.sweep().await.records_created, 1);
    assert_eq!(world.cnames(&zone).len(), 1);
    assert_eq!(state(&world, &arn).await, ("DNS".into(), "SUCCESS".into()));
}

#[tokio::test]
async fn records_that_acm_has_not_named_yet_are_a_reason_to_come_again() {
    let world = World::new();
    let zone = world.aws.create_hosted_zone("example.com");
    let arn = world.insert(by_email("example.com").dns("www.example.com"));
    world.change_to_dns_at_once(&arn).await;
    let error = world.try_on(OPTIONS_CHANGED, &arn).await.unwrap_err();
    assert!(matches!(&error, Error::NotNamed { domains, .. } if domains.len() == 2), "{error}");
    world.aws.advance(Span::new().seconds(5));
    let error = world.try_on(OPTIONS_CHANGED, &arn).await.unwrap_err();
    assert!(matches!(&error, Error::NotNamed { domains, .. } if domains == &["www.example.com"]), "{error}");
    assert!(error.is_retryable());
    assert_eq!((world.cnames(&zone).len(), world.causes().len()), (1, 0));
    world.aws.advance(Span::new().seconds(1));
    assert_eq!(world.on(OPTIONS_CHANGED, &arn).await.outcome, Outcome::RecordsCreated);
}

#[tokio::test]
async fn whatever_is_not_being_changed_costs_no_more_calls() {
    let world = World::new();
    world.aws.create_hosted_zone("example.com");
    let requested = world.request(&["example.com", "www.example.com"]).await;
    world.on(REQUESTED, &requested).await;
    for certificate in [issued("a.example.com"), by_email("b.example.com"), by_email("c.example.com").days_left(-1)] {
        let arn = world.insert(certificate);
        world.on(OPTIONS_CHANGED, &arn).await;
    }
    world.sweep().await;
    assert_eq!(world.calls(LIST), 0);
    assert!(world.calls("DescribeCertificate") >= 6);

    // One call for each that is, at an event and at a sweep.
    let arn = world.insert(by_email("d.example.org"));
    world.change_to_dns(&arn).await;
    world.aws.forget_record();
    world.on(OPTIONS_CHANGED, &arn).await;
    assert_eq!((world.calls(LIST), world.calls("DescribeCertificate")), (1, 1));
}

#[tokio::test]
async fn what_cannot_be_created_is_reported_with_its_deadline() {
    let world = World::new();
    let arn = world.insert(by_email("example.org").dns("*.example.org"));
    world.change_to_dns(&arn).await;
    let report = world.on(OPTIONS_CHANGED, &arn).await;
    assert_eq!((report.outcome, report.reason), (Outcome::Notified, "no-zone"));
    let text = world.aws.published()[0].for_protocol("email").to_owned();
    for words in [world.aws.validation_record("example.org").name.as_str(), "72 hours", "stays validated by e-mail"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert_eq!(world.on(OPTIONS_CHANGED, &arn).await.outcome, Outcome::Blocked);
    assert_eq!(world.causes(), ["no-zone"]);

    // When ACM has given up, nothing waits any more.
    world.aws.advance(Span::new().hours(72));
    let report = world.on(OPTIONS_CHANGED, &arn).await;
    assert_eq!((report.outcome, report.reason), (Outcome::Ignored, "email-validation"));
    assert_eq!((world.tag(&arn, NOTIFIED), state(&world, &arn).await.1), (None, "FAILED".into()));
}

#[tokio::test]
async fn names_that_acm_has_seen_elsewhere_are_not_reported() {
    let world = World::new();
    world.aws.create_hosted_zone("example.com");
    let elsewhere = world.aws.create_hosted_zone_in("999988887777", "example.org");
    let arn = world.insert(by_email("example.com").dns("example.org").dns("example.net"));
    world.create_record(&elsewhere, "example.org");
    world.change_to_dns(&arn).await;
    let report = world.on(OPTIONS_CHANGED, &arn).await;
    let blocked: Vec<&str> = report.blocked.iter().map(|blocked| blocked.domain.as_str()).collect();
    assert_eq!((report.outcome, blocked), (Outcome::RecordsCreatedAndNotified, vec!["example.net"]));
}

#[tokio::test]
async fn a_list_that_the_function_may_not_read_is_reported_and_stops_nothing_else() {
    let unknown =
        Fault::Error { code: "UnknownOperationException".into(), message: "no such operation".into(), status: 400 };
    for (fault, words) in [(Fault::AccessDenied, "AccessDeniedException"), (unknown, "UnknownOperationException")] {
        let world = World::new();
        let zone = world.aws.create_hosted_zone("example.com");
        let arn = world.insert(by_email("example.com"));
        let other = world.insert(issued("www.example.com"));
        world.change_to_dns(&arn).await;
        world.aws.fail_always(LIST, fault);
        let swept = world.sweep().await;
        assert_eq!((swept.records_created, swept.notices), (1, 1), "{words}");
        assert_eq!(world.cnames(&zone), [world.aws.validation_record("www.example.com")]);
        assert_eq!(world.on(OPTIONS_CHANGED, &other).await.reason, "records-in-place");

        let report = world.on(OPTIONS_CHANGED, &arn).await;
        assert_eq!((report.outcome, report.reason), (Outcome::Blocked, "records-unreadable"));
        assert_eq!(world.causes(), ["records-unreadable"]);
        let text = world.aws.published()[0].for_protocol("email").to_owned();
        for needed in [words, "acm:ListCertificateDomainValidations", "aws acm list-certificate-domain-validations"] {
            assert!(text.contains(needed), "{needed}: {text}");
        }
        // With the permission it continues automatically.
        world.aws.clear_faults();
        assert_eq!(world.sweep().await.records_created, 1);
        assert_eq!(world.sweep().await.notices, 0);
        assert_eq!(world.tag(&arn, NOTIFIED), None);
    }
}

#[tokio::test]
async fn a_list_that_is_throttled_is_asked_again() {
    let world = World::new();
    world.aws.create_hosted_zone("example.com");
    let arn = world.insert(by_email("example.com").in_use_by(LOAD_BALANCER));
    world.change_to_dns(&arn).await;
    world.aws.fail_always(LIST, Fault::Throttled);
    let error = world.try_on(OPTIONS_CHANGED, &arn).await.unwrap_err();
    assert!(error.is_retryable() && error.to_string().contains("ListCertificateDomainValidations"), "{error}");
    assert_eq!(world.causes(), Vec::<String>::new());
    world.aws.clear_faults();
    assert_eq!(world.on(OPTIONS_CHANGED, &arn).await.outcome, Outcome::RecordsCreated);
}

#[tokio::test]
async fn a_certificate_that_is_deleted_meanwhile_is_gone() {
    let world = World::new();
    let arn = world.insert(by_email("example.com"));
    world.change_to_dns(&arn).await;
    let deleted = arn.clone();
    world.aws.before(LIST, 1, move |aws| aws.remove_certificate(&deleted));
    assert_eq!(world.on(OPTIONS_CHANGED, &arn).await.reason, "certificate-gone");
}

#[tokio::test]
async fn after_a_fault_at_any_call_the_next_checks_finish_the_change() {
    let prepared = async || {
        let world = World::new();
        let zone = world.aws.create_hosted_zone("example.com");
        let arn = world.insert(by_email("example.com"));
        world.change_to_dns(&arn).await;
        (world, zone, arn)
    };
    let calls = {
        let (world, _, arn) = prepared().await;
        assert!(deliver(&world, &without_retries(&world), &arn).await);
        world.aws.calls().len()
    };
    assert!(calls >= 6, "{calls}");
    for fault in FAULTS {
        for call in 1..=u64::try_from(calls).unwrap() {
            let (world, zone, arn) = prepared().await;
            world.aws.fail_call(call, fault.clone());
            deliver(&world, &without_retries(&world), &arn).await;
            world.aws.restart();
            deliver(&world, &without_retries(&world), &arn).await;
            let context = format!("{fault:?} at call {call}");
            assert_eq!(world.cnames(&zone), [world.aws.validation_record("example.com")], "{context}");
            assert_eq!(state(&world, &arn).await, ("DNS".into(), "SUCCESS".into()), "{context}");
            assert_eq!(world.causes(), Vec::<String>::new(), "{context}");
        }
    }
}

/// Somebody asks for the change, and ACM does not show it in its description yet.
#[tokio::test]
async fn a_change_that_acm_does_not_show_yet_is_a_reason_to_come_again() {
    let world = World::new();
    world.aws.create_hosted_zone("example.com");
    let arn = world.insert(by_email("example.com"));
    let mut event = sample(OPTIONS_CHANGED, &arn);
    assert!(world.handle(&event).await.is_ok(), "other options");
    event["detail"]["requestParameters"]["options"] = json!({ "validationMethod": "DNS" });
    world.aws.advance(Span::new().seconds(20));
    let error = world.handle(&event).await.unwrap_err();
    assert!(error.is_retryable() && error.to_string().contains("does not show"), "{error}");
    assert_eq!((world.calls(LIST), world.effects()), (0, Vec::new()));
    // An old event waits for nothing.
    world.aws.advance(Span::new().minutes(10));
    assert!(world.handle(&event).await.is_ok());
    assert_eq!(world.effects(), Vec::<String>::new());
    // Delivered again when the change is shown, it starts the work.
    world.change_to_dns(&arn).await;
    assert!(world.handle(&event).await.is_ok());
    assert_eq!(world.effects(), ["ChangeResourceRecordSets", "PutEvents"]);
}

/// The description was started in time, and the list would not be.
#[tokio::test]
async fn without_time_the_list_is_left_to_the_next_check() {
    let world = World::new();
    let zone = world.aws.create_hosted_zone("example.com");
    let arn = world.insert(by_email("example.com").days_left(40));
    world.change_to_dns(&arn).await;
    let deadline = world.aws.now() + SignedDuration::from_millis(60_050);
    let (result, _) = world.counted(&sample("sweep-requested", ""), deadline).await;
    assert!(matches!(result, Err(Error::Partial(PartialFailure { failed: 0, left: 1, of: 1, .. }))), "{result:?}");
    assert_eq!((world.calls("DescribeCertificate"), world.calls(LIST)), (1, 0));
    assert_eq!((world.causes(), world.tag(&arn, NOTIFIED)), (Vec::new(), None));
    assert_eq!(world.sweep().await.records_created, 1);
    assert_eq!(world.cnames(&zone).len(), 1);
}

#[tokio::test]
async fn what_was_notified_before_the_list_was_refused_is_not_repeated() {
    let world = World::new();
    let arn = world.insert(by_email("example.org"));
    world.change_to_dns(&arn).await;
    world.on(OPTIONS_CHANGED, &arn).await;
    world.aws.fail_always(LIST, Fault::AccessDenied);
    world.on(OPTIONS_CHANGED, &arn).await;
    assert_eq!(world.causes(), ["no-zone", "records-unreadable"]);
    world.aws.clear_faults();
    world.on(OPTIONS_CHANGED, &arn).await;
    assert_eq!(world.causes(), ["no-zone", "records-unreadable"]);
    assert!(world.tag(&arn, NOTIFIED).unwrap().starts_with("no-zone/"));
}
