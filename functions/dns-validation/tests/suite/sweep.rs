//! The check of all certificates.

use dns_validation::{Error, Outcome};
use jiff::{SignedDuration, Span};
use lambda::{PartialFailure, RetryableError};
use simulated_aws::{CallResult, CertificateSpec, Fault};

use super::world::{ACTION_REQUIRED, LOAD_BALANCER, NOTIFIED, World, issued, sample};

#[tokio::test]
async fn pending_certificates_that_no_event_reported_are_found() {
    let world = World::new();
    let zone = world.aws.create_hosted_zone("example.com");
    let arn = world.request(&["example.com", "www.example.com"]).await;
    let swept = world.sweep().await;
    assert_eq!((swept.certificates, swept.checked, swept.records_created), (1, 1, 2));
    assert_eq!((world.cnames(&zone).len(), world.status(&arn).as_str()), (2, "ISSUED"));
    assert_eq!(world.sweep().await.records_created, 0);
}

#[tokio::test]
async fn records_that_acm_has_not_named_yet_do_not_fail_a_sweep() {
    let world = World::new();
    let zone = world.aws.create_hosted_zone("example.com");
    world.request_at_once(&["example.com"]).await;
    assert_eq!(world.sweep().await.records_created, 0);
    world.aws.advance(Span::new().seconds(5));
    assert_eq!(world.sweep().await.records_created, 1);
    assert_eq!(world.cnames(&zone).len(), 1);
}

#[tokio::test]
async fn a_record_that_vanished_is_restored_and_costs_a_listing() {
    let world = World::new();
    let zone = world.aws.create_hosted_zone("example.com");
    for n in 0..40 {
        let name = format!("host-{n}.example.com");
        world.insert(issued(&name).dns(&format!("*.{name}")));
        world.create_record(&zone, &name);
    }
    // Similar records that validate nothing for ACM.
    world.aws.set_record(&zone, "_dmarc.host-7.example.com", "TXT", "\"v=DMARC1\"");
    world.aws.set_record(&zone, "_x.host-7.example.com", "CNAME", "elsewhere.example.net.");
    let swept = world.sweep().await;
    assert_eq!((swept.zones, swept.records_created), (1, 0));
    // One of 24 is described whatever the zone says, and then the zone is listed once more.
    assert!(world.calls("ListResourceRecordSets") <= 2);
    assert!(swept.checked <= 2, "{}", swept.checked);
    assert_eq!(world.calls("DescribeCertificate"), swept.checked);

    let record = world.aws.validation_record("host-7.example.com");
    world.aws.remove_record(&zone, &record.name, "CNAME");
    world.aws.forget_record();
    let swept = world.sweep().await;
    assert_eq!((swept.records_created, swept.notices), (1, 0));
    assert!(world.cnames(&zone).contains(&record));
    assert!((1..=3).contains(&swept.checked), "{}", swept.checked);
    assert_eq!(world.calls("DescribeCertificate"), swept.checked);
    assert_eq!(world.effects(), ["ChangeResourceRecordSets", "PutEvents"]);
}

/// The whole point of keeping the records: ACM renews automatically.
#[tokio::test]
async fn a_renewal_whose_record_vanished_continues_when_it_is_restored() {
    let world = World::new();
    let zone = world.aws.create_hosted_zone("example.com");
    world.create_record(&zone, "example.com");
    let arn = world.insert(issued("example.com").days_left(30));
    let before = world.aws.certificate(&arn).unwrap();
    let record = world.aws.validation_record("example.com");
    world.aws.remove_record(&zone, &record.name, "CNAME");
    assert!(world.aws.start_managed_renewal(&arn));
    assert_eq!(world.aws.certificate(&arn).unwrap().serial, before.serial, "it waits");

    let report = world.on(ACTION_REQUIRED, &arn).await;
    assert_eq!((report.outcome, report.records.len()), (Outcome::RecordsCreated, 1));
    let after = world.aws.certificate(&arn).unwrap();
    assert!(after.serial != before.serial && after.not_after > before.not_after, "it was renewed");
    assert_eq!(world.causes(), Vec::<String>::new());
}

#[tokio::test]
async fn a_name_that_something_else_took_is_reported() {
    let world = World::new();
    let zone = world.aws.create_hosted_zone("example.com");
    let arn = world.insert(issued("example.com"));
    let record = world.aws.validation_record("example.com");
    world.aws.set_record(&zone, &record.name, "CNAME", "elsewhere.example.net.");
    assert_eq!(world.sweep().await.notices, 1);
    assert_eq!(world.causes(), ["existing-record"]);
    assert!(world.tag(&arn, NOTIFIED).unwrap().starts_with("existing-record/"));
    assert_eq!(world.sweep().await.notices, 0);
}

#[tokio::test]
async fn near_its_expiry_a_certificate_is_described_whatever_the_zone_says() {
    let world = World::new();
    let zone = world.aws.create_hosted_zone("example.com");
    for (days, described) in [(61, 0), (60, 1)] {
        let name = format!("in-{days}.example.com");
        world.create_record(&zone, &name);
        world.insert(issued(&name).days_left(days));
        world.aws.forget_record();
        world.sweep().await;
        assert_eq!(world.calls("DescribeCertificate"), described, "{days}");
    }
    // A renewal that waits for a record of which the zone has another one.
    let world = World::new();
    let zone = world.aws.create_hosted_zone("example.com");
    world.aws.set_record(&zone, "_old.example.com", "CNAME", "_old.acm-validations.aws.");
    world.insert(issued("example.com").days_left(30).renewal("PENDING_VALIDATION", None));
    assert_eq!(world.sweep().await.records_created, 1);
}

#[tokio::test]
async fn all_changes_of_a_sweep_are_one_batch_for_each_zone() {
    let world = World::new();
    let zones: Vec<String> = (0..3).map(|n| world.aws.create_hosted_zone(&format!("example-{n}.com"))).collect();
    for n in 0..60 {
        let spec = CertificateSpec::amazon_issued(&format!("host-{n}.example-{}.com", n % 3));
        world.insert(spec.status("PENDING_VALIDATION"));
    }
    let swept = world.sweep().await;
    assert_eq!((swept.checked, swept.records_created), (60, 60));
    assert!(zones.iter().all(|zone| world.cnames(zone).len() == 20));
    assert_eq!((world.calls("ChangeResourceRecordSets"), world.calls("ListResourceRecordSets")), (3, 3));
}

/// As many as an account may have, with something to do in each way.
#[tokio::test]
async fn a_full_account_is_swept_within_the_quotas_and_one_invocation() {
    let world = World::new();
    for n in 0..500 {
        let zone = world.aws.create_hosted_zone(&format!("example-{n:03}.com"));
        for host in 0..5 {
            let name = format!("host-{host}.example-{n:03}.com");
            let days = if n % 10 == 0 { 50 } else { 70 + host };
            let spec = CertificateSpec::amazon_issued(&name).days_left(days).in_use_by(LOAD_BALANCER);
            if (n + host) % 50 == 0 {
                world.insert(spec.status("PENDING_VALIDATION"));
            } else {
                world.insert(spec);
                if (n + host) % 25 != 1 {
                    world.create_record(&zone, &name);
                }
            }
        }
    }
    world.aws.enforce_quotas();
    let start = world.aws.now();
    let swept = world.sweep().await;
    let took = world.aws.now().duration_since(start).as_secs();
    // The certificates of every tenth zone are near their end, and described anyway.
    assert_eq!((swept.certificates, swept.zones), (2_500, 450));
    // 50 pending ones and 100 of which the record had vanished; 250 near their end and one of 24 of the others
    // are described too.
    assert_eq!((swept.records_created, swept.notices), (150, 0));
    assert!((150..500).contains(&swept.checked), "{}", swept.checked);
    assert!(took < 300, "{took} s");
    let refused = world.aws.calls().iter().filter(|call| matches!(call.result, CallResult::Error(_))).count();
    assert_eq!(refused, 0, "nothing was throttled");
    println!("2,500 certificates, 500 zones: {took} s, {} calls", world.aws.calls().len());

    // A quiet account.
    world.aws.advance(Span::new().hours(1));
    world.aws.forget_record();
    let start = world.aws.now();
    assert_eq!(world.sweep().await.records_created, 0);
    let took = world.aws.now().duration_since(start).as_secs();
    println!("again: {took} s, {} calls", world.aws.calls().len());
    assert_eq!(world.effects(), Vec::<String>::new());
    assert!(took < 300, "{took} s");
}

#[tokio::test]
async fn batches_keep_to_route_53s_throughput_of_changes() {
    let world = World::new();
    let zone = world.aws.create_hosted_zone("example.com");
    for n in 0..1_100 {
        world.insert(CertificateSpec::amazon_issued(&format!("host-{n}.example.com")).status("PENDING_VALIDATION"));
    }
    world.aws.enforce_quotas();
    let swept = world.sweep().await;
    assert_eq!((swept.records_created, world.cnames(&zone).len()), (1_100, 1_100));
    // The characters of their values decide, before their number does.
    assert_eq!(world.calls("ChangeResourceRecordSets"), 5);
    let refused: Vec<_> = world.aws.calls().into_iter().filter(|call| call.result != CallResult::Ok).collect();
    assert!(refused.is_empty(), "{} calls were throttled: {:?}", refused.len(), refused[0]);
}

#[tokio::test]
async fn without_time_it_stops_and_the_next_sweeps_go_on_elsewhere() {
    let world = World::new();
    let zone = world.aws.create_hosted_zone("example.com");
    for n in 0..240 {
        world.insert(CertificateSpec::amazon_issued(&format!("host-{n}.example.com")).status("PENDING_VALIDATION"));
    }
    let mut rounds = 0;
    while world.cnames(&zone).len() < 240 {
        rounds += 1;
        assert!(rounds <= 24, "{} records", world.cnames(&zone).len());
        // A minute is kept for what follows, and descriptions start 110 ms apart.
        let deadline = world.aws.now() + SignedDuration::from_secs(63);
        let (result, metrics) = world.counted(&sample("scheduled-event", ""), deadline).await;
        let done = world.cnames(&zone).len();
        match result {
            Ok(_) => assert_eq!(done, 240),
            Err(Error::Partial(PartialFailure { failed: 0, left, of, .. })) => {
                assert!(left < of && metrics["SweepsCompleted"].is_null(), "{left} of {of}");
            }
            Err(error) => panic!("{error}"),
        }
        world.aws.advance(Span::new().hours(1));
    }
    assert!(rounds > 5, "{rounds}");
}

/// Each zone costs two calls, which take longer than the descriptions before them.
#[tokio::test]
async fn with_many_zones_it_stops_before_its_time_is_over() {
    let world = World::new();
    let zones: Vec<String> = (0..300)
        .map(|n| {
            let name = format!("example-{n:03}.com");
            world.insert(CertificateSpec::amazon_issued(&name).status("PENDING_VALIDATION"));
            world.aws.create_hosted_zone(&name)
        })
        .collect();
    let mut done = 0;
    for _ in 0..12 {
        let deadline = world.aws.now() + SignedDuration::from_secs(95);
        let (result, _) = world.counted(&sample("scheduled-event", ""), deadline).await;
        assert!(deadline.duration_since(world.aws.now()) >= SignedDuration::from_secs(15), "{}", world.aws.now());
        let before = done;
        done = zones.iter().filter(|zone| !world.cnames(zone).is_empty()).count();
        match result {
            _ if done == 300 => break,
            Ok(swept) => panic!("{swept:?}"),
            Err(error) => assert!(
                matches!(error, Error::Partial(PartialFailure { failed: 0, .. })) && done > before,
                "{error}, {done}"
            ),
        }
        world.aws.advance(Span::new().hours(1));
    }
    assert_eq!(done, 300);
}

/// The listing of a zone does not show whose validation records are in it.
#[tokio::test]
async fn a_record_that_vanished_beside_one_of_another_account_is_found_in_days() {
    let world = World::new();
    let zone = world.aws.create_hosted_zone("example.com");
    for n in 0..48 {
        let name = format!("host-{n}.example.com");
        world.insert(issued(&name));
        if n == 7 {
            world.aws.set_record(&zone, &format!("_x.{name}"), "CNAME", "_y.acm-validations.aws.");
        } else {
            world.create_record(&zone, &name);
        }
    }
    let mut described = 0;
    for sweep in 1.. {
        assert!(sweep <= 72);
        let swept = world.sweep().await;
        described += swept.checked;
        assert!(swept.checked <= 3, "{}", swept.checked);
        if swept.records_created > 0 {
            break;
        }
        world.aws.advance(Span::new().hours(1));
    }
    assert!(described > 0 && world.cnames(&zone).contains(&world.aws.validation_record("host-7.example.com")));
}

#[tokio::test]
async fn one_failure_does_not_stop_the_others_and_is_not_swallowed() {
    let world = World::new();
    let (com, net) = (world.aws.create_hosted_zone("example.com"), world.aws.create_hosted_zone("example.net"));
    for n in 0..6 {
        for domain in ["com", "net"] {
            let spec = CertificateSpec::amazon_issued(&format!("host-{n}.example.{domain}"));
            world.insert(spec.status("PENDING_VALIDATION"));
        }
    }
    world.aws.fail("DescribeCertificate", 2, Fault::AccessDenied);
    let error = world.try_sweep().await.unwrap_err();
    assert!(
        matches!(error, Error::Partial(PartialFailure { failed: 1, of: 12, left: 0, retryable: false, .. })),
        "{error}"
    );
    assert_eq!(world.cnames(&com).len() + world.cnames(&net).len(), 11);

    // Both zones, each three times.
    world.aws.fail_next("ListResourceRecordSets", 6, Fault::ServerError);
    let error = world.try_sweep().await.unwrap_err();
    assert!(error.is_retryable(), "{error}");
    assert_eq!(world.sweep().await.records_created, 1);
    assert_eq!(world.cnames(&com).len() + world.cnames(&net).len(), 12);
}

#[tokio::test]
async fn a_listing_that_fails_is_not_an_empty_account() {
    let world = World::new();
    world.aws.fail_always("ListCertificates", Fault::AccessDenied);
    let error = world.try_sweep().await.unwrap_err();
    assert!(matches!(error, Error::List(_)) && !error.is_retryable(), "{error}");
}

#[tokio::test]
async fn what_was_done_is_counted() {
    let world = World::new();
    world.aws.create_hosted_zone("example.com");
    world.request(&["example.com", "www.example.com", "example.org"]).await;
    world.insert(CertificateSpec::imported("other.example.com"));
    let (result, metrics) = world.counted(&sample("sweep-requested", ""), world.deadline()).await;
    assert!(result.is_ok());
    for (name, count) in [
        ("CertificatesListed", 2),
        ("CertificatesChecked", 1),
        ("RecordsCreated", 2),
        ("ValidationBlocked", 1),
        ("NoticesSent", 1),
        ("SweepsCompleted", 1),
    ] {
        assert_eq!(metrics[name], count, "{name}: {metrics}");
    }
}
