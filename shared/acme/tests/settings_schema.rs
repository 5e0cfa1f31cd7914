//! `infra/acme-settings.schema.json` and the function take the same settings.
#![allow(clippy::unwrap_used, missing_docs)]

use acme::settings::AcmeSettings;
use serde_json::{Value, json};

const SCHEMA: &str = include_str!("../../../infra/acme-settings.schema.json");
const README: &str = include_str!("../../../infra/README.md");
/// In the README, which has no room for a real one.
const SHORTENED_PEM: &str = "-----BEGIN CERTIFICATE-----\\nMIIB...\\n-----END CERTIFICATE-----\\n";

fn root() -> String {
    rcgen::generate_simple_self_signed(["root.example".to_owned()]).unwrap().cert.pem()
}

fn both_take(settings: &Value) -> (bool, bool) {
    let schema = jsonschema::validator_for(&serde_json::from_str(SCHEMA).unwrap()).unwrap();
    (schema.is_valid(settings), settings.to_string().parse::<AcmeSettings>().is_ok())
}

#[test]
fn the_example_of_the_documentation_can_be_used() {
    let example = README.split("```json acme-settings.schema.json\n").nth(1).unwrap().split("```").next().unwrap();
    let pem = serde_json::to_string(&root()).unwrap();
    let example: Value = serde_json::from_str(&example.replace(SHORTENED_PEM, pem.trim_matches('"'))).unwrap();
    assert_eq!(both_take(&example), (true, true));
    let settings: AcmeSettings = example.to_string().parse().unwrap();
    assert_eq!((settings.directories().len(), settings.delegation_zones.len()), (2, 1));
    assert!(settings.zone_roles.contains("acm-autopilot-acme"));
}

#[test]
fn the_schema_takes_what_the_function_takes() {
    let (known, url) = (json!("letsencrypt"), json!("https://ca.example/directory"));
    for directory in [
        json!({ "name": known, "domains": ["example.com"] }),
        json!({ "name": known, "domains": ["*"], "profile": "tlsserver" }),
        json!({ "name": "internal-2", "url": url, "domains": ["a.b.example", "c.example."], "roots": root(), "issuers": [root()] }),
        json!({ "name": "here", "url": "http://127.0.0.1:4577/acme/ca/directory", "domains": ["example.com"] }),
    ] {
        assert_eq!(both_take(&json!({ "directories": [directory] })), (true, true), "{directory}");
    }
    for zones in [json!({}), json!({ "delegationZones": ["acme.example.net"], "zoneRoles": [] })] {
        assert_eq!(both_take(&zones), (true, true), "{zones}");
    }
}

#[test]
fn the_schema_refuses_what_the_function_refuses() {
    let url = "https://ca.example/directory";
    for directory in [
        json!({ "name": "letsencrypt" }),
        json!({ "name": "letsencrypt", "domains": [] }),
        json!({ "name": "letsencrypt", "domains": ["*.example.com"] }),
        json!({ "name": "internal", "domains": ["example.com"] }),
        json!({ "name": "In/ternal", "url": url, "domains": ["example.com"] }),
        json!({ "name": "internal", "url": "http://ca.example/", "domains": ["example.com"] }),
        json!({ "name": "internal", "url": url, "domains": ["example.com"], "profile": "a b" }),
        json!({ "name": "internal", "url": url, "domains": ["example.com"], "roots": "" }),
        json!({ "name": "internal", "url": url, "domains": ["example.com"], "issuers": "R3" }),
        json!({ "name": "internal", "url": url, "domains": ["example.com"], "issuers": ["R3"] }),
        json!({ "name": "internal", "url": url, "domains": ["example.com"], "eab": "k1" }),
    ] {
        assert_eq!(both_take(&json!({ "directories": [directory] })), (false, false), "{directory}");
    }
    for other in [json!({ "directory": [] }), json!({ "delegationZones": ["net"] })] {
        assert_eq!(both_take(&other), (false, false), "{other}");
    }
}
