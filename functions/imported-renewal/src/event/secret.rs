//! Events of AWS Secrets Manager: a secret has another value.

use certificates::{SecretId, Target};
use events::{BadField, text};
use serde_json::Value;

use super::Trigger;
use crate::Error;

/// The label of the version that is read.
const CURRENT: &str = "AWSCURRENT";
/// The calls that can give the label to another value.
const CALLS: [&str; 3] = ["PutSecretValue", "UpdateSecret", "UpdateSecretVersionStage"];

/// Secrets Manager's own event.
pub(super) fn from_label(resources: &Value, detail: &Value, target: &Target) -> Result<Trigger, Error> {
    if text(&detail["labelUpdated"], "detail.labelUpdated")? != CURRENT {
        return Ok(Trigger::Ignore { reason: "another-label" });
    }
    named(&resources[0], "resources[0]", target)
}

/// CloudTrail's record of a call.
pub(super) fn from_call(detail: &Value, target: &Target) -> Result<Trigger, Error> {
    if !CALLS.contains(&text(&detail["eventName"], "detail.eventName")?) {
        return Ok(Trigger::Ignore { reason: "another-api-call" });
    }
    if !detail["errorCode"].is_null() {
        return Ok(Trigger::Ignore { reason: "failed-api-call" });
    }
    // Older records spell it `aRN`. A request may have a shortened ARN, and a name that is also the end of one.
    let answer = &detail["responseElements"];
    match [&answer["arn"], &answer["aRN"], &answer["ARN"]].into_iter().find(|arn| arn.is_string()) {
        Some(arn) => named(arn, "detail.responseElements.arn", target),
        None => named(&detail["requestParameters"]["secretId"], "detail.requestParameters.secretId", target),
    }
}

fn named(secret: &Value, field: &'static str, target: &Target) -> Result<Trigger, Error> {
    let secret = text(secret, field)?.parse().map_err(|_| BadField::new(field, "does not name a secret"))?;
    match &secret {
        SecretId::Arn(arn) if !arn.is_within(target) => Err(Error::SecretElsewhere { field }),
        SecretId::Arn(_) | SecretId::Name(_) => Ok(Trigger::ReconcileSecret { secret }),
    }
}
