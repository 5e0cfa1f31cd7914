//! The events that ask to check a certificate.
//!
//! An event says only "check this certificate". Whatever else it says is not trusted.

use certificates::tags::{RENEWAL_SETTINGS, STATUS};
use certificates::{CertificateArn, RenewalStatus, SecretId, Target};
use events::{BadField, Envelope, RenewalTrigger, text};
use organization::SpokeRole;
use serde_json::Value;

use crate::Error;

mod secret;

/// Why a certificate is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Occasion {
    /// Our own request event: mostly the sweep's.
    Requested,
    /// Such a request, because the certificate's CA may revoke it soon.
    RevocationAhead,
    /// Somebody set the status to `pending-renewal`.
    PendingSet,
    /// An operator changed one of the tags that control a renewal: a failed one may succeed now.
    SettingsChanged,
    /// An AWS Config rule reported the certificate.
    NonCompliant,
    /// The secret that it is renewed from got another value.
    SecretChanged,
}

/// What an event asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trigger {
    /// Check a certificate.
    Reconcile { certificate: CertificateArn, occasion: Occasion },
    /// Check the certificates that a secret is for: it has another value.
    ReconcileSecret { secret: SecretId },
    /// Nothing, for a documented reason.
    Ignore {
        /// As it is in answers and logs.
        reason: &'static str,
    },
}

impl Trigger {
    /// Reads an EventBridge event.
    ///
    /// # Errors
    /// It is none of the events in the README, or names a certificate that is out of reach.
    pub(crate) fn read(event: &Value, target: &Target) -> Result<Self, Error> {
        let envelope = Envelope::read(event)?;
        match (envelope.source, envelope.detail_type) {
            (events::SOURCE, events::RENEWAL_REQUESTED) => {
                let arn = &envelope.detail["certificateArn"];
                let certificate = certificate(arn, "detail.certificateArn", target)?;
                let is_urgent = envelope.detail["why"] == RenewalTrigger::RevocationAhead.as_str();
                let occasion = if is_urgent { Occasion::RevocationAhead } else { Occasion::Requested };
                Ok(Self::Reconcile { certificate, occasion })
            }
            ("aws.acm", "AWS API Call via CloudTrail") => Self::from_tagging(envelope.detail, target),
            ("aws.secretsmanager", kind) => match kind {
                "Secret Label Updated" => secret::from_label(envelope.resources, envelope.detail, target),
                "AWS API Call via CloudTrail" => secret::from_call(envelope.detail, target),
                _ => Err(envelope.not_taken().into()),
            },
            ("aws.config", "Config Rules Compliance Change") => Self::from_compliance_change(envelope.detail, target),
            _ => Err(envelope.not_taken().into()),
        }
    }

    /// CloudTrail's record of AddTagsToCertificate: the reliable sign that an operator set a tag.
    fn from_tagging(detail: &Value, target: &Target) -> Result<Self, Error> {
        if text(&detail["eventName"], "detail.eventName")? != "AddTagsToCertificate" {
            return Ok(Self::Ignore { reason: "another-api-call" });
        }
        if !detail["errorCode"].is_null() {
            return Ok(Self::Ignore { reason: "failed-api-call" });
        }
        if is_own_write(detail, target) {
            return Ok(Self::Ignore { reason: "own-write" });
        }
        let parameters = &detail["requestParameters"];
        let arn = &parameters["certificateArn"];
        let certificate = certificate(arn, "detail.requestParameters.certificateArn", target)?;
        let tags = parameters["tags"].as_array();
        let tags = tags.ok_or_else(|| BadField::new("detail.requestParameters.tags", "is not a list"))?;
        Ok(match occasion_of(tags) {
            Some(occasion) => Self::Reconcile { certificate, occasion },
            None => Self::Ignore { reason: "no-renewal-setting" },
        })
    }

    fn from_compliance_change(detail: &Value, target: &Target) -> Result<Self, Error> {
        if detail["resourceType"] != "AWS::ACM::Certificate" {
            return Ok(Self::Ignore { reason: "another-resource-type" });
        }
        if detail["newEvaluationResult"]["complianceType"] != "NON_COMPLIANT" {
            return Ok(Self::Ignore { reason: "not-non-compliant" });
        }
        let certificate = certificate(&detail["resourceId"], "detail.resourceId", target)?;
        Ok(Self::Reconcile { certificate, occasion: Occasion::NonCompliant })
    }
}

/// Whether a function wrote the tags, through its role in a spoke. The rules of EventBridge leave these events out
/// already; a request of a function's that counted as a person's would override maintenance windows.
fn is_own_write(detail: &Value, target: &Target) -> bool {
    let writer = detail["userIdentity"]["sessionContext"]["sessionIssuer"]["arn"].as_str();
    let roles = [SpokeRole::Read, SpokeRole::Renew, SpokeRole::Dns].map(|role| role.arn(target));
    writer.is_some_and(|writer| roles.iter().any(|role| role == writer))
}

/// What these tags are a reason for, if they are one.
fn occasion_of(tags: &[Value]) -> Option<Occasion> {
    let value = |tag: &Value| tag["value"].as_str().unwrap_or_default().to_owned();
    let pairs: Vec<(&str, String)> = tags.iter().filter_map(|tag| Some((tag["key"].as_str()?, value(tag)))).collect();
    if pairs.iter().any(|(key, _)| RENEWAL_SETTINGS.contains(key)) {
        return Some(Occasion::SettingsChanged);
    }
    let is_pending = |(key, value): &(&str, String)| *key == STATUS && value == RenewalStatus::PendingRenewal.as_str();
    pairs.iter().any(is_pending).then_some(Occasion::PendingSet)
}

fn certificate(arn: &Value, field: &'static str, target: &Target) -> Result<CertificateArn, Error> {
    let certificate: CertificateArn =
        text(arn, field)?.parse().map_err(|source| Error::NotACertificate { field, source })?;
    if certificate.is_within(target) {
        return Ok(certificate);
    }
    Err(Error::Elsewhere {
        certificate: Box::new(certificate),
        region: target.region.clone(),
        account: target.account.clone(),
    })
}

#[cfg(test)]
pub(crate) mod tests;
