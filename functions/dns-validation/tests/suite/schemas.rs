//! What is sent keeps to the published schemas, and the published samples to what is sent.

use std::collections::BTreeSet;

use jsonschema::Validator;
use serde_json::Value;
use simulated_aws::{Fault, RoleRule};

use super::world::{ACTION_REQUIRED, OPTIONS_CHANGED, REQUESTED, World, issued};

const EVENT: &str = include_str!("../../../../events/schemas/certificate-validation-records-provisioned.schema.json");
const NOTICE: &str = include_str!("../../../../events/schemas/notice.schema.json");
const SENT: &str = include_str!("../../../../events/sent/certificate-validation-records-provisioned.json");
const SENT_NOTICE: &str = include_str!("../../../../events/sent/notice-validation-records-missing.json");
const ROLES: &str = r#"[{"zone": "example.net", "role": "arn:aws:iam::111122223333:role/acm-autopilot-zones"}]"#;

fn check(schema: &str, document: &Value) {
    let validator: Validator = jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap();
    let errors: Vec<String> =
        validator.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:#?}\n{document:#}");
}

/// The names of the members, at every depth.
fn members(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            found.extend(object.keys().cloned());
            object.values().for_each(|value| members(value, found));
        }
        Value::Array(items) => items.iter().for_each(|item| members(item, found)),
        _ => {}
    }
}

#[tokio::test]
async fn notices_and_events_keep_to_their_schemas() {
    let world = World::configured(&[("DNS_LOOKUPS", "false"), ("ZONE_ROLES", ROLES)]);
    world.aws.set_role("arn:aws:iam::111122223333:role/acm-autopilot-zones", RoleRule::Refused);
    let zone = world.aws.create_hosted_zone("example.com");
    world.aws.create_private_hosted_zone("example.edu");
    world.aws.set_record(&zone, &world.aws.validation_record("a.example.com").name, "TXT", "\"x\"");
    for names in [&["www.example.com"][..], &["a.example.com"], &["example.net"], &["example.edu"], &["example.org"]] {
        let arn = world.request(names).await;
        world.on(REQUESTED, &arn).await;
        for event in world.aws.events() {
            check(EVENT, &event.detail);
            let (mut sent, mut sample) = (BTreeSet::new(), BTreeSet::new());
            members(&event.detail, &mut sent);
            members(&serde_json::from_str::<Value>(SENT).unwrap()["detail"], &mut sample);
            assert_eq!(sent, sample);
        }
        for notice in world.aws.published() {
            check(NOTICE, &serde_json::from_str(notice.for_protocol("sqs")).unwrap());
        }
    }
    let arn = world.insert(issued("c.example.com").validated_by_email());
    world.change_to_dns(&arn).await;
    world.aws.fail_always("ListCertificateDomainValidations", Fault::AccessDenied);
    world.on(OPTIONS_CHANGED, &arn).await;
    check(NOTICE, &serde_json::from_str(world.aws.published()[0].for_protocol("sqs")).unwrap());
    world.aws.forget_record();
    world.create_record(&zone, "b.example.com");
    let arn = world.insert(issued("b.example.com").days_left(5).renewal("FAILED", Some("CAA_ERROR")));
    world.on(ACTION_REQUIRED, &arn).await;
    check(NOTICE, &serde_json::from_str(world.aws.published()[0].for_protocol("sqs")).unwrap());
}

#[tokio::test]
async fn the_sample_of_a_notice_is_one_that_is_sent() {
    let sample: Value = serde_json::from_str(SENT_NOTICE).unwrap();
    check(NOTICE, &sample);
    let world = World::new();
    let arn = world.request(&["example.org", "*.example.org"]).await;
    world.aws.set_tags(&arn, &[("Owner", Some("team-web"))]);
    world.on(REQUESTED, &arn).await;
    let sent: Value = serde_json::from_str(world.aws.published()[0].for_protocol("sqs")).unwrap();
    for member in ["subject", "severity", "cause", "whatHappened", "whyItMatters", "whatHappensNext", "whatToDo"] {
        assert_eq!(sent[member], sample[member], "{member}");
    }
}

/// Answers are read by people and by tools that read our events too.
#[tokio::test]
async fn answers_are_camel_case() {
    let world = World::new();
    world.aws.create_hosted_zone("example.com");
    let arn = world.request_at_once(&["example.com", "example.org"]).await;
    let mut names = BTreeSet::new();
    members(&serde_json::to_value(world.sweep().await).unwrap(), &mut names);
    world.aws.advance(jiff::Span::new().seconds(10));
    members(&serde_json::to_value(world.on(REQUESTED, &arn).await).unwrap(), &mut names);
    assert!(["recordsCreated", "inPlace", "notifiedTag"].iter().all(|name| names.contains(*name)), "{names:?}");
    let readme = include_str!("../../README.md");
    for name in names {
        assert!(!name.contains('_'), "{name}");
        assert!(name == "set" || readme.contains(&name), "{name} is not in the README");
    }
}
