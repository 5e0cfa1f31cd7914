//! CloudTrail's record of an API call, as EventBridge delivers it.

use events::{BadField, Envelope, text};
use jiff::Timestamp;
use serde_json::Value;

use crate::principal::Principal;

/// The detail type of API calls.
pub(crate) const API_CALL: &str = "AWS API Call via CloudTrail";

/// A call
/// ([record contents](https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html)).
#[derive(Debug)]
pub struct Record<'a> {
    /// Its id, the same whenever the event is delivered again.
    pub id: &'a str,
    /// When.
    pub at: Timestamp,
    /// Of which service, such as `acm.amazonaws.com`.
    pub service: &'a str,
    /// Which operation.
    pub name: &'a str,
    /// Its parameters, in camelCase; null where there are none.
    pub request: &'a Value,
    /// Its answer; null where it failed.
    pub response: &'a Value,
    /// Why it failed.
    pub error: Option<&'a str>,
    /// Who made it.
    pub principal: Principal,
    /// From which address or service.
    pub source_ip: &'a str,
    /// With what.
    pub user_agent: &'a str,
}

impl<'a> Record<'a> {
    /// Reads an event with the detail type `AWS API Call via CloudTrail`.
    ///
    /// # Errors
    /// It lacks its id, its time, its service or its operation.
    pub fn read(event: &'a Value) -> Result<Self, BadField> {
        let detail = Envelope::read(event)?.detail;
        let at = text(&detail["eventTime"], "detail.eventTime")?;
        Ok(Self {
            id: text(&detail["eventID"], "detail.eventID")?,
            at: at.parse().map_err(|_| BadField::new("detail.eventTime", "is not a time of RFC 3339"))?,
            service: text(&detail["eventSource"], "detail.eventSource")?,
            name: text(&detail["eventName"], "detail.eventName")?,
            request: &detail["requestParameters"],
            response: &detail["responseElements"],
            error: detail["errorCode"].as_str(),
            principal: Principal::read(&detail["userIdentity"]),
            source_ip: detail["sourceIPAddress"].as_str().unwrap_or_default(),
            user_agent: detail["userAgent"].as_str().unwrap_or_default(),
        })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use serde_json::json;

    use super::*;

    /// An event about a call of somebody.
    pub(crate) fn record(service: &str, name: &str, request: &Value, response: &Value, error: Option<&str>) -> Value {
        let mut detail = json!({
            "eventVersion": "1.11", "eventID": "11111111-2222-3333-4444-555555555555",
            "eventTime": "2026-11-28T06:51:08Z", "eventSource": service, "eventName": name,
            "awsRegion": "us-east-1", "sourceIPAddress": "192.0.2.7", "userAgent": "aws-cli/2.0",
            "userIdentity": {"type": "IAMUser", "arn": "arn:aws:iam::123456789012:user/eve"},
            "requestParameters": request, "responseElements": response,
        });
        if let Some(code) = error {
            detail["errorCode"] = code.into();
        }
        let source = format!("aws.{}", service.split('.').next().unwrap_or_default());
        json!({"source": source, "detail-type": API_CALL, "account": "123456789012", "region": "us-east-1",
            "detail": detail})
    }

    #[test]
    fn a_record_names_what_it_lacks() {
        let whole = record("acm.amazonaws.com", "DeleteCertificate", &json!({}), &json!(null), None);
        let read = Record::read(&whole).unwrap();
        assert_eq!((read.name, read.at.to_string().as_str()), ("DeleteCertificate", "2026-11-28T06:51:08Z"));
        assert_eq!(read.principal.name(), "arn:aws:iam::123456789012:user/eve");
        for member in ["eventID", "eventTime", "eventSource", "eventName"] {
            let mut event = whole.clone();
            event["detail"][member] = json!(null);
            assert_eq!(Record::read(&event).unwrap_err().field, format!("detail.{member}"));
        }
    }
}
