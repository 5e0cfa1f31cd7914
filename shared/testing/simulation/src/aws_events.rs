//! Events that AWS sends, in their documented shapes.

use jiff::Timestamp;
use serde_json::{Value, json};
use simulated_aws::Certificate;

/// The role in CloudTrail's records of operators' calls.
pub(crate) const OPERATOR: &str = "arn:aws:iam::123456789012:role/admin";

pub(crate) fn envelope(source: &str, detail_type: &str, resources: &[&str], at: Timestamp, detail: Value) -> Value {
    json!({
        "version": "0",
        "id": "00000000-0000-4000-8000-000000000000",
        "detail-type": detail_type,
        "source": source,
        "account": "123456789012",
        "time": at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        "region": "us-east-1",
        "resources": resources,
        "detail": detail,
    })
}

/// "ACM Certificate Approaching Expiration", sent daily.
pub(crate) fn approaching(certificate: &Certificate, days: i64, at: Timestamp) -> Value {
    let detail = json!({ "DaysToExpiry": days, "CommonName": certificate.domain_name });
    envelope("aws.acm", "ACM Certificate Approaching Expiration", &[&certificate.arn], at, detail)
}

/// Other events of ACM about a certificate.
pub(crate) fn acm(detail_type: &str, certificate: &Certificate, at: Timestamp, more: &[(&str, &str)]) -> Value {
    let mut detail = json!({
        "CertificateType": certificate.kind,
        "CommonName": certificate.domain_name,
        "CertificateExpirationDate": certificate.not_after.to_string(),
        "InUse": !certificate.in_use_by.is_empty(),
        "Exported": false,
    });
    more.iter().for_each(|(name, value)| detail[*name] = json!(value));
    envelope("aws.acm", detail_type, &[&certificate.arn], at, detail)
}

/// An event of AWS Health about ACM.
pub(crate) fn health(code: &str, certificate: &Certificate, at: Timestamp) -> Value {
    let detail = json!({
        "eventArn": format!("arn:aws:health:us-east-1::event/ACM/{code}/{code}-0"),
        "service": "ACM",
        "eventTypeCode": code,
        "eventTypeCategory": "accountNotification",
        "affectedEntities": [{ "entityValue": certificate.arn }],
    });
    envelope("aws.health", "AWS Health Event", &[&certificate.arn], at, detail)
}

/// AWS Config reports that a certificate is not compliant with a rule.
pub(crate) fn finding(arn: &str, rule: &str, at: Timestamp) -> Value {
    let detail = json!({
        "resourceType": "AWS::ACM::Certificate",
        "resourceId": arn,
        "configRuleName": rule,
        "messageType": "ComplianceChangeNotification",
        "newEvaluationResult": { "complianceType": "NON_COMPLIANT" },
        "oldEvaluationResult": { "complianceType": "COMPLIANT" },
    });
    envelope("aws.config", "Config Rules Compliance Change", &[], at, detail)
}

/// CloudTrail's record of a call to ACM.
pub(crate) fn cloudtrail(role: &str, operation: &str, parameters: Value, at: Timestamp) -> Value {
    let detail = json!({
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "AssumedRole",
            "sessionContext": { "sessionIssuer": { "type": "Role", "arn": role } },
        },
        "eventSource": "acm.amazonaws.com",
        "eventName": operation,
        "requestParameters": parameters,
        "responseElements": null,
    });
    envelope("aws.acm", "AWS API Call via CloudTrail", &[], at, detail)
}

/// CloudTrail spells the members of a request in camelCase.
pub(crate) fn tag_parameters(arn: &str, tags: &[(String, Option<String>)]) -> Value {
    let tags: Vec<Value> = tags
        .iter()
        .map(|(key, value)| match value {
            Some(value) => json!({ "key": key, "value": value }),
            None => json!({ "key": key }),
        })
        .collect();
    json!({ "certificateArn": arn, "tags": tags })
}
