//! What the templates allow for CAs that speak ACME: accounts are read, and records called `_acme-challenge` are written.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::json;
use simulated_aws::permissions::{Statement, denied, granted, granted_actions};
use simulated_aws::{Call, CallResult};

use crate::world::World;

const FUNCTION: (&str, &str) = ("template.yaml", "ImportedRenewalRole");
const ZONE_ACCOUNT: (&str, &str) = ("acme-role.yaml", "AcmeRole");
/// The statements that exist only with the parameter `AcmeSettings`.
const STATEMENTS: [&str; 7] = [
    "ReadAcmeAccounts",
    "DecryptAcmeAccounts",
    "ReadAcmeSettings",
    "ActInAccountsThatOwnZones",
    "ListZones",
    "ReadZones",
    "WriteChallengeRecords",
];

fn infra(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../infra").join(file)
}

/// Whether a statement of the function's role exists only with the parameter `AcmeSettings`.
pub(crate) fn is_for_acme(statement: &Statement) -> bool {
    STATEMENTS.contains(&statement.sid.as_str())
}

fn statement(sid: &str) -> Statement {
    granted(&infra(FUNCTION.0), FUNCTION.1).into_iter().find(|one| one.sid == sid).unwrap()
}

fn set(texts: &[&str]) -> BTreeSet<String> {
    texts.iter().map(|&text| text.to_owned()).collect()
}

/// Each of these statements is the first side of an `!If` of this condition.
#[test]
fn without_the_parameter_there_is_none_of_it() {
    let template = std::fs::read_to_string(infra(FUNCTION.0)).unwrap();
    let role =
        template.split("\n  ImportedRenewalRole:\n").nth(1).unwrap().split("\n  ImportedRenewalLogGroup:").next();
    for sid in STATEMENTS {
        let before = role.unwrap().split(&format!("- Sid: {sid}\n")).next().unwrap();
        let lines: Vec<_> = before.lines().rev().skip(1).take(2).map(str::trim).collect();
        let condition = if sid == "ReadAcmeSettings" { "- HasAcmeSettingsParameter" } else { "- AllowsAcme" };
        assert_eq!(lines, [condition, "- !If"], "{sid}");
    }
    assert!(template.contains("\n  AllowsAcme: !Not [!Equals [!Ref AcmeSettings, \"{}\"]]\n"));
    let parameter = template.split("\n  AcmeSettings:\n").nth(1).unwrap();
    assert!(parameter.split("AllowedPattern").next().unwrap().contains("Default: \"{}\""));
}

/// The keys of the accounts are never a source of certificates: a renewal from a secret begins with DescribeSecret.
#[test]
fn of_secrets_of_accounts_nothing_but_the_value_is_read() {
    let all = set(&["arn:${AWS::Partition}:secretsmanager:*:*:secret:acm-autopilot/acme/*"]);
    let denials: Vec<_> = denied(&infra(FUNCTION.0), FUNCTION.1);
    let denial = |sid: &str| denials.iter().find(|one| one.sid == sid).unwrap();
    let (with, without) = (denial("NeverRenewFromAcmeAccounts"), denial("NeverReadAcmeAccounts"));
    assert!(denials.iter().all(|one| one.resources == all && one.conditions.is_empty()), "{denials:?}");
    assert_eq!(with.not_actions, set(&["secretsmanager:GetSecretValue"]));
    assert_eq!(without.actions, set(&["secretsmanager:*"]));

    let here =
        set(&["arn:${AWS::Partition}:secretsmanager:${AWS::Region}:${AWS::AccountId}:secret:acm-autopilot/acme/*"]);
    let reading = statement("ReadAcmeAccounts");
    assert_eq!((&reading.actions, &reading.resources), (&with.not_actions, &here));
    let decrypting = statement("DecryptAcmeAccounts").conditions;
    let keys: Vec<_> = decrypting.iter().map(|condition| condition.key.as_str()).collect();
    assert_eq!(keys, ["kms:ViaService", "kms:EncryptionContext:SecretARN"]);
    assert_eq!(decrypting[1].values, here);
}

#[test]
fn one_role_of_other_accounts_is_assumed() {
    let acting = statement("ActInAccountsThatOwnZones");
    assert_eq!(acting.resources, set(&["arn:${AWS::Partition}:iam::*:role/acm-autopilot-acme"]));
    let template = std::fs::read_to_string(infra(ZONE_ACCOUNT.0)).unwrap();
    assert!(template.contains("\n      RoleName: acm-autopilot-acme\n"), "its name is fixed");
}

#[test]
fn in_an_account_with_zones_the_role_allows_what_the_function_may_do_in_its_own() {
    let own: BTreeSet<_> = granted_actions(&infra(FUNCTION.0), FUNCTION.1)
        .into_iter()
        .filter(|action| action.starts_with("route53:"))
        .collect();
    assert_eq!(granted_actions(&infra(ZONE_ACCOUNT.0), ZONE_ACCOUNT.1), own);
    assert_eq!(own.len(), 5, "{own:?}");
}

/// A change of one record.
fn change(action: &str, kind: &str, name: &str) -> Call {
    let change = json!({ "Action": action, "ResourceRecordSet": { "Name": name, "Type": kind } });
    Call {
        account: "123456789012".into(),
        service: "route53".into(),
        operation: "ChangeResourceRecordSets".into(),
        input: json!({ "Id": "Z1", "ChangeBatch": { "Changes": [change] } }),
        result: CallResult::Ok,
        at: "2026-11-20T08:00:00Z".parse().unwrap(),
    }
}

/// Whether a role may make this change when its template is deployed with this domain and this delegation zone, or none.
fn may((template, role): (&str, &str), domain: &str, zone: &str, call: &Call) -> bool {
    let mut statements = granted(&infra(template), role);
    for condition in statements.iter_mut().flat_map(|statement| &mut statement.conditions) {
        let filled = condition.values.iter().map(|value| value.replace("${Names}", domain).replace("${Zones}", zone));
        condition.values = filled.flat_map(|value| value.split(',').map(str::to_owned).collect::<Vec<_>>()).collect();
    }
    statements.iter().any(|statement| statement.allows(call))
}

/// In its own account the function holds the domains itself: IAM does not know those of a JSON parameter.
#[test]
fn the_names_that_may_be_written_are_those_of_challenges() {
    let create = |name: &str| change("CREATE", "TXT", name);
    let (domain, zone) = ("example.com", "acme.example.net");
    for role in [FUNCTION, ZONE_ACCOUNT] {
        for name in ["_acme-challenge.example.com", "_ACME-challenge.www.example.com."] {
            assert!(may(role, domain, zone, &create(name)) && may(role, domain, "", &create(name)), "{role:?}: {name}");
        }
        for name in ["www.example.com.acme.example.net", "a1b2c3.acme.example.net"] {
            assert!(may(role, domain, zone, &create(name)), "{role:?}: {name}");
            assert!(!may(role, domain, "", &create(name)), "{role:?}: {name}");
        }
        for name in [
            "example.com",
            "_dmarc.example.com",
            "www.example.com",
            "x_acme-challenge.example.com",
            "www._acme-challenge.example.com",
            "acme.example.net",
            "_dmarc.example.net",
            "badacme.example.net",
        ] {
            assert!(!may(role, domain, zone, &create(name)), "{role:?}: {name}");
        }
    }
    for name in
        ["_acme-challenge.example.org", "_acme-challenge.badexample.com", "_acme-challenge.example.com.evil.example"]
    {
        assert!(!may(ZONE_ACCOUNT, domain, zone, &create(name)), "{name}");
        assert!(may(ZONE_ACCOUNT, "*", zone, &create(name)), "{name}");
        assert!(may(FUNCTION, domain, zone, &create(name)), "{name}");
    }
}

/// An UPSERT would replace the values that other clients have under the same name.
#[test]
fn records_of_one_type_are_created_and_deleted() {
    for role in [FUNCTION, ZONE_ACCOUNT] {
        for (action, kind, expected) in [
            ("CREATE", "TXT", true),
            ("DELETE", "TXT", true),
            ("UPSERT", "TXT", false),
            ("CREATE", "CNAME", false),
            ("DELETE", "CNAME", false),
            ("CREATE", "A", false),
        ] {
            for name in ["_acme-challenge.example.com", "a1b2c3.acme.example.net"] {
                let call = change(action, kind, name);
                assert_eq!(may(role, "example.com", "acme.example.net", &call), expected, "{role:?}: {action} {kind}");
            }
        }
    }
}

/// Whoever deploys the role says for which domains: nothing is meant by leaving it out.
#[test]
fn the_domains_of_the_role_have_to_be_written() {
    let template = std::fs::read_to_string(infra(ZONE_ACCOUNT.0)).unwrap();
    let parameter = template.split("  DomainNames:\n").nth(1).unwrap().split("  DelegationZones:\n").next().unwrap();
    assert!(!parameter.contains("Default:") && parameter.contains(r"AllowedPattern: ^(\*|"), "{parameter}");
}

/// Only roles of this function are let in: those of its path, or those that are named.
#[test]
fn the_trust_policy_is_about_this_function() {
    let template = std::fs::read_to_string(infra(FUNCTION.0)).unwrap();
    let role = std::fs::read_to_string(infra(ZONE_ACCOUNT.0)).unwrap();
    let path = "/acm-autopilot/imported-renewal/";
    let of_the_role = template.split("\n  ImportedRenewalRole:\n").nth(1).unwrap();
    assert!(of_the_role.split("Policies:").next().unwrap().contains(&format!("\n      Path: {path}\n")));
    assert!(role.contains(&format!("\n    Default: arn:*:iam::*:role{path}*\n")));
    assert!(role.contains("sts:ExternalId: !Ref ExternalId") && !role.contains("dns-validation"));
}

/// What a renewal calls, and what each of its changes of records is, are all allowed, and nothing else is.
#[tokio::test]
async fn the_role_allows_exactly_what_a_renewal_calls() {
    let world = World::new();
    let arn = world.ordered().await;
    // Of two zones with one name, the public DNS shows which is used.
    world.create_zone("example.com");
    let server = world.aws.serve_dns().await;
    let dns = [("DNS_LOOKUPS", "true"), ("DNS_SERVER", &*server.address().to_string())];
    world.aws.forget_record();
    let handler = imported_renewal::Handler::new(world.config(&dns), &world.aws.sdk_config());
    let answer = world.give(&handler, world.requested(&arn)).await.unwrap();
    assert_eq!(answer["outcome"], "renewed", "{answer}");
    let statements = granted(&infra(FUNCTION.0), FUNCTION.1);
    let of_acme: Vec<_> = statements.iter().filter(|one| is_for_acme(one)).collect();
    let is_others =
        |action: &String| action.starts_with("kms:") || action.starts_with("s") && !action.contains("GetSecretValue");
    let allowed: BTreeSet<String> =
        of_acme.iter().flat_map(|one| one.actions.clone()).filter(|action| !is_others(action)).collect();
    let calls = world.aws.calls();
    let calls: Vec<_> =
        calls.iter().filter(|call| ["route53", "secretsmanager"].contains(&call.service.as_str())).collect();
    assert_eq!(calls.iter().map(|call| call.action()).collect::<BTreeSet<_>>(), allowed);
    for call in calls.iter().filter(|call| call.service == "route53") {
        assert!(may(FUNCTION, "example.com", "acme.example.net", call), "{call:?}");
    }
}
