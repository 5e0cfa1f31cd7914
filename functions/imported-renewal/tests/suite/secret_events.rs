//! Events of secrets that were written.

use serde_json::{Value, json};
use simulated_aws::Fault;

use crate::from_secret::{NAME, from_secret, pem};
use crate::world::{ACCOUNT, World, batch, due, later, sample};

pub(crate) fn label_updated(secret: &str) -> Value {
    let mut event = sample("secret-label-updated");
    event["resources"] = json!([secret]);
    event
}

fn put(secret: &str) -> Value {
    let mut event = sample("cloudtrail-put-secret-value");
    event["detail"]["responseElements"] = json!({ "arn": secret });
    event
}

async fn give(world: &World, event: Value) -> Value {
    world.give(&world.handler(), event).await.unwrap()
}

async fn secret_arn(world: &World) -> String {
    world.secrets().describe_secret().secret_id(NAME).send().await.unwrap().arn().unwrap().to_owned()
}

/// Also one that is not due: the tool that wrote the secret may revoke the old one.
#[tokio::test]
async fn a_new_value_is_imported_whenever_the_present_certificate_expires() {
    for event in [label_updated, put] {
        let world = World::new();
        let arn = world.insert(from_secret().days_left(80));
        world.grant_secrets("web/*");
        let secret = world.create_secret(NAME, &arn).await;
        world.write(&pem(&world.issue(due().days_left(90)))).await;
        let answer = give(&world, event(&secret)).await;
        assert_eq!((&answer["outcome"], &answer["certificate"]), (&json!("renewed"), &json!(arn)), "{answer}");
        // Both events come of one write, and each maybe twice.
        for event in [label_updated(&secret), put(&secret), put(&secret)] {
            let answer = give(&world, batch(&event)).await;
            assert_eq!(answer, json!({ "batchItemFailures": [] }));
        }
        assert_eq!(world.count("ImportCertificate"), 1);
    }
}

/// A failure on record would be tried again by a request, for which a secret has to have something newer.
#[tokio::test]
async fn a_secret_that_cannot_be_read_is_read_again_while_there_is_time() {
    for (operation, fault) in [("DescribeSecret", Fault::ServerError), ("GetSecretValue", Fault::Throttled)] {
        let world = World::new();
        let arn = world.delivered().await;
        world.renew(&arn).await;
        let secret = secret_arn(&world).await;
        world.aws.forget_record();
        let tags = world.certificate(&arn).tags;
        // The function asks first for which certificates the secret is: with three attempts each.
        let k = if operation == "DescribeSecret" { 2 } else { 1 };
        (k..k + 3).for_each(|k| world.aws.fail(operation, k, fault.clone()));
        let answer = give(&world, batch(&label_updated(&secret))).await;
        assert_eq!(answer["batchItemFailures"].as_array().unwrap().len(), 1, "{answer}");
        assert_eq!((world.certificate(&arn).tags, world.aws.published().len()), (tags.clone(), 0));
        world.aws.clear_faults();
        assert_eq!(give(&world, batch(&label_updated(&secret))).await, json!({ "batchItemFailures": [] }));
        assert_eq!((world.certificate(&arn).tags, world.aws.published().len()), (tags, 0));
    }
}

#[tokio::test]
async fn a_record_without_the_arn_names_the_secret_all_the_same() {
    let world = World::new();
    let arn = world.delivered().await;
    let mut event = put("");
    event["detail"]["responseElements"] = Value::Null;
    event["detail"]["requestParameters"]["secretId"] = NAME.into();
    let answer = give(&world, event).await;
    assert_eq!((&answer["outcome"], &answer["certificate"]), (&json!("renewed"), &json!(arn)), "{answer}");
}

#[tokio::test]
async fn a_secret_may_be_that_of_several_certificates() {
    let world = World::new();
    let (one, other) = (world.insert(from_secret()), world.insert(from_secret()));
    world.grant_secrets("web/*");
    let secret = world.create_secret(NAME, &format!("{one} {other}")).await;
    world.write(&pem(&world.issue(due().days_left(90)))).await;
    let answer = give(&world, label_updated(&secret)).await;
    let outcomes: Vec<_> = answer.as_array().unwrap().iter().map(|one| one["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["renewed", "renewed"]);
    assert_eq!(give(&world, batch(&label_updated(&secret))).await, json!({ "batchItemFailures": [] }));
}

/// Their tags name the secret, by its name or its ARN.
#[tokio::test]
async fn a_secret_of_the_whole_account_is_that_of_the_certificates_whose_tags_name_it() {
    let world = World::new();
    world.grant_secrets("web/*");
    let secret = world.create_secret(NAME, ACCOUNT).await;
    world.write(&pem(&world.issue(due().days_left(90)))).await;
    let by_name = world.insert(from_secret().days_left(80));
    let by_arn = world.insert(due().tag("acm-autopilot:renew-from", "secret").tag("acm-autopilot:secret", &secret));
    let with_another_source = world.insert(due().tag("acm-autopilot:secret", NAME));
    world.insert(due().tag("acm-autopilot:renew-from", "secret").tag("acm-autopilot:secret", "web/other"));
    let answer = give(&world, label_updated(&secret)).await;
    let of = |arn: &str| answer.as_array().unwrap().iter().find(|one| one["certificate"] == arn).cloned().unwrap();
    assert_eq!([of(&by_name), of(&by_arn)].map(|one| one["outcome"].clone()), ["renewed", "renewed"]);
    assert_eq!(of(&with_another_source)["reason"], "another-source");
    assert_eq!((answer.as_array().unwrap().len(), world.count("GetResources")), (3, 1));
}

#[tokio::test]
async fn a_certificate_that_is_named_and_tagged_is_checked_once() {
    let world = World::new();
    let arn = world.insert(from_secret().days_left(80));
    world.grant_secrets("web/*");
    let secret = world.create_secret(NAME, &format!("{ACCOUNT} {arn}")).await;
    world.write(&pem(&world.issue(due().days_left(90)))).await;
    let answer = give(&world, label_updated(&secret)).await;
    assert_eq!((&answer["outcome"], &answer["certificate"]), (&json!("renewed"), &json!(arn)), "{answer}");
}

#[tokio::test]
async fn tags_that_cannot_be_searched_stop_nothing_else() {
    let world = World::new();
    let arn = world.insert(from_secret().days_left(80));
    world.grant_secrets("web/*");
    let secret = world.create_secret(NAME, &format!("{ACCOUNT} {arn}")).await;
    world.write(&pem(&world.issue(due().days_left(90)))).await;
    world.aws.fail_next("GetResources", 20, Fault::Throttled);
    let answer = give(&world, batch(&label_updated(&secret))).await;
    assert_eq!(answer["batchItemFailures"].as_array().unwrap().len(), 1, "it is searched again: {answer}");
    world.aws.clear_faults();
    world.aws.fail_always("GetResources", Fault::AccessDenied);
    let answer = give(&world, label_updated(&secret)).await;
    assert_eq!((&answer["outcome"], &answer["certificate"]), (&json!("renewed"), &json!(arn)), "{answer}");
}

/// ACM's quota of imports is of a year: the second one waits in the queue.
#[tokio::test]
async fn a_secret_that_is_written_twice_within_an_hour_is_imported_twice() {
    let world = World::new();
    let arn = world.delivered().await;
    world.renew(&arn).await;
    let second = world.issue(due().days_left(95));
    world.write(&pem(&second)).await;
    let event = batch(&label_updated(&secret_arn(&world).await));
    let answer = give(&world, event.clone()).await;
    assert_eq!(answer["batchItemFailures"].as_array().unwrap().len(), 1, "{answer}");
    later(&world.aws, 1);
    assert_eq!(give(&world, event).await, json!({ "batchItemFailures": [] }));
    assert_eq!(world.certificate(&arn).serial, second.serial);
}

#[tokio::test]
async fn events_of_other_secrets_are_ignored() {
    let world = World::new();
    world.grant_secrets("web/*");
    let arn = world.insert(due());
    let managed_otherwise = world.create_secret("web/other", &arn).await;
    let of_the_account = world.create_secret("web/account", ACCOUNT).await;
    let elsewhere = "arn:aws:acm:eu-west-1:123456789012:certificate/0f3c1b6e-2a57-4d0c-9a61-5be8d7c40f12";
    let for_another = world.create_secret("web/elsewhere", elsewhere).await;
    let not_granted = world.create_secret("db/password", &arn).await;
    let gone = not_granted.replace("db/password", "web/gone");
    for (secret, reason) in [
        (managed_otherwise, "another-source"),
        (of_the_account, "no-certificate-named"),
        (for_another, "no-certificate-named"),
        (not_granted, "secret-not-granted"),
        (gone, "secret-gone"),
    ] {
        let answer = give(&world, label_updated(&secret)).await;
        assert_eq!((&answer["outcome"], &answer["reason"]), (&json!("ignored"), &json!(reason)), "{secret}");
    }
    assert_eq!(world.count("GetSecretValue"), 0);
}
