//! What is true of every rule.

mod mutated;

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::support::{Resource, issued, missing, root_ca};
use super::{Entries, Evaluator, InvalidParameters, Parameter, Rule, all, certificate, private_ca, select};
use crate::facts::{Account, Certificate, PrivateCa};

fn parameters(value: Value) -> Map<String, Value> {
    value.as_object().unwrap().clone()
}

#[test]
fn a_rule_has_the_name_of_its_file() {
    let files = certificate::FILES.iter().chain(private_ca::FILES);
    let names: Vec<&str> = all().map(|rule| rule.name).collect();
    assert_eq!(names, files.map(|file| file.replace('_', "-")).collect::<Vec<_>>());
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
    for rule in all() {
        assert!(rule.about.ends_with('.') && rule.about.len() <= 120, "{}", rule.name);
    }
}

#[test]
fn defaults_are_what_may_be_given() {
    for rule in all() {
        for parameter in rule.parameters {
            let default = parameter.default_text();
            let (_, settings) = select(&parameters(json!({ "rule": rule.name, parameter.name(): default }))).unwrap();
            match parameter {
                Parameter::Number(number) => assert_eq!(settings.number(number), number.default),
                Parameter::Flag(flag) => assert_eq!(settings.flag(flag), flag.default),
                Parameter::List(list) => assert_eq!(settings.list(list), list.default),
            }
            assert!(parameter.name().chars().all(|c| c.is_ascii_alphanumeric()), "{}", parameter.name());
            assert!(!parameter.about().ends_with('.'), "{}: one line, not a sentence", parameter.name());
        }
        assert!(rule.to_json()["parameters"].as_array().unwrap().len() == rule.parameters.len());
    }
}

/// A rule that knows nothing asks. It never guesses, and asks for nothing that it has not declared.
#[test]
fn a_rule_asks_for_what_it_misses() {
    for rule in all() {
        match rule.evaluate {
            Evaluator::Certificate(_) => asks(rule, &Certificate::unknown(issued().arn)),
            Evaluator::PrivateCa(_) => asks(rule, &PrivateCa::unknown(root_ca().arn)),
            Evaluator::Account(_) => asks(rule, &Account::unknown("123456789012".into())),
        }
    }
}

fn asks(rule: &Rule, nothing: &impl Resource) {
    let missing = missing(rule, &[], nothing);
    assert!(rule.lookups.contains(&missing.lookup), "{} asks for {missing}", rule.name);
}

#[test]
fn errors_name_what_is_wrong_and_list_what_is_allowed() {
    for (given, says) in [
        (json!({}), "`rule` is missing: set it to one of certificate-expiry, "),
        (json!({ "rule": "" }), "`rule` is missing"),
        (json!({ "rule": 7 }), "`rule` is missing"),
        (
            json!({ "rule": "certificate-expire" }),
            "`certificate-expire`, which is not a rule: set it to one of certificate",
        ),
        (
            json!({ "rule": "certificate-expiry", "dayz": "30" }),
            "`dayz` is not a parameter of the rule certificate-expiry; it has days",
        ),
        (
            json!({ "rule": "certificate-expiry", "days": "366" }),
            "`days` of the rule certificate-expiry is `366`: use a whole number from 0 to 365",
        ),
        (json!({ "rule": "certificate-expiry", "days": -1 }), "whole number from 0 to 365"),
        (json!({ "rule": "certificate-expiry", "days": "ten" }), "is `ten`: use a whole"),
        (json!({ "rule": "certificate-expiry", "days": [30] }), "is `[30]`: use a whole"),
        (
            json!({ "rule": "key-algorithm", "allowed": "RSA_2048,RSA_8192" }),
            "`RSA_8192` is not one of RSA_1024, RSA_2048",
        ),
        (json!({ "rule": "key-algorithm", "allowed": "," }), "it has no entries"),
    ] {
        let error = select(&parameters(given.clone())).unwrap_err().to_string();
        assert!(error.contains(says), "{given}: {error}");
    }
    let flood = select(&parameters(json!({ "rule": "x".repeat(100_000) }))).unwrap_err();
    assert!(matches!(&flood, InvalidParameters::UnknownRule { name, .. } if name.len() == 100));
}

#[test]
fn none_is_an_empty_list_of_texts() {
    for rule in all() {
        for parameter in rule.parameters {
            let Parameter::List(list) = parameter else { continue };
            let given = select(&parameters(json!({ "rule": rule.name, list.name: " none " })));
            match list.entries {
                Entries::Text { .. } => assert_eq!(given.unwrap().1.list(list), Vec::<&str>::new(), "{}", rule.name),
                Entries::OneOf(_) => assert!(given.unwrap_err().to_string().contains("`none` is not one of")),
            }
        }
    }
}

#[test]
fn what_is_empty_is_not_given() {
    let (rule, settings) = select(&parameters(json!({ "rule": " certificate-expiry ", "days": " " }))).unwrap();
    assert_eq!(rule.name, "certificate-expiry");
    assert_eq!(settings, super::Settings::default());
    let (_, settings) = select(&parameters(json!({ "rule": "certificate-expiry", "days": 14 }))).unwrap();
    assert_ne!(settings, super::Settings::default());
}
