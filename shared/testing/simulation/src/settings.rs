//! The schema of the stack parameter Settings has the limits and defaults of the functions.

use std::path::Path;

use lambda::{ConfigurationError, Environment};
use serde_json::{Map, Value, json};

/// What the functions are configured to do.
fn configured(settings: &Value) -> Result<String, ConfigurationError> {
    let settings = settings.to_string();
    let topic = ("NOTICE_TOPIC_ARN", "arn:aws:sns:us-east-1:123456789012:notices");
    let environment: Environment = [topic, ("SETTINGS", &settings)].into_iter().collect();
    let expiry = expiry_events::Config::read(&environment)?;
    let renewal = imported_renewal::Config::read(&environment)?;
    let validation = dns_validation::Config::read(&environment)?;
    Ok(format!("{expiry:?} {renewal:?} {validation:?}"))
}

fn properties() -> Map<String, Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../infra/settings.schema.json");
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    schema["properties"].as_object().unwrap().clone()
}

#[test]
fn what_is_left_out_has_the_default_of_the_schema() {
    let defaults: Map<String, Value> =
        properties().into_iter().map(|(name, about)| (name, about["default"].clone())).collect();
    assert_eq!(configured(&defaults.into()), configured(&json!({})));
}

#[test]
fn each_setting_reaches_a_function() {
    for (name, value) in [
        ("noticeThresholds", json!([3])),
        ("ownerTagKey", json!("Cost Center")),
        ("purposeTagKey", json!("Service")),
        ("renewBeforeDays", json!(45)),
        ("maxValidityDays", json!(90)),
        ("maintenance", json!({ "windows": ["Mon-Thu 08:00-16:00"] })),
        ("endpointCheck", json!({ "domains": ["example.com"] })),
        ("recordTtl", json!(60)),
        ("dnsLookups", json!(false)),
    ] {
        assert!(properties().contains_key(name), "{name}");
        assert_ne!(configured(&json!({ name: value })), configured(&json!({})), "{name}");
    }
    assert_eq!(properties().len(), 9);
}

#[test]
fn limits_are_those_of_the_schema() {
    for (name, about) in properties() {
        let limits = if about["type"] == "array" { &about["items"] } else { &about };
        let (Some(least), Some(most)) = (limits["minimum"].as_i64(), limits["maximum"].as_i64()) else { continue };
        let given = |number: i64| {
            let value = if about["type"] == "array" { json!([number]) } else { json!(number) };
            configured(&json!({ name.as_str(): value }))
        };
        assert!(given(least).is_ok() && given(most).is_ok(), "{name}");
        for number in [least - 1, most + 1] {
            let error = given(number).unwrap_err().to_string();
            assert!(error.contains(&format!("SETTINGS.{name} is `{number}`")), "{error}");
        }
    }
}
