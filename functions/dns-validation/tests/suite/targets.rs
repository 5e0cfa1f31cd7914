//! Certificates of other accounts and Regions.

use std::collections::BTreeSet;

use dns_validation::Outcome;
use jiff::{SignedDuration, Span};
use lambda::RetryableError;
use proptest::prelude::*;
use serde_json::{Value, json};
use simulated_aws::{CertificateSpec, Fault, RoleRule};

use super::hub::{DEV, DNS, HUB, Hub, REGION, SHOP, batch, body, event, message, role};
use super::world::{NOTIFIED, sample};

#[tokio::test]
async fn a_request_in_a_spoke_is_validated_from_the_hub() {
    let hub = Hub::new();
    let zone = hub.world.aws.create_hosted_zone_in(DNS, "example.com");
    let arn = hub.request(SHOP, &["www.example.com"]).await;
    let report = hub.on(SHOP, &arn).await;
    assert_eq!((report.outcome, report.records.len()), (Outcome::RecordsCreated, 1));
    assert_eq!((hub.world.cnames(&zone).len(), hub.world.status_in(SHOP, &arn).as_str()), (1, "ISSUED"));

    assert_eq!(hub.called(SHOP), ["DescribeCertificate", "ListTagsForCertificate"]);
    assert_eq!(hub.called(DNS), ["ListHostedZones", "ListResourceRecordSets", "ChangeResourceRecordSets"]);
    let own: BTreeSet<String> = hub.called(HUB).into_iter().collect();
    assert_eq!(own, ["AssumeRole", "ListHostedZones", "PutEvents"].map(str::to_owned).into());
    let sent = hub.world.aws.events();
    assert_eq!((&sent[0].detail["account"], &sent[0].detail["region"]), (&json!(SHOP), &json!(REGION)));

    let calls = hub.world.aws.calls();
    let assumed = calls.iter().find(|call| call.input["RoleArn"] == role(SHOP)).unwrap();
    assert_eq!(assumed.input["ExternalId"], "autopilot-1");
    assert_eq!(assumed.input["RoleSessionName"], "acm-autopilot-dns-validation");
}

/// Nothing is called in any account, and nobody delivers the event again.
async fn refused(hub: &Hub, event: &Value) -> String {
    hub.world.aws.forget_record();
    let (answer, metrics) = hub.answer(event).await;
    assert_eq!(hub.world.aws.calls(), [], "{event}");
    assert_eq!(metrics["EventsRefused"], 1, "{event}");
    let answer = serde_json::to_value(answer.unwrap()).unwrap();
    assert_eq!(answer["outcome"], "refused", "{event}");
    answer["reason"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn what_is_not_for_this_installation_is_refused_and_nothing_is_called() {
    let hub = Hub::new();
    hub.world.aws.create_hosted_zone_in(DNS, "example.com");
    let shop = hub.request(SHOP, &["www.example.com"]).await;
    let arn = |account: &str, region: &str| format!("arn:aws:acm:{region}:{account}:certificate/61f50cd4");
    for (account, region, arn, reason) in [
        // A spoke that names the certificate of another one, of the hub, or of another Region.
        (DEV, REGION, shop.clone(), "not-of-this-target"),
        (DEV, REGION, arn(HUB, "us-east-1"), "not-of-this-target"),
        (SHOP, REGION, arn(SHOP, "us-east-1"), "not-of-this-target"),
        (SHOP, REGION, "certificate/61f50cd4".to_owned(), "not-of-this-target"),
        ("999988887777", REGION, arn("999988887777", REGION), "unknown-account"),
        ("222233334444", REGION, arn("222233334444", REGION), "excluded-account"),
        (SHOP, "us-west-2", arn(SHOP, "us-west-2"), "unknown-region"),
        (HUB, "us-west-2", arn(HUB, "us-west-2"), "unknown-region"),
    ] {
        assert_eq!(refused(&hub, &event(account, region, &arn)).await, reason, "{account} {region} {arn}");
    }
    // Another partition has other organizations.
    let china = event(SHOP, "cn-north-1", "arn:aws-cn:acm:cn-north-1:111122223333:certificate/61f50cd4");
    assert_eq!(refused(&hub, &china).await, "not-of-this-target");

    let mut sweep = sample("sweep-requested", "");
    (sweep["account"], sweep["region"]) = (DEV.into(), REGION.into());
    assert_eq!(refused(&hub, &sweep).await, "sweep-of-a-spoke");
    sweep["account"] = HUB.into();
    sweep["detail"] = json!({ "certificateArn": shop });
    assert_eq!(refused(&hub, &sweep).await, "sweep-of-a-spoke", "of our own event the certificate is the target");
}

#[tokio::test]
async fn the_hubs_own_event_about_another_account_is_an_error_as_before() {
    let hub = Hub::new();
    let shop = hub.request(SHOP, &["www.example.com"]).await;
    let (answer, metrics) = hub.answer(&event(HUB, "us-east-1", &shop)).await;
    assert!(!answer.unwrap_err().is_retryable());
    assert_eq!((hub.world.aws.calls(), &metrics["EventsRefused"]), (vec![], &json!(1)));
}

/// The hub's own grants hold for the hub alone: here they are `*`.
#[tokio::test]
async fn a_name_that_is_granted_to_another_account_gets_no_record() {
    let hub = Hub::new();
    let zone = hub.world.aws.create_hosted_zone_in(DNS, "example.com");
    let arn = hub.request(DEV, &["www.example.com"]).await;
    let report = hub.on(DEV, &arn).await;
    assert_eq!((report.outcome, report.reason), (Outcome::Notified, "domain-not-granted"));
    hub.sweep(&[DEV, SHOP]).await;
    assert_eq!(hub.world.cnames(&zone), []);
    let changes = hub.world.aws.calls().into_iter().filter(|call| call.operation.contains("ResourceRecordSets"));
    assert_eq!(changes.count(), 0, "nothing is asked or changed in a zone");
    assert!(hub.called(SHOP).iter().all(|operation| operation == "ListCertificates"));
    assert!(hub.account(DEV).certificate(&arn).unwrap().tags.contains_key(NOTIFIED));
    let notices = hub.world.aws.published();
    let [notice] = &notices[..] else { panic!("{}", notices.len()) };
    let json: Value = serde_json::from_str(notice.for_protocol("sqs")).unwrap();
    assert_eq!((&json["account"], &json["accountName"]), (&json!(DEV), &json!("dev")));
}

#[tokio::test]
async fn a_read_only_account_is_only_shown_what_would_be_done() {
    let hub = Hub::new();
    let zone = hub.world.aws.create_hosted_zone_in(DNS, "example.com");
    let careful = "333344445555";
    let arn = hub.request(careful, &["www.example.com", "www.example.org"]).await;
    let report = hub.on(careful, &arn).await;
    assert_eq!((report.outcome, report.records.len(), report.blocked.len()), (Outcome::Planned, 1, 1));
    hub.sweep(&[careful]).await;
    assert_eq!((hub.world.cnames(&zone), hub.world.effects()), (vec![], Vec::<String>::new()));
}

/// It need not have a role for dns-validation.
#[tokio::test]
async fn an_account_without_a_granted_domain_is_not_swept() {
    let settings = json!({
        "id": "o-a1b2c3d4e5",
        "accounts": [{ "id": SHOP }, { "id": DEV }],
        "regions": [REGION],
        "grants": [{ "accounts": [SHOP], "domains": ["example.com"] }],
    });
    let hub = Hub::with_settings(&settings.to_string());
    let (answer, _) = hub.answer(&sample("scheduled-event", "")).await;
    assert_eq!(serde_json::to_value(answer.unwrap()).unwrap()["targets"], 2, "the hub's own, and the shop's");
    let queued = hub.world.aws.queued(&hub.queue);
    assert!(queued.iter().all(|message| !message.body.contains(DEV)) && queued.len() == 2);
}

#[tokio::test]
async fn a_sweep_hands_each_target_to_the_queue() {
    let hub = Hub::new();
    let mut scheduled = sample("scheduled-event", "");
    (scheduled["account"], scheduled["region"]) = (HUB.into(), "us-east-1".into());
    let (answer, _) = hub.answer(&scheduled).await;
    assert_eq!(serde_json::to_value(answer.unwrap()).unwrap(), json!({ "outcome": "fanned-out", "targets": 7 }));
    assert_eq!(
        hub.world.aws.calls().iter().map(|call| call.operation.as_str()).collect::<Vec<_>>(),
        ["GetParametersByPath", "SendMessageBatch"]
    );
    let bodies: Vec<Value> =
        hub.world.aws.queued(&hub.queue).iter().map(|queued| serde_json::from_str(&queued.body).unwrap()).collect();
    let target = |body: &Value| format!("{} {}", body["detail"]["account"]["id"], body["detail"]["region"]);
    assert_eq!(bodies.iter().map(target).collect::<BTreeSet<_>>().len(), 7);
    assert!(bodies.iter().all(|body| !body.to_string().contains("222233334444")), "it is excluded");

    hub.world.aws.fail_always("SendMessageBatch", Fault::Throttled);
    assert!(hub.answer(&scheduled).await.0.unwrap_err().is_retryable());
}

#[tokio::test]
async fn what_happens_to_one_target_does_not_stop_the_others() {
    let hub = Hub::new();
    let zone = hub.world.aws.create_hosted_zone_in(DNS, "example.com");
    hub.request(SHOP, &["www.example.com"]).await;
    hub.world.aws.set_role(&role(DEV), RoleRule::Refused);
    let mut event = batch(&[DEV, SHOP, "222233334444"]);
    for (id, body) in [("own", body(HUB, "us-east-1")), ("junk", "{".into()), ("other", "{}".into())] {
        event["Records"].as_array_mut().unwrap().push(message(id, &body));
    }
    let own = super::world::request_in(&hub.world.aws, &["own.example.com"]).await;
    hub.world.aws.advance(Span::new().seconds(10));
    let (answer, metrics) = hub.answer(&event).await;
    assert_eq!(serde_json::to_value(answer.unwrap()).unwrap(), json!({ "batchItemFailures": [] }));
    assert_eq!((&metrics["TargetsUnreadable"], &metrics["EventsRefused"]), (&json!(1), &json!(3)));
    assert_eq!((&metrics["SweepsCompleted"], &metrics["RecordsCreated"]), (&json!(2), &json!(2)));
    assert_eq!((hub.world.cnames(&zone).len(), hub.world.status(&own).as_str()), (2, "ISSUED"));
}

/// Its events must not fill a dead-letter queue of the hub. What the hub's own account refuses is a fault of the hub.
#[tokio::test]
async fn an_event_of_an_account_that_refuses_is_done_with() {
    let hub = Hub::new();
    let arn = hub.request(SHOP, &["www.example.com"]).await;
    let own = super::world::request_in(&hub.world.aws, &["own.example.com"]).await;
    let unreadable = async || {
        let (answer, metrics) = hub.answer(&event(SHOP, REGION, &arn)).await;
        let answer = serde_json::to_value(answer.unwrap()).unwrap();
        assert_eq!((&answer["outcome"], &answer["reason"]), (&json!("unreadable"), &json!("account-refuses")));
        assert_eq!(metrics["TargetsUnreadable"], 1);
    };
    hub.world.aws.set_role(&role(SHOP), RoleRule::Refused);
    unreadable().await;
    hub.world.aws.set_role(&role(SHOP), RoleRule::ExternalId("autopilot-1".into()));
    hub.world.aws.fail_always("DescribeCertificate", Fault::AccessDenied);
    unreadable().await;
    assert!(hub.answer(&event(HUB, "us-east-1", &own)).await.0.is_err());
    hub.world.aws.clear_faults();
    hub.world.aws.fail_always("DescribeCertificate", Fault::Throttled);
    assert!(hub.answer(&event(SHOP, REGION, &arn)).await.0.unwrap_err().is_retryable());
}

#[tokio::test]
async fn what_may_pass_returns_to_the_queue() {
    let hub = Hub::new();
    hub.world.aws.create_hosted_zone_in(DNS, "example.com");
    hub.world.aws.fail_always("ListCertificates", Fault::Throttled);
    let (failures, metrics) = hub.sweep(&[DEV, SHOP]).await;
    assert_eq!((failures, &metrics["MessagesReturned"]), (vec![DEV.to_owned(), SHOP.to_owned()], &json!(2)));
    hub.world.aws.clear_faults();
    assert_eq!(hub.sweep(&[DEV, SHOP]).await.0, Vec::<String>::new());
    assert_eq!(hub.world.calls("AssumeRole"), 2, "a session of each account is kept");
}

/// Without a list of accounts in the settings, AWS Organizations has to be asked.
#[tokio::test]
async fn an_event_waits_while_the_accounts_cannot_be_read() {
    let hub = Hub::with_settings(r#"{"id": "o-a1b2c3d4e5", "regions": ["eu-central-1"]}"#);
    hub.world.aws.fail_always("DescribeAccount", Fault::ServerError);
    hub.world.aws.fail_always("ListRoots", Fault::ServerError);
    let arn = format!("arn:aws:acm:{REGION}:{SHOP}:certificate/61f50cd4");
    for event in [event(SHOP, REGION, &arn), sample("sweep-requested", "")] {
        let error = hub.answer(&event).await.0.unwrap_err();
        assert!(error.is_retryable() && error.to_string().contains("organization"), "{error:?}");
    }
    assert_eq!(hub.called(SHOP), Vec::<String>::new());
}

/// The zones of one account, and 20 accounts with certificates in them.
fn twenty() -> (Hub, Vec<String>) {
    let accounts: Vec<String> = (0..20).map(|n| format!("{:012}", 500_000_000_000_u64 + n)).collect();
    let listed: Vec<Value> = accounts.iter().map(|id| json!({ "id": id })).collect();
    let settings = json!({
        "id": "o-a1b2c3d4e5",
        "accounts": listed,
        "regions": [REGION],
        "grants": [{ "accounts": accounts, "domains": ["example.com", "example.net"] }],
    });
    let hub = Hub::with_settings(&settings.to_string());
    let zones = ["example.com", "example.net"].map(|name| hub.world.aws.create_hosted_zone_in(DNS, name));
    for (n, account) in accounts.iter().enumerate() {
        for (name, zone) in [format!("www-{n}.example.com"), format!("www-{n}.example.net")].iter().zip(&zones) {
            let spec = CertificateSpec::amazon_issued(name).days_left(150).thin();
            hub.account(account).insert_certificate(spec);
            let record = hub.account(account).validation_record(name);
            hub.world.aws.set_record(zone, &record.name, "CNAME", &record.values[0]);
        }
    }
    (hub, accounts)
}

#[tokio::test]
async fn zones_are_read_once_for_all_targets() {
    let (hub, accounts) = twenty();
    let ids: Vec<&str> = accounts.iter().map(String::as_str).collect();
    for batch in ids.chunks(10) {
        assert_eq!(hub.sweep(batch).await.0, Vec::<String>::new());
    }
    assert_eq!(hub.called(DNS), ["ListHostedZones", "ListResourceRecordSets", "ListResourceRecordSets"]);
    // A role and two listings for each account, one role and one listing for each account with zones.
    let expected =
        [("AssumeRole", 21), ("ListCertificates", 40), ("ListHostedZones", 2), ("ListResourceRecordSets", 2)];
    assert_eq!(hub.world.aws.call_counts(), expected.map(|(name, count)| (name.to_owned(), count)).into());

    // After a quarter of an hour everything may be different.
    hub.world.aws.advance(Span::new().minutes(16));
    hub.world.aws.forget_record();
    hub.sweep(&ids[..1]).await;
    assert_eq!(hub.called(DNS).iter().filter(|operation| *operation == "ListHostedZones").count(), 1);
}

#[tokio::test]
async fn one_limiter_paces_the_calls_to_an_account_over_all_targets_and_invocations() {
    let (hub, accounts) = twenty();
    for (n, account) in accounts[..6].iter().enumerate() {
        hub.request(account, &[&format!("new-{n}.example.com")]).await;
    }
    hub.world.aws.forget_record();
    for account in &accounts[..6] {
        hub.sweep(&[account]).await;
    }
    let calls: Vec<_> = hub.world.aws.calls().into_iter().filter(|call| call.account == DNS).collect();
    assert!(calls.len() >= 13, "{calls:?}");
    for pair in calls.windows(2) {
        let apart = pair[1].at.duration_since(pair[0].at);
        assert!(apart >= SignedDuration::from_millis(110), "{apart:?} {pair:?}");
    }
}

#[tokio::test]
async fn what_is_kept_of_zones_is_read_again_before_it_matters() {
    let hub = Hub::new();
    let above = hub.world.aws.create_hosted_zone_in(DNS, "example.com");
    let arn = hub.request(SHOP, &["www.example.com"]).await;
    hub.on(SHOP, &arn).await;
    assert_eq!(hub.called(DNS).iter().filter(|operation| *operation == "ListHostedZones").count(), 1);

    // Kept for what is in place.
    hub.world.aws.advance(Span::new().minutes(5));
    hub.world.aws.forget_record();
    hub.on(SHOP, &arn).await;
    assert_eq!(hub.called(DNS), ["ListResourceRecordSets"]);

    // A zone that was made meanwhile, closer to the name; and one where there was none.
    let below = hub.world.aws.create_hosted_zone_in(DNS, "team.example.com");
    let arn = hub.request(SHOP, &["api.team.example.com"]).await;
    assert_eq!(hub.on(SHOP, &arn).await.records.len(), 1);
    assert_eq!((hub.world.cnames(&above).len(), hub.world.cnames(&below).len()), (1, 1));
    hub.world.aws.advance(Span::new().minutes(5));
    let net = hub.world.aws.create_hosted_zone_in(DNS, "example.net");
    let arn = hub.request(DEV, &["www.dev.example.net"]).await;
    assert_eq!(hub.on(DEV, &arn).await.outcome, Outcome::RecordsCreated);
    assert_eq!((hub.world.cnames(&net).len(), hub.world.causes()), (1, vec![]));
}

/// A name in each account, and one of another account.
async fn busy() -> (Hub, [String; 3], String) {
    let hub = Hub::new();
    let zones = [
        hub.world.aws.create_hosted_zone_in(DNS, "example.com"),
        hub.world.aws.create_hosted_zone_in(DNS, "example.net"),
        hub.world.aws.create_hosted_zone("example.org"),
    ];
    hub.request(SHOP, &["www.example.com"]).await;
    let arn = hub.request(DEV, &["www.dev.example.net", "login.example.com"]).await;
    super::world::request_in(&hub.world.aws, &["www.example.org"]).await;
    hub.world.aws.advance(Span::new().seconds(10));
    (hub, zones, arn)
}

fn three_targets() -> Value {
    let mut event = batch(&[SHOP, DEV]);
    event["Records"].as_array_mut().unwrap().push(message("own", &body(HUB, "us-east-1")));
    event
}

/// Every call may be the last one of a process, or fail in any other way; the queue delivers what was not deleted.
#[tokio::test]
async fn after_a_fault_at_any_call_the_next_deliveries_finish_the_work() {
    let calls = {
        let (hub, ..) = busy().await;
        super::faults::handle(&hub.world, &hub.without_retries(), &three_targets()).await;
        hub.world.aws.calls()
    };
    assert!(calls.iter().filter(|call| call.operation == "AssumeRole").count() >= 3, "{calls:?}");
    for fault in super::faults::FAULTS {
        for call in 1..=u64::try_from(calls.len()).unwrap() {
            let (hub, zones, dev) = busy().await;
            hub.world.aws.fail_call(call, fault.clone());
            super::faults::handle(&hub.world, &hub.without_retries(), &three_targets()).await;
            hub.world.aws.restart();
            let context = format!("{fault:?} at call {call}");

            super::faults::handle(&hub.world, &hub.without_retries(), &three_targets()).await;
            let hub = hub.cold();
            let (answer, _) = hub.answer(&three_targets()).await;
            assert_eq!(serde_json::to_value(answer.unwrap()).unwrap(), json!({ "batchItemFailures": [] }), "{context}");
            for zone in &zones {
                assert_eq!(hub.world.cnames(zone).len(), 1, "{context}");
            }
            let tags = hub.account(DEV).certificate(&dev).unwrap().tags;
            assert!(tags[NOTIFIED].starts_with("domain-not-granted/"), "{context}");
            assert!((1..=2).contains(&hub.world.causes().len()), "{context}: {:?}", hub.world.causes());
            hub.world.aws.forget_record();
            hub.answer(&three_targets()).await.0.unwrap();
            assert_eq!(hub.world.effects(), Vec::<String>::new(), "{context}");
        }
    }
}

#[tokio::test]
async fn after_a_fault_while_targets_are_queued_the_next_sweep_queues_them_all() {
    for fault in super::faults::FAULTS {
        let hub = Hub::new();
        hub.world.aws.fail_call(1, fault.clone());
        super::faults::handle(&hub.world, &hub.without_retries(), &sample("sweep-requested", "")).await;
        hub.world.aws.restart();
        hub.answer(&sample("sweep-requested", "")).await.0.unwrap();
        let queued: BTreeSet<String> = hub.world.aws.queued(&hub.queue).into_iter().map(|one| one.body).collect();
        assert_eq!(queued.len(), 7, "{fault:?}");
    }
}

const ACCOUNTS: [&str; 4] = ["500000000000", "500000000001", "500000000002", "500000000003"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Which account asks for a name of which domain, and which domains each may have.
    #[test]
    fn targets_that_are_swept_at_the_same_time_never_mix(
        wishes in prop::collection::vec((0..4_usize, 0..3_usize), 1..10),
        granted in prop::collection::btree_set((0..4_usize, 0..3_usize), 0..8),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(never_mix(&wishes, &granted));
    }
}

async fn never_mix(wishes: &[(usize, usize)], granted: &BTreeSet<(usize, usize)>) {
    let domain = |index: usize| format!("d{index}.example.com");
    let grant =
        |(account, index): &(usize, usize)| json!({ "accounts": [ACCOUNTS[*account]], "domains": [domain(*index)] });
    let settings = json!({
        "id": "o-a1b2c3d4e5",
        "accounts": ACCOUNTS.map(|id| json!({ "id": id })),
        "regions": [REGION],
        "grants": granted.iter().map(grant).collect::<Vec<_>>(),
    });
    let hub = Hub::with_settings(&settings.to_string());
    let zone = hub.world.aws.create_hosted_zone_in(DNS, "example.com");
    for (n, (account, index)) in wishes.iter().enumerate() {
        hub.request(ACCOUNTS[*account], &[&format!("shop{account}-{n}.{}", domain(*index))]).await;
    }
    hub.world.aws.forget_record();
    assert_eq!(hub.sweep(&ACCOUNTS).await.0, Vec::<String>::new());

    let expected = wishes.iter().filter(|wish| granted.contains(wish)).count();
    assert_eq!(hub.world.cnames(&zone).len(), expected);
    for (n, (account, index)) in wishes.iter().enumerate() {
        let name = format!(".shop{account}-{n}.{}", domain(*index));
        let is_there = hub.world.cnames(&zone).iter().any(|record| record.name.trim_end_matches('.').ends_with(&name));
        assert_eq!(is_there, granted.contains(&(*account, *index)), "{name}");
    }
    for call in hub.world.aws.calls().iter().filter(|call| ACCOUNTS.contains(&call.account.as_str())) {
        let input = call.input.to_string();
        let others = ACCOUNTS.iter().filter(|account| **account != call.account);
        assert!(others.clone().all(|other| !input.contains(other)), "{call:?}");
    }
    for notice in hub.world.aws.published() {
        let text = notice.for_protocol("email");
        let named =
            ACCOUNTS.iter().enumerate().filter(|(n, id)| text.contains(**id) || text.contains(&format!("shop{n}-")));
        assert_eq!(named.count(), 1, "{text}");
    }
}

/// The sweep of all targets, and then its messages in one batch, as Lambda delivers them.
async fn sweep_all(hub: &Hub) {
    let before = hub.world.aws.queued(&hub.queue).len();
    hub.answer(&sample("sweep-requested", "")).await.0.unwrap();
    let sent = &hub.world.aws.queued(&hub.queue)[before..];
    let records: Vec<Value> = sent.iter().map(|one| message(&one.id, &one.body)).collect();
    hub.answer(&json!({ "Records": records })).await.0.unwrap();
}

#[tokio::test]
async fn an_unreadable_target_is_reported_once_for_each_cause() {
    let hub = Hub::new();
    let kinds = || {
        let published = hub.world.aws.published();
        published.iter().map(|one| one.attribute("kind").unwrap().to_owned()).collect::<Vec<_>>()
    };
    hub.world.aws.set_role(&role(DEV), RoleRule::Refused);
    sweep_all(&hub).await;
    assert_eq!(kinds(), ["target-unreadable"; 2], "one for each Region");
    let notice = hub.world.aws.published().pop().unwrap();
    let text: Value = serde_json::from_str(notice.for_protocol("sqs")).unwrap();
    assert_eq!((&text["account"], &text["accountName"]), (&json!(DEV), &json!("dev")));
    assert_eq!((&text["foundBy"], &text["severity"]), (&json!("dns-validation"), &json!("warning")));
    let schema = include_str!("../../../../events/schemas/target-notice.schema.json");
    let schema = jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap();
    assert!(schema.is_valid(&text), "{text:#}");
    hub.world.aws.advance(Span::new().hours(1));
    sweep_all(&hub).await;
    assert_eq!(kinds().len(), 2, "not again while the cause is the same");
    hub.world.aws.set_role(&role(DEV), RoleRule::ExternalId("autopilot-1".into()));
    sweep_all(&hub).await;
    assert_eq!(kinds()[2..], ["target-readable"; 2]);
    sweep_all(&hub).await;
    assert_eq!(kinds().len(), 4);
}

/// Nobody else may find that it is already known.
#[tokio::test]
async fn a_target_whose_report_fails_returns_to_the_queue() {
    let hub = Hub::new();
    hub.world.aws.set_role(&role(DEV), RoleRule::Refused);
    hub.world.aws.fail_always("Publish", Fault::ServerError);
    let (failures, metrics) = hub.sweep(&[DEV, SHOP]).await;
    assert_eq!((failures, &metrics["MessagesReturned"]), (vec![DEV.to_owned()], &json!(1)));
}
