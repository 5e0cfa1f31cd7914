//! Zones in other accounts.

use dns_validation::{Config, Outcome};
use jiff::Span;
use lambda::RetryableError;
use simulated_aws::{Fault, RoleRule};

use super::world::{NOTIFIED, REQUESTED, World};

const TEAM: &str = "111122223333";
const ROLE: &str = "arn:aws:iam::111122223333:role/acm-autopilot-zones";

fn roles() -> String {
    format!(
        r#"[{{"zone": "team.example.com", "role": "{ROLE}", "externalId": "autopilot-1"}},
            {{"zone": "example.net", "role": "{ROLE}", "externalId": "autopilot-1"}}]"#
    )
}

fn world() -> World {
    World::configured(&[("DNS_LOOKUPS", "false"), ("ZONE_ROLES", &roles())])
}

#[tokio::test]
async fn names_in_two_accounts_are_issued() {
    let world = world();
    world.aws.set_role(ROLE, RoleRule::ExternalId("autopilot-1".into()));
    let own = world.aws.create_hosted_zone("example.com");
    let team = world.aws.create_hosted_zone_in(TEAM, "team.example.com");
    let net = world.aws.create_hosted_zone_in(TEAM, "example.net");
    let arn = world.request(&["example.com", "api.team.example.com", "example.net"]).await;
    let report = world.on(REQUESTED, &arn).await;
    assert_eq!((report.outcome, report.records.len()), (Outcome::RecordsCreated, 3));
    for zone in [&own, &team, &net] {
        assert_eq!(world.cnames(zone).len(), 1);
    }
    assert_eq!(world.status(&arn), "ISSUED");
    // One role, one session, whatever the number of its suffixes.
    assert_eq!(world.calls("AssumeRole"), 1);
    let calls = world.aws.calls();
    let assumed = calls.iter().find(|call| call.operation == "AssumeRole").unwrap();
    assert_eq!(assumed.input["RoleSessionName"], "acm-autopilot-dns-validation");
    assert_eq!(assumed.input["ExternalId"], "autopilot-1");
}

#[tokio::test]
async fn credentials_are_kept_and_renewed_before_they_expire() {
    let world = world();
    world.aws.create_hosted_zone_in(TEAM, "example.net");
    for (minutes, sessions) in [(0, 1), (20, 1), (30, 1), (20, 2)] {
        world.aws.advance(Span::new().minutes(minutes));
        let arn = world.request(&[&format!("at-{minutes}-{sessions}.example.net")]).await;
        assert_eq!(world.on(REQUESTED, &arn).await.outcome, Outcome::RecordsCreated);
        let expected = usize::from(minutes == 0 || sessions == 2);
        assert_eq!(world.calls("AssumeRole"), expected, "after {minutes} minutes");
    }
}

#[tokio::test]
async fn names_in_the_own_account_need_no_role() {
    let world = world();
    world.aws.create_hosted_zone("example.com");
    let arn = world.request(&["www.example.com"]).await;
    world.on(REQUESTED, &arn).await;
    assert_eq!(world.calls("AssumeRole"), 0);
}

#[tokio::test]
async fn a_refused_role_is_a_cause_and_asked_again() {
    let world = world();
    world.aws.set_role(ROLE, RoleRule::Refused);
    let own = world.aws.create_hosted_zone("example.com");
    let net = world.aws.create_hosted_zone_in(TEAM, "example.net");
    let arn = world.request(&["example.com", "example.net", "www.example.net"]).await;
    let report = world.on(REQUESTED, &arn).await;
    assert_eq!((report.outcome, report.reason), (Outcome::RecordsCreatedAndNotified, "records-missing"));
    assert_eq!(world.cnames(&own).len(), 1, "the others are put into place");
    assert_eq!(world.causes(), ["role-refused"]);
    let text = world.aws.published()[0].for_protocol("email").to_owned();
    assert!(text.contains(ROLE) && text.contains("sts:AssumeRole failed (AccessDenied)"), "{text}");
    assert!(world.tag(&arn, NOTIFIED).unwrap().starts_with("role-refused/"));

    // The owner of the account lets it in.
    world.aws.set_role(ROLE, RoleRule::ExternalId("autopilot-1".into()));
    let swept = world.sweep().await;
    assert_eq!((swept.records_created, swept.notices), (2, 0));
    assert_eq!(world.cnames(&net).len(), 2);
    assert_eq!((world.status(&arn).as_str(), world.tag(&arn, NOTIFIED)), ("ISSUED", None));
}

#[tokio::test]
async fn a_wrong_external_id_is_a_refusal() {
    let world = world();
    world.aws.set_role(ROLE, RoleRule::ExternalId("another".into()));
    world.aws.create_hosted_zone_in(TEAM, "example.net");
    let arn = world.request(&["example.net"]).await;
    assert_eq!(world.on(REQUESTED, &arn).await.reason, "role-refused");
}

#[tokio::test]
async fn a_role_that_may_not_change_the_zone_is_a_cause() {
    let world = world();
    world.aws.create_hosted_zone_in(TEAM, "example.net");
    let arn = world.request(&["example.net"]).await;
    world.aws.fail_always("ChangeResourceRecordSets", Fault::AccessDenied);
    assert_eq!(world.on(REQUESTED, &arn).await.reason, "zone-access-denied");
    assert_eq!(world.causes(), ["zone-access-denied"]);
    let text = world.aws.published()[0].for_protocol("email").to_owned();
    assert!(text.contains("account 111122223333") && text.contains("route53:ChangeResourceRecordSets"), "{text}");
}

/// A zone is made without anybody's consent: one below ours that nobody uses must not get our records.
#[tokio::test]
async fn a_zone_of_another_account_below_ours_gets_records_only_when_it_is_used() {
    let world = World::new();
    let server = world.aws.serve_dns().await;
    let address = server.address().to_string();
    let roles = format!(r#"[{{"zone": "example.com", "role": "{ROLE}"}}]"#);
    let world = world.reconfigured(&[("DNS_SERVER", &address), ("ZONE_ROLES", &roles)]);
    let own = world.aws.create_hosted_zone("example.com");
    let stray = world.aws.create_hosted_zone_in(TEAM, "login.example.com");
    world.aws.undelegate(&stray);
    let team = world.aws.create_hosted_zone_in(TEAM, "team.example.com");
    let arn = world.request(&["login.example.com", "api.team.example.com"]).await;
    assert_eq!(world.on(REQUESTED, &arn).await.records.len(), 2);
    assert_eq!((world.cnames(&own).len(), world.cnames(&stray).len(), world.cnames(&team).len()), (1, 0, 1));
    assert_eq!(world.status(&arn), "ISSUED");

    // Where the DNS may not be asked the closest zone is the best guess.
    let world = world.reconfigured(&[("DNS_LOOKUPS", "false"), ("ZONE_ROLES", &roles)]);
    let arn = world.request(&["www.login.example.com"]).await;
    assert_eq!(world.on(REQUESTED, &arn).await.records[0].zone_name, "login.example.com.");
}

/// A world with a zone of its own, and one of another account below it, whose function asks a name server.
async fn with_a_zone_below() -> (World, simulated_aws::DnsServer, [String; 2]) {
    let world = World::new();
    let server = world.aws.serve_dns().await;
    let address = server.address().to_string();
    let roles = format!(r#"[{{"zone": "example.com", "role": "{ROLE}"}}]"#);
    let world = world.reconfigured(&[("DNS_SERVER", &address), ("ZONE_ROLES", &roles)]);
    let zones =
        [world.aws.create_hosted_zone("example.com"), world.aws.create_hosted_zone_in(TEAM, "login.example.com")];
    (world, server, zones)
}

/// It may be one that nobody uses.
#[tokio::test]
async fn while_the_dns_is_silent_no_zone_of_another_account_below_ours_gets_records() {
    let (world, server, [own, below]) = with_a_zone_below().await;
    world.aws.undelegate(&below);
    let arn = world.request(&["login.example.com"]).await;
    assert_eq!(world.on(REQUESTED, &arn).await.records[0].zone_name, "example.com.");

    drop(server);
    let silent = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap().to_string();
    let roles = format!(r#"[{{"zone": "example.com", "role": "{ROLE}"}}]"#);
    let world = world.reconfigured(&[("DNS_SERVER", &address), ("ZONE_ROLES", &roles)]);
    let arn = world.request(&["www.login.example.com"]).await;
    let error = world.try_on(REQUESTED, &arn).await.unwrap_err();
    assert!(error.is_retryable() && error.to_string().contains("login.example.com"), "{error}");
    assert_eq!((world.cnames(&own).len(), world.cnames(&below).len()), (1, 0));
}

#[tokio::test]
async fn a_broken_delegation_shows_no_zone_and_is_a_cause() {
    let (world, _server, [own, below]) = with_a_zone_below().await;
    world.aws.break_delegation("login.example.com");
    let arn = world.request(&["login.example.com"]).await;
    assert_eq!(world.on(REQUESTED, &arn).await.reason, "delegation-broken");
    assert_eq!((world.cnames(&own).len(), world.cnames(&below).len()), (0, 0));
    assert_eq!(world.causes(), ["delegation-broken"]);

    world.aws.repair_delegation("login.example.com");
    assert_eq!(world.sweep().await.records_created, 1);
    assert_eq!((world.cnames(&below).len(), world.status(&arn).as_str()), (1, "ISSUED"));
}

/// The zone above may be of a third account.
#[tokio::test]
async fn a_zone_that_nobody_uses_below_one_of_a_third_account_gets_nothing() {
    const THIRD: &str = "444455556666";
    let world = World::new();
    let server = world.aws.serve_dns().await;
    let address = server.address().to_string();
    let roles = format!(
        r#"[{{"zone": "example.com", "role": "arn:aws:iam::{THIRD}:role/zones"}},
            {{"zone": "login.example.com", "role": "{ROLE}"}}]"#
    );
    let world = world.reconfigured(&[("DNS_SERVER", &address), ("ZONE_ROLES", &roles)]);
    let above = world.aws.create_hosted_zone_in(THIRD, "example.com");
    let below = world.aws.create_hosted_zone_in(TEAM, "login.example.com");
    world.aws.undelegate(&below);
    let arn = world.request(&["login.example.com"]).await;
    assert_eq!(world.on(REQUESTED, &arn).await.records.len(), 1);
    assert_eq!((world.cnames(&above).len(), world.cnames(&below).len()), (1, 0));
    world.aws.delegate(&below);
    let arn = world.request(&["www.login.example.com"]).await;
    assert_eq!(world.on(REQUESTED, &arn).await.records[0].zone_name, "login.example.com.");
}

/// A resolver in a VPC answers from a private zone.
#[tokio::test]
async fn a_private_zone_that_hides_the_delegation_makes_the_zone_ambiguous() {
    let (world, _server, [own, below]) = with_a_zone_below().await;
    world.aws.undelegate(&below);
    world.aws.set_record(&own, "login.example.com", "NS", "ns-0.awsdns-00.com.");
    let arn = world.request(&["login.example.com"]).await;
    assert_eq!(world.on(REQUESTED, &arn).await.reason, "ambiguous-zone");
    assert_eq!((world.cnames(&own).len(), world.cnames(&below).len()), (0, 0));
    let text = world.aws.published()[0].for_protocol("email").to_owned();
    assert!(text.contains(&own) && text.contains(&below) && text.contains("private zone of that name"), "{text}");
}

/// Whoever made the zone can also refuse to show its name servers.
#[tokio::test]
async fn a_zone_below_ours_that_may_not_be_read_gets_nothing() {
    let (world, _server, [own, below]) = with_a_zone_below().await;
    world.aws.fail_always("GetHostedZone", Fault::AccessDenied);
    let arn = world.request(&["login.example.com"]).await;
    assert_eq!(world.on(REQUESTED, &arn).await.reason, "zone-access-denied");
    assert_eq!((world.cnames(&own).len(), world.cnames(&below).len()), (0, 0));
}

#[tokio::test]
async fn the_roles_may_come_from_a_parameter() {
    let world = world();
    let sdk = world.aws.sdk_config();
    let topic = ("NOTICE_TOPIC_ARN", "arn:aws:sns:us-east-1:123456789012:notices");
    let read = |name| Config::read(&[topic, ("ZONE_ROLES_PARAMETER", name)].into_iter().collect()).unwrap();

    world.aws.set_parameter("/acm-autopilot/zones", &roles());
    let config = read("/acm-autopilot/zones").with_parameter(&sdk).await.unwrap();
    assert_eq!((config.zone_roles.len(), config.zone_roles[0].role.as_str()), (2, ROLE));

    world.aws.set_parameter("/wrong", r#"[{"zone": "example.com"}]"#);
    for (name, says) in [("/wrong", "entry 1: missing field `role`"), ("/nowhere", "ssm:GetParameter failed")] {
        let error = read(name).with_parameter(&sdk).await.unwrap_err().to_string();
        assert!(error.contains(&format!("ZONE_ROLES_PARAMETER is `{name}`")) && error.contains(says), "{error}");
    }
}
