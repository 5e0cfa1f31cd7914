//! The events that ask to check a certificate.
//!
//! An event says only "check this certificate". Whatever else it says is not trusted.

use certificates::tags::{RENEWAL_SETTINGS, STATUS};
use certificates::{CertificateArn, RenewalStatus, Scope};
use serde_json::Value;

use crate::error::Error;

/// Why a certificate is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Occasion {
    /// Our own request event: mostly the sweep's.
    Requested,
    /// Somebody set the status to `pending-renewal`.
    PendingSet,
    /// An operator changed one of the tags that control a renewal: a failed one may succeed now.
    SettingsChanged,
    /// An AWS Config rule reported the certificate.
    NonCompliant,
}

/// What an event asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Request {
    /// Check a certificate.
    Check { certificate: CertificateArn, occasion: Occasion },
    /// Nothing, for a documented reason.
    Ignore {
        /// As it is in answers and logs.
        reason: &'static str,
    },
}

impl Request {
    /// Reads an EventBridge event.
    ///
    /// # Errors
    /// It is none of the events in the README, or names a certificate that is out of reach.
    pub(crate) fn read(event: &Value, scope: &Scope) -> Result<Self, Error> {
        if !event.is_object() {
            let problem = "is not a JSON object".into();
            return Err(Error::UnexpectedEvent { field: "(whole event)", problem });
        }
        let source = text(event, "/source", "source")?;
        let detail_type = text(event, "/detail-type", "detail-type")?;
        match (source, detail_type) {
            (events::SOURCE, events::RENEWAL_REQUESTED) => {
                let certificate = certificate(event, "/detail/certificateArn", "detail.certificateArn", scope)?;
                Ok(Self::Check { certificate, occasion: Occasion::Requested })
            }
            ("aws.acm", "AWS API Call via CloudTrail") => Self::of_tags(event, scope),
            ("aws.config", "Config Rules Compliance Change") => Self::of_compliance(event, scope),
            _ => Err(Error::UnexpectedEvent {
                field: "source, detail-type",
                problem: format!("is `{}, {}`, which this function does not take", short(source), short(detail_type)),
            }),
        }
    }

    /// CloudTrail's record of AddTagsToCertificate: the reliable sign that an operator set a tag.
    fn of_tags(event: &Value, scope: &Scope) -> Result<Self, Error> {
        let name = text(event, "/detail/eventName", "detail.eventName")?;
        if name != "AddTagsToCertificate" {
            return Ok(Self::Ignore { reason: "another-api-call" });
        }
        if event.pointer("/detail/errorCode").is_some_and(|code| !code.is_null()) {
            return Ok(Self::Ignore { reason: "failed-api-call" });
        }
        let parameters = "/detail/requestParameters/certificateArn";
        let certificate = certificate(event, parameters, "detail.requestParameters.certificateArn", scope)?;
        let field = "detail.requestParameters.tags";
        let tags = event
            .pointer("/detail/requestParameters/tags")
            .and_then(Value::as_array)
            .ok_or_else(|| Error::UnexpectedEvent { field, problem: "is not a list".into() })?;
        let pairs = || {
            tags.iter().filter_map(|tag| {
                Some((tag.get("key")?.as_str()?, tag.get("value").and_then(Value::as_str).unwrap_or_default()))
            })
        };
        if pairs().any(|(key, _)| RENEWAL_SETTINGS.contains(&key)) {
            return Ok(Self::Check { certificate, occasion: Occasion::SettingsChanged });
        }
        if pairs().any(|(key, value)| key == STATUS && value == RenewalStatus::PendingRenewal.as_str()) {
            return Ok(Self::Check { certificate, occasion: Occasion::PendingSet });
        }
        Ok(Self::Ignore { reason: "no-renewal-setting" })
    }

    fn of_compliance(event: &Value, scope: &Scope) -> Result<Self, Error> {
        if event.pointer("/detail/resourceType").and_then(Value::as_str) != Some("AWS::ACM::Certificate") {
            return Ok(Self::Ignore { reason: "another-resource-type" });
        }
        let result = event.pointer("/detail/newEvaluationResult/complianceType").and_then(Value::as_str);
        if result != Some("NON_COMPLIANT") {
            return Ok(Self::Ignore { reason: "not-non-compliant" });
        }
        let certificate = certificate(event, "/detail/resourceId", "detail.resourceId", scope)?;
        Ok(Self::Check { certificate, occasion: Occasion::NonCompliant })
    }
}

fn text<'a>(event: &'a Value, pointer: &str, field: &'static str) -> Result<&'a str, Error> {
    event
        .pointer(pointer)
        .and_then(Value::as_str)
        .ok_or_else(|| Error::UnexpectedEvent { field, problem: "is missing or not a text".into() })
}

fn certificate(event: &Value, pointer: &str, field: &'static str, scope: &Scope) -> Result<CertificateArn, Error> {
    let certificate: CertificateArn =
        text(event, pointer, field)?.parse().map_err(|source| Error::NotACertificate { field, source })?;
    if certificate.is_within(scope) {
        return Ok(certificate);
    }
    Err(Error::Elsewhere {
        certificate: Box::new(certificate),
        region: scope.region.clone(),
        account: scope.account.clone(),
    })
}

/// What an error repeats of an event: enough to recognise it.
fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(60).collect()
}

#[cfg(test)]
pub(crate) mod tests;
