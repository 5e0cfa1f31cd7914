//! The events that this function takes, reduced to what they are a reason for.
//!
//! An event says only which certificates to look at and on what occasion. What else it holds is not
//! read: the present state decides.

use certificates::{CertificateArn, Scope};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Error;

/// Detail types of ACM's events about certificates begin so
/// ([Amazon EventBridge support for ACM](https://docs.aws.amazon.com/acm/latest/userguide/supported-events.html)).
const ACM_CERTIFICATE: &str = "ACM Certificate";

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
    /// ACM: it nears its end. Sent daily.
    ApproachingExpiration,
    /// ACM: it has expired. Never sent for imported certificates.
    Expired,
    /// ACM: it was issued, imported or re-imported.
    Available,
    /// ACM: it was renewed.
    Renewed,
    /// ACM, AWS Health: its renewal needs a person.
    RenewalActionRequired,
    /// ACM: it was revoked.
    Revoked,
    /// ACM: it was rotated.
    Rotated,
    /// AWS Health: the state of its renewal changed.
    RenewalStateChange,
    /// The scheduled look at all certificates.
    Sweep,
    /// Something else happened to it.
    Other,
}

impl Occasion {
    /// ACM's detail types. Both kinds of revocation begin alike.
    fn of_acm(detail_type: &str, detail: &Value) -> Self {
        match detail_type {
            "ACM Certificate Approaching Expiration" => Self::ApproachingExpiration,
            "ACM Certificate Expired" => Self::Expired,
            "ACM Certificate Available" if detail["Action"] == "RENEWAL" => Self::Renewed,
            "ACM Certificate Available" => Self::Available,
            "ACM Certificate Renewal Action Required" => Self::RenewalActionRequired,
            "ACM Certificate Rotated" => Self::Rotated,
            revoked if revoked.starts_with("ACM Certificate Revoked") => Self::Revoked,
            _ => Self::Other,
        }
    }

    /// ACM's codes of AWS Health events.
    fn of_health(detail: &Value) -> Self {
        match detail["eventTypeCode"].as_str() {
            Some("AWS_ACM_RENEWAL_STATE_CHANGE") => Self::RenewalStateChange,
            Some("CAA_CHECK_FAILURE" | "AWS_ACM_RENEWAL_FAILURE") => Self::RenewalActionRequired,
            _ => Self::Other,
        }
    }

    /// The name in logs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ApproachingExpiration => "approaching-expiration",
            Self::Expired => "expired",
            Self::Available => "available",
            Self::Renewed => "renewed",
            Self::RenewalActionRequired => "renewal-action-required",
            Self::Revoked => "revoked",
            Self::Rotated => "rotated",
            Self::RenewalStateChange => "renewal-state-change",
            Self::Sweep => "sweep",
            Self::Other => "other",
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
            ("aws.acm", detail_type) if detail_type.starts_with(ACM_CERTIFICATE) => Ok(Self::Look {
                occasion: Occasion::of_acm(detail_type, &event.detail),
                certificates: vec![first_resource(&event.resources, here)?],
                skipped: Vec::new(),
            }),
            ("aws.health", "AWS Health Event") => health(&event, here),
            ("aws.events", "Scheduled Event") | (events::SOURCE, events::SWEEP_REQUESTED) => Ok(Self::Sweep),
            ("aws.acm" | "aws.health" | "aws.events" | events::SOURCE, other) => {
                Err(Error::bad_event("detail-type", format!("is `{}`, which is not for this function", excerpt(other))))
            }
            (other, _) => {
                Err(Error::bad_event("source", format!("is `{}`, which is not for this function", excerpt(other))))
            }
        }
    }
}

/// ACM names the certificate in the first resource.
fn first_resource(resources: &Value, here: &Scope) -> Result<CertificateArn, Error> {
    const FIELD: &str = "resources[0]";
    let arn: CertificateArn = text(&resources[0], FIELD)?
        .parse()
        .map_err(|error| Error::bad_event(FIELD, format!("is unusable: {error}")))?;
    if !arn.is_within(here) {
        let problem = format!(
            "names a certificate of account {} in {}; this function works for account {} in {}",
            arn.account(),
            arn.region(),
            here.account,
            here.region
        );
        return Err(Error::bad_event(FIELD, problem));
    }
    Ok(arn)
}

/// An AWS Health event may name many certificates. It is delivered in other Regions too
/// ([Region coverage](https://docs.aws.amazon.com/health/latest/ug/choosing-a-region.html)), so a
/// certificate that lives elsewhere is no error here.
fn health(event: &Envelope, here: &Scope) -> Result<Trigger, Error> {
    let service = text(&event.detail["service"], "detail.service")?;
    if service != "ACM" {
        return Err(Error::bad_event("detail.service", format!("is `{}`, not `ACM`", excerpt(service))));
    }
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
    Ok(Trigger::Look { occasion: Occasion::of_health(&event.detail), certificates, skipped })
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

    fn here() -> Scope {
        Scope { region: "us-east-1".into(), account: "123456789012".into() }
    }

    fn read(event: &Value) -> Result<Trigger, Error> {
        Trigger::read(event, &here())
    }

    fn acm(detail_type: &str, detail: Value) -> Value {
        json!({"source": "aws.acm", "detail-type": detail_type, "resources": [ARN], "detail": detail})
    }

    fn occasion(event: &Value) -> Occasion {
        match read(event) {
            Ok(Trigger::Look { occasion, .. }) => occasion,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn acm_occasions() {
        for (detail_type, detail, expected) in [
            ("ACM Certificate Approaching Expiration", json!({"DaysToExpiry": 31}), Occasion::ApproachingExpiration),
            ("ACM Certificate Expired", json!({}), Occasion::Expired),
            ("ACM Certificate Available", json!({"Action": "RENEWAL"}), Occasion::Renewed),
            ("ACM Certificate Available", json!({"Action": "REIMPORT"}), Occasion::Available),
            ("ACM Certificate Available", json!({"Action": 7}), Occasion::Available),
            ("ACM Certificate Available", json!(null), Occasion::Available),
            ("ACM Certificate Renewal Action Required", json!({}), Occasion::RenewalActionRequired),
            ("ACM Certificate Revoked", json!({}), Occasion::Revoked),
            ("ACM Certificate Revoked by Certificate Authority (CA)", json!({}), Occasion::Revoked),
            ("ACM Certificate Rotated", json!({}), Occasion::Rotated),
            ("ACM Certificate Teleported", json!([1, 2]), Occasion::Other),
        ] {
            assert_eq!(occasion(&acm(detail_type, detail)), expected, "{detail_type}");
        }
    }

    #[test]
    fn health_occasions_and_entities() {
        let health = |code: &str, entities: Value| {
            json!({"source": "aws.health", "detail-type": "AWS Health Event", "resources": [ARN],
                "detail": {"service": "ACM", "eventTypeCode": code, "affectedEntities": entities}})
        };
        for (code, expected) in [
            ("AWS_ACM_RENEWAL_STATE_CHANGE", Occasion::RenewalStateChange),
            ("CAA_CHECK_FAILURE", Occasion::RenewalActionRequired),
            ("AWS_ACM_RENEWAL_FAILURE", Occasion::RenewalActionRequired),
            ("AWS_ACM_SOMETHING_NEW", Occasion::Other),
        ] {
            assert_eq!(occasion(&health(code, json!(null))), expected, "{code}");
        }

        let elsewhere = ARN.replace("us-east-1", "eu-west-1");
        let entities = json!([{"entityValue": "i-0123"}, {"entityValue": ARN}, {"entityValue": ARN}, {},
            {"entityValue": elsewhere}]);
        let Ok(Trigger::Look { certificates, skipped, .. }) = read(&health("X", entities)) else { panic!() };
        assert_eq!(certificates, [ARN.parse().unwrap()]);
        let reasons: Vec<_> = skipped.iter().map(|skipped| skipped.reason).collect();
        assert_eq!(reasons, ["not-a-certificate", "other-account-or-region"]);
    }

    #[test]
    fn both_forms_of_a_sweep() {
        let scheduled = json!({"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}});
        let requested = json!({"source": "acm-autopilot", "detail-type": "Certificate Sweep Requested"});
        assert_eq!(read(&scheduled), Ok(Trigger::Sweep));
        assert_eq!(read(&requested), Ok(Trigger::Sweep));
    }

    #[test]
    fn what_is_not_for_this_function_names_the_field() {
        let elsewhere = ARN.replace("us-east-1", "eu-west-1");
        for (event, field) in [
            (json!("sweep"), "(whole event)"),
            (json!([1, 2, 3, 4]), "(whole event)"),
            (json!({}), "source"),
            (json!({"source": 5}), "source"),
            (json!({"source": "aws.ec2", "detail-type": "EC2 Instance State-change"}), "source"),
            (json!({"source": "aws.acm"}), "detail-type"),
            (json!({"source": "aws.acm", "detail-type": "AWS API Call via CloudTrail"}), "detail-type"),
            (json!({"source": "acm-autopilot", "detail-type": "Certificate Renewal Requested"}), "detail-type"),
            (json!({"source": "aws.acm", "detail-type": "ACM Certificate Expired"}), "resources[0]"),
            (json!({"source": "aws.acm", "detail-type": "ACM Certificate Expired", "resources": ARN}), "resources[0]"),
            (
                json!({"source": "aws.acm", "detail-type": "ACM Certificate Expired", "resources": ["x"]}),
                "resources[0]",
            ),
            (
                json!({"source": "aws.acm", "detail-type": "ACM Certificate Expired", "resources": [elsewhere]}),
                "resources[0]",
            ),
            (json!({"source": "aws.health", "detail-type": "AWS Health Event"}), "detail.service"),
            (
                json!({"source": "aws.health", "detail-type": "AWS Health Event", "detail": {"service": "EC2"}}),
                "detail.service",
            ),
            (
                json!({"source": "aws.health", "detail-type": "AWS Health Event", "detail": {"service": "ACM"}}),
                "detail.affectedEntities",
            ),
        ] {
            let error = read(&event).unwrap_err();
            assert!(matches!(&error, Error::BadEvent { field: named, .. } if named == field), "{event}: {error}");
            assert!(!lambda::Failure::is_retryable(&error));
        }
    }
}
