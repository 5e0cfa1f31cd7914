//! The events that this function takes, reduced to what they are a reason for.
//!
//! An event says only which certificates to look at and on what occasion. What else it holds is not
//! read: the present state decides.

use certificates::{CertificateArn, Scope};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Error;

const CLOUDTRAIL: &str = "AWS API Call via CloudTrail";
const ACTION_REQUIRED: &str = "ACM Certificate Renewal Action Required";

/// What an event asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trigger {
    /// Look at these certificates.
    Look {
        /// Why.
        occasion: Occasion,
        /// Each of them once. Empty when an AWS Health event names none of this account and Region.
        certificates: Vec<CertificateArn>,
        /// What an AWS Health event named besides.
        skipped: Vec<Skipped>,
    },
    /// Look at all certificates.
    Sweep,
    /// Nothing came of what the event tells.
    Ignore {
        /// Why: `failed-call`.
        reason: &'static str,
    },
}

/// Something that an AWS Health event named and that is not looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// What it named.
    pub entity: String,
    /// `not-a-certificate` or `other-account-or-region`.
    pub reason: &'static str,
}

/// Why a certificate is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Occasion {
    /// CloudTrail: it was requested.
    Requested,
    /// CloudTrail: its options were changed.
    OptionsChanged,
    /// ACM: its renewal needs a person.
    RenewalActionRequired,
    /// AWS Health: the state of its renewal changed.
    RenewalStateChange,
    /// AWS Health: its renewal failed.
    RenewalFailed,
    /// AWS Health: a CAA record forbids Amazon to issue it.
    CaaCheckFailed,
    /// The scheduled look at all certificates.
    Sweep,
}

impl Occasion {
    /// ACM's codes of AWS Health events.
    fn of_health(code: &str) -> Option<Self> {
        match code {
            "AWS_ACM_RENEWAL_STATE_CHANGE" => Some(Self::RenewalStateChange),
            "AWS_ACM_RENEWAL_FAILURE" => Some(Self::RenewalFailed),
            "CAA_CHECK_FAILURE" => Some(Self::CaaCheckFailed),
            _ => None,
        }
    }

    /// The name in logs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::OptionsChanged => "options-changed",
            Self::RenewalActionRequired => "renewal-action-required",
            Self::RenewalStateChange => "renewal-state-change",
            Self::RenewalFailed => "renewal-failed",
            Self::CaaCheckFailed => "caa-check-failed",
            Self::Sweep => "sweep",
        }
    }
}

/// EventBridge's envelope, as far as it is read. The fields are checked one by one, so that an error
/// names its field.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Envelope {
    source: Value,
    #[serde(rename = "detail-type")]
    detail_type: Value,
    resources: Value,
    detail: Value,
}

impl Trigger {
    /// Reads an event.
    ///
    /// # Errors
    /// It is not one that this function takes; the error names the field.
    pub fn read(event: &Value, here: &Scope) -> Result<Self, Error> {
        let malformed = || Error::bad_event("(whole event)", "is not a JSON object");
        if !event.is_object() {
            return Err(malformed());
        }
        let event = Envelope::deserialize(event).map_err(|_| malformed())?;
        let source = text(&event.source, "source")?;
        let detail_type = text(&event.detail_type, "detail-type")?;
        match (source, detail_type) {
            ("aws.acm", CLOUDTRAIL) => api_call(&event.detail, here),
            ("aws.acm", ACTION_REQUIRED) => {
                look(Occasion::RenewalActionRequired, &event.resources[0], "resources[0]", here)
            }
            ("aws.health", "AWS Health Event") => health(&event, here),
            ("aws.events", "Scheduled Event") | (events::SOURCE, events::SWEEP_REQUESTED) => Ok(Self::Sweep),
            ("aws.acm" | "aws.health" | "aws.events" | events::SOURCE, other) => Err(not_for_us("detail-type", other)),
            (other, _) => Err(not_for_us("source", other)),
        }
    }
}

/// A call of ACM's API, as CloudTrail recorded it
/// ([record contents](https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html)).
fn api_call(detail: &Value, here: &Scope) -> Result<Trigger, Error> {
    let (occasion, arn, field) = match text(&detail["eventName"], "detail.eventName")? {
        "RequestCertificate" => (
            Occasion::Requested,
            &detail["responseElements"]["certificateArn"],
            "detail.responseElements.certificateArn",
        ),
        "UpdateCertificateOptions" => (
            Occasion::OptionsChanged,
            &detail["requestParameters"]["certificateArn"],
            "detail.requestParameters.certificateArn",
        ),
        other => return Err(not_for_us("detail.eventName", other)),
    };
    // "errorCode: The AWS service error if the request returns an error."
    if !detail["errorCode"].is_null() {
        return Ok(Trigger::Ignore { reason: "failed-call" });
    }
    look(occasion, arn, field, here)
}

fn look(occasion: Occasion, arn: &Value, field: &str, here: &Scope) -> Result<Trigger, Error> {
    let arn: CertificateArn =
        text(arn, field)?.parse().map_err(|error| Error::bad_event(field, format!("is unusable: {error}")))?;
    if !arn.is_within(here) {
        let problem = format!(
            "names a certificate of account {} in {}; this function works for account {} in {}",
            arn.account(),
            arn.region(),
            here.account,
            here.region
        );
        return Err(Error::bad_event(field, problem));
    }
    Ok(Trigger::Look { occasion, certificates: vec![arn], skipped: Vec::new() })
}

/// An AWS Health event may name many certificates. It is delivered in other Regions too
/// ([Region coverage](https://docs.aws.amazon.com/health/latest/ug/choosing-a-region.html)), so a
/// certificate that lives elsewhere is no error here.
fn health(event: &Envelope, here: &Scope) -> Result<Trigger, Error> {
    let service = text(&event.detail["service"], "detail.service")?;
    if service != "ACM" {
        return Err(not_for_us("detail.service", service));
    }
    let code = text(&event.detail["eventTypeCode"], "detail.eventTypeCode")?;
    let occasion = Occasion::of_health(code).ok_or_else(|| not_for_us("detail.eventTypeCode", code))?;
    let mut entities = strings(&event.detail["affectedEntities"], |entity| &entity["entityValue"]);
    if entities.is_empty() {
        entities = strings(&event.resources, |resource| resource);
    }
    if entities.is_empty() {
        return Err(Error::bad_event("detail.affectedEntities", "names nothing, and neither does `resources`"));
    }
    let (mut certificates, mut skipped) = (Vec::new(), Vec::new());
    for entity in entities {
        let skip = |reason| Skipped { entity: excerpt(entity), reason };
        match entity.parse::<CertificateArn>() {
            Ok(arn) if certificates.contains(&arn) => {}
            Ok(arn) if arn.is_within(here) => certificates.push(arn),
            Ok(_) => skipped.push(skip("other-account-or-region")),
            Err(_) => skipped.push(skip("not-a-certificate")),
        }
    }
    Ok(Trigger::Look { occasion, certificates, skipped })
}

fn not_for_us(field: &str, value: &str) -> Error {
    Error::bad_event(field, format!("is `{}`, which is not for this function", excerpt(value)))
}

fn text<'a>(value: &'a Value, field: &str) -> Result<&'a str, Error> {
    match value {
        Value::String(text) => Ok(text),
        Value::Null => Err(Error::bad_event(field, "is missing")),
        _ => Err(Error::bad_event(field, "is not a text")),
    }
}

fn strings<'a>(list: &'a Value, of: impl Fn(&'a Value) -> &'a Value) -> Vec<&'a str> {
    list.as_array().into_iter().flatten().filter_map(|item| of(item).as_str()).collect()
}

/// What an error or an answer repeats of a text from outside.
fn excerpt(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(200).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ARN: &str = "arn:aws:acm:us-east-1:123456789012:certificate/61f50cd4";

    fn read(event: &Value) -> Result<Trigger, Error> {
        Trigger::read(event, &Scope { region: "us-east-1".into(), account: "123456789012".into() })
    }

    fn call(name: &str, detail: Value) -> Value {
        let mut detail = detail;
        detail["eventName"] = name.into();
        json!({"source": "aws.acm", "detail-type": CLOUDTRAIL, "resources": [], "detail": detail})
    }

    fn health(code: &str, entities: Value) -> Value {
        json!({"source": "aws.health", "detail-type": "AWS Health Event", "resources": [ARN],
            "detail": {"service": "ACM", "eventTypeCode": code, "affectedEntities": entities}})
    }

    #[test]
    fn the_table_of_occasions() {
        let action = json!({"source": "aws.acm", "detail-type": ACTION_REQUIRED, "resources": [ARN], "detail": 7});
        for (event, expected) in [
            (call("RequestCertificate", json!({"responseElements": {"certificateArn": ARN}})), Occasion::Requested),
            (
                call("UpdateCertificateOptions", json!({"requestParameters": {"certificateArn": ARN}})),
                Occasion::OptionsChanged,
            ),
            (action, Occasion::RenewalActionRequired),
            (health("AWS_ACM_RENEWAL_STATE_CHANGE", json!(null)), Occasion::RenewalStateChange),
            (health("AWS_ACM_RENEWAL_FAILURE", json!(null)), Occasion::RenewalFailed),
            (health("CAA_CHECK_FAILURE", json!(null)), Occasion::CaaCheckFailed),
        ] {
            let look =
                Trigger::Look { occasion: expected, certificates: vec![ARN.parse().unwrap()], skipped: Vec::new() };
            assert_eq!(read(&event), Ok(look), "{event}");
        }
    }

    #[test]
    fn a_call_that_failed_is_ignored() {
        let failed = json!({"errorCode": "AccessDenied", "responseElements": null});
        for name in ["RequestCertificate", "UpdateCertificateOptions"] {
            assert_eq!(read(&call(name, failed.clone())), Ok(Trigger::Ignore { reason: "failed-call" }));
        }
    }

    #[test]
    fn health_names_certificates_of_everywhere() {
        let elsewhere = ARN.replace("us-east-1", "eu-west-1");
        let entities = json!([{"entityValue": "i-0123"}, {"entityValue": ARN}, {"entityValue": ARN}, {},
            {"entityValue": elsewhere}]);
        let event = health("AWS_ACM_RENEWAL_FAILURE", entities);
        let Ok(Trigger::Look { certificates, skipped, .. }) = read(&event) else { panic!() };
        assert_eq!(certificates, [ARN.parse().unwrap()]);
        let reasons: Vec<_> = skipped.iter().map(|skipped| skipped.reason).collect();
        assert_eq!(reasons, ["not-a-certificate", "other-account-or-region"]);
    }

    #[test]
    fn both_forms_of_a_sweep() {
        let scheduled = json!({"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}});
        let requested = json!({"source": "acm-autopilot", "detail-type": "Certificate Sweep Requested"});
        assert_eq!((read(&scheduled), read(&requested)), (Ok(Trigger::Sweep), Ok(Trigger::Sweep)));
    }

    #[test]
    fn what_is_not_for_this_function_names_the_field() {
        let elsewhere = ARN.replace("us-east-1", "eu-west-1");
        let mut other_service = health("X", json!(null));
        other_service["detail"]["service"] = "EC2".into();
        let mut nothing = health("CAA_CHECK_FAILURE", json!(null));
        nothing["resources"] = json!([]);
        for (event, field) in [
            (json!("sweep"), "(whole event)"),
            (json!({}), "source"),
            (json!({"source": 5}), "source"),
            (json!({"source": "aws.ec2", "detail-type": "EC2 Instance State-change"}), "source"),
            (json!({"source": "aws.acm"}), "detail-type"),
            (json!({"source": "aws.acm", "detail-type": "ACM Certificate Expired"}), "detail-type"),
            (json!({"source": "aws.acm", "detail-type": CLOUDTRAIL}), "detail.eventName"),
            (call("DeleteCertificate", json!({})), "detail.eventName"),
            (call("RequestCertificate", json!({})), "detail.responseElements.certificateArn"),
            (
                call("RequestCertificate", json!({"responseElements": {"certificateArn": elsewhere}})),
                "detail.responseElements.certificateArn",
            ),
            (
                call("UpdateCertificateOptions", json!({"requestParameters": {"certificateArn": "x"}})),
                "detail.requestParameters.certificateArn",
            ),
            (json!({"source": "aws.acm", "detail-type": ACTION_REQUIRED}), "resources[0]"),
            (other_service, "detail.service"),
            (health("AWS_ACM_SOMETHING_NEW", json!(null)), "detail.eventTypeCode"),
            (nothing, "detail.affectedEntities"),
        ] {
            let error = read(&event).unwrap_err();
            assert!(matches!(&error, Error::BadEvent { field: named, .. } if named == field), "{event}: {error}");
            assert!(!lambda::Failure::is_retryable(&error));
        }
    }
}
