//! Which zone gets a record, and what one zone or account that is in trouble does to the others.

use dns_validation::Outcome;
use jiff::SignedDuration;
use lambda::RetryableError;
use simulated_aws::{CertificateSpec, Fault, RoleRule};

use super::world::{REQUESTED, World, issued, sample};

const TEAM: &str = "111122223333";
const ROLE: &str = "arn:aws:iam::111122223333:role/acm-autopilot-zones";
const NET: &str = r#"[{"zone": "example.net", "role": "arn:aws:iam::111122223333:role/acm-autopilot-zones"}]"#;

fn with_roles(roles: &str) -> World {
    World::configured(&[("DNS_LOOKUPS", "false"), ("ZONE_ROLES", roles)])
}

/// The zones were read seconds before it was made.
#[tokio::test]
async fn a_zone_that_is_made_below_a_known_one_gets_the_record() {
    let world = with_roles(NET);
    let parents = [world.aws.create_hosted_zone("example.com"), world.aws.create_hosted_zone_in(TEAM, "example.net")];
    let arn = world.request(&["example.com", "example.net"]).await;
    assert_eq!(world.on(REQUESTED, &arn).await.records.len(), 2);
    let children =
        [world.aws.create_hosted_zone("team.example.com"), world.aws.create_hosted_zone_in(TEAM, "team.example.net")];
    let arn = world.request(&["api.team.example.com", "team.example.net"]).await;
    let report = world.on(REQUESTED, &arn).await;
    let zones: Vec<&str> = report.records.iter().map(|record| record.zone_name.as_str()).collect();
    assert_eq!(zones, ["team.example.com.", "team.example.net."]);
    assert!(parents.iter().chain(&children).all(|zone| world.cnames(zone).len() == 1));
    assert_eq!(world.status(&arn), "ISSUED");
}

/// Route 53 refuses a batch as a whole. Another record took one of the places at the last moment.
#[tokio::test]
async fn a_refused_record_does_not_keep_the_others_of_its_zone_away() {
    let world = World::new();
    let zone = world.aws.create_hosted_zone("example.com");
    let refused = world.request(&["taken.example.com"]).await;
    let others: Vec<String> = (0..7).map(|n| format!("host-{n}.example.com")).collect();
    let others: Vec<&str> = others.iter().map(String::as_str).collect();
    let well = world.request(&others).await;
    let taken = world.aws.validation_record("taken.example.com").name;
    let of = zone.clone();
    world.aws.before("ChangeResourceRecordSets", 1, move |aws| aws.set_record(&of, &taken, "A", "192.0.2.1"));
    let swept = world.sweep().await;
    assert_eq!((swept.records_created, swept.blocked, world.causes()), (7, 1, vec!["change-refused".to_owned()]));
    assert_eq!((world.status(&well).as_str(), world.cnames(&zone).len()), ("ISSUED", 7));
    assert_eq!(world.status(&refused), "PENDING_VALIDATION");
}

/// A policy without the action: nothing in the zone can be written, which is not asked a hundred times.
#[tokio::test]
async fn a_zone_that_refuses_everything_is_not_asked_for_each_record() {
    let world = World::new();
    world.aws.create_hosted_zone("example.com");
    for n in 0..200 {
        world.insert(CertificateSpec::amazon_issued(&format!("host-{n}.example.com")).status("PENDING_VALIDATION"));
    }
    world.aws.fail_always("ChangeResourceRecordSets", Fault::AccessDenied);
    let swept = world.sweep().await;
    assert_eq!((swept.records_created, swept.blocked), (0, 200));
    assert!(world.calls("ChangeResourceRecordSets") <= 80, "{}", world.calls("ChangeResourceRecordSets"));
}

#[tokio::test]
async fn a_zone_that_two_roles_show_is_one_zone() {
    let roles = format!(
        r#"[{{"zone": "example.com", "role": "{ROLE}"}},
            {{"zone": "team.example.com", "role": "arn:aws:iam::{TEAM}:role/team"}},
            {{"zone": "example.org", "role": "arn:aws:iam::123456789012:role/own-account"}}]"#
    );
    let world = with_roles(&roles);
    let (com, org) =
        (world.aws.create_hosted_zone_in(TEAM, "example.com"), world.aws.create_hosted_zone("example.org"));
    let arn = world.request(&["api.team.example.com", "example.org"]).await;
    let report = world.on(REQUESTED, &arn).await;
    assert_eq!((report.outcome, report.records.len()), (Outcome::RecordsCreated, 2));
    assert_eq!((world.cnames(&com).len(), world.cnames(&org).len()), (1, 1));
    // Nor is it overlooked when a record vanishes.
    world.insert(issued("web.team.example.com"));
    assert_eq!(world.sweep().await.records_created, 1);
}

#[tokio::test]
async fn an_account_that_does_not_answer_keeps_no_other_zone_waiting() {
    let world = with_roles(NET);
    let own = world.aws.create_hosted_zone("example.com");
    let net = world.aws.create_hosted_zone_in(TEAM, "example.net");
    let arn = world.request(&["example.com", "example.net"]).await;
    world.insert(issued("far.example.com"));
    world.insert(issued("far.example.net"));
    world.insert(issued("near.example.com").days_left(20));
    world.aws.fail_always("AssumeRole", Fault::Throttled);
    let error = world.try_on(REQUESTED, &arn).await.unwrap_err();
    assert!(error.is_retryable() && error.to_string().contains("sts:AssumeRole"), "{error}");
    assert_eq!(world.cnames(&own).len(), 1);

    let (result, metrics) = world.counted(&sample("sweep-requested", ""), world.deadline()).await;
    let error = result.unwrap_err();
    assert!(error.is_retryable(), "{error}");
    assert_eq!((world.cnames(&own).len(), &metrics["RecordsCreated"]), (3, &2.into()), "{metrics}");
    assert_eq!(world.causes(), Vec::<String>::new());

    world.aws.clear_faults();
    assert_eq!(world.sweep().await.records_created, 2);
    assert_eq!(world.cnames(&net).len(), 2);
}

#[tokio::test]
async fn zones_that_could_not_be_listed_do_not_end_a_sweep() {
    let world = World::new();
    let zone = world.aws.create_hosted_zone("example.com");
    world.insert(issued("far.example.com"));
    world.insert(issued("near.example.com").days_left(20));
    world.aws.fail_next("ListHostedZones", 3, Fault::ServerError);
    let error = world.try_sweep().await.unwrap_err();
    assert!(error.is_retryable(), "{error}");
    assert_eq!(world.cnames(&zone).len(), 1, "the one near its end");
}

/// Nothing waits for it yet, so no notice reports it.
#[tokio::test]
async fn a_role_that_is_broken_shows_in_the_metrics_of_each_sweep() {
    let world = with_roles(NET);
    world.aws.set_role(ROLE, RoleRule::Refused);
    world.aws.create_hosted_zone_in(TEAM, "example.net");
    for n in 0..3 {
        world.insert(issued(&format!("host-{n}.example.net")));
    }
    let (result, metrics) = world.counted(&sample("sweep-requested", ""), world.deadline()).await;
    assert!(result.is_ok());
    assert_eq!(metrics["ZonesUnreadable"], 1, "{metrics}");
}

/// AWS Health may name many certificates at once.
#[tokio::test]
async fn the_certificates_of_one_event_are_checked_within_the_quotas_and_the_time() {
    let world = World::new();
    let zone = world.aws.create_hosted_zone("example.com");
    let arns: Vec<String> = (0..60)
        .map(|n| {
            let spec = CertificateSpec::amazon_issued(&format!("host-{n}.example.com"));
            world.insert(spec.status("PENDING_VALIDATION"))
        })
        .collect();
    let mut event = sample("health-caa-check-failure", &arns[0]);
    event["detail"]["affectedEntities"] =
        arns.iter().map(|arn| serde_json::json!({ "entityValue": arn })).collect::<Vec<_>>().into();
    world.aws.enforce_quotas();
    let (result, _) = world.counted(&event, world.aws.now() + SignedDuration::from_secs(62)).await;
    let error = result.unwrap_err().to_string();
    assert!(error.contains("no time was left"), "{error}");
    let done = world.cnames(&zone).len();
    assert!((5..40).contains(&done), "{done}");

    assert!(world.handle(&event).await.is_ok());
    assert_eq!(world.cnames(&zone).len(), 60);
    let refused = world.aws.calls().iter().filter(|call| call.result != simulated_aws::CallResult::Ok).count();
    assert_eq!(refused, 0, "nothing was throttled");
}

#[tokio::test]
async fn an_account_that_does_not_answer_hides_nothing_that_was_found_elsewhere() {
    let world = with_roles(NET);
    world.aws.create_hosted_zone_in(TEAM, "example.net");
    let arn = world.request(&["example.net", "example.org"]).await;
    world.aws.fail_always("AssumeRole", Fault::Throttled);
    assert!(world.try_on(REQUESTED, &arn).await.unwrap_err().is_retryable());
    assert_eq!(world.causes(), Vec::<String>::new(), "Lambda delivers the event again");
    for _ in 0..2 {
        assert!(world.try_sweep().await.unwrap_err().is_retryable());
        assert_eq!(world.causes(), ["no-zone"], "once");
    }
}

#[tokio::test]
async fn zones_that_cannot_be_listed_hide_nothing_that_needs_no_zone() {
    let world = World::configured(&[("DNS_LOOKUPS", "false"), ("GRANTS", r#"{"domains": ["example.com"]}"#)]);
    world.request(&["www.example.com", "www.example.org"]).await;
    world.request(&["example.org"]).await;
    world.request(&["example.com"]).await;
    world.aws.fail_always("ListHostedZones", Fault::ServerError);
    let (result, metrics) = world.counted(&sample("sweep-requested", ""), world.deadline()).await;
    assert!(result.unwrap_err().to_string().contains("the hosted zones could not be read"));
    assert_eq!(metrics["CertificatesFailed"], 1, "it is one failure: {metrics}");
    assert_eq!(world.causes(), ["domain-not-granted", "domain-not-granted"]);
}
