//! EventBridge's envelope around the events that a function gets.

use certificates::{CertificateArn, Target};
use serde_json::Value;

use crate::{SOURCE, SWEEP_REQUESTED};

/// Where the events that functions take come from.
const SOURCES: [&str; 6] = ["aws.acm", "aws.config", "aws.health", "aws.events", "aws.secretsmanager", SOURCE];

/// A field of an event that a function cannot use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the event's field `{field}` {problem}")]
pub struct BadField {
    /// The field.
    pub field: String,
    /// What is wrong with it.
    pub problem: String,
}

impl BadField {
    /// Something is wrong with the field.
    pub fn new(field: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { field: field.into(), problem: problem.into() }
    }

    /// The field says that the event is meant for others.
    pub fn not_taken(field: &str, value: &str) -> Self {
        Self::new(field, format!("is `{}`, which is not for this function", excerpt(value)))
    }
}

/// EventBridge's envelope, as far as it is read. The fields are checked one by one, so that an error
/// names its field.
#[derive(Debug, Clone, Copy)]
pub struct Envelope<'a> {
    /// Who sent it.
    pub source: &'a str,
    /// Its kind.
    pub detail_type: &'a str,
    /// What it is about; null when it is missing.
    pub resources: &'a Value,
    /// What it says; null when it is missing.
    pub detail: &'a Value,
}

impl<'a> Envelope<'a> {
    /// Reads an event.
    ///
    /// # Errors
    /// It is not an event of EventBridge.
    pub fn read(event: &'a Value) -> Result<Self, BadField> {
        if !event.is_object() {
            return Err(BadField::new("(whole event)", "is not a JSON object"));
        }
        Ok(Self {
            source: text(&event["source"], "source")?,
            detail_type: text(&event["detail-type"], "detail-type")?,
            resources: &event["resources"],
            detail: &event["detail"],
        })
    }

    /// Whether a schedule or an operator asks for a sweep over all certificates.
    pub fn asks_for_sweep(&self) -> bool {
        matches!((self.source, self.detail_type), ("aws.events", "Scheduled Event") | (SOURCE, SWEEP_REQUESTED))
    }

    /// ACM names the certificate in the first resource.
    ///
    /// # Errors
    /// It names none of this account and Region.
    pub fn first_certificate(&self, here: &Target) -> Result<CertificateArn, BadField> {
        certificate(&self.resources[0], "resources[0]", here)
    }

    /// Why the event is not one that the function takes: it is of another kind, or from somebody else.
    pub fn not_taken(&self) -> BadField {
        if SOURCES.contains(&self.source) {
            BadField::not_taken("detail-type", self.detail_type)
        } else {
            BadField::not_taken("source", self.source)
        }
    }
}

/// The text of a field.
///
/// # Errors
/// It is missing, or something else.
pub fn text<'a>(value: &'a Value, field: &str) -> Result<&'a str, BadField> {
    match value {
        Value::String(text) => Ok(text),
        Value::Null => Err(BadField::new(field, "is missing")),
        _ => Err(BadField::new(field, "is not a text")),
    }
}

/// The certificate that a field names.
///
/// # Errors
/// It names none, or one of another account or Region.
pub fn certificate(value: &Value, field: &str, here: &Target) -> Result<CertificateArn, BadField> {
    let arn: CertificateArn =
        text(value, field)?.parse().map_err(|error| BadField::new(field, format!("is unusable: {error}")))?;
    if !arn.is_within(here) {
        let problem = format!(
            "names a certificate of account {} in {}; this function works for account {} in {}",
            arn.account(),
            arn.region(),
            here.account,
            here.region
        );
        return Err(BadField::new(field, problem));
    }
    Ok(arn)
}

/// What an error or an answer repeats of a text from outside.
pub(crate) fn excerpt(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(200).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ARN: &str = "arn:aws:acm:us-east-1:123456789012:certificate/61f50cd4";

    fn here() -> Target {
        Target { partition: "aws".into(), region: "us-east-1".into(), account: "123456789012".into() }
    }

    #[test]
    fn an_envelope_needs_its_source_and_its_kind() {
        for (event, field, problem) in [
            (json!("sweep"), "(whole event)", "is not a JSON object"),
            (json!([1, 2, 3, 4]), "(whole event)", "is not a JSON object"),
            (json!({}), "source", "is missing"),
            (json!({"source": 5}), "source", "is not a text"),
            (json!({"source": "aws.acm"}), "detail-type", "is missing"),
            (json!({"source": "aws.acm", "detail-type": []}), "detail-type", "is not a text"),
        ] {
            assert_eq!(Envelope::read(&event).unwrap_err(), BadField::new(field, problem), "{event}");
        }
        let bare = json!({"source": "aws.acm", "detail-type": "x"});
        let envelope = Envelope::read(&bare).unwrap();
        assert_eq!((envelope.resources, envelope.detail), (&Value::Null, &Value::Null));
    }

    #[test]
    fn what_is_not_taken_is_named_by_kind_or_by_sender() {
        for (source, field) in [
            ("aws.acm", "detail-type"),
            ("aws.config", "detail-type"),
            ("aws.health", "detail-type"),
            ("aws.events", "detail-type"),
            ("acm-autopilot", "detail-type"),
            ("aws.ec2", "source"),
        ] {
            let event = json!({"source": source, "detail-type": "Something"});
            assert_eq!(Envelope::read(&event).unwrap().not_taken().field, field, "{source}");
        }
        let flood = json!({"source": "\u{7}x".repeat(100_000), "detail-type": ""});
        let error = Envelope::read(&flood).unwrap().not_taken().to_string();
        assert!(error.len() < 300 && !error.contains('\u{7}'), "{error}");
    }

    #[test]
    fn a_sweep_is_asked_for_in_two_forms() {
        for (source, detail_type, expected) in [
            ("aws.events", "Scheduled Event", true),
            ("acm-autopilot", "Certificate Sweep Requested", true),
            ("acm-autopilot", "Scheduled Event", false),
            ("aws.events", "Certificate Sweep Requested", false),
        ] {
            let event = json!({"source": source, "detail-type": detail_type});
            assert_eq!(Envelope::read(&event).unwrap().asks_for_sweep(), expected, "{event}");
        }
    }

    #[test]
    fn the_first_resource_is_a_certificate_of_here() {
        let read = |resources: Value| {
            let event = json!({"source": "aws.acm", "detail-type": "x", "resources": resources});
            Envelope::read(&event).unwrap().first_certificate(&here())
        };
        assert_eq!(read(json!([ARN, "x"])), Ok(ARN.parse().unwrap()));
        for (resources, problem) in [
            (json!(null), "is missing"),
            (json!(ARN), "is missing"),
            (json!([]), "is missing"),
            (json!([7]), "is not a text"),
            (json!(["x"]), "is unusable: "),
            (
                json!([ARN.replace("us-east-1", "eu-west-1")]),
                "names a certificate of account 123456789012 in eu-west-1",
            ),
            (json!([ARN.replace("123456789012", "210987654321")]), "works for account 123456789012 in us-east-1"),
        ] {
            let error = read(resources.clone()).unwrap_err();
            assert!(error.field == "resources[0]" && error.problem.contains(problem), "{resources}: {error}");
        }
    }
}
