//! EventBridge's event patterns.
//!
//! Source of the rules: EventBridge user guide, "Creating event patterns" and "Comparison operators".

use serde_json::Value;

/// An event pattern.
#[derive(Debug, Clone, PartialEq)]
pub struct Pattern(Vec<Field>);

#[derive(Debug, Clone, PartialEq)]
enum Field {
    /// "$or": one of these patterns.
    Or(Vec<Pattern>),
    /// The member is an object, or a list of objects of which one matches.
    Within(String, Pattern),
    /// The member is a value, or a list of values of which one matches.
    Leaf(String, Vec<Matcher>),
}

#[derive(Debug, Clone, PartialEq)]
enum Matcher {
    Exactly(Value),
    Prefix(String),
    Suffix(String),
    IgnoringCase(String),
    Wildcard(String),
    Numeric(Vec<(String, f64)>),
    Exists(bool),
    Not(Vec<Matcher>),
}

/// A pattern that this module does not support.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsupported(pub String);

impl Pattern {
    /// Parses a pattern.
    ///
    /// # Errors
    /// It uses something that EventBridge or this module does not know; the text says what.
    pub fn read(pattern: &Value) -> Result<Self, Unsupported> {
        let members = pattern.as_object().ok_or_else(|| unsupported("a pattern that is not an object", pattern))?;
        members.iter().map(|(name, value)| field(name, value)).collect::<Result<_, _>>().map(Self)
    }

    /// Whether all fields match.
    pub fn matches(&self, event: &Value) -> bool {
        match event {
            Value::Array(items) => items.iter().any(|item| self.matches(item)),
            event => self.0.iter().all(|field| field.matches(event)),
        }
    }
}

impl Field {
    fn matches(&self, event: &Value) -> bool {
        match self {
            Self::Or(patterns) => patterns.iter().any(|pattern| pattern.matches(event)),
            // A missing member still matches `exists: false` further down.
            Self::Within(name, pattern) => pattern.matches(event.get(name).unwrap_or(&Value::Null)),
            Self::Leaf(name, matchers) => {
                let mut values = Vec::new();
                event.get(name).into_iter().for_each(|value| flatten(value, &mut values));
                matchers.iter().any(|matcher| match matcher {
                    Matcher::Exists(expected) => *expected != values.is_empty(),
                    matcher => values.iter().any(|value| matcher.matches(value)),
                })
            }
        }
    }
}

impl Matcher {
    fn matches(&self, value: &Value) -> bool {
        let text = value.as_str();
        match self {
            Self::Exactly(expected) => match (expected.as_f64(), value.as_f64()) {
                (Some(expected), Some(value)) => (expected - value).abs() < f64::EPSILON,
                _ => expected == value,
            },
            Self::Prefix(prefix) => text.is_some_and(|text| text.starts_with(prefix)),
            Self::Suffix(suffix) => text.is_some_and(|text| text.ends_with(suffix)),
            Self::IgnoringCase(expected) => text.is_some_and(|text| text.to_lowercase() == expected.to_lowercase()),
            Self::Wildcard(pattern) => text.is_some_and(|text| wildcard(pattern, text)),
            Self::Numeric(conditions) => value.as_f64().is_some_and(|number| {
                conditions.iter().all(|(operator, limit)| match operator.as_str() {
                    "<" => number < *limit,
                    "<=" => number <= *limit,
                    ">" => number > *limit,
                    ">=" => number >= *limit,
                    _ => (number - limit).abs() < f64::EPSILON,
                })
            }),
            Self::Exists(expected) => *expected,
            Self::Not(matchers) => !matchers.iter().any(|matcher| matcher.matches(value)),
        }
    }
}

fn field(name: &str, value: &Value) -> Result<Field, Unsupported> {
    match value {
        Value::Array(patterns) if name == "$or" => {
            patterns.iter().map(Pattern::read).collect::<Result<_, _>>().map(Field::Or)
        }
        Value::Array(matchers) => {
            let matchers = matchers.iter().map(matcher).collect::<Result<_, _>>()?;
            Ok(Field::Leaf(name.to_owned(), matchers))
        }
        Value::Object(_) => Ok(Field::Within(name.to_owned(), Pattern::read(value)?)),
        other => Err(unsupported("a field that is neither a list nor an object", other)),
    }
}

fn matcher(value: &Value) -> Result<Matcher, Unsupported> {
    let Some(operator) = value.as_object() else { return Ok(Matcher::Exactly(value.clone())) };
    let mut members = operator.iter();
    let (Some((name, argument)), None) = (members.next(), members.next()) else {
        return Err(unsupported("several operators in one", value));
    };
    let text = || argument.as_str().map(str::to_owned).ok_or_else(|| unsupported("this argument", value));
    match name.as_str() {
        "prefix" => text().map(Matcher::Prefix),
        "suffix" => text().map(Matcher::Suffix),
        "equals-ignore-case" => text().map(Matcher::IgnoringCase),
        "wildcard" => text().map(Matcher::Wildcard),
        "exists" => argument.as_bool().map(Matcher::Exists).ok_or_else(|| unsupported("this argument", value)),
        "anything-but" => match argument {
            Value::Array(items) => items.iter().map(matcher).collect::<Result<_, _>>().map(Matcher::Not),
            one => Ok(Matcher::Not(vec![matcher(one)?])),
        },
        "numeric" => numeric(argument).ok_or_else(|| unsupported("this comparison", value)),
        _ => Err(unsupported("this operator", value)),
    }
}

fn numeric(argument: &Value) -> Option<Matcher> {
    let items = argument.as_array()?;
    let conditions = items.chunks(2).map(|pair| {
        let operator = pair.first()?.as_str().filter(|known| ["<", "<=", "=", ">", ">="].contains(known))?;
        Some((operator.to_owned(), pair.get(1)?.as_f64()?))
    });
    conditions.collect::<Option<Vec<_>>>().filter(|conditions| !conditions.is_empty()).map(Matcher::Numeric)
}

fn flatten<'a>(value: &'a Value, found: &mut Vec<&'a Value>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| flatten(item, found)),
        Value::Object(_) => {}
        leaf => found.push(leaf),
    }
}

/// `*` matches any text.
fn wildcard(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((before, after)) => text.strip_prefix(before).is_some_and(|rest| {
            (0..=rest.len()).filter(|at| rest.is_char_boundary(*at)).any(|at| wildcard(after, &rest[at..]))
        }),
    }
}

fn unsupported(what: &str, value: &Value) -> Unsupported {
    Unsupported(format!("{what} is not supported: {value}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn matches(pattern: Value, event: Value) -> bool {
        Pattern::read(&pattern).unwrap().matches(&event)
    }

    #[test]
    fn values_match_exactly() {
        assert!(matches(json!({"source": ["aws.acm"]}), json!({"source": "aws.acm", "more": 1})));
        assert!(matches(json!({"source": ["x", "aws.acm"]}), json!({"source": "aws.acm"})));
        assert!(!matches(json!({"source": ["aws.ACM"]}), json!({"source": "aws.acm"})));
        assert!(!matches(json!({"source": ["aws.acm"]}), json!({})));
        assert!(matches(json!({"n": [1]}), json!({"n": 1.0})));
        assert!(matches(json!({"flag": [true], "none": [null]}), json!({"flag": true, "none": null})));
        assert!(!matches(json!({"flag": ["true"]}), json!({"flag": true})));
    }

    #[test]
    fn every_field_has_to_match() {
        let pattern = json!({"source": ["a"], "detail": {"service": ["ACM"]}});
        assert!(matches(pattern.clone(), json!({"source": "a", "detail": {"service": "ACM"}})));
        assert!(!matches(pattern.clone(), json!({"source": "b", "detail": {"service": "ACM"}})));
        assert!(!matches(pattern, json!({"source": "a", "detail": "ACM"})));
    }

    #[test]
    fn one_element_of_a_list_is_enough() {
        assert!(matches(json!({"resources": ["b"]}), json!({"resources": ["a", "b"]})));
        let pattern = json!({"tags": {"key": ["status"], "value": ["on"]}});
        assert!(matches(pattern.clone(), json!({"tags": [{"key": "x"}, {"key": "status", "value": "on"}]})));
        let scattered = json!({"tags": [{"key": "status", "value": "off"}, {"key": "x", "value": "on"}]});
        assert!(!matches(pattern, scattered), "both belong to the same element");
    }

    #[test]
    fn operators() {
        let leaf = |operator: Value, value: Value| matches(json!({"f": [operator]}), json!({"f": value}));
        assert!(leaf(json!({"prefix": "ACM Cert"}), json!("ACM Certificate Expired")));
        assert!(!leaf(json!({"prefix": "ACM Cert"}), json!("acm certificate")));
        assert!(leaf(json!({"suffix": ".png"}), json!("a.png")));
        assert!(leaf(json!({"equals-ignore-case": "ACM"}), json!("acm")));
        assert!(leaf(json!({"wildcard": "a*c*"}), json!("abcd")) && !leaf(json!({"wildcard": "a*c"}), json!("abcd")));
        assert!(leaf(json!({"anything-but": ["a", "b"]}), json!("c")));
        assert!(!leaf(json!({"anything-but": ["a", "b"]}), json!("b")));
        assert!(leaf(json!({"anything-but": {"prefix": "a"}}), json!("ba")));
        assert!(!leaf(json!({"anything-but": "a"}), json!("a")));
        assert!(leaf(json!({"numeric": [">", 0, "<=", 45]}), json!(45)));
        assert!(!leaf(json!({"numeric": [">", 0, "<=", 45]}), json!(0)));
    }

    #[test]
    fn anything_but_needs_a_value() {
        assert!(!matches(json!({"f": [{"anything-but": ["a"]}]}), json!({})));
    }

    #[test]
    fn existence() {
        let absent = json!({"detail": {"errorCode": [{"exists": false}]}});
        assert!(matches(absent.clone(), json!({"detail": {}})));
        assert!(matches(absent.clone(), json!({})));
        assert!(!matches(absent, json!({"detail": {"errorCode": "AccessDenied"}})));
        assert!(matches(json!({"f": [{"exists": true}]}), json!({"f": null})));
    }

    #[test]
    fn or_is_one_field_among_others() {
        let pattern = json!({"a": [1], "$or": [{"b": [{"anything-but": [2]}]}, {"c": {"d": [3]}}]});
        assert!(matches(pattern.clone(), json!({"a": 1, "b": 5})));
        assert!(matches(pattern.clone(), json!({"a": 1, "b": 2, "c": {"d": 3}})));
        assert!(!matches(pattern.clone(), json!({"a": 1, "b": 2})));
        assert!(!matches(pattern, json!({"a": 2, "b": 5})));
    }

    #[test]
    fn unknown_patterns_are_rejected() {
        for pattern in [
            json!([]),
            json!({"a": "b"}),
            json!({"a": [{"cidr": "10.0.0.0/8"}]}),
            json!({"a": [{"numeric": ["~", 1]}]}),
        ] {
            assert!(Pattern::read(&pattern).is_err(), "{pattern}");
        }
    }
}
