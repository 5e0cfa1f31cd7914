//! Every single violation of the rules is refused, where the request without it is not.

use serde_json::{Map, Value, json};

use super::check;
use super::rules::{self, Kind, ServiceRules, Shape};
use crate::services::{SERVICES, Service};

/// Texts that match the patterns which neither letters nor digits match.
const EXAMPLES: [(&str, &str); 19] = [
    ("tag:.+|Name|", "Name"),
    (r"^\d{12}$", "123456789012"),
    (r"^(\d{12})|", "123456789012"),
    ("^(r-[0-9a-z]", "r-ab12"),
    ("arn:[", "arn:aws:acm:us-east-1:123456789012:certificate/a"),
    ("arn:[", "arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/a"),
    ("arn:aws[a-z-]*:acm:", "arn:aws:acm:us-east-1:123456789012:acme-endpoint/a"),
    (r"(\*\.)?", "a.example.com"),
    ("([0-2])", "1.2.3"),
    ("(?:[A-Za-z0-9+/]{4})*", "YWFh"),
    ("[-+]?", "1.5"),
    ("[0-9a-f]{8}-", "01234567-89ab-4def-8000-0123456789ab"),
    (r"^[A-Za-z0-9\-]+[\.]", "a.b"),
    ("^([a-z]+-)+", "us-east-1"),
    ("guard", "guard-2.x.x"),
    ("[A-Za-z0-9]{2,64}::", "AWS::Transfer::Server"),
    ("arn:.+:iam::", "arn:aws:iam::123456789012:role/a"),
    ("[A-Za-z]{2}", "DE"),
    (r"\u002F", "/"),
];

/// A request that breaks one rule, and the name of what is broken.
type Broken = (String, Value);

#[test]
fn each_is_refused_and_the_whole_request_is_not() {
    let (mut requests, mut accepted) = (0, Vec::new());
    for service in &SERVICES {
        let rules = rules::of(service).unwrap();
        for (operation, shape) in &rules.operations {
            let Some(shape) = *shape else { continue };
            let maker = Maker { rules, text_only: service.protocol.is_text() };
            let whole = maker.whole(shape, 0);
            assert_eq!(check(service, operation, &whole), Ok(()), "{operation}: {whole}");
            for (what, broken) in maker.broken(shape, 0) {
                requests += 1;
                if check(service, operation, &broken).is_ok() {
                    accepted.push(format!("{operation}: {what}"));
                }
            }
        }
    }
    assert!(requests > 1_000, "only {requests}");
    assert!(accepted.is_empty(), "{} of {requests}: {accepted:#?}", accepted.len());
}

#[test]
fn messages_are_as_recorded() {
    let refused = |name: &str, operation: &str, input: Value| {
        let service = SERVICES.iter().find(|service| service.name == name).unwrap();
        let error = check(service, operation, &input).unwrap_err();
        (error.code, error.message)
    };
    let of = |code: &str, message: &str| (code.to_owned(), message.to_owned());
    let role = "arn:aws:iam::123456789012:role/a";
    assert_eq!(
        refused("sts", "AssumeRole", json!({ "RoleArn": role, "RoleSessionName": "Session1:2" })),
        of(
            "ValidationError",
            r"1 validation error detected: Value 'Session1:2' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w+=,.@-]*"
        )
    );
    let attributes = json!({ "attr1": { "StringValue": "x" } });
    assert_eq!(
        refused("sns", "Publish", json!({ "TopicArn": "x", "Message": "x", "MessageAttributes": attributes })),
        of(
            "ValidationError",
            "1 validation error detected: Value null at 'messageAttributes.attr1.member.dataType' failed to satisfy constraint: Member must not be null"
        )
    );
    let (_, message) = refused("acm", "ListCertificates", json!({ "Includes": { "keyTypes": ["blah"] } }));
    assert_eq!(
        message,
        "1 validation error detected: Value '[blah]' at 'includes.keyTypes' failed to satisfy constraint: Member must satisfy constraint: [Member must satisfy enum value set: [RSA_1024, RSA_2048, RSA_3072, RSA_4096, EC_prime256v1, EC_secp384r1, EC_secp521r1]]"
    );
    let (_, message) = refused("acm", "PutAccountConfiguration", json!({}));
    assert_eq!(
        message,
        "1 validation error detected: Value null at 'idempotencyToken' failed to satisfy constraint: Member must not be null"
    );
    let tags = json!([{ "Key": "" }]);
    let (_, message) = refused("acm", "AddTagsToCertificate", json!({ "Tags": tags }));
    assert!(message.starts_with("2 validation errors detected: Value null at 'certificateArn'"), "{message}");
    assert!(message.ends_with("; Value '' at 'tags.1.member.key' failed to satisfy constraint: Member must have length greater than or equal to 1"), "{message}");
    assert_eq!(
        refused("sqs", "SendMessage", json!({ "QueueUrl": "x" })),
        of("MissingParameter", "The request must contain the parameter MessageBody.")
    );
    let wrong = refused("acm", "ListCertificates", json!({ "MaxItems": "x" }));
    assert_eq!(wrong, of("SerializationException", "STRING_VALUE can not be converted to an Integer"));
}

#[test]
fn every_operation_with_rules_is_modelled() {
    let aws = crate::Aws::new("2026-11-20T08:00:00Z".parse().unwrap());
    for service @ Service { name, call, .. } in &SERVICES {
        for operation in rules::of(service).unwrap().operations.keys() {
            if let Err(error) = call(&mut aws.state(), operation, &json!({})) {
                assert_ne!(error.code, "NotModelled", "{name}:{operation}");
            }
        }
    }
}

struct Maker<'a> {
    rules: &'a ServiceRules,
    text_only: bool,
}

impl Maker<'_> {
    /// A value that satisfies every rule, with all members. Of shapes within themselves the required ones only.
    fn whole(&self, shape: usize, depth: usize) -> Value {
        let given = &self.rules.shapes[shape];
        match &given.kind {
            Kind::Structure(members) => members
                .iter()
                .filter(|member| member.required || depth < 8)
                .map(|member| (member.wire.clone(), self.whole(member.shape, depth + 1)))
                .collect::<Map<_, _>>()
                .into(),
            Kind::List(item) => (0..least(given)).map(|_| self.whole(*item, depth + 1)).collect(),
            Kind::Map { key, value } => {
                let name = self.whole(*key, depth + 1).as_str().unwrap_or_default().to_owned();
                Map::from_iter([(name, self.whole(*value, depth + 1))]).into()
            }
            Kind::Text => json!(text(given)),
            Kind::Blob => json!(aws_smithy_types::base64::encode("a".repeat(least(given)))),
            Kind::Integer | Kind::Float => self.number(given.min.unwrap_or(1.0)),
            Kind::Boolean if self.text_only => json!("true"),
            Kind::Boolean => json!(true),
            Kind::Time => json!(1_790_000_000),
        }
    }

    #[allow(clippy::cast_possible_truncation, reason = "limits are small")]
    fn number(&self, number: f64) -> Value {
        if self.text_only { json!((number as i64).to_string()) } else { json!(number as i64) }
    }

    /// The whole value with one thing wrong, in every way.
    fn broken(&self, shape: usize, depth: usize) -> Vec<Broken> {
        let given = &self.rules.shapes[shape];
        let whole = self.whole(shape, depth);
        let mut broken = self.broken_itself(given, &whole);
        match &given.kind {
            Kind::Structure(members) if depth < 8 => {
                for member in members {
                    let put = |(what, value): Broken| {
                        let mut whole = whole.clone();
                        whole[&member.wire] = value;
                        (format!("{}.{what}", member.wire), whole)
                    };
                    broken.extend(self.broken(member.shape, depth + 1).into_iter().map(put));
                    if member.required {
                        broken.push(put(("missing".to_owned(), Value::Null)));
                    }
                }
            }
            Kind::List(item) => {
                let put = |(what, value): Broken| (format!("0.{what}"), with_first(&whole, value));
                broken.extend(self.broken(*item, depth + 1).into_iter().map(put));
            }
            Kind::Map { key, value } => {
                let name = self.whole(*key, depth + 1).as_str().unwrap_or_default().to_owned();
                let put = |(what, value): Broken| (what, json!({ name.as_str(): value }));
                broken.extend(self.broken(*value, depth + 1).into_iter().map(put));
                let keys = self.broken_itself(&self.rules.shapes[*key], &json!(name));
                let named = keys.into_iter().filter_map(|(what, key)| {
                    Some((format!("key {what}"), json!({ key.as_str()?: self.whole(*value, depth + 1) })))
                });
                broken.extend(named);
            }
            _ => {}
        }
        broken
    }

    fn broken_itself(&self, given: &Shape, whole: &Value) -> Vec<Broken> {
        let mut broken = Vec::new();
        let is_number = matches!(given.kind, Kind::Integer | Kind::Float);
        if let Some(min) = given.min.filter(|min| is_number || *min > 0.0) {
            broken.push(("too small".to_owned(), self.sized(given, whole, min - 1.0)));
        }
        if let Some(max) = given.max.filter(|max| *max < 3_000_000.0 || is_number) {
            broken.push(("too large".to_owned(), self.sized(given, whole, max + 1.0)));
        }
        if !given.values.is_empty() {
            broken.push(("not in the set".to_owned(), json!("no such value")));
        }
        // All of these but two match no line break, and these match everything or need one letter.
        if let Some(pattern) = given.pattern.as_ref().filter(|pattern| !pattern.matches("\u{1}")) {
            assert!(pattern.matches(&text(given)), "{}", pattern.shown);
            let bad = if pattern.matches("*\u{1}") { "**" } else { "*\u{1}" };
            broken.push(("not of the pattern".to_owned(), json!(bad)));
        }
        let other_type =
            if self.text_only && matches!(given.kind, Kind::Text | Kind::Time) { None } else { Some(json!([])) };
        let other_type = if matches!(given.kind, Kind::List(_)) { Some(json!("no list")) } else { other_type };
        broken.extend(other_type.map(|value| ("of another type".to_owned(), value)));
        broken
    }

    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "limits are small")]
    fn sized(&self, given: &Shape, whole: &Value, size: f64) -> Value {
        match given.kind {
            Kind::Integer | Kind::Float => self.number(size),
            Kind::List(item) => (0..size as usize).map(|_| self.whole(item, 8)).collect(),
            Kind::Map { value, .. } => {
                (0..size as usize).map(|n| (format!("key{n}"), self.whole(value, 8))).collect::<Map<_, _>>().into()
            }
            Kind::Blob => json!(aws_smithy_types::base64::encode("a".repeat(size as usize))),
            _ => json!(
                whole
                    .as_str()
                    .unwrap_or_default()
                    .chars()
                    .chain("a".repeat(size as usize).chars())
                    .take(size as usize)
                    .collect::<String>()
            ),
        }
    }
}

fn with_first(list: &Value, value: Value) -> Value {
    let mut items = list.as_array().cloned().unwrap_or_default();
    if let Some(first) = items.first_mut() {
        *first = value;
    }
    items.into()
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "limits are small")]
fn least(given: &Shape) -> usize {
    given.min.map_or(1, |min| min as usize).max(1)
}

/// The shortest text that is allowed.
fn text(given: &Shape) -> String {
    if let Some(value) = given.values.first() {
        return value.clone();
    }
    let row = "a".repeat(least(given));
    let Some(pattern) = given.pattern.as_ref().filter(|pattern| !pattern.matches(&row)) else { return row };
    let digits = "1".repeat(least(given));
    if pattern.matches(&digits) {
        return digits;
    }
    let examples = EXAMPLES.iter().filter(|(start, _)| pattern.shown.starts_with(start)).map(|(_, text)| *text);
    let fits = |text: &str| pattern.matches(text) && text.len() >= least(given);
    examples.map(str::to_owned).find(|text| fits(text)).unwrap_or_else(|| panic!("an example for {}", pattern.shown))
}
