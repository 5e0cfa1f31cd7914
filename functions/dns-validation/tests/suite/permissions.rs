//! The templates allow what the function calls, and nothing else.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use dns_validation::Config;
use serde_json::json;
use simulated_aws::permissions::{granted, granted_actions};
use simulated_aws::{Call, CallResult, RoleRule};

use super::world::{NOTIFIED, NOW, OPTIONS_CHANGED, REQUESTED, World, issued};

const ROLE: &str = "arn:aws:iam::111122223333:role/acm-autopilot-zones";
const ROLES: &str = r#"[{"zone": "example.net", "role": "arn:aws:iam::111122223333:role/acm-autopilot-zones"}]"#;
/// What Lambda itself does in the function's name, or SNS with an encrypted topic.
const PLATFORM: [&str; 4] = ["logs:", "sqs:", "xray:", "kms:"];

fn infra(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../infra").join(file)
}

/// A life with everything in it: a parameter, two accounts, a name without a zone that gets one, two zones
/// of one name, a change of the validation method. The world, and the actions that were called.
async fn busy_life() -> (World, BTreeSet<String>) {
    let world = World::new();
    world.aws.set_parameter("/zones", ROLES);
    let topic = "arn:aws:sns:us-east-1:123456789012:notices";
    let variables = [("NOTICE_TOPIC_ARN", topic), ("ZONE_ROLES_PARAMETER", "/zones")];
    let config = Config::read(&variables.into_iter().collect()).unwrap();
    config.with_parameter(&world.aws.sdk_config()).await.unwrap();
    let mut called: BTreeSet<String> = world.aws.calls().iter().map(Call::action).collect();

    // A certificate is changed from e-mail to DNS validation.
    world.aws.create_hosted_zone("example.edu");
    let changing = world.insert(issued("example.edu").validated_by_email());
    world.change_to_dns(&changing).await;
    world.on(OPTIONS_CHANGED, &changing).await;
    called.extend(world.aws.calls().iter().map(Call::action));

    let server = world.aws.serve_dns().await;
    let address = server.address().to_string();
    world.aws.set_role(ROLE, RoleRule::ExternalId("none was given".into()));
    world.aws.create_hosted_zone("example.com");
    world.aws.create_hosted_zone("example.com");
    let world = world.reconfigured(&[("DNS_SERVER", &address), ("ZONE_ROLES", ROLES)]);
    let arn = world.request(&["example.com", "example.net"]).await;
    world.on(REQUESTED, &arn).await;
    assert_eq!(world.causes(), ["role-refused"]);
    // The zone is given to the function's own account.
    let world = world.reconfigured(&[("DNS_SERVER", &address)]);
    world.aws.create_hosted_zone("example.net");
    world.sweep().await;
    assert_eq!(world.tag(&arn, NOTIFIED), None);
    called.extend(world.aws.calls().iter().map(Call::action));
    (world, called)
}

#[tokio::test]
async fn the_role_allows_exactly_what_is_called() {
    let (_, called) = busy_life().await;
    let granted: BTreeSet<String> = granted_actions(&infra("template.yaml"), "DnsValidationRole")
        .into_iter()
        .filter(|action| !PLATFORM.iter().any(|platform| action.starts_with(platform)))
        .collect();
    assert_eq!(granted, called);
}

#[tokio::test]
async fn the_role_of_another_account_allows_exactly_the_calls_to_route_53() {
    let (_, called) = busy_life().await;
    let called: BTreeSet<String> = called.into_iter().filter(|action| action.starts_with("route53:")).collect();
    assert_eq!(granted_actions(&infra("zone-role.yaml"), "ZoneRole"), called);
}

/// Service authorization reference: ListCertificates alone has no resource. That ListCertificateDomainValidations has one
/// is unverified: were it otherwise, the role would be refused, and that is reported as `records-unreadable`.
#[test]
fn certificates_are_those_of_this_account_and_region() {
    let certificates = "arn:${AWS::Partition}:acm:${AWS::Region}:${AWS::AccountId}:certificate/*";
    let mut seen = 0;
    for statement in granted(&infra("template.yaml"), "DnsValidationRole") {
        for action in statement.actions.iter().filter(|action| action.starts_with("acm:")) {
            let all = action == "acm:ListCertificates";
            let expected = BTreeSet::from([if all { "*" } else { certificates }.to_owned()]);
            assert_eq!(statement.resources, expected, "{action}");
            seen += 1;
        }
    }
    assert_eq!(seen, 6);
}

/// A change of the record of this name.
fn change(name: &str) -> Call {
    let set = json!({ "Name": name, "Type": "CNAME" });
    Call {
        account: "123456789012".into(),
        service: "route53".into(),
        operation: "ChangeResourceRecordSets".into(),
        input: json!({ "Id": "Z1", "ChangeBatch": { "Changes": [{ "Action": "UPSERT", "ResourceRecordSet": set }] } }),
        result: CallResult::Ok,
        at: NOW.parse().unwrap(),
    }
}

/// Whether a role may make this change when its template is deployed with this domain, or none.
fn may_write(template: &str, role: &str, domain: &str, name: &str) -> bool {
    let mut statements = granted(&infra(template), role);
    for condition in statements.iter_mut().flat_map(|statement| &mut statement.conditions) {
        condition.values = condition.values.iter().map(|value| value.replace("${Names}", domain)).collect();
    }
    statements.iter().any(|statement| statement.allows(&change(name)))
}

/// IAM's `?` is any character, also a dot: so the first label of a name can be shorter than it seems.
#[test]
fn the_names_that_may_be_written_are_those_of_acms_records() {
    let token = "_a79865eb4cd1a6ab990a45779b4e0b96";
    let granted_domain = "example.com";
    for (template, role) in [("template.yaml", "DnsValidationRole"), ("zone-role.yaml", "ZoneRole")] {
        let may = |domain: &str, name: &str| may_write(template, role, domain, name);
        for name in ["example.com", "www.example.com", "a.b.example.com."] {
            assert!(may(granted_domain, &format!("{token}.{name}")) && may("*", &format!("{token}.{name}")), "{name}");
            assert!(!may("", &format!("{token}.{name}")), "{template}: nothing is granted");
        }
        for name in ["example.org", "badexample.com", "example.com.evil.example"] {
            assert!(!may(granted_domain, &format!("{token}.{name}")), "{template}: {name}");
            assert!(may("*", &format!("{token}.{name}")), "{template}: {name}");
        }
        for name in [
            "_acme-challenge.example.com",
            "_acme-challenge.www.example.com",
            // So long that the pattern alone would take them for ACM's.
            "_acme-challenge.aaaaaaaaaaaaaaaaa.example.com",
            "_acme-challenge.aaaaaaaa.bbbbbbbb.example.com",
            "_ujmmovf2vn55tgye._acme-challenge.example.com",
            "_dmarc.aaaaaaaaaaaaaaaaaaaaaaaaaa.example.com",
            "_x._domainkey.aaaaaaaaaaaaaaaaaaa.example.com",
            "_mta-sts.aaaaaaaaaaaaaaaaaaaaaaaa.example.com",
            "_smtp._tls.aaaaaaaaaaaaaaaaaaaaaa.example.com",
            "_github-challenge-team.aaaaaaaaaa.example.com",
            "_dnsauth.example.com",
            "_a79865eb4cd1a6ab990a45779b4e0b960.example.com",
            "www.example.com",
            "_a79865eb4cd1a6ab990a45779b4e0b96",
        ] {
            assert!(!may(granted_domain, name) && !may("*", name), "{template}: {name}");
        }
    }
}

/// Whoever deploys the role says for which domains: nothing is meant by leaving it out.
#[test]
fn the_domains_of_a_zone_role_have_to_be_written() {
    let template = std::fs::read_to_string(infra("zone-role.yaml")).unwrap();
    let parameter = template.split("  DomainNames:\n").nth(1).unwrap().split("\n\n").next().unwrap();
    assert!(!parameter.contains("Default:") && parameter.contains(r"AllowedPattern: ^(\*|"), "{parameter}");
}

#[tokio::test]
async fn the_conditions_allow_exactly_what_is_written() {
    let (world, _) = busy_life().await;
    for (template, role) in [("template.yaml", "DnsValidationRole"), ("zone-role.yaml", "ZoneRole")] {
        let statements = granted(&infra(template), role);
        let writing: Vec<_> = statements
            .iter()
            .filter(|statement| statement.actions.contains("route53:ChangeResourceRecordSets"))
            .collect();
        assert!(!writing.is_empty());
        for statement in writing {
            for needed in ["CNAME", "UPSERT"] {
                assert!(statement.condition_values.contains(needed), "{role}: {:?}", statement.condition_values);
            }
            for forbidden in ["CREATE", "DELETE", "A", "TXT"] {
                assert!(!statement.condition_values.contains(forbidden), "{role}: {forbidden}");
            }
        }
    }
    let changes = world.aws.calls().into_iter().filter(|call| call.operation == "ChangeResourceRecordSets");
    for call in changes {
        for change in call.input["ChangeBatch"]["Changes"].as_array().unwrap() {
            let set = &change["ResourceRecordSet"];
            assert_eq!((change["Action"].as_str(), set["Type"].as_str()), (Some("UPSERT"), Some("CNAME")));
        }
        for (template, role) in [("template.yaml", "DnsValidationRole"), ("zone-role.yaml", "ZoneRole")] {
            assert!(
                granted(&infra(template), role).iter().any(|statement| statement.allows(&call)),
                "{role}: {call:?}"
            );
        }
    }
    let tags = world.aws.calls().into_iter().filter(|call| call.operation.ends_with("TagsToCertificate"));
    for call in tags {
        assert_eq!(call.input["Tags"].as_array().unwrap().len(), 1);
        assert_eq!(call.input["Tags"][0]["Key"], NOTIFIED);
    }
}

/// IAM: a call may carry several events; each has to be one of ours.
#[tokio::test]
async fn the_conditions_allow_exactly_the_events_that_are_sent() {
    let calls = busy_life().await.0.aws.calls();
    let entries = calls.iter().flat_map(|call| call.input["Entries"].as_array().into_iter().flatten());
    let mut sent: BTreeSet<String> = entries
        .flat_map(|entry| ["Source", "DetailType"].map(|member| entry[member].as_str().unwrap().to_owned()))
        .collect();
    // The operator of the condition that demands the keys' presence.
    sent.insert("false".to_owned());
    let statements = granted(&infra("template.yaml"), "DnsValidationRole");
    let sending = statements.iter().find(|statement| statement.sid == "SendEvents").unwrap();
    assert_eq!(sending.condition_values, sent);
}
