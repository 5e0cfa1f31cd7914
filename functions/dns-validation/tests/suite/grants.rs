//! Only what the operator granted is validated, whoever asks for it.

use aws_sdk_acm::types::{CertificateExport, CertificateOptions, ValidationMethod};
use dns_validation::Outcome;
use jiff::Span;
use simulated_aws::CertificateSpec;

use super::world::{ACTION_REQUIRED, NOTIFIED, OPTIONS_CHANGED, REQUESTED, World, issued};

const ROLES: &str = r#"[{"zone": "bank.example", "role": "arn:aws:iam::111122223333:role/acm-autopilot-zones"}]"#;

fn granting(grants: &str) -> World {
    World::configured(&[("DNS_LOOKUPS", "false"), ("ZONE_ROLES", ROLES), ("GRANTS", grants)])
}

/// Somebody requests a certificate whose private key can be exported.
async fn request_exportable(world: &World, names: &[&str]) -> String {
    let acm = aws_sdk_acm::Client::new(&world.aws.sdk_config());
    let exportable = CertificateOptions::builder().export(CertificateExport::Enabled).build();
    let mut call = acm.request_certificate().domain_name(names[0]).validation_method(ValidationMethod::Dns);
    for name in &names[1..] {
        call = call.subject_alternative_names(*name);
    }
    let arn = call.options(exportable).send().await.unwrap().certificate_arn.unwrap();
    world.aws.advance(Span::new().seconds(10));
    world.aws.forget_record();
    arn
}

fn calls_to_route_53(world: &World) -> usize {
    world.aws.calls().iter().filter(|call| ["route53", "sts"].contains(&call.service.as_str())).count()
}

/// The developer of the story needs no right in Route 53: the function's would do.
#[tokio::test]
async fn a_name_that_is_not_granted_gets_no_record_whatever_zones_can_be_written() {
    let world = granting(r#"{"domains": ["example.com"]}"#);
    let own = world.aws.create_hosted_zone("login.example");
    let bank = world.aws.create_hosted_zone_in("111122223333", "bank.example");
    let arn = world.request(&["login.example", "*.bank.example"]).await;
    let report = world.on(REQUESTED, &arn).await;
    assert_eq!((report.outcome, report.reason), (Outcome::Notified, "domain-not-granted"));
    assert_eq!((world.cnames(&own).len(), world.cnames(&bank).len()), (0, 0));
    assert_eq!(world.calls("AssumeRole") + world.calls("ListResourceRecordSets"), 0);
    assert_eq!(world.effects(), ["Publish", "AddTagsToCertificate"]);
    assert_eq!(world.causes(), ["domain-not-granted"]);

    // One notice, whatever comes after it.
    assert_eq!(world.on(REQUESTED, &arn).await.outcome, Outcome::Blocked);
    world.aws.advance(Span::new().hours(1));
    let swept = world.sweep().await;
    assert_eq!((swept.notices, swept.blocked, swept.records_created), (0, 1, 0));
}

#[tokio::test]
async fn what_is_granted_of_a_certificate_is_created_and_the_rest_is_reported() {
    let world = granting(r#"{"domains": ["example.com"]}"#);
    let (com, org) = (world.aws.create_hosted_zone("example.com"), world.aws.create_hosted_zone("example.org"));
    let arn = world.request(&["www.example.com", "example.org"]).await;
    let report = world.on(REQUESTED, &arn).await;
    assert_eq!((report.outcome, report.blocked.len()), (Outcome::RecordsCreatedAndNotified, 1));
    assert_eq!((world.cnames(&com).len(), world.cnames(&org).len()), (1, 0));

    // The operator grants it: the next sweep does the rest.
    let world = world.reconfigured(&[("DNS_LOOKUPS", "false")]);
    assert_eq!(world.sweep().await.records_created, 1);
    assert_eq!((world.status(&arn).as_str(), world.tag(&arn, NOTIFIED)), ("ISSUED", None));
}

#[tokio::test]
async fn without_grants_nothing_is_validated_and_nothing_is_asked_of_route_53() {
    let world = granting("{}");
    let zone = world.aws.create_hosted_zone("example.com");
    let arn = world.request(&["example.com"]).await;
    world.insert(issued("www.example.com"));
    assert_eq!(world.on(REQUESTED, &arn).await.reason, "domain-not-granted");
    world.sweep().await;
    assert_eq!((calls_to_route_53(&world), world.cnames(&zone).len()), (0, 0));
}

#[tokio::test]
async fn an_exportable_key_needs_a_grant_of_its_own_for_every_name() {
    let grants = r#"{"domains": ["example.com"], "exportableDomains": ["export.example.com", "example.org"]}"#;
    for (names, created, reason) in [
        (&["export.example.com", "*.export.example.com"][..], 1, "records-missing"),
        (&["www.example.com"], 0, "export-not-granted"),
        (&["export.example.com", "www.example.com"], 0, "export-not-granted"),
        // Exportable domains have to be among the domains too.
        (&["example.org"], 0, "domain-not-granted"),
    ] {
        let world = granting(grants);
        world.aws.create_hosted_zone("example.com");
        world.aws.create_hosted_zone("example.org");
        let arn = request_exportable(&world, names).await;
        let report = world.on(REQUESTED, &arn).await;
        assert_eq!((report.records.len(), report.reason), (created, reason), "{names:?}");
        if created == 0 {
            assert_eq!(world.calls("ChangeResourceRecordSets") + world.calls("ListResourceRecordSets"), 0, "{names:?}");
        }
        assert_eq!(world.sweep().await.records_created, 0, "{names:?}");
    }
}

/// Another certificate of the sweep gets the very record that this one is refused.
#[tokio::test]
async fn what_another_certificate_gets_is_not_an_answer_for_a_refused_one() {
    let world = granting(r#"{"domains": ["example.com"]}"#);
    let zone = world.aws.create_hosted_zone("example.com");
    let refused = request_exportable(&world, &["example.com"]).await;
    world.request(&["example.com"]).await;
    let swept = world.sweep().await;
    assert_eq!((swept.records_created, swept.blocked, world.cnames(&zone).len()), (1, 1, 1));
    assert!(world.tag(&refused, NOTIFIED).unwrap().starts_with("export-not-granted/"));
}

#[tokio::test]
async fn a_record_that_vanished_is_restored_only_where_it_is_granted() {
    let world = granting(r#"{"domains": ["example.com"]}"#);
    let (com, org) = (world.aws.create_hosted_zone("example.com"), world.aws.create_hosted_zone("example.org"));
    for days in [150, 40] {
        world.insert(issued("www.example.com").dns("www.example.org").days_left(days));
    }
    let swept = world.sweep().await;
    assert_eq!((swept.records_created, swept.notices), (2, 0), "nothing waits for the other one yet");
    assert_eq!((world.cnames(&com).len(), world.cnames(&org).len()), (1, 0));

    // A renewal that waits is reported.
    let waits = world.insert(issued("shop.example.org").days_left(40).renewal("PENDING_VALIDATION", None));
    assert_eq!(world.on(ACTION_REQUIRED, &waits).await.reason, "domain-not-granted");
    assert_eq!((world.cnames(&org).len(), world.causes()), (0, vec!["domain-not-granted".to_owned()]));
}

#[tokio::test]
async fn an_issued_certificate_that_is_not_granted_is_left_in_peace() {
    let world = granting(r#"{"domains": ["example.com"]}"#);
    let arn = world.insert(issued("example.org"));
    let report = world.on(OPTIONS_CHANGED, &arn).await;
    assert_eq!((report.outcome, report.reason), (Outcome::NothingToDo, "domain-not-granted"));
    assert_eq!(world.effects(), Vec::<String>::new());
}

#[tokio::test]
async fn a_change_to_dns_validation_needs_the_grant_too() {
    let world = granting(r#"{"domains": ["example.com"]}"#);
    let zone = world.aws.create_hosted_zone("example.org");
    let arn = world.insert(issued("example.org").validated_by_email());
    world.change_to_dns(&arn).await;
    assert_eq!(world.on(OPTIONS_CHANGED, &arn).await.reason, "domain-not-granted");
    assert_eq!((world.sweep().await.records_created, world.cnames(&zone).len()), (0, 0));
}

/// It is a decision, not a fault of the DNS.
#[tokio::test]
async fn the_notice_says_whom_to_ask() {
    let world = granting("{}");
    let arn = world.insert(CertificateSpec::amazon_issued("example.org").status("PENDING_VALIDATION"));
    world.on(REQUESTED, &arn).await;
    let text = world.aws.published()[0].for_protocol("email").to_owned();
    for words in ["which its operator has not granted", "ValidationDomains", "who called RequestCertificate"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(!text.contains("hosted zone that"), "{text}");
}

/// Whoever may request certificates could fill everybody's mailbox, one request at a time.
#[tokio::test]
async fn many_refused_requests_make_a_few_notices_and_one_that_counts_the_others() {
    let world = granting(r#"{"domains": ["example.com"]}"#);
    let mut notified = 0;
    for n in 0..40 {
        let arn = world.request(&[&format!("host-{n}.example.org")]).await;
        notified += usize::from(world.on(REQUESTED, &arn).await.outcome == Outcome::Notified);
    }
    assert_eq!(notified, 5);
    // A notice about something else is sent all the same.
    let other = world.request(&["www.example.com"]).await;
    assert_eq!(world.on(REQUESTED, &other).await.outcome, Outcome::Notified);

    assert_eq!(world.sweep().await.notices, 1);
    let summary = world.aws.published().pop().unwrap();
    assert_eq!(summary.subject.as_deref(), Some("[warning] 35 more certificates need help with their validation"));
    world.aws.advance(Span::new().hours(1));
    assert_eq!(world.sweep().await.notices, 6);
}
