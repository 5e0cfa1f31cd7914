//! Why ACM still waits: questions to a name server that answers what the simulated public DNS has.

use dns_validation::Outcome;
use jiff::Span;

use super::world::{ACTION_REQUIRED, NOTIFIED, OPTIONS_CHANGED, REQUESTED, World, issued};

/// A world whose function asks that name server.
async fn asking() -> (World, simulated_aws::DnsServer) {
    let world = World::new();
    let server = world.aws.serve_dns().await;
    let address = server.address().to_string();
    (world.reconfigured(&[("DNS_SERVER", &address)]), server)
}

#[tokio::test]
async fn a_zone_that_nobody_uses_is_found_when_acm_waits_for_long() {
    let (world, _server) = asking().await;
    let zone = world.aws.create_hosted_zone("example.com");
    world.aws.undelegate(&zone);
    let arn = world.request(&["example.com"]).await;
    assert_eq!(world.on(REQUESTED, &arn).await.outcome, Outcome::RecordsCreated);
    world.aws.advance(Span::new().minutes(5));
    assert_eq!(world.on(REQUESTED, &arn).await.outcome, Outcome::NothingToDo, "ACM may still find it");
    world.aws.advance(Span::new().minutes(6));
    let report = world.on(REQUESTED, &arn).await;
    assert_eq!((report.outcome, report.reason), (Outcome::Notified, "not-delegated"));
    assert!(report.blocked[0].detail.contains("delegated to nobody"), "{:?}", report.blocked);
    assert_eq!(world.sweep().await.notices, 0);

    world.aws.delegate(&zone);
    assert_eq!(world.status(&arn), "ISSUED");
    world.sweep().await;
    assert_eq!(world.tag(&arn, NOTIFIED), None);
}

/// CAA is not said to be what a change waits for: it issues nothing.
#[tokio::test]
async fn a_zone_that_nobody_uses_is_found_when_a_change_waits_for_long() {
    let (world, _server) = asking().await;
    let zone = world.aws.create_hosted_zone("example.com");
    world.aws.create_hosted_zone("example.net");
    world.aws.set_caa("example.net", &["0 issue \"letsencrypt.org\""]);
    world.aws.undelegate(&zone);
    let arn = world.insert(issued("example.com").dns("example.net").validated_by_email());
    world.change_to_dns(&arn).await;
    assert_eq!(world.on(OPTIONS_CHANGED, &arn).await.outcome, Outcome::RecordsCreated);
    world.aws.advance(Span::new().minutes(5));
    assert_eq!(world.on(OPTIONS_CHANGED, &arn).await.outcome, Outcome::NothingToDo, "ACM may still find it");
    world.aws.advance(Span::new().minutes(6));
    let report = world.on(OPTIONS_CHANGED, &arn).await;
    assert_eq!((report.outcome, report.reason, report.blocked.len()), (Outcome::Notified, "not-delegated", 1));
    assert_eq!(world.sweep().await.notices, 0);

    world.aws.delegate(&zone);
    assert_eq!(world.on(OPTIONS_CHANGED, &arn).await.reason, "records-in-place");
    assert_eq!(world.tag(&arn, NOTIFIED), None);
}

#[tokio::test]
async fn a_zone_that_another_one_took_the_place_of_is_found() {
    let (world, _server) = asking().await;
    let ours = world.aws.create_hosted_zone("example.com");
    let theirs = world.aws.create_hosted_zone_in("999988887777", "example.com");
    world.aws.delegate(&theirs);
    let arn = world.request(&["example.com", "www.example.com"]).await;
    world.on(REQUESTED, &arn).await;
    assert_eq!(world.cnames(&ours).len(), 2);
    world.aws.advance(Span::new().minutes(10));
    let report = world.on(REQUESTED, &arn).await;
    assert_eq!((report.reason, report.blocked.len()), ("not-delegated", 2));
    assert!(report.blocked[0].detail.contains("is delegated to"), "{:?}", report.blocked);
}

#[tokio::test]
async fn caa_that_forbids_amazon_is_found() {
    for (names, caa, forbidden) in [
        (&["www.example.com"][..], "0 issue \"letsencrypt.org\"", true),
        (&["www.example.com"], "0 issue \"amazon.com\"", false),
        (&["*.example.com"], "0 issuewild \";\"", true),
        (&["www.example.com"], "0 issuewild \";\"", false),
    ] {
        let (world, _server) = asking().await;
        let zone = world.aws.create_hosted_zone("example.com");
        world.aws.set_caa("example.com", &[caa]);
        names.iter().for_each(|name| world.create_record(&zone, name));
        let spec = issued(names[0]).days_left(40).validation_status("PENDING_VALIDATION");
        let arn = world.insert(spec.renewal("PENDING_VALIDATION", None));
        let report = world.on(ACTION_REQUIRED, &arn).await;
        assert_eq!(report.reason == "caa-forbids-amazon", forbidden, "{names:?} {caa}: {report:?}");
        if forbidden {
            assert!(report.blocked[0].detail.contains("CAA records at example.com"), "{:?}", report.blocked);
        }
    }
}

#[tokio::test]
async fn a_request_that_caa_forbade_is_reported_with_the_records_that_did() {
    let (world, _server) = asking().await;
    world.aws.create_hosted_zone("example.com");
    world.aws.set_caa("example.com", &["0 issue \"letsencrypt.org\""]);
    let arn = world.request(&["www.example.com"]).await;
    world.on(REQUESTED, &arn).await;
    assert_eq!(world.status(&arn), "FAILED");
    let report = world.on("health-caa-check-failure", &arn).await;
    assert_eq!((report.outcome, report.reason), (Outcome::Notified, "caa-forbids-amazon"));
    let text = world.aws.published()[0].for_protocol("email").to_owned();
    assert!(text.contains("issue \"letsencrypt.org\"") && text.contains("request the certificate again"), "{text}");
    assert_eq!(world.on("health-caa-check-failure", &arn).await.outcome, Outcome::Blocked);
}

#[tokio::test]
async fn acms_own_word_on_caa_is_reported_without_lookups() {
    let world = World::new();
    let zone = world.aws.create_hosted_zone("example.com");
    world.create_record(&zone, "example.com");
    let arn = world.insert(issued("example.com").days_left(40).renewal("FAILED", Some("CAA_ERROR")));
    assert_eq!(world.on("health-caa-check-failure", &arn).await.reason, "caa-forbids-amazon");
    assert_eq!(world.causes(), ["caa-forbids-amazon"]);
    assert_eq!(world.on(ACTION_REQUIRED, &arn).await.outcome, Outcome::Blocked, "notified once");
}

#[tokio::test]
async fn of_two_zones_with_one_name_the_delegated_one_is_used() {
    let (world, _server) = asking().await;
    let first = world.aws.create_hosted_zone("example.com");
    let second = world.aws.create_hosted_zone("example.com");
    world.aws.delegate(&second);
    let arn = world.request(&["example.com"]).await;
    assert_eq!(world.on(REQUESTED, &arn).await.outcome, Outcome::RecordsCreated);
    assert_eq!((world.cnames(&first).len(), world.cnames(&second).len()), (0, 1));
    // It is remembered for as long as the zones are.
    world.aws.forget_record();
    let arn = world.request(&["www.example.com"]).await;
    assert_eq!(world.on(REQUESTED, &arn).await.outcome, Outcome::RecordsCreated);
    assert_eq!(world.calls("GetHostedZone"), 0);
}

#[tokio::test]
async fn a_child_zone_that_is_delegated_elsewhere_is_found() {
    let (world, _server) = asking().await;
    let parent = world.aws.create_hosted_zone("example.com");
    let arn = world.request(&["dev.example.com"]).await;
    world.on(REQUESTED, &arn).await;
    assert_eq!(world.cnames(&parent).len(), 1);
    // Somebody else's account has the child zone, so the public DNS does not use ours.
    let arn = world.request(&["shop.example.com"]).await;
    world.aws.create_hosted_zone_in("999988887777", "shop.example.com");
    world.on(REQUESTED, &arn).await;
    assert_eq!(world.status(&arn), "PENDING_VALIDATION");
    world.aws.advance(Span::new().minutes(10));
    let report = world.on(REQUESTED, &arn).await;
    assert_eq!((report.outcome, report.reason), (Outcome::Notified, "not-delegated"));
    assert!(report.blocked[0].detail.contains("shop.example.com is delegated to"), "{:?}", report.blocked);
}

#[tokio::test]
async fn without_lookups_two_zones_with_one_name_are_a_cause() {
    let world = World::new();
    let zones = [world.aws.create_hosted_zone("example.com"), world.aws.create_hosted_zone("example.com")];
    let arn = world.request(&["example.com"]).await;
    assert_eq!(world.on(REQUESTED, &arn).await.reason, "ambiguous-zone");
    let text = world.aws.published()[0].for_protocol("email").to_owned();
    assert!(zones.iter().all(|zone| text.contains(zone) && world.cnames(zone).is_empty()), "{text}");
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_not_a_cause() {
    let world = World::new();
    // Discards what it gets; nobody answers there.
    let silent = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap().to_string();
    let world = world.reconfigured(&[("DNS_SERVER", &address)]);
    let zone = world.aws.create_hosted_zone("example.com");
    world.aws.undelegate(&zone);
    let arn = world.request(&["example.com"]).await;
    world.on(REQUESTED, &arn).await;
    world.aws.advance(Span::new().hours(1));
    assert_eq!(world.on(REQUESTED, &arn).await.outcome, Outcome::NothingToDo);
}

#[tokio::test]
async fn silence_neither_forgets_what_was_notified_nor_repeats_it() {
    let (world, server) = asking().await;
    let answering = server.address().to_string();
    let zone = world.aws.create_hosted_zone("example.com");
    world.aws.undelegate(&zone);
    let arn = world.request(&["example.com"]).await;
    world.on(REQUESTED, &arn).await;
    world.aws.advance(Span::new().minutes(20));
    assert_eq!(world.on(REQUESTED, &arn).await.reason, "not-delegated");
    let notified = world.tag(&arn, NOTIFIED);
    let silent = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap().to_string();
    let world = world.reconfigured(&[("DNS_SERVER", &address)]);
    assert_eq!(world.on(REQUESTED, &arn).await.outcome, Outcome::NothingToDo);
    assert_eq!(world.tag(&arn, NOTIFIED), notified);
    let world = world.reconfigured(&[("DNS_SERVER", &answering)]);
    assert_eq!(world.on(REQUESTED, &arn).await.outcome, Outcome::Blocked);
    assert_eq!(world.causes(), ["not-delegated"]);
}

#[tokio::test]
async fn acms_word_on_caa_is_reported_beside_names_without_a_zone() {
    let world = World::new();
    let zone = world.aws.create_hosted_zone("example.com");
    world.create_record(&zone, "example.com");
    let spec = issued("example.com").dns("example.org").days_left(40);
    let arn = world.insert(spec.renewal("FAILED", Some("CAA_ERROR")));
    assert_eq!(world.on(ACTION_REQUIRED, &arn).await.reason, "caa-forbids-amazon");
    assert_eq!(world.causes(), ["caa-forbids-amazon"]);
}

#[tokio::test]
async fn a_record_that_is_seen_in_somebody_elses_dns_is_not_missing() {
    let (world, _server) = asking().await;
    let zone = world.aws.create_hosted_zone_in("999988887777", "example.org");
    world.aws.set_caa("example.org", &["0 issue \"amazon.com\""]);
    let arn = world.insert(issued("example.org").days_left(40).renewal("PENDING_VALIDATION", None));
    assert_eq!(world.on(ACTION_REQUIRED, &arn).await.reason, "no-zone");
    world.create_record(&zone, "example.org");
    let report = world.on(ACTION_REQUIRED, &arn).await;
    assert_eq!((report.outcome, report.reason), (Outcome::NothingToDo, "validated-elsewhere"));
    assert_eq!(world.tag(&arn, NOTIFIED), None);
}

#[tokio::test]
async fn which_of_two_zones_counts_is_asked_again_when_nobody_answers() {
    let world = World::new();
    let silent = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap().to_string();
    let world = world.reconfigured(&[("DNS_SERVER", &address)]);
    world.aws.create_hosted_zone("example.com");
    world.aws.create_hosted_zone("example.com");
    let arn = world.request(&["example.com"]).await;
    let error = world.try_on(REQUESTED, &arn).await.unwrap_err();
    assert!(lambda::RetryableError::is_retryable(&error), "{error}");
    assert_eq!(world.causes(), Vec::<String>::new());
}

#[tokio::test]
async fn of_two_zones_one_that_cannot_be_read_is_not_an_ambiguity() {
    let (world, _server) = asking().await;
    world.aws.create_hosted_zone("example.com");
    world.aws.create_hosted_zone("example.com");
    let arn = world.request(&["example.com"]).await;
    world.aws.fail_always("GetHostedZone", simulated_aws::Fault::Throttled);
    assert!(lambda::RetryableError::is_retryable(&world.try_on(REQUESTED, &arn).await.unwrap_err()));
    assert_eq!(world.causes(), Vec::<String>::new());
}

#[tokio::test]
async fn a_renewals_record_that_the_dns_has_not_yet_is_left_to_a_sweep() {
    let (world, _server) = asking().await;
    let zone = world.aws.create_hosted_zone("example.com");
    world.aws.undelegate(&zone);
    let arn = world.insert(issued("example.com").days_left(40).renewal("PENDING_VALIDATION", None));
    assert_eq!(world.on(ACTION_REQUIRED, &arn).await.outcome, Outcome::RecordsCreated);
    assert_eq!(world.on("health-renewal-state-change", &arn).await.outcome, Outcome::NothingToDo);
    world.aws.advance(Span::new().hours(1));
    assert_eq!(world.sweep().await.notices, 1);
    assert_eq!(world.causes(), ["not-delegated"]);
}

#[tokio::test]
async fn caa_is_checked_when_aws_health_says_so_whatever_acm_waits_for() {
    let (world, _server) = asking().await;
    let zone = world.aws.create_hosted_zone("example.com");
    world.create_record(&zone, "example.com");
    let arn = world.insert(issued("example.com"));
    assert_eq!(world.on("health-caa-check-failure", &arn).await.outcome, Outcome::NothingToDo);
    world.aws.set_caa("example.com", &["0 issue \"letsencrypt.org\""]);
    assert_eq!(world.on("health-caa-check-failure", &arn).await.reason, "caa-forbids-amazon");
    // Without lookups AWS Health's word is all there is.
    let world = world.cold();
    let arn = world.insert(issued("www.example.com"));
    world.create_record(&zone, "www.example.com");
    assert_eq!(world.on("health-caa-check-failure", &arn).await.reason, "caa-forbids-amazon");
}

#[tokio::test]
async fn a_request_that_caa_forbade_is_found_by_a_sweep() {
    let world = World::new();
    world.aws.create_hosted_zone("example.com");
    world.aws.set_caa("example.com", &["0 issue \"letsencrypt.org\""]);
    let arn = world.request(&["www.example.com"]).await;
    world.on(REQUESTED, &arn).await;
    assert_eq!(world.status(&arn), "FAILED");
    assert_eq!((world.sweep().await.notices, world.sweep().await.notices), (1, 0));
    assert_eq!(world.causes(), ["caa-forbids-amazon"]);
    world.aws.advance(Span::new().hours(24 * 4));
    world.aws.set_tags(&arn, &[(NOTIFIED, None)]);
    assert_eq!(world.sweep().await.notices, 0, "long ago");
}

/// A parent zone at somebody else's, which the resolver gets answers from.
fn delegated_by_somebody_else(world: &World, name: &str, servers: &[&str]) {
    let (_, parent) = name.split_once('.').unwrap();
    let zone = world.aws.create_hosted_zone_in("999988887777", parent);
    world.aws.set_records(&zone, name, "NS", servers);
}

/// What every recursive resolver says of a name whose delegated servers refuse, such as those of a deleted zone.
#[tokio::test]
async fn servers_at_the_registrar_that_do_not_answer_are_found() {
    let (world, _server) = asking().await;
    let zone = world.aws.create_hosted_zone("example.com");
    let arn = world.request(&["www.example.com"]).await;
    world.on(REQUESTED, &arn).await;
    assert_eq!((world.cnames(&zone).len(), world.status(&arn).as_str()), (1, "ISSUED"));
    world.aws.break_delegation("example.com");
    let arn = world.request(&["shop.example.com"]).await;
    world.on(REQUESTED, &arn).await;
    world.aws.advance(Span::new().minutes(20));
    let report = world.on(REQUESTED, &arn).await;
    assert_eq!((report.outcome, report.reason), (Outcome::Notified, "delegation-broken"));
    assert!(report.blocked[0].detail.contains("no valid answer for example.com (SERVFAIL)"), "{:?}", report.blocked);
    assert_eq!(world.sweep().await.notices, 0);
    world.aws.repair_delegation("example.com");
    world.sweep().await;
    assert_eq!((world.status(&arn).as_str(), world.tag(&arn, NOTIFIED)), ("ISSUED", None));
}

/// The zone above ours is the broken one.
#[tokio::test]
async fn the_highest_name_without_an_answer_is_named() {
    let (world, _server) = asking().await;
    world.aws.create_hosted_zone("dev.example.com");
    world.aws.break_delegation("example.com");
    let arn = world.request(&["a.dev.example.com"]).await;
    world.on(REQUESTED, &arn).await;
    world.aws.advance(Span::new().minutes(20));
    let report = world.on(REQUESTED, &arn).await;
    assert_eq!(report.reason, "delegation-broken");
    assert!(report.blocked[0].detail.contains("no valid answer for example.com ("), "{:?}", report.blocked);
}

/// A resolver that says SERVFAIL to everything is broken itself.
#[tokio::test]
async fn a_resolver_that_can_answer_nothing_is_not_a_cause() {
    let (world, _server) = asking().await;
    world.aws.create_hosted_zone("example.com");
    world.aws.break_delegation("com");
    let arn = world.request(&["example.com"]).await;
    world.on(REQUESTED, &arn).await;
    world.aws.advance(Span::new().hours(1));
    assert_eq!(world.on(REQUESTED, &arn).await.outcome, Outcome::NothingToDo);
    assert_eq!(world.causes(), Vec::<String>::new());
}

/// Resolvers ask any of the servers that the zone above names.
#[tokio::test]
async fn strangers_beside_the_zones_own_servers_are_found() {
    let (world, _server) = asking().await;
    let zone = world.aws.create_hosted_zone("shop.example.com");
    let own = world.aws.name_servers(&zone);
    world.aws.undelegate(&zone);
    delegated_by_somebody_else(&world, "shop.example.com", &[&own[0], "ns1.elsewhere.example."]);
    let arn = world.request(&["shop.example.com"]).await;
    world.on(REQUESTED, &arn).await;
    world.aws.advance(Span::new().minutes(20));
    let report = world.on(REQUESTED, &arn).await;
    assert_eq!(report.reason, "not-delegated", "{report:?}");
    let detail = &report.blocked[0].detail;
    assert!(detail.contains("delegated to ns1.elsewhere.example besides, which do not have them"), "{detail}");
}

/// In a VPC with a private zone of the name, Route 53 Resolver answers from that.
#[tokio::test]
async fn the_servers_of_a_private_zone_say_nothing_about_the_public_dns() {
    let (world, _server) = asking().await;
    let zone = world.aws.create_hosted_zone("shop.example.com");
    let private = world.aws.create_private_hosted_zone("shop.example.com");
    let servers = world.aws.name_servers(&private);
    world.aws.undelegate(&zone);
    delegated_by_somebody_else(&world, "shop.example.com", &servers.iter().map(String::as_str).collect::<Vec<_>>());
    let arn = world.request(&["shop.example.com"]).await;
    assert_eq!(world.on(REQUESTED, &arn).await.outcome, Outcome::RecordsCreated);
    world.aws.advance(Span::new().hours(1));
    assert_eq!(world.on(REQUESTED, &arn).await.outcome, Outcome::NothingToDo);
    assert_eq!(world.causes(), Vec::<String>::new());
}

/// Only ACM's own word is passed on as ACM's.
#[tokio::test]
async fn who_says_that_caa_is_in_the_way_is_named() {
    let world = World::new();
    let zone = world.aws.create_hosted_zone("example.com");
    for (name, renewal, words) in [
        ("a.example.com", Some("CAA_ERROR"), "ACM says (CAA_ERROR)"),
        ("b.example.com", None, "AWS Health says (CAA_CHECK_FAILURE)"),
    ] {
        world.create_record(&zone, name);
        let spec = issued(name).days_left(40);
        let arn = world.insert(if renewal.is_some() { spec.renewal("FAILED", renewal) } else { spec });
        let report = world.on("health-caa-check-failure", &arn).await;
        assert!(report.blocked[0].detail.starts_with(words), "{report:?}");
    }
}
