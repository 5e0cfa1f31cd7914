//! The events that this function takes, reduced to what they are a reason for.
//!
//! An event says only which certificates to check and on what occasion. What else it holds is not
//! read: the present state decides.

use certificates::tags::RenewFrom;
use certificates::{CertificateArn, Target};
use events::{Affected, BadField, Envelope, HEALTH_EVENT, HealthEvent};
use serde::Serialize;
use serde_json::Value;

use crate::Error;

pub use events::Skipped;

/// Detail types of ACM's events about certificates start with this
/// ([Amazon EventBridge support for ACM](https://docs.aws.amazon.com/acm/latest/userguide/supported-events.html)).
const ACM_CERTIFICATE: &str = "ACM Certificate";

/// What an event asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trigger {
    /// Reconcile these certificates.
    Reconcile {
        /// Why.
        occasion: Occasion,
        /// Each of them once. Empty when an AWS Health event names none of this account and Region, or nothing at all.
        certificates: Vec<CertificateArn>,
        /// What an AWS Health event named besides.
        skipped: Vec<Skipped>,
    },
    /// Reconcile many certificates.
    Sweep(Coverage),
}

/// Which certificates a sweep is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coverage {
    /// All of the account and Region.
    All,
    /// Those that are renewed from an ACME server, which is asked whether it wants one to be replaced.
    RenewedFromAcme,
}

impl Coverage {
    pub(crate) fn read(detail: &Value) -> Result<Self, BadField> {
        match &detail["renewFrom"] {
            Value::Null => Ok(Self::All),
            source if source == RenewFrom::Acme.as_str() => Ok(Self::RenewedFromAcme),
            _ => Err(BadField::new("detail.renewFrom", "is not `acme`")),
        }
    }
}

/// Why a certificate is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Occasion {
    /// ACM: it expires soon. Sent daily.
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
    /// ACM: its CA revoked it.
    RevokedByCa,
    /// ACM: it was rotated.
    Rotated,
    /// AWS Health: the state of its renewal changed.
    RenewalStateChange,
    /// The scheduled check of all certificates.
    Sweep,
    /// Something else happened to it.
    Other,
}

impl Occasion {
    /// ACM's detail types.
    fn from_acm(detail_type: &str, detail: &Value) -> Self {
        match detail_type {
            "ACM Certificate Approaching Expiration" => Self::ApproachingExpiration,
            "ACM Certificate Expired" => Self::Expired,
            "ACM Certificate Available" if detail["Action"] == "RENEWAL" => Self::Renewed,
            "ACM Certificate Available" => Self::Available,
            "ACM Certificate Renewal Action Required" => Self::RenewalActionRequired,
            "ACM Certificate Rotated" => Self::Rotated,
            by_ca if by_ca.starts_with("ACM Certificate Revoked by") => Self::RevokedByCa,
            revoked if revoked.starts_with("ACM Certificate Revoked") => Self::Revoked,
            _ => Self::Other,
        }
    }

    /// ACM's codes of AWS Health events. A failure that AWS has closed is only a reason to check.
    fn from_health(event: &HealthEvent<'_>) -> Self {
        match event.type_code() {
            Ok("AWS_ACM_RENEWAL_STATE_CHANGE") => Self::RenewalStateChange,
            Ok("CAA_CHECK_FAILURE" | "AWS_ACM_RENEWAL_FAILURE") if !event.is_closed() => Self::RenewalActionRequired,
            _ => Self::Other,
        }
    }

    /// The name in logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ApproachingExpiration => "approaching-expiration",
            Self::Expired => "expired",
            Self::Available => "available",
            Self::Renewed => "renewed",
            Self::RenewalActionRequired => "renewal-action-required",
            Self::Revoked => "revoked",
            Self::RevokedByCa => "revoked-by-ca",
            Self::Rotated => "rotated",
            Self::RenewalStateChange => "renewal-state-change",
            Self::Sweep => "sweep",
            Self::Other => "other",
        }
    }
}

impl Trigger {
    /// # Errors
    /// It is not an event that this function takes; the error names the field.
    pub fn read(event: &Value, here: &Target) -> Result<Self, Error> {
        let event = Envelope::read(event)?;
        match (event.source, event.detail_type) {
            ("aws.acm", detail_type) if detail_type.starts_with(ACM_CERTIFICATE) => Ok(Self::Reconcile {
                occasion: Occasion::from_acm(detail_type, event.detail),
                certificates: vec![event.first_certificate(here)?],
                skipped: Vec::new(),
            }),
            ("aws.health", HEALTH_EVENT) => {
                let health = HealthEvent::read(&event)?;
                let Affected { certificates, skipped } = health.affected(here)?;
                Ok(Self::Reconcile { occasion: Occasion::from_health(&health), certificates, skipped })
            }
            _ if event.asks_for_sweep() => Ok(Self::Sweep(Coverage::read(event.detail)?)),
            _ => Err(event.not_taken().into()),
        }
    }
}

impl From<BadField> for Error {
    fn from(bad: BadField) -> Self {
        Self::bad_event(bad.field, bad.problem)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ARN: &str = "arn:aws:acm:us-east-1:123456789012:certificate/61f50cd4";

    fn here() -> Target {
        Target { partition: "aws".into(), region: "us-east-1".into(), account: "123456789012".into() }
    }

    fn read(event: &Value) -> Result<Trigger, Error> {
        Trigger::read(event, &here())
    }

    fn acm(detail_type: &str, detail: Value) -> Value {
        json!({"source": "aws.acm", "detail-type": detail_type, "resources": [ARN], "detail": detail})
    }

    fn occasion(event: &Value) -> Occasion {
        match read(event) {
            Ok(Trigger::Reconcile { occasion, .. }) => occasion,
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
            ("ACM Certificate Revoked by Certificate Authority (CA)", json!({}), Occasion::RevokedByCa),
            ("ACM Certificate Rotated", json!({}), Occasion::Rotated),
            ("ACM Certificate Teleported", json!([1, 2]), Occasion::Other),
        ] {
            assert_eq!(occasion(&acm(detail_type, detail)), expected, "{detail_type}");
        }
    }

    #[test]
    fn health_occasions() {
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
    }

    #[test]
    fn a_closed_health_event_is_a_check_like_any_other() {
        for (code, expected) in [
            ("AWS_ACM_RENEWAL_STATE_CHANGE", Occasion::RenewalStateChange),
            ("CAA_CHECK_FAILURE", Occasion::Other),
            ("AWS_ACM_RENEWAL_FAILURE", Occasion::Other),
        ] {
            let event = json!({"source": "aws.health", "detail-type": "AWS Health Event", "resources": [ARN],
                "detail": {"service": "ACM", "eventTypeCode": code, "statusCode": "closed"}});
            assert_eq!(occasion(&event), expected, "{code}");
        }
    }

    #[test]
    fn both_forms_of_a_sweep() {
        let scheduled = json!({"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}});
        let requested = json!({"source": "acm-autopilot", "detail-type": "Certificate Sweep Requested"});
        assert_eq!(read(&scheduled), Ok(Trigger::Sweep(Coverage::All)));
        assert_eq!(read(&requested), Ok(Trigger::Sweep(Coverage::All)));
        let acme = json!({"source": "acm-autopilot", "detail-type": "Certificate Sweep Requested",
            "detail": {"renewFrom": "acme"}});
        assert_eq!(read(&acme), Ok(Trigger::Sweep(Coverage::RenewedFromAcme)));
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
            (
                json!({"source": "acm-autopilot", "detail-type": "Certificate Sweep Requested", "detail": {"renewFrom": "secret"}}),
                "detail.renewFrom",
            ),
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
            assert!(!lambda::RetryableError::is_retryable(&error));
        }
    }
}
