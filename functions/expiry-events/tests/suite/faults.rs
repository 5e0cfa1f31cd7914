//! What goes wrong between the calls, and what is wrong in the tags.

use expiry_events::Outcome;
use lambda::RetryableError;
use simulated_aws::Fault;

use super::world::{World, amazon, imported, managed, sample};

const EVENT: &str = "certificate-approaching-expiration";
const NOTIFIED: &str = "acm-autopilot:notified";
const STATUS: &str = "acm-autopilot:status";

#[tokio::test]
async fn throttled_calls_are_tried_again() {
    let world = World::new();
    let arn = world.insert(managed(20));
    for operation in ["DescribeCertificate", "ListTagsForCertificate", "Publish", "AddTagsToCertificate", "PutEvents"] {
        world.aws.fail(operation, 1, Fault::Throttled);
    }
    assert_eq!(world.occasion(EVENT, &arn).await.outcome, Outcome::NotifiedAndRenewalRequested);
    assert_eq!(world.kinds(), ["expiring"]);
}

#[tokio::test]
async fn throttling_that_stays_is_a_retryable_error() {
    let world = World::new();
    let arn = world.insert(managed(20));
    world.aws.fail_always("DescribeCertificate", Fault::Throttled);
    let error = world.handle(&sample(EVENT, &arn)).await.unwrap_err();
    assert!(error.is_retryable(), "{error}");
    assert!(error.to_string().contains("acm:DescribeCertificate") && error.to_string().contains(&arn), "{error}");
    assert_eq!(world.effects(), Vec::<String>::new());
}

#[tokio::test]
async fn a_missing_permission_is_not_retryable_and_named() {
    let world = World::new();
    let arn = world.insert(imported(20));
    world.aws.fail_always("Publish", Fault::AccessDenied);
    let error = world.handle(&sample(EVENT, &arn)).await.unwrap_err();
    assert!(!error.is_retryable() && error.to_string().contains("sns:Publish"), "{error}");
    assert_eq!(world.tag(&arn, NOTIFIED).as_deref(), Some("-@2026-12-11"), "what nobody got is not remembered");
}

#[tokio::test]
async fn a_broken_topic_does_not_stop_a_renewal() {
    let world = World::new();
    let arn = world.insert(managed(20));
    world.aws.fail_always("Publish", Fault::AccessDenied);
    assert!(world.handle(&sample(EVENT, &arn)).await.is_err());
    assert_eq!(world.tag(&arn, STATUS).as_deref(), Some("pending-renewal"));
    assert_eq!(world.sent().len(), 2);
}

/// Every call of a check that notifies and requests may be the last one of a process.
#[tokio::test]
async fn after_a_crash_at_any_call_the_next_checks_finish_the_work() {
    for fault in [Fault::Crash, Fault::CrashAfter] {
        for call in 1.. {
            let world = World::new();
            let arn = world.insert(managed(20).tag("acm-autopilot:status-reason", "throttled"));
            world.aws.fail_call(call, fault.clone());
            let crashed = world.handle(&sample(EVENT, &arn)).await.is_err();
            assert_eq!(crashed, world.aws.crashed());
            if !crashed {
                assert!(call > 7, "two reads and five effects can crash, not {call}");
                break;
            }
            world.aws.restart();
            let sent_before = world.kinds().len();
            world.sweep().await;
            // A request that was lost after the mark is found by its age.
            world.aws.advance(jiff::Span::new().minutes(61));
            world.sweep().await;

            let context = format!("{fault:?} at call {call}");
            assert_eq!(world.tag(&arn, NOTIFIED).as_deref(), Some("30@2026-12-11"), "{context}");
            assert_eq!(world.tag(&arn, STATUS).as_deref(), Some("pending-renewal"), "{context}");
            assert!(world.sent().iter().any(|sent| sent == "Certificate Renewal Requested"), "{context}");
            let sent = world.kinds().len();
            assert!((1..=2).contains(&sent), "{context}: notified {sent} times");
            assert!(sent == 1 || sent_before == 1, "{context}: repeated without a crash in between");
        }
    }
}

#[tokio::test]
async fn a_crash_at_any_call_loses_no_notice() {
    for fault in [Fault::Crash, Fault::CrashAfter] {
        for call in 1.. {
            let world = World::new();
            let arn = world.insert(imported(5));
            world.aws.fail_call(call, fault.clone());
            if world.handle(&sample(EVENT, &arn)).await.is_ok() {
                assert!(call > 5, "two reads and three effects can crash, not {call}");
                break;
            }
            world.aws.restart();
            world.sweep().await;
            world.sweep().await;
            let sent = world.kinds().len();
            assert!((1..=2).contains(&sent), "{fault:?} at call {call}: {sent} notices");
            let notified = world.tag(&arn, NOTIFIED);
            assert_eq!(notified.as_deref(), Some("7@2026-11-26/critical-2026-11-21"), "{fault:?} at call {call}");
        }
    }
}

#[tokio::test]
async fn a_crash_between_notice_and_tag_repeats_the_notice() {
    let world = World::new();
    let arn = world.insert(imported(20));
    world.aws.fail("Publish", 1, Fault::CrashAfter);
    assert!(world.handle(&sample(EVENT, &arn)).await.is_err());
    world.aws.restart();
    world.sweep().await;
    world.sweep().await;
    assert_eq!(world.kinds(), ["expiring", "expiring"]);
}

#[tokio::test]
async fn a_certificate_that_is_deleted_meanwhile_is_gone() {
    let world = World::new();
    let arn = world.insert(imported(20));
    let deleted = arn.clone();
    world.aws.before("AddTagsToCertificate", 1, move |aws| aws.remove_certificate(&deleted));
    let report = world.occasion(EVENT, &arn).await;
    assert_eq!((report.outcome, report.reason), (Outcome::Ignored, "certificate-gone"));
}

#[tokio::test]
async fn with_fifty_tags_no_renewal_starts_and_the_notice_says_so() {
    let world = World::new();
    let mut spec = managed(30);
    for n in 0..49 {
        spec = spec.tag(&format!("key-{n}"), "x");
    }
    let arn = world.insert(spec);
    // 06:51: the threshold was crossed at midnight, and reported then.
    assert_eq!(world.occasion(EVENT, &arn).await.outcome, Outcome::NothingToDo);
    world.aws.set_time("2026-11-21T00:17:00Z".parse().unwrap());
    assert_eq!(world.sweep().await.notices, 1);
    assert_eq!(world.effects(), ["Publish"]);
    let text = world.aws.published()[0].for_protocol("email").to_owned();
    assert!(text.contains("Remove at least 5 tags"), "{text}");
    assert_eq!(world.aws.published()[0].attribute("severity"), Some("warning"), "nothing renews it");
    world.aws.advance(jiff::Span::new().hours(1));
    assert_eq!(world.sweep().await.notices, 0);
}

#[tokio::test]
async fn garbage_in_tags_counts_as_absent_and_is_reported() {
    let world = World::new();
    let arn = world.insert(
        managed(20)
            .tag(STATUS, "renewing")
            .tag("acm-autopilot:attempts", "many")
            .tag(NOTIFIED, "yesterday")
            .tag("acm-autopilot:notices", "maybe"),
    );
    assert_eq!(world.occasion(EVENT, &arn).await.outcome, Outcome::NotifiedAndRenewalRequested);
    let text = world.aws.published()[0].for_protocol("email").to_owned();
    for key in [STATUS, "acm-autopilot:attempts", NOTIFIED, "acm-autopilot:notices"] {
        assert!(text.contains(&format!("the tag {key} is not")), "{key}: {text}");
    }
    assert_eq!(world.tag(&arn, NOTIFIED).as_deref(), Some("30@2026-12-11"));
}

#[tokio::test]
async fn dry_run_applies_nothing_and_shows_the_plan() {
    let world = World::configured(&[("DRY_RUN", "true")]);
    let arn = world.insert(managed(20));
    let report = world.occasion(EVENT, &arn).await;
    assert_eq!((report.outcome, report.actions.len()), (Outcome::Planned, 5));
    let plan = serde_json::to_value(report.plan.unwrap()).unwrap();
    assert_eq!(plan["recordNotified"], "30@2026-12-11");
    assert_eq!(plan["publish"][0]["kind"], "expiring");
    assert_eq!(plan["request"]["why"], "due");

    let swept = world.sweep().await;
    assert_eq!(swept.outcome, Outcome::Planned);
    assert_eq!((swept.notices, swept.renewals_requested, swept.planned.len()), (1, 1, 1));
    assert_eq!(world.effects(), Vec::<String>::new());

    // And then in earnest.
    let world = world.reconfigured(&[]);
    assert_eq!(world.sweep().await.planned, []);
    assert_eq!((world.kinds().len(), world.sent().len()), (1, 2));
}

#[tokio::test]
async fn the_largest_notice_fits_into_a_message() {
    let world = World::new();
    let label = "a".repeat(60);
    let mut spec = amazon(20).validation_status("PENDING_VALIDATION").renewal("PENDING_VALIDATION", None);
    for n in 0..99 {
        spec = spec.dns(&format!("{n:03}.{label}.{label}.{label}.{label}.example.com"));
    }
    for n in 0..1_000 {
        spec = spec.in_use_by(&format!("arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/web/{n}"));
    }
    let arn = world.insert(spec);
    assert_eq!(world.occasion("certificate-renewal-action-required", &arn).await.outcome, Outcome::Notified);
    let notice = &world.aws.published()[0];
    assert!(notice.for_protocol("email").contains("70 more records are in the answer of aws acm describe-certificate"));
}

/// EventBridge accepts what it loses, so nothing fails.
#[tokio::test]
async fn a_bus_that_does_not_exist_loses_the_events_silently() {
    let world = World::configured(&[("EVENT_BUS_NAME", "nowhere")]);
    let arn = world.insert(managed(20));
    assert_eq!(world.occasion(EVENT, &arn).await.outcome, Outcome::NotifiedAndRenewalRequested);
    assert_eq!((world.calls("PutEvents"), world.sent().len()), (1, 0));
}

fn refusals() -> [Fault; 3] {
    let refused = |code: &str| Fault::Error { code: code.into(), message: "not this tag".into(), status: 400 };
    [Fault::AccessDenied, refused("TagPolicyException"), refused("InvalidTagException")]
}

#[tokio::test]
async fn where_tags_are_refused_only_what_has_just_happened_is_reported() {
    for refusal in refusals() {
        let world = World::new();
        world.insert(imported(10));
        world.aws.fail_always("AddTagsToCertificate", refusal.clone());
        for _ in 0..3 {
            let swept = world.sweep().await;
            assert_eq!((swept.notices, swept.tags_refused), (0, 1), "{refusal:?}");
        }
        assert_eq!(world.kinds(), Vec::<String>::new());

        // Seven days are left from midnight on, and a day later it is critical still.
        world.aws.set_time("2026-11-23T23:17:00Z".parse().unwrap());
        for _ in 0..26 {
            world.sweep().await;
            world.aws.advance(jiff::Span::new().hours(1));
        }
        assert_eq!(world.kinds(), ["expiring", "expiring"], "{refusal:?}");
        let text = world.aws.published()[0].for_protocol("email").to_owned();
        assert!(text.contains("set tags on this certificate"), "{text}");
        assert!(text.contains("AWS refused it: acm:AddTagsToCertificate failed ("), "{text}");
    }
}

#[tokio::test]
async fn refused_tags_are_counted_and_do_not_fail_the_run() {
    let world = World::new();
    let arn = world.insert(imported(10));
    world.aws.fail_always("AddTagsToCertificate", Fault::AccessDenied);
    let report = world.occasion(EVENT, &arn).await;
    assert_eq!((report.outcome, report.reason), (Outcome::NothingToDo, "nothing-due"));
    assert!(report.tags_refused.unwrap().contains("AccessDenied"));
    let deadline = world.aws.now() + jiff::SignedDuration::from_mins(5);
    let (result, metrics) = world.counted(&sample("sweep-requested", ""), deadline).await;
    assert!(result.is_ok());
    assert_eq!((&metrics["TagsRefused"], &metrics["SweepsCompleted"]), (&1.into(), &1.into()));
}

#[tokio::test]
async fn a_tag_that_is_refused_after_the_notice_does_not_fail_the_run_either() {
    let world = World::new();
    let arn = world.insert(imported(20));
    world.aws.fail("AddTagsToCertificate", 2, Fault::AccessDenied);
    let report = world.occasion(EVENT, &arn).await;
    assert_eq!(report.outcome, Outcome::Notified);
    assert!(report.tags_refused.is_some());
}

#[tokio::test]
async fn a_renewal_that_cannot_be_marked_is_not_reported_as_requested() {
    for refusal in refusals() {
        let world = World::new();
        let arn = world.insert(managed(30));
        world.aws.set_time("2026-11-21T00:17:00Z".parse().unwrap());
        world.aws.fail_always("AddTagsToCertificate", refusal.clone());
        let report = world.occasion(EVENT, &arn).await;
        assert_eq!((report.outcome, report.reason), (Outcome::Notified, "expiring"), "{refusal:?}");
        assert_eq!((world.sent(), world.tag(&arn, STATUS)), (Vec::new(), None));
        let notice = &world.aws.published()[0];
        let text = notice.for_protocol("email");
        assert!(
            text.contains("could not start the renewal from private-ca: acm:AddTagsToCertificate failed"),
            "{text}"
        );
        assert!(!text.contains("has just requested"), "{text}");
        assert_eq!(notice.attribute("severity"), Some("warning"), "nothing renews it");
    }
}

#[tokio::test]
async fn a_request_that_fails_is_not_reported_as_made() {
    let world = World::new();
    let arn = world.insert(managed(20));
    world.aws.fail("PutEvents", 1, Fault::AccessDenied);
    let error = world.handle(&sample(EVENT, &arn)).await.unwrap_err();
    assert!(error.to_string().contains("events:PutEvents"), "{error}");
    let text = world.aws.published()[0].for_protocol("email").to_owned();
    assert!(text.contains("could not start the renewal from private-ca: events:PutEvents failed"), "{text}");
    assert!(text.contains("Fix what prevents the renewal: events:PutEvents failed"), "{text}");
    assert!(!text.contains("renewal      pending-renewal"), "{text}");
    assert_eq!(world.tag(&arn, NOTIFIED).as_deref(), Some("30@2026-12-11"));
    // The mark is found by its age.
    world.aws.advance(jiff::Span::new().minutes(61));
    assert_eq!(world.sweep().await.renewals_requested, 1);
}

#[tokio::test]
async fn a_stale_reason_that_cannot_be_removed_does_not_stop_a_renewal() {
    let world = World::new();
    let arn = world.insert(managed(20).tag("acm-autopilot:status-reason", "throttled"));
    world.aws.fail_always("RemoveTagsFromCertificate", Fault::AccessDenied);
    assert_eq!(world.occasion(EVENT, &arn).await.outcome, Outcome::NotifiedAndRenewalRequested);
    assert_eq!(world.sent().len(), 2);
}

#[tokio::test]
async fn tags_that_fail_for_a_moment_are_not_refused() {
    let world = World::new();
    let arn = world.insert(managed(20));
    world.aws.fail_always("AddTagsToCertificate", Fault::ServerError);
    let error = world.handle(&sample(EVENT, &arn)).await.unwrap_err();
    assert!(error.is_retryable(), "{error}");
    assert_eq!((world.kinds(), world.sent()), (Vec::new(), Vec::new()));
    world.aws.clear_faults();
    assert_eq!(world.occasion(EVENT, &arn).await.outcome, Outcome::NotifiedAndRenewalRequested);
}

/// The tag is not all that remembers notices.
#[tokio::test]
async fn an_equal_notice_is_sent_once_an_hour_where_nothing_can_be_remembered() {
    const STUCK: &str = "certificate-renewal-action-required";
    for refusal in refusals() {
        let world = World::new();
        let arn = world.insert(amazon(50).renewal("FAILED", Some("CAA_ERROR")));
        world.aws.fail_always("AddTagsToCertificate", refusal);
        assert_eq!(world.occasion(STUCK, &arn).await.outcome, Outcome::Notified);
        for _ in 0..3 {
            let report = world.occasion(STUCK, &arn).await;
            assert_eq!((report.outcome, report.reason), (Outcome::NothingToDo, "already-reported"));
        }
        // For another reason it is another notice.
        world.aws.set_certificate(&arn, amazon(50).thin().renewal("FAILED", Some("PCA_ACCESS_DENIED")));
        assert_eq!(world.occasion(STUCK, &arn).await.outcome, Outcome::Notified);
        world.aws.advance(jiff::Span::new().minutes(61));
        assert_eq!(world.occasion(STUCK, &arn).await.outcome, Outcome::Notified);
        assert_eq!(world.kinds().len(), 3);
    }
}

#[tokio::test]
async fn a_tag_that_somebody_removes_repeats_no_notice_within_an_hour() {
    let world = World::new();
    let arn = world.insert(imported(20));
    assert_eq!(world.occasion(EVENT, &arn).await.outcome, Outcome::Notified);
    for minutes in [0, 59] {
        world.aws.advance(jiff::Span::new().minutes(minutes));
        world.aws.set_tags(&arn, &[(NOTIFIED, None)]);
        assert_eq!(world.occasion(EVENT, &arn).await.outcome, Outcome::NothingToDo);
        assert_eq!(world.tag(&arn, NOTIFIED).as_deref(), Some("30@2026-12-11"), "it was reported");
    }
    world.aws.advance(jiff::Span::new().minutes(2));
    world.aws.set_tags(&arn, &[(NOTIFIED, None)]);
    assert_eq!(world.sweep().await.notices, 1);
}
