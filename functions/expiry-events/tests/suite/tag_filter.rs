//! Sweeps that know the tags of a hundred certificates from one call.

use expiry_events::{Answer, SweepReport};
use jiff::{SignedDuration, Span};
use serde_json::Value;
use simulated_aws::{CertificateSpec, Fault};

use super::world::{World, imported, managed, sample};

const NOTIFIED: &str = "acm-autopilot:notified";
const LIFETIME: SignedDuration = SignedDuration::from_hours(47 * 24);

fn hourly() -> World {
    World::configured(&[("SWEEP_SCHEDULE", "rate(1 hour)")])
}

/// A managed certificate of 47 days that was renewed this many hours ago.
fn renewed(world: &World, hours: i64) -> CertificateSpec {
    let imported_at = world.aws.now() - SignedDuration::from_hours(hours);
    let since = (imported_at + SignedDuration::from_secs(3)).to_string();
    managed(0)
        .not_before(imported_at)
        .not_after(imported_at + LIFETIME)
        .tag("acm-autopilot:status", "renewal-complete")
        .tag("acm-autopilot:status-since", &since)
}

/// One that is due, of which everything was reported and requested: its renewal waits for a person.
fn reported(days_left: i64, world: &World) -> CertificateSpec {
    let not_after = world.aws.now() + SignedDuration::from_hours(24 * days_left);
    managed(0)
        .not_before(not_after - LIFETIME)
        .not_after(not_after)
        .tag("acm-autopilot:status", "renewal-failed")
        .tag("acm-autopilot:status-since", &world.aws.now().to_string())
        .tag("acm-autopilot:status-reason", "ca-disabled")
        .tag(NOTIFIED, &format!("15@{}", certificates::utc_date(not_after)))
}

/// The answer, the calls and the time of a sweep of calls that take 30 ms.
async fn measured(world: &World) -> (SweepReport, usize, SignedDuration) {
    world.aws.set_call_duration(SignedDuration::from_millis(30));
    world.aws.forget_record();
    let start = world.aws.now();
    let swept = world.sweep().await;
    (swept, world.aws.calls().len(), world.aws.now().duration_since(start))
}

async fn counted(world: &World) -> (SweepReport, Value) {
    let deadline = world.aws.now() + SignedDuration::from_mins(5);
    let (answer, metrics) = world.counted(&sample("sweep-requested", ""), deadline).await;
    let Ok(Answer::Sweep(swept)) = answer else { panic!("{answer:?}") };
    (swept, metrics)
}

/// Half of them were imported within the last two days, and so may be in the middle of their renewals.
fn fleet(world: &World) {
    for n in 0..2_500 {
        let hours = if n < 1_250 { n % 47 } else { 60 + n % 500 };
        world.insert(renewed(world, hours));
    }
}

#[tokio::test]
async fn a_quiet_sweep_over_2500_certificates_takes_40_calls_and_3_seconds_at_most() {
    let world = hourly();
    fleet(&world);
    world.aws.enforce_quotas();
    let (swept, calls, took) = measured(&world).await;
    assert_eq!((swept.certificates, swept.checked, swept.skipped), (2_500, 0, 1_250));
    println!("quiet: {calls} calls, {took:#}");
    assert!(calls <= 40 && took <= SignedDuration::from_secs(3), "{calls} calls, {took:#}");
    assert_eq!(world.effects(), Vec::<String>::new());

    world.aws.fail_always("GetResources", Fault::AccessDenied);
    let (swept, calls, took) = measured(&world).await;
    println!("without GetResources: {calls} calls, {took:#}");
    assert_eq!((swept.checked, swept.skipped), (1_250, 0));
}

#[tokio::test]
async fn what_is_due_costs_its_own_calls_only() {
    let world = hourly();
    fleet(&world);
    for _ in 0..100 {
        world.insert(managed(14));
    }
    let (swept, calls, took) = measured(&world).await;
    assert_eq!((swept.checked, swept.skipped, swept.renewals_requested), (100, 1_250, 100));
    println!("100 due: {calls} calls, {took:#}");
    assert_eq!(world.calls("ListTagsForCertificate"), 100, "each is verified");
    assert!(calls <= 750 && took <= SignedDuration::from_secs(30), "{calls} calls, {took:#}");
}

/// Their expiry is near enough for notices and renewals, of which the tags say that nothing is left to do.
#[tokio::test]
async fn each_certificate_that_is_due_is_read_from_acm_daily() {
    let world = hourly();
    let arns: Vec<_> = (0..480).map(|_| world.insert(reported(12, &world))).collect();
    let (_, calls, took) = measured(&world).await;
    println!("480 due and reported: {calls} calls, {took:#}");
    assert!(calls < 60, "{calls}");
    // Nobody notices that GetResources never shows a change again, and the tags of all are removed.
    world.aws.set_tagging_delay(SignedDuration::from_hours(1_000));
    let keys = [NOTIFIED, "acm-autopilot:renew-from"].map(|key| (key, None));
    arns.iter().for_each(|arn| world.aws.set_tags(arn, &keys));
    let mut notices = 0;
    for _ in 0..24 {
        world.aws.advance(Span::new().hours(1));
        notices += world.sweep().await.notices;
    }
    assert_eq!(notices, 480);
}

#[tokio::test]
async fn within_7_days_of_its_expiry_a_certificate_is_read_at_every_sweep() {
    let world = hourly();
    for days in [-7, 0, 7, 8, -8] {
        for _ in 0..20 {
            let arn = world.insert(imported(days));
            let not_after = world.aws.certificate(&arn).unwrap().not_after;
            let milestone = if days < 0 { "expired" } else { "7" };
            let notified = format!("{milestone}@{}", certificates::utc_date(not_after));
            world.aws.set_tags(&arn, &[(NOTIFIED, Some(&notified))]);
        }
    }
    world.sweep().await;
    world.aws.advance(Span::new().hours(1));
    world.aws.forget_record();
    let swept = world.sweep().await;
    assert!((60..70).contains(&swept.checked) && swept.checked + swept.skipped == 100, "{swept:?}");
}

/// GetResources says that a notice is due, which was sent just now.
#[tokio::test]
async fn nothing_is_done_on_the_strength_of_what_is_shown() {
    let world = hourly();
    let arns: Vec<_> = (0..10).map(|_| world.insert(managed(14))).collect();
    world.aws.set_tagging_delay(SignedDuration::from_hours(5));
    let first = world.sweep().await;
    assert_eq!((first.notices, first.renewals_requested), (10, 10));
    for arn in &arns {
        world.aws.set_tags(arn, &[("acm-autopilot:status", Some("renewal-in-progress"))]);
    }
    world.aws.forget_record();
    let second = world.sweep().await;
    assert_eq!((second.checked, second.notices, second.renewals_requested), (10, 0, 0));
    assert_eq!(world.effects(), Vec::<String>::new());
}

#[tokio::test]
async fn what_is_not_shown_is_read() {
    let world = hourly();
    world.aws.set_tagging_delay(SignedDuration::from_hours(5));
    for _ in 0..10 {
        let arn = world.insert(imported(14));
        world.aws.set_tags(&arn, &[("acm-autopilot:renew-from", Some("private-ca"))]);
    }
    let swept = world.sweep().await;
    assert_eq!((swept.checked, swept.skipped, swept.renewals_requested), (10, 0, 10));
    assert_eq!(world.calls("GetResources"), 1);
}

#[tokio::test]
async fn without_the_api_every_certificate_is_read_and_the_answer_says_why() {
    for (fault, cause) in [
        (Fault::AccessDenied, "access-denied"),
        (Fault::Throttled, "throttled"),
        (Fault::ServerError, "unavailable"),
        (Fault::ConnectionReset, "unavailable"),
        (Fault::Error { code: "PaginationTokenExpiredException".into(), message: "x".into(), status: 400 }, "refused"),
    ] {
        let world = hourly();
        (0..300).for_each(|n| drop(world.insert(renewed(&world, n % 40))));
        // The first page is read, and the second is not.
        world.aws.fail("GetResources", 2, fault.clone());
        world.aws.before("GetResources", 2, move |aws| aws.fail_always("GetResources", fault.clone()));
        let (swept, metrics) = counted(&world).await;
        assert_eq!((swept.checked, swept.skipped, swept.tags_not_listed), (300, 0, Some(cause)));
        assert_eq!(metrics["TagsNotListed"], 1, "{cause}");
        assert_eq!(world.calls("ListTagsForCertificate"), 300);

        world.aws.clear_faults();
        let (swept, metrics) = counted(&world).await;
        assert_eq!((swept.checked, swept.skipped, swept.tags_not_listed), (0, 300, None));
        assert!(metrics["TagsNotListed"].is_null(), "{metrics}");
    }
}

/// In a network without a way to this API, for instance: ACM is asked before the sweep's time is over.
#[tokio::test]
async fn an_api_that_does_not_answer_delays_a_sweep_by_seconds() {
    let world = hourly();
    (0..200).for_each(|n| drop(world.insert(renewed(&world, n % 40))));
    world.aws.interleave();
    world.aws.before("GetResources", 1, |aws| aws.set_call_duration(SignedDuration::from_secs(60)));
    world.aws.before("ListTagsForCertificate", 1, |aws| aws.set_call_duration(SignedDuration::ZERO));
    let start = world.aws.now();
    let (swept, _) = counted(&world).await;
    assert_eq!((swept.checked, swept.tags_not_listed), (200, Some("timed-out")));
    assert!(world.aws.now().duration_since(start) < SignedDuration::from_secs(150));
}

#[tokio::test]
async fn a_small_account_and_a_daily_sweep_cost_no_further_call() {
    let world = hourly();
    world.insert(reported(12, &world));
    world.insert(imported(3));
    world.sweep().await;
    let daily = World::new();
    (0..50).for_each(|_| drop(daily.insert(reported(12, &daily))));
    assert_eq!(daily.sweep().await.checked, 50);
    assert_eq!((world.calls("GetResources"), daily.calls("GetResources")), (0, 0));
}
