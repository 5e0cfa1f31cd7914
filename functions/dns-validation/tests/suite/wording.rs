//! Whole notices, as people read them. `INSTA_UPDATE=always cargo test -p dns-validation wording`
//! writes them again.

use jiff::Span;
use simulated_aws::{CertificateSpec, Fault, RoleRule};

use super::world::{ACTION_REQUIRED, OPTIONS_CHANGED, REQUESTED, World, issued};

const ROLE: &str = "arn:aws:iam::111122223333:role/acm-autopilot-zones";
const ROLES: &str = r#"[{"zone": "example.net", "role": "arn:aws:iam::111122223333:role/acm-autopilot-zones"}]"#;

async fn notice(world: &World, event: &str, certificate: CertificateSpec) -> String {
    let arn = world.insert(certificate);
    world.on(event, &arn).await;
    only_notice(world)
}

fn only_notice(world: &World) -> String {
    let published = world.aws.published();
    let [notice] = &published[..] else { panic!("{} notices", published.len()) };
    format!("Subject: {}\n\n{}", notice.subject.as_deref().unwrap(), notice.for_protocol("email"))
}

fn requested(name: &str) -> CertificateSpec {
    CertificateSpec::amazon_issued(name).status("PENDING_VALIDATION")
}

#[tokio::test]
async fn no_zone() {
    let certificate = requested("example.org").dns("*.example.org").dns("www.example.org").tag("Owner", "team-web");
    insta::assert_snapshot!(notice(&World::new(), REQUESTED, certificate).await);
}

#[tokio::test]
async fn domain_not_granted() {
    let world = World::configured(&[("DNS_LOOKUPS", "false"), ("GRANTS", r#"{"domains": ["example.com"]}"#)]);
    let arn = world.request(&["login.example.org", "*.example.org", "www.example.com"]).await;
    world.aws.create_hosted_zone("example.com");
    world.on(REQUESTED, &arn).await;
    insta::assert_snapshot!(only_notice(&world));
}

#[tokio::test]
async fn validation_timed_out() {
    let world = World::new();
    let zone = world.aws.create_hosted_zone("example.com");
    world.aws.undelegate(&zone);
    let arn = world.request(&["example.com"]).await;
    world.on(REQUESTED, &arn).await;
    world.aws.advance(Span::new().hours(73));
    world.sweep().await;
    insta::assert_snapshot!(only_notice(&world));
}

#[tokio::test]
async fn delegation_broken() {
    let world = World::new();
    let server = world.aws.serve_dns().await;
    let address = server.address().to_string();
    let world = world.reconfigured(&[("DNS_SERVER", &address)]);
    world.aws.create_hosted_zone("example.com");
    world.aws.break_delegation("example.com");
    let arn = world.request(&["example.com", "www.example.com", "shop.example.com"]).await;
    world.on(REQUESTED, &arn).await;
    world.aws.advance(Span::new().minutes(20));
    world.on(REQUESTED, &arn).await;
    insta::assert_snapshot!(only_notice(&world));
}

#[tokio::test]
async fn records_unreadable_of_a_change_to_dns_validation() {
    let world = World::new();
    let arn = world.insert(issued("example.com").validated_by_email());
    world.change_to_dns(&arn).await;
    world.aws.fail_always("ListCertificateDomainValidations", Fault::AccessDenied);
    world.on(OPTIONS_CHANGED, &arn).await;
    insta::assert_snapshot!(only_notice(&world));
}

#[tokio::test]
async fn role_refused() {
    let world = World::configured(&[("DNS_LOOKUPS", "false"), ("ZONE_ROLES", ROLES)]);
    world.aws.set_role(ROLE, RoleRule::Refused);
    insta::assert_snapshot!(notice(&world, REQUESTED, requested("example.net")).await);
}

#[tokio::test]
async fn existing_record_before_a_renewal() {
    let world = World::new();
    let zone = world.aws.create_hosted_zone("example.com");
    let record = world.aws.validation_record("example.com");
    world.aws.set_record(&zone, &record.name, "CNAME", "_other.acm-validations.aws.");
    let certificate = issued("example.com").days_left(20).renewal("PENDING_VALIDATION", None);
    insta::assert_snapshot!(notice(&world, ACTION_REQUIRED, certificate).await);
}

#[tokio::test]
async fn caa_forbids_amazon() {
    let world = World::new();
    let zone = world.aws.create_hosted_zone("example.com");
    world.create_record(&zone, "example.com");
    let certificate = issued("example.com").days_left(40).renewal("FAILED", Some("CAA_ERROR"));
    insta::assert_snapshot!(notice(&world, "health-caa-check-failure", certificate).await);
}
