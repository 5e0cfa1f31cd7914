//! A hub with spokes: where work is done, in whose name, and what is refused.

use std::collections::BTreeSet;
use std::path::Path;

use expiry_events::{Answer, Config, Error, Handler, Outcome};
use jiff::{SignedDuration, ToSpan};
use lambda::{Invocation, Metrics};
use serde_json::{Value, json};
use simulated_aws::permissions::granted_actions;
use simulated_aws::{AlternateContact, Aws, Fault, RoleRule};

use crate::world::{NOW, at, imported, managed, sample};

const HUB: &str = "123456789012";
const SHOP: &str = "111122223333";
const BANK: &str = "444455556666";
const EXTERNAL_ID: &str = "o-a1b2c3d4e5";

struct Organization {
    aws: Aws,
    handler: Handler,
    queue: String,
}

fn role(account: &str) -> String {
    format!("arn:aws:iam::{account}:role/acm-autopilot/acm-autopilot-read")
}

impl Organization {
    fn new() -> Self {
        Self::with(&json!({}))
    }

    /// `more`: fields of the settings.
    fn with(more: &Value) -> Self {
        let aws = Aws::new(at(NOW));
        for account in [SHOP, BANK] {
            aws.set_role(&role(account), RoleRule::ExternalId(EXTERNAL_ID.into()));
        }
        let mut settings = json!({
            "id": EXTERNAL_ID,
            "accounts": [
                {"id": SHOP, "name": "shop-prod", "units": ["ou-ab12-11111111"], "tags": {"Team": "web"}},
                {"id": BANK, "name": "bank", "units": ["ou-ab12-22222222"]},
            ],
            "regions": ["us-east-1", "eu-central-1"],
            "ownerTag": "Team",
        });
        settings.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let (topic, queue) = (aws.create_topic("notices"), aws.create_queue("sweeps"));
        let settings = settings.to_string();
        let variables = [("NOTICE_TOPIC_ARN", &topic), ("ORGANIZATION", &settings), ("TARGET_QUEUE_URL", &queue)];
        let config = Config::read(&variables.into_iter().map(|(name, value)| (name, value.as_str())).collect());
        let handler = Handler::new(config.unwrap(), &aws.sdk_config());
        Self { aws, handler, queue }
    }

    async fn handle(&self, event: &Value) -> Result<Answer, Error> {
        self.run(event, &mut Metrics::new("expiry-events")).await
    }

    async fn run(&self, event: &Value, metrics: &mut Metrics) -> Result<Answer, Error> {
        let home = certificates::Target { partition: "aws".into(), region: "us-east-1".into(), account: HUB.into() };
        let deadline = self.aws.now() + SignedDuration::from_mins(5);
        self.handler.handle(event, &Invocation { home, deadline }, metrics).await
    }

    /// The line of metrics of an event that is handled.
    async fn counted(&self, event: &Value) -> Value {
        let mut metrics = Metrics::new("expiry-events");
        self.run(event, &mut metrics).await.unwrap();
        serde_json::from_str(&metrics.line(self.aws.now()).unwrap()).unwrap()
    }

    /// ACM's event about a certificate, as EventBridge forwards it from this account.
    async fn event(&self, account: &str, region: &str, arn: &str) -> Result<Answer, Error> {
        let mut event = sample("certificate-approaching-expiration", arn);
        (event["account"], event["region"]) = (account.into(), region.into());
        self.handle(&event).await
    }

    /// The scheduled sweep, and then each of its messages, as Lambda delivers them.
    async fn sweep(&self) -> Vec<Answer> {
        let before = self.aws.queued(&self.queue).len();
        self.handle(&sample("scheduled-event", "")).await.unwrap();
        let mut answers = Vec::new();
        for message in &self.aws.queued(&self.queue)[before..] {
            let record = json!({ "messageId": message.id, "body": message.body, "attributes": {} });
            answers.push(self.handle(&json!({ "Records": [record] })).await.unwrap());
        }
        answers
    }

    fn kinds(&self) -> Vec<String> {
        self.aws.published().iter().map(|notice| notice.attribute("kind").unwrap().to_owned()).collect()
    }

    /// Accounts in which services besides STS were called.
    fn called(&self) -> Vec<String> {
        let calls = self.aws.calls().into_iter().filter(|call| call.service == "acm" || call.service == "tagging");
        let mut accounts: Vec<String> = calls.map(|call| call.account).collect();
        accounts.sort();
        accounts.dedup();
        accounts
    }
}

#[tokio::test]
async fn every_target_is_swept_as_a_message_of_its_own() {
    let organization = Organization::new();
    let shop = organization.aws.scoped(SHOP, "eu-central-1").insert_certificate(imported(20).thin());
    let bank = organization.aws.scoped(BANK, "us-east-1").insert_certificate(imported(5).thin());
    let own = organization.aws.insert_certificate(imported(20).thin());
    let fanned_out = organization.handle(&sample("scheduled-event", "")).await.unwrap();
    let Answer::FanOut(report) = fanned_out else { panic!("{fanned_out:?}") };
    assert_eq!((report.outcome, report.targets), (Outcome::FannedOut, 5), "two Regions of two accounts, and its own");
    assert_eq!(organization.called(), [""; 0], "nothing is read by the one that fans out");

    assert_eq!(organization.sweep().await.len(), 5);
    let published = organization.aws.published();
    let about: Vec<Value> =
        published.iter().map(|notice| serde_json::from_str(notice.for_protocol("sqs")).unwrap()).collect();
    let arns: Vec<&str> = about.iter().map(|notice| notice["certificateArn"].as_str().unwrap()).collect();
    for arn in [&own, &shop, &bank] {
        assert_eq!(arns.iter().filter(|about| *about == arn).count(), 1, "{arns:?}");
    }
    organization.sweep().await;
    assert_eq!(organization.aws.published().len(), published.len(), "each is notified once");
}

/// CloudWatch charges for each value of a dimension as for a metric of its own.
#[tokio::test]
async fn thousands_of_targets_are_counted_in_the_metrics_of_one() {
    let organization = Organization::new();
    for account in [SHOP, BANK] {
        organization.aws.scoped(account, "us-east-1").insert_certificate(imported(5).thin());
    }
    organization.aws.set_role(&role(BANK), RoleRule::Refused);
    organization.handle(&sample("scheduled-event", "")).await.unwrap();
    let messages = organization.aws.queued(&organization.queue);
    for message in messages {
        let record = json!({ "messageId": message.id, "body": message.body, "attributes": {} });
        let metrics = organization.counted(&json!({ "Records": [record] })).await;
        let definitions = &metrics["_aws"]["CloudWatchMetrics"];
        assert_eq!(definitions[0]["Dimensions"], json!([["Function"]]), "{metrics}");
        assert_eq!(definitions.as_array().map(Vec::len), Some(1));
    }
}

/// Its calls would find nothing that may be renewed.
#[tokio::test]
async fn a_sweep_of_acme_is_for_accounts_with_a_directory() {
    let grants = json!([{ "accounts": [SHOP], "acmeDirectories": ["letsencrypt"], "domains": ["example.com"] }]);
    let organization = Organization::with(&json!({ "grants": grants }));
    let mut requested = sample("scheduled-event", "");
    requested["detail"] = json!({ "renewFrom": "acme" });
    let fanned_out = organization.handle(&requested).await.unwrap();
    let Answer::FanOut(report) = fanned_out else { panic!("{fanned_out:?}") };
    assert_eq!(report.targets, 3, "two Regions of the shop, and the hub's own account");
    assert!(organization.aws.queued(&organization.queue).iter().all(|message| !message.body.contains(BANK)));
}

#[tokio::test]
async fn a_notice_names_the_account() {
    let organization = Organization::new();
    let aws = organization.aws.scoped(SHOP, "eu-central-1");
    let arn = aws.insert_certificate(imported(20).thin());
    organization.event(SHOP, "eu-central-1", &arn).await.unwrap();
    let notices = organization.aws.published();
    let [notice] = &notices[..] else { panic!("{}", notices.len()) };
    assert_eq!(notice.attribute("account"), Some(SHOP));
    assert_eq!(notice.attribute("account_name"), Some("shop-prod"));
    assert_eq!(notice.attribute("organizational_units"), Some(r#"["ou-ab12-11111111"]"#));
    assert_eq!(notice.attribute("owner"), Some("web"), "of the account, since the certificate names none");
    let text = notice.for_protocol("email");
    assert!(text.contains("111122223333 (shop-prod) in eu-central-1"), "{text}");
    assert!(text.contains("about account 111122223333 (shop-prod), Region eu-central-1."), "{text}");
    assert_eq!(organization.called(), [SHOP]);
    assert!(aws.certificate(&arn).unwrap().tags.contains_key("acm-autopilot:notified"));
}

/// The confused deputy: nothing is called for what an event only claims.
#[tokio::test]
async fn what_a_spoke_says_about_others_is_refused() {
    let organization = Organization::with(&json!({ "excludedAccounts": [BANK] }));
    let shop = organization.aws.scoped(SHOP, "us-east-1").insert_certificate(imported(5).thin());
    let bank = organization.aws.scoped(BANK, "us-east-1").insert_certificate(imported(5).thin());
    let refusal = async |account: &str, region: &str, arn: &str| match organization.event(account, region, arn).await {
        Ok(Answer::Target(report)) => {
            assert_eq!(report.outcome, Outcome::Refused);
            report.reason
        }
        other => panic!("{other:?}"),
    };
    let hubs = organization.aws.insert_certificate(imported(5).thin());
    for (region, arn) in [("us-east-1", &bank), ("eu-central-1", &shop), ("us-east-1", &hubs)] {
        assert_eq!(refusal(SHOP, region, arn).await, "not-of-this-target", "{arn}");
    }
    assert_eq!(refusal(BANK, "us-east-1", &bank).await, "excluded-account");
    let stranger = bank.replace(BANK, "999988887777");
    assert_eq!(refusal("999988887777", "us-east-1", &stranger).await, "unknown-account");
    assert_eq!(refusal(SHOP, "us-west-2", &shop.replace("us-east-1", "us-west-2")).await, "unknown-region");
    assert_eq!(organization.aws.calls().len(), 0);
    let excluded = organization.sweep().await;
    assert!(excluded.len() == 3 && !organization.called().contains(&BANK.to_owned()));
}

/// Nor can it have others swept, or say what its account is.
#[tokio::test]
async fn a_spoke_asks_for_no_sweep() {
    let organization = Organization::new();
    let mut scheduled = sample("scheduled-event", "");
    (scheduled["account"], scheduled["region"]) = (SHOP.into(), "us-east-1".into());
    let answer = organization.handle(&scheduled).await.unwrap();
    let Answer::Target(report) = answer else { panic!("{answer:?}") };
    assert_eq!((report.outcome, report.reason.as_str()), (Outcome::Refused, "sweep-of-a-spoke"));
    let detail = json!({ "account": {"id": BANK, "units": ["ou-ab12-11111111"]}, "region": "us-east-1" });
    let mut forged = json!({ "source": "acm-autopilot", "detail-type": "Target Sweep Requested", "detail": detail });
    assert!(organization.handle(&forged).await.is_err(), "it is not a message of the queue");
    (forged["account"], forged["region"]) = (SHOP.into(), "us-east-1".into());
    let Answer::Target(report) = organization.handle(&forged).await.unwrap() else { panic!("it was worked on") };
    assert_eq!((report.outcome, report.reason.as_str()), (Outcome::Refused, "not-of-this-target"));
    assert_eq!(organization.aws.calls().len(), 0);
    assert!(organization.aws.queued(&organization.queue).is_empty());
}

#[tokio::test]
async fn a_message_about_an_account_that_was_excluded_meanwhile_is_done_with() {
    let organization = Organization::with(&json!({ "excludedUnits": ["ou-ab12-22222222"] }));
    let detail = json!({ "account": {"id": BANK, "units": ["ou-ab12-22222222"]}, "region": "us-east-1" });
    let body = json!({ "source": "acm-autopilot", "detail-type": "Target Sweep Requested", "detail": detail });
    let event = json!({ "Records": [{ "messageId": "1", "body": body.to_string(), "attributes": {} }] });
    assert_eq!(organization.handle(&event).await.unwrap(), Answer::Batch(Default::default()));
    assert_eq!(organization.aws.calls().len(), 0);
}

#[tokio::test]
async fn an_unreadable_target_is_reported_once_for_each_cause() {
    let organization = Organization::new();
    organization.aws.set_role(&role(BANK), RoleRule::Refused);
    organization.aws.scoped(SHOP, "us-east-1").insert_certificate(imported(5).thin());
    organization.sweep().await;
    let mut kinds = organization.kinds();
    kinds.sort();
    assert_eq!(kinds, ["expiring", "target-unreadable", "target-unreadable"], "both Regions, and the shop is swept");
    let schema = include_str!("../../../../events/schemas/target-notice.schema.json");
    let schema = jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap();
    let sample: Value =
        serde_json::from_str(include_str!("../../../../events/sent/target-notice-unreadable.json")).unwrap();
    let mut is_sample = false;
    for notice in organization.aws.published().iter().filter(|one| one.attribute("kind") == Some("target-unreadable")) {
        let json: Value = serde_json::from_str(notice.for_protocol("sqs")).unwrap();
        assert!(schema.is_valid(&json), "{json:#}");
        is_sample |= json == sample;
        assert_eq!(notice.attribute("account"), Some(BANK));
        let text = notice.for_protocol("email");
        assert!(text.contains("AWS refused sts:AssumeRole to expiry-events for account 444455556666 in "), "{text}");
        assert!(text.contains(&format!("on resource: {}\n", role(BANK))), "{text}");
        assert!(!notice.subject.as_deref().unwrap_or_default().is_empty());
    }
    assert!(is_sample, "the sample is what is sent");
    organization.aws.advance(1.hours());
    organization.sweep().await;
    assert_eq!(organization.kinds().len(), 3, "not again while the cause is the same");

    organization.aws.set_role(&role(BANK), RoleRule::ExternalId(EXTERNAL_ID.into()));
    organization.aws.advance(1.hours());
    organization.sweep().await;
    let kinds = organization.kinds();
    assert_eq!(kinds[3..], ["target-readable", "target-readable"]);
    organization.sweep().await;
    assert_eq!(organization.kinds().len(), 5);
}

/// The sweep reports the account; its events must not fill a dead-letter queue of the hub.
#[tokio::test]
async fn an_event_of_an_unreadable_target_is_done_with() {
    let organization = Organization::new();
    let bank = organization.aws.scoped(BANK, "us-east-1").insert_certificate(imported(5).thin());
    let own = organization.aws.insert_certificate(imported(5).thin());
    let reason = async || match organization.event(BANK, "us-east-1", &bank).await {
        Ok(Answer::Target(report)) => {
            assert_eq!((report.outcome, report.account.as_str()), (Outcome::Unreadable, BANK));
            report.reason
        }
        other => panic!("{other:?}"),
    };
    organization.aws.set_role(&role(BANK), RoleRule::Refused);
    assert_eq!(reason().await, "sts:AssumeRole AccessDenied");
    organization.aws.set_role(&role(BANK), RoleRule::ExternalId(EXTERNAL_ID.into()));
    for (fault, expected) in
        [(Fault::AccessDenied, "AccessDeniedException"), (region_is_off(), "UnrecognizedClientException")]
    {
        organization.aws.fail_always("DescribeCertificate", fault);
        assert_eq!(reason().await, format!("acm:DescribeCertificate {expected}"));
        assert!(organization.event(HUB, "us-east-1", &own).await.is_err(), "of the hub's own account it is a fault");
        organization.aws.clear_faults();
    }
    organization.aws.fail_always("DescribeCertificate", Fault::Throttled);
    assert!(organization.event(BANK, "us-east-1", &bank).await.is_err(), "another delivery may succeed");
    organization.aws.clear_faults();
    organization.aws.fail_always("Publish", Fault::AccessDenied);
    assert!(organization.event(BANK, "us-east-1", &bank).await.is_err(), "the topic is the hub's");
    assert!(organization.kinds().is_empty());
}

fn region_is_off() -> Fault {
    let message = "The security token included in the request is invalid".to_owned();
    Fault::Error { code: "UnrecognizedClientException".into(), message, status: 400 }
}

/// SQS delivers a message at least once, and what it says of the target is as old as the message.
#[tokio::test]
async fn a_message_that_is_delivered_again_reports_nothing_again() {
    let organization = Organization::new();
    let sweep_twice = async || {
        let before = organization.aws.queued(&organization.queue).len();
        organization.sweep().await;
        for message in &organization.aws.queued(&organization.queue)[before..] {
            let record = json!({ "messageId": message.id, "body": message.body, "attributes": {} });
            organization.handle(&json!({ "Records": [record] })).await.unwrap();
        }
    };
    organization.aws.set_role(&role(BANK), RoleRule::Refused);
    sweep_twice().await;
    assert_eq!(organization.kinds(), ["target-unreadable"; 2], "one for each Region");
    organization.aws.set_role(&role(BANK), RoleRule::ExternalId(EXTERNAL_ID.into()));
    sweep_twice().await;
    assert_eq!(organization.kinds()[2..], ["target-readable"; 2]);
}

#[tokio::test]
async fn in_a_read_only_account_nothing_is_changed() {
    let organization = Organization::with(&json!({ "readOnly": {"accounts": [SHOP]} }));
    let aws = organization.aws.scoped(SHOP, "us-east-1");
    let arn = aws.insert_certificate(managed(20).thin());
    let answer = organization.event(SHOP, "us-east-1", &arn).await.unwrap();
    let Answer::Certificate(report) = answer else { panic!("{answer:?}") };
    assert_eq!(report.outcome, Outcome::Planned);
    assert!(organization.kinds().is_empty() && organization.aws.events().is_empty());
    assert!(!aws.certificate(&arn).unwrap().tags.contains_key("acm-autopilot:status"));
}

#[tokio::test]
async fn a_ring_is_renewed_earlier() {
    let rings = json!([{ "units": ["ou-ab12-11111111"], "renewDaysEarlier": 10 }]);
    let organization = Organization::with(&json!({ "rings": rings }));
    let requested = async |account: &str| {
        let arn = organization.aws.scoped(account, "us-east-1").insert_certificate(managed(35).thin());
        organization.event(account, "us-east-1", &arn).await.unwrap();
        let events = organization.aws.events();
        events.iter().any(|event| event.detail.to_string().contains(&arn))
    };
    assert!(requested(SHOP).await && !requested(BANK).await);
}

/// A hub that asks AWS Organizations, and is its management account, over one account of this owner tag.
fn asking(owner: Option<&str>) -> (Organization, Aws) {
    let organization = Organization::with(&json!({ "accounts": null, "purposeTag": "Service" }));
    let tree = organization.aws.create_organization(EXTERNAL_ID);
    tree.create_account(SHOP, "shop-prod", tree.root());
    tree.trust("account.amazonaws.com");
    tree.set_tags(SHOP, &[("Service", "checkout")]);
    owner.iter().for_each(|owner| tree.set_tags(SHOP, &[("Team", owner), ("Service", "checkout")]));
    let shop = organization.aws.scoped(SHOP, "us-east-1");
    shop.set_role(&role(SHOP), RoleRule::ExternalId(EXTERNAL_ID.into()));
    shop.set_alternate_contact("SECURITY", AlternateContact::new("Security\nTeam", "sec@example.com"));
    (organization, shop)
}

fn contacts_asked(aws: &Aws) -> usize {
    aws.calls().iter().filter(|call| call.operation == "GetAlternateContact").count()
}

#[tokio::test]
async fn a_notice_that_nobody_owns_names_the_accounts_security_contact() {
    let (organization, shop) = asking(None);
    let (one, other) = (shop.insert_certificate(imported(20)), shop.insert_certificate(imported(20)));
    for arn in [&one, &other] {
        organization.event(SHOP, "us-east-1", arn).await.unwrap();
    }
    let published = organization.aws.published();
    let notice: Value = serde_json::from_str(published[0].for_protocol("sqs")).unwrap();
    assert_eq!(notice["owner"], "Security Team <sec@example.com>");
    assert_eq!((&notice["ownerContact"], &notice["purpose"]), (&json!("security"), &json!("checkout")));
    let text = published[0].for_protocol("email");
    let line =
        "owner        Security Team <sec@example.com> (the account's security contact)\n  purpose      checkout\n";
    assert!(text.contains(line), "{text}");
    assert_eq!(published[0].attribute("owner"), None, "subscriptions for what nobody owns get it");
    assert_eq!(published[0].attribute("purpose"), Some("checkout"));
    assert_eq!((published.len(), contacts_asked(&organization.aws)), (2, 1));
}

#[tokio::test]
async fn nobody_is_asked_for_a_contact_that_no_notice_names() {
    let (organization, shop) = asking(None);
    let quiet = shop.insert_certificate(imported(300));
    let owned = shop.insert_certificate(imported(20).tag("Owner", "team-web"));
    for arn in [&quiet, &owned] {
        organization.event(SHOP, "us-east-1", arn).await.unwrap();
    }
    assert_eq!(organization.aws.published()[0].attribute("owner"), Some("team-web"));
    let (tagged, shop) = asking(Some("team-shop"));
    tagged.event(SHOP, "us-east-1", &shop.insert_certificate(imported(20))).await.unwrap();
    assert_eq!(tagged.aws.published()[0].attribute("owner"), Some("team-shop"));
    let single = Organization::new();
    single
        .event(SHOP, "us-east-1", &single.aws.scoped(SHOP, "us-east-1").insert_certificate(imported(20)))
        .await
        .unwrap();
    for aws in [&organization.aws, &tagged.aws, &single.aws] {
        assert_eq!(contacts_asked(aws), 0);
    }
}

#[tokio::test]
async fn a_notice_is_sent_without_an_owner_where_the_contact_is_denied() {
    let (organization, shop) = asking(None);
    organization.aws.fail_always("GetAlternateContact", simulated_aws::Fault::AccessDenied);
    organization.event(SHOP, "us-east-1", &shop.insert_certificate(imported(20))).await.unwrap();
    let published = organization.aws.published();
    let notice: Value = serde_json::from_str(published[0].for_protocol("sqs")).unwrap();
    assert_eq!((&notice["owner"], &notice["ownerContact"]), (&json!(null), &json!(null)));
}

/// But for what Lambda does in the function's name, and what is read at the start.
#[tokio::test]
async fn the_policy_of_a_hub_allows_exactly_what_is_called_for_the_organization() {
    let (organization, shop) = asking(None);
    organization.event(SHOP, "us-east-1", &shop.insert_certificate(imported(20))).await.unwrap();
    let known = RoleRule::ExternalId(EXTERNAL_ID.into());
    for rule in [RoleRule::Refused, known] {
        organization.aws.set_role(&role(SHOP), rule);
        // A session is kept for an hour.
        organization.aws.advance(2.hours());
        organization.sweep().await;
    }
    let services = ["account", "organizations", "sqs", "ssm", "sts"];
    let calls = organization.aws.calls().into_iter().filter(|call| services.contains(&call.service.as_str()));
    let called: BTreeSet<String> = calls.map(|call| call.action().replace("MessageBatch", "Message")).collect();
    let template = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../infra/template.yaml");
    let others = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "ssm:GetParameter"];
    let mut granted = granted_actions(&template, "ExpiryEventsOrganizationPolicy");
    granted.retain(|action| !others.contains(&action.as_str()));
    assert_eq!(granted, called);
}
