//! The check of all certificates.

use expiry_events::Error;
use jiff::{SignedDuration, Span};
use lambda::{PartialFailure, RetryableError};
use simulated_aws::{CertificateSpec, Fault, Key};

use super::world::{World, amazon, imported, managed, sample};

#[tokio::test]
async fn a_sweep_over_many_costs_calls_for_few() {
    let world = World::new();
    let keys = [Key::Rsa2048, Key::Rsa3072, Key::Rsa4096, Key::P256, Key::P384, Key::P521];
    for n in 0..2_400 {
        let key = keys[n % keys.len()];
        world.insert(imported(100 + i64::try_from(n % 200).unwrap()).key(key));
    }
    let days = (-5i64..40).filter(|days| *days != 0);
    let window: Vec<String> = days.map(|days| world.insert(imported(days))).collect();
    let due: Vec<String> = (10..20).map(|n| world.insert(managed(n))).collect();

    let swept = world.sweep().await;
    let within = window.len() + due.len();
    assert_eq!((swept.certificates, swept.checked), (2_400 + within, within));
    assert_eq!((swept.notices, swept.renewals_requested), (within as u64, due.len() as u64));
    assert_eq!(world.calls("ListCertificates"), 4);
    assert_eq!(world.calls("ListTagsForCertificate"), within);
    assert_eq!(world.calls("DescribeCertificate"), within);
    assert_eq!(world.calls("Publish"), within);

    // Nothing is new: the tags are read again, and nothing else.
    world.aws.forget_record();
    let again = world.sweep().await;
    assert_eq!((again.notices, again.renewals_requested), (0, 0));
    assert_eq!(world.effects(), Vec::<String>::new());
    assert_eq!(world.calls("ListCertificates"), 4);
    assert_eq!(world.calls("ListTagsForCertificate"), within);
    assert_eq!(world.calls("DescribeCertificate"), 0);
}

#[tokio::test]
async fn no_key_type_no_origin_and_no_root_hierarchy_is_hidden() {
    let world = World::new();
    let keys = [Key::Rsa1024, Key::Rsa2048, Key::Rsa3072, Key::Rsa4096, Key::P256, Key::P384, Key::P521];
    for key in keys {
        world.insert(imported(3).key(key));
        world.insert(imported(3).key(key).key_pair_origin("ACME"));
    }
    for hierarchy in ["N2_AMAZON_MANAGED", "N2_SFG2_AMAZON_MANAGED"] {
        world.insert(amazon(3).root_hierarchy(hierarchy));
    }
    assert_eq!(world.sweep().await.notices, 16);
}

#[tokio::test]
async fn an_expired_imported_certificate_is_found_by_the_sweep_alone() {
    let world = World::new();
    let arn = world.insert(imported(-400));
    assert_eq!(world.sweep().await.notices, 1);
    assert_eq!(world.kinds(), ["expired"]);
    assert_eq!(world.tag(&arn, "acm-autopilot:notified").unwrap(), "expired@2025-10-17");
}

/// Days left in the notices of a certificate that lives for 50 days more, and is then past its expiry for 15 days.
async fn days_reported(spec: CertificateSpec, world: &World) -> Vec<String> {
    world.insert(spec);
    for _ in 0..65 * 8 {
        world.sweep().await;
        world.aws.advance(Span::new().hours(3));
    }
    world.aws.published().iter().map(|notice| notice.attribute("days_left").unwrap().to_owned()).collect()
}

#[tokio::test]
async fn hourly_sweeps_over_a_life_report_each_threshold_once_and_what_is_critical_daily() {
    let world = World::new();
    let unused = days_reported(CertificateSpec::imported("unused.example.com").days_left(50), &world).await;
    assert_eq!(unused, ["45", "30", "15", "7", "3", "1", "0", "0"]);
    assert_eq!(world.kinds().last().unwrap(), "expired");

    let world = World::new();
    let used = days_reported(imported(50), &world).await;
    let daily = (0..=7).rev().chain([0]).chain((1..=7).map(|day| -day)).map(|day: i64| day.to_string());
    assert_eq!(used, ["45", "30", "15"].map(str::to_owned).into_iter().chain(daily).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_forged_tag_does_not_hide_what_is_critical() {
    for notified in ["expired@2026-11-26", "0@2026-11-26/renewal-action-required/critical-2027-01-01"] {
        let world = World::new();
        let arn = world.insert(imported(5).tag("acm-autopilot:notified", notified));
        for _ in 0..3 * 24 {
            world.sweep().await;
            world.aws.advance(Span::new().hours(1));
        }
        assert_eq!(world.kinds().len(), 4, "{notified}: today and after each of three midnights");
        assert!(world.tag(&arn, "acm-autopilot:notified").unwrap().ends_with("/critical-2026-11-24"), "{notified}");
    }
}

#[tokio::test]
async fn what_is_muted_until_a_date_is_reported_from_then_on() {
    let world = World::new();
    let arn = world.insert(imported(20).tag("acm-autopilot:notices", "off-until:2026-11-24"));
    for _ in 0..4 * 8 {
        world.sweep().await;
        world.aws.advance(Span::new().hours(3));
    }
    assert_eq!(world.kinds(), ["expiring"]);
    assert_eq!(world.aws.published()[0].attribute("days_left"), Some("17"));
    assert_eq!(world.tag(&arn, "acm-autopilot:notified").unwrap(), "30@2026-12-11");
}

#[tokio::test]
async fn a_sweep_publishes_its_number_of_notices_and_all_that_are_critical() {
    let world = World::configured(&[("NOTICES_PER_SWEEP", "3")]);
    for _ in 0..10 {
        world.insert(imported(40));
    }
    world.insert(managed(25));
    world.insert(imported(3));
    world.insert(imported(3));
    let deadline = world.aws.now() + SignedDuration::from_mins(5);
    let (result, metrics) = world.counted(&sample("sweep-requested", ""), deadline).await;
    let Ok(expiry_events::Answer::Sweep(swept)) = result else { panic!() };
    assert_eq!((swept.notices, swept.held_back, swept.renewals_requested), (5, 8, 1));
    assert_eq!(metrics["NoticesHeldBack"], 8);
    let mut notices = vec![];
    for _ in 0..4 {
        notices.push(world.sweep().await.notices);
    }
    assert_eq!(notices, [3, 3, 2, 0]);
    assert_eq!(world.kinds().len(), 13, "each of them once");
}

#[tokio::test]
async fn a_superseded_acme_certificate_costs_nothing() {
    let world = World::new();
    let acme =
        |days| CertificateSpec::amazon_issued("example.com").key_pair_origin("ACME").days_left(days).eligible(false);
    world.insert(acme(-8));
    world.insert(acme(8));
    world.insert(acme(20));
    world.insert(acme(80));
    assert_eq!(world.sweep().await.checked, 0);
    world.insert(
        CertificateSpec::amazon_issued("other.example.com").key_pair_origin("ACME").days_left(20).eligible(false),
    );
    assert_eq!(world.sweep().await.notices, 1);
}

fn acme_of(account: &str, endpoint: &str, days: i64) -> CertificateSpec {
    CertificateSpec::amazon_issued("example.com").acme_client(account, endpoint).days_left(days)
}

/// A listing does not show whose a certificate is.
#[tokio::test]
async fn near_its_expiry_a_successor_has_to_be_of_the_same_client() {
    for (account, endpoint, days, notices) in
        [("a", "e", 7, 0), ("a", "e", -7, 0), ("b", "e", 7, 1), ("b", "e", -7, 1), ("a", "f", 7, 1)]
    {
        let world = World::new();
        world.insert(acme_of("a", "e", days));
        world.insert(acme_of(account, endpoint, 80));
        assert_eq!(world.sweep().await.notices, notices, "{account} {endpoint} {days}");
        let for_the_notice = usize::try_from(notices).unwrap();
        assert_eq!(world.calls("DescribeCertificate"), 2 + for_the_notice, "the certificate and the other one");
        // Whose they are does not change.
        world.aws.forget_record();
        assert_eq!(world.sweep().await.notices, 0);
        assert_eq!((world.calls("DescribeCertificate"), world.effects().len()), (0, 0));
    }
}

/// With hundreds of clients, a sweep has a bound, and the next ones do the rest.
#[tokio::test]
async fn the_calls_that_search_for_successors_are_bounded() {
    let world = World::new();
    for n in 0..120 {
        let of =
            |days| CertificateSpec::amazon_issued(&format!("{n}.example.com")).acme_client("a", "e").days_left(days);
        world.insert(of(5));
        world.insert(of(80));
    }
    let mut held_back = Vec::new();
    for _ in 0..4 {
        world.aws.forget_record();
        let swept = world.sweep().await;
        assert!(world.calls("DescribeCertificate") <= 100, "{}", world.calls("DescribeCertificate"));
        assert_eq!(swept.notices, 0);
        held_back.push(swept.held_back);
        world.aws.advance(Span::new().hours(1));
    }
    assert_eq!(held_back, [70, 20, 0, 0]);
    assert_eq!((world.calls("DescribeCertificate"), world.calls("ListTagsForCertificate")), (0, 0));
}

#[tokio::test]
async fn replaced_in_place_a_certificate_starts_over() {
    let world = World::new();
    let arn = world.insert(imported(-1));
    assert_eq!(world.sweep().await.notices, 1);
    world.aws.set_certificate(&arn, imported(40).thin());
    assert_eq!(world.sweep().await.notices, 1);
}

#[tokio::test]
async fn short_lived_certificates_are_not_noisy() {
    let world = World::new();
    let issued = world.aws.now();
    world.insert(imported(7).not_before(issued));
    assert_eq!(world.sweep().await.notices, 0);
    world.aws.advance(Span::new().days(4));
    assert_eq!(world.sweep().await.notices, 1);
    assert_eq!(world.aws.published()[0].attribute("days_left"), Some("3"));
}

#[tokio::test]
async fn an_acm_renewal_that_is_late_is_described_until_something_was_notified() {
    let world = World::new();
    let arn = world.insert(amazon(29));
    assert_eq!(world.sweep().await.notices, 1, "the threshold of 30 days");
    world.aws.forget_record();
    world.sweep().await;
    assert_eq!(world.calls("DescribeCertificate"), 1, "it may be stuck by now");
    assert_eq!(world.effects(), Vec::<String>::new());

    world.aws.set_certificate(&arn, amazon(29).thin().renewal("PENDING_VALIDATION", None));
    assert_eq!(world.sweep().await.notices, 1);
    assert_eq!(world.kinds(), ["renewal-action-required"]);
    world.aws.forget_record();
    world.sweep().await;
    assert_eq!(world.calls("DescribeCertificate"), 0);
}

#[tokio::test]
async fn a_renewal_that_was_cut_off_after_the_import_is_found() {
    for (status, renewal_of) in [("renewal-in-progress", None), ("renewal-complete", Some("0a:1b"))] {
        let world = World::new();
        let now = world.aws.now();
        let since = (now - SignedDuration::from_mins(20)).to_string();
        let spec = imported(365)
            .not_before(now - SignedDuration::from_mins(21))
            .tag("acm-autopilot:renew-from", "private-ca")
            .tag("acm-autopilot:status", status)
            .tag("acm-autopilot:status-since", &since);
        world.insert(match renewal_of {
            Some(serial) => spec.tag("acm-autopilot:renewal-of", serial),
            None => spec,
        });
        world.insert(managed(200));
        let swept = world.sweep().await;
        assert_eq!((swept.checked, swept.renewals_requested), (1, 1), "{status}");
        assert_eq!(world.aws.events()[0].detail["why"], "stale-claim");
        assert_eq!(world.effects(), ["PutEvents"]);
    }
}

#[tokio::test]
async fn one_failure_does_not_stop_the_others_and_is_not_swallowed() {
    let world = World::new();
    for days in 1..=6 {
        world.insert(imported(days));
    }
    world.aws.fail("ListTagsForCertificate", 2, Fault::AccessDenied);
    let error = world.try_sweep().await.unwrap_err();
    assert!(
        matches!(error, Error::Partial(PartialFailure { failed: 1, of: 6, left: 0, retryable: false, .. })),
        "{error}"
    );
    assert!(error.to_string().starts_with("1 of 6 certificates failed, the first: arn:aws:acm:"), "{error}");
    assert!(!error.is_retryable());
    assert_eq!(world.kinds().len(), 5);

    world.aws.fail_next("Publish", 3, Fault::ServerError);
    let error = world.try_sweep().await.unwrap_err();
    assert!(error.is_retryable(), "{error}");
    assert_eq!(world.sweep().await.notices, 1);
    assert_eq!(world.kinds().len(), 6);
}

#[tokio::test]
async fn a_listing_that_fails_is_not_an_empty_account() {
    let world = World::new();
    for _ in 0..1_200 {
        world.insert(imported(5));
    }
    world.aws.fail("ListCertificates", 2, Fault::AccessDenied);
    let error = world.try_sweep().await.unwrap_err();
    assert!(matches!(error, Error::List(_)), "{error}");
    assert_eq!(world.effects(), Vec::<String>::new());
}

#[tokio::test]
async fn without_time_it_stops_with_the_most_urgent_done() {
    let world = World::new();
    for days in (1..=40).rev() {
        world.insert(imported(days));
    }
    // A minute is kept for the calls of a check, and checks start 110 ms apart.
    let deadline = world.aws.now() + SignedDuration::from_millis(62_000);
    let error = world.handle_until(&sample("scheduled-event", ""), deadline).await.unwrap_err();
    let Error::Partial(PartialFailure { failed: 0, left, of: 40, .. }) = error else { panic!("{error}") };
    assert!(error.is_retryable());
    assert!((10..30).contains(&left), "{left}");
    let published = world.aws.published();
    assert_eq!(published.len(), 40 - left);
    let days = |notice: &simulated_aws::Notice| notice.attribute("days_left").unwrap().parse::<usize>().unwrap();
    assert!(published.iter().all(|notice| days(notice) <= 40 - left), "the most urgent ones");
}

#[tokio::test]
async fn checks_do_not_outrun_the_quota() {
    let world = World::new();
    for _ in 0..100 {
        world.insert(imported(5).tag("acm-autopilot:notified", "7@2026-11-26/critical-2026-11-21"));
    }
    world.sweep().await;
    let calls = world.aws.calls();
    let times: Vec<_> =
        calls.iter().filter(|call| call.operation == "ListTagsForCertificate").map(|call| call.at).collect();
    assert_eq!(times.len(), 100);
    for window in times.windows(11) {
        assert!(window[10].duration_since(window[0]) >= SignedDuration::from_secs(1), "more than ten in a second");
    }
}

#[tokio::test]
async fn sweeps_live_through_throttling() {
    let world = World::new();
    for days in 1..=20 {
        world.insert(managed(days));
    }
    let calls = ["ListCertificates", "ListTagsForCertificate", "DescribeCertificate", "AddTagsToCertificate"];
    // Whichever call meets them: the SDK makes three attempts here.
    for operation in calls.into_iter().chain(["PutEvents", "Publish"]) {
        world.aws.fail_next(operation, 2, Fault::Throttled);
    }
    let swept = world.sweep().await;
    assert_eq!((swept.notices, swept.renewals_requested), (20, 20));
}

#[tokio::test]
async fn a_certificate_without_a_name_is_reported_too() {
    let world = World::new();
    world.insert(CertificateSpec::imported("x").subject(&[]).days_left(3));
    assert_eq!(world.sweep().await.notices, 1);
    let subject = world.aws.published()[0].subject.clone().unwrap();
    assert!(subject.contains("00000000-0000-4000-8000-"), "{subject}");
}

#[tokio::test]
async fn a_sweep_is_counted_even_when_it_fails() {
    let world = World::new();
    for spec in [imported(-3), imported(-3).in_use_by("arn:aws:x"), managed(20), imported(300)] {
        world.insert(spec);
    }
    world.insert(CertificateSpec::imported("unused.example.com").days_left(-9));
    let deadline = world.aws.now() + SignedDuration::from_mins(5);
    world.aws.fail("ListTagsForCertificate", 1, Fault::AccessDenied);
    let (result, metrics) = world.counted(&sample("sweep-requested", ""), deadline).await;
    assert!(result.is_err());
    for (name, count) in [
        ("CertificatesListed", 5),
        ("CertificatesExpired", 3),
        ("CertificatesExpiredInUse", 2),
        ("CertificatesChecked", 3),
        ("CertificatesFailed", 1),
        ("NoticesSent", 3),
        ("RenewalsRequested", 1),
    ] {
        assert_eq!(metrics[name], count, "{name}: {metrics}");
    }
    assert!(metrics["SweepsCompleted"].is_null());

    let (result, metrics) = world.counted(&sample("sweep-requested", ""), deadline).await;
    assert!(result.is_ok());
    assert_eq!((&metrics["SweepsCompleted"], &metrics["NoticesSent"]), (&1.into(), &1.into()));
}
