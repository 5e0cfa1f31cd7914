//! The template allows what the function calls, and nothing else.

use std::collections::BTreeSet;
use std::path::Path;

use simulated_aws::permissions::{Statement, granted};

use crate::acme_permissions::is_for_acme;
use crate::secret_events::label_updated;
use crate::world::{ACCOUNT, World, due};

const ROLE: &str = "ImportedRenewalRole";
/// What Lambda itself does in the function's name, or SNS with an encrypted topic.
const PLATFORM: [&str; 4] = ["logs:", "sqs:", "xray:", "kms:"];

fn template() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../infra/template.yaml")
}

#[tokio::test]
async fn the_role_allows_exactly_what_is_called() {
    let world = World::new();
    let arn = world.insert(due());
    world.renew(&arn).await;
    world.aws.set_ca_status(&world.ca, "DISABLED");
    let arn = world.insert(due());
    world.fail(&arn, "ca-disabled").await;
    let arn = world.delivered().await;
    world.renew(&arn).await;
    let of_the_account = world.create_secret("web/account", ACCOUNT).await;
    world.give(&world.handler(), label_updated(&of_the_account)).await.unwrap();
    let called: BTreeSet<String> = world
        .aws
        .calls()
        .iter()
        .map(simulated_aws::Call::action)
        .filter(|action| !is_of_another_tool(action))
        .collect();
    let granted: BTreeSet<String> = without_acme()
        .into_iter()
        .flat_map(|statement| statement.actions)
        .filter(|action| !PLATFORM.iter().any(|platform| action.starts_with(platform)))
        .collect();
    assert_eq!(granted, called);
}

/// What the role is allowed when no CA that speaks ACME is configured.
fn without_acme() -> Vec<Statement> {
    granted(&template(), ROLE).into_iter().filter(|statement| !is_for_acme(statement)).collect()
}

/// The tests write the secrets that the function reads.
fn is_of_another_tool(action: &str) -> bool {
    ["secretsmanager:CreateSecret", "secretsmanager:PutSecretValue"].contains(&action)
}

/// Both sides have to agree: the stack that lists the secret, and the secret's owner, who tags it.
#[test]
fn only_secrets_that_are_granted_and_consent_are_read() {
    let statements = without_acme();
    let of = |action: &str| {
        let found: Vec<_> = statements.iter().filter(|one| one.actions.contains(action)).collect();
        assert_eq!(found.len(), 1, "{action}");
        found[0]
    };
    let listed = BTreeSet::from(["SecretArns".to_owned()]);
    let reading = of("secretsmanager:GetSecretValue");
    assert_eq!((&reading.resources, &of("secretsmanager:DescribeSecret").resources), (&listed, &listed));
    let tag = format!("secretsmanager:ResourceTag/{}", certificates::tags::CONSENT);
    assert!(reading.conditions.iter().any(|condition| condition.key == tag), "{reading:?}");
    let decrypting = statements.iter().find(|one| one.sid == "DecryptSecrets").unwrap();
    let keys: Vec<_> = decrypting.conditions.iter().map(|condition| condition.key.as_str()).collect();
    assert_eq!(keys, ["kms:ViaService", "kms:EncryptionContext:SecretARN"]);
}

#[tokio::test]
async fn the_conditions_allow_what_is_written() {
    let statement = |sid: &str| granted(&template(), ROLE).into_iter().find(|one| one.sid == sid).unwrap();
    let ours: BTreeSet<String> = certificates::tags::RENEWAL.iter().map(|&key| key.to_owned()).collect();
    let mut allowed = statement("WriteItsTags").condition_values;
    allowed.remove("false");
    assert_eq!(allowed, ours);

    let world = World::new();
    let arn = world.insert(due());
    world.renew(&arn).await;
    let removable = statement("RemoveItsTags").condition_values;
    let templates = statement("IssueEndEntityCertificates").condition_values;
    for call in world.aws.calls() {
        for tag in call.input["Tags"].as_array().into_iter().flatten() {
            let key = tag["Key"].as_str().unwrap();
            let allowed = if call.operation == "RemoveTagsFromCertificate" { &removable } else { &allowed };
            assert!(allowed.contains(key), "{}: {key}", call.operation);
        }
        if let Some(arn) = call.input["TemplateArn"].as_str() {
            let arn = arn.replace("arn:aws:", "arn:${AWS::Partition}:");
            assert!(templates.contains(&arn), "{arn} in {templates:?}");
        }
    }
}

#[test]
fn only_certificates_tagged_for_it_can_be_replaced() {
    let imports: Vec<_> =
        granted(&template(), ROLE).into_iter().filter(|one| one.actions.contains("acm:ImportCertificate")).collect();
    assert!(!imports.is_empty());
    // `true` is of the condition that the call has no tags: ACM takes none with a re-import.
    let only = BTreeSet::from(["private-ca", "secret", "acme", "true"].map(str::to_owned));
    assert!(imports.iter().all(|one| one.condition_values == only));
}

#[tokio::test]
async fn of_api_gateway_the_list_of_domain_names_is_allowed_and_nothing_else() {
    let world = World::new();
    let arn = world.insert(due());
    world.renew(&arn).await;
    let statements = granted(&template(), ROLE);
    let calls = world.aws.calls();
    let call = calls.iter().find(|call| call.service == "apigateway").unwrap();
    assert!(statements.iter().any(|statement| statement.allows(call)));
    let gateway: Vec<_> = statements.iter().filter(|one| one.actions.contains("apigateway:GET")).collect();
    let list = "arn:${AWS::Partition}:apigateway:${AWS::Region}::/domainnames".to_owned();
    assert_eq!(gateway.len(), 1);
    assert_eq!(gateway[0].resources, BTreeSet::from([list]));
}

/// IAM: a call may carry several events; each has to be one of ours.
#[tokio::test]
async fn the_conditions_allow_exactly_the_events_that_are_sent() {
    let world = World::new();
    let arn = world.insert(due());
    world.renew(&arn).await;
    let calls = world.aws.calls();
    let entries = calls.iter().flat_map(|call| call.input["Entries"].as_array().into_iter().flatten());
    let mut sent: BTreeSet<String> = entries
        .flat_map(|entry| ["Source", "DetailType"].map(|member| entry[member].as_str().unwrap().to_owned()))
        .collect();
    // The operator of the condition that demands the keys' presence.
    sent.insert("false".to_owned());
    let statements = granted(&template(), ROLE);
    let sending = statements.iter().find(|statement| statement.sid == "SendEvents").unwrap();
    assert_eq!(sending.condition_values, sent);
}
