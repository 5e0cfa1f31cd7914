//! The events that this function takes, reduced to what they are a reason for.
//!
//! An event says only which certificates to check and on what occasion, and whether a change to DNS validation
//! should be under way. What else it holds is not read: the present state decides.

use certificates::{CertificateArn, Target};
use events::{Affected, BadField, Envelope, HEALTH_EVENT, HealthEvent, certificate, text};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::Error;

pub use events::Skipped;

const CLOUDTRAIL: &str = "AWS API Call via CloudTrail";
const ACTION_REQUIRED: &str = "ACM Certificate Renewal Action Required";

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trigger {
    Reconcile {
        occasion: Occasion,
        /// When somebody asked for a change to DNS validation, if that is why and the event says when.
        update_requested_at: Option<Timestamp>,
        /// Each of them once. Empty when an AWS Health event names none of this account and Region.
        certificates: Vec<CertificateArn>,
        /// What an AWS Health event named besides.
        skipped: Vec<Skipped>,
    },
    Sweep,
    /// The call that the event reports changed nothing.
    Ignore {
        /// Why: `failed-call`.
        reason: &'static str,
    },
}

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
    /// The scheduled check of all certificates.
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

impl Trigger {
    /// Reads an event.
    ///
    /// # Errors
    /// It is not one that this function takes; the error names the field.
    pub fn read(event: &Value, here: &Target) -> Result<Self, Error> {
        Ok(Self::of(Envelope::read(event)?, here)?)
    }

    fn of(event: Envelope<'_>, here: &Target) -> Result<Self, BadField> {
        match (event.source, event.detail_type) {
            ("aws.acm", CLOUDTRAIL) => api_call(event.detail, here),
            ("aws.acm", ACTION_REQUIRED) => {
                Ok(Self::of_one(Occasion::RenewalActionRequired, event.first_certificate(here)?))
            }
            ("aws.health", HEALTH_EVENT) => health(HealthEvent::read(&event)?, here),
            _ if event.asks_for_sweep() => Ok(Self::Sweep),
            _ => Err(event.not_taken()),
        }
    }

    fn of_one(occasion: Occasion, certificate: CertificateArn) -> Self {
        Self::Reconcile { occasion, update_requested_at: None, certificates: vec![certificate], skipped: Vec::new() }
    }
}

impl From<BadField> for Error {
    fn from(bad: BadField) -> Self {
        Self::bad_event(bad.field, bad.problem)
    }
}

/// A call of ACM's API, as CloudTrail recorded it
/// ([record contents](https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html)).
fn api_call(detail: &Value, here: &Target) -> Result<Trigger, BadField> {
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
        other => return Err(BadField::not_taken("detail.eventName", other)),
    };
    // "errorCode: The AWS service error if the request returns an error."
    if !detail["errorCode"].is_null() {
        return Ok(Trigger::Ignore { reason: "failed-call" });
    }
    let certificates = vec![certificate(arn, field, here)?];
    // CertificateOptions has the method beside other options, as CloudTrail writes the members of a request. That
    // CloudTrail shows this one is unverified; without it nothing is waited for.
    let asks_for_dns = detail["requestParameters"]["options"]["validationMethod"] == "DNS";
    let update_requested_at = detail["eventTime"]
        .as_str()
        .filter(|_| occasion == Occasion::OptionsChanged && asks_for_dns)
        .and_then(|time| time.parse().ok());
    Ok(Trigger::Reconcile { occasion, update_requested_at, certificates, skipped: Vec::new() })
}

fn health(event: HealthEvent<'_>, here: &Target) -> Result<Trigger, BadField> {
    let code = event.type_code()?;
    let occasion = Occasion::of_health(code).ok_or_else(|| BadField::not_taken("detail.eventTypeCode", code))?;
    // What AWS Health has closed does not count against what ACM says now.
    let occasion = if event.is_closed() { Occasion::RenewalStateChange } else { occasion };
    let Affected { certificates, skipped } = event.affected(here)?;
    Ok(Trigger::Reconcile { occasion, update_requested_at: None, certificates, skipped })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ARN: &str = "arn:aws:acm:us-east-1:123456789012:certificate/61f50cd4";

    fn read(event: &Value) -> Result<Trigger, Error> {
        Trigger::read(
            event,
            &Target { partition: "aws".into(), region: "us-east-1".into(), account: "123456789012".into() },
        )
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
            assert_eq!(read(&event), Ok(Trigger::of_one(expected, ARN.parse().unwrap())), "{event}");
        }
    }

    #[test]
    fn a_closed_event_does_not_report_a_failure() {
        let mut event = health("CAA_CHECK_FAILURE", json!(null));
        event["detail"]["statusCode"] = json!("closed");
        assert_eq!(read(&event), Ok(Trigger::of_one(Occasion::RenewalStateChange, ARN.parse().unwrap())));
    }

    #[test]
    fn a_change_to_dns_validation_has_its_time() {
        let at = "2026-11-21T06:51:08Z";
        for (name, options, time, expected) in [
            ("UpdateCertificateOptions", json!({"validationMethod": "DNS"}), json!(at), true),
            ("UpdateCertificateOptions", json!({"validationMethod": "EMAIL"}), json!(at), false),
            ("UpdateCertificateOptions", json!({"export": "ENABLED"}), json!(at), false),
            ("UpdateCertificateOptions", json!("DNS"), json!(at), false),
            ("UpdateCertificateOptions", json!({"validationMethod": "DNS"}), json!("lately"), false),
            ("UpdateCertificateOptions", json!({"validationMethod": "DNS"}), json!(null), false),
            ("RequestCertificate", json!({"validationMethod": "DNS"}), json!(at), false),
        ] {
            let parameters = json!({"certificateArn": ARN, "options": options});
            let answer = json!({"certificateArn": ARN});
            let event =
                call(name, json!({"requestParameters": parameters, "responseElements": answer, "eventTime": time}));
            let Ok(Trigger::Reconcile { update_requested_at, .. }) = read(&event) else { panic!("{event}") };
            assert_eq!(update_requested_at, expected.then(|| at.parse().unwrap()), "{event}");
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
        nothing["resources"] = json!(null);
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
            assert!(!lambda::RetryableError::is_retryable(&error));
        }
    }
}
