use event_mutator::{mutate, mutations};
use proptest::prelude::*;
use serde_json::json;

use super::*;

pub(crate) const ARN: &str = "arn:aws:acm:us-east-1:123456789012:certificate/0f3c1b6e-2a57-4d0c-9a61-5be8d7c40f12";
const SAMPLES: [&str; 5] = [
    include_str!("../../../../events/imported-renewal/renewal-requested.json"),
    include_str!("../../../../events/imported-renewal/cloudtrail-add-tags.json"),
    include_str!("../../../../events/imported-renewal/config-compliance-change.json"),
    include_str!("../../../../events/imported-renewal/secret-label-updated.json"),
    include_str!("../../../../events/imported-renewal/cloudtrail-put-secret-value.json"),
];
const SECRET: &str = "arn:aws:secretsmanager:us-east-1:123456789012:secret:web/pay.example.com-Ab3dE9";

fn home() -> Target {
    Target { partition: "aws".into(), region: "us-east-1".into(), account: "123456789012".into() }
}

fn sample(number: usize) -> Value {
    serde_json::from_str(SAMPLES[number]).unwrap()
}

fn read(event: &Value) -> Result<Trigger, Error> {
    Trigger::read(event, &home())
}

/// A sample with one field changed.
fn changed(number: usize, pointer: &str, value: Value) -> Value {
    let mut event = sample(number);
    *event.pointer_mut(pointer).unwrap_or_else(|| panic!("{pointer}")) = value;
    event
}

#[test]
fn the_samples_ask_for_a_check() {
    // The one of CloudTrail sets pending-renewal and renew-from at once.
    let occasions = [Occasion::Requested, Occasion::SettingsChanged, Occasion::NonCompliant];
    for (number, occasion) in occasions.into_iter().enumerate() {
        let check = Trigger::Reconcile { certificate: ARN.parse().unwrap(), occasion };
        assert_eq!(read(&sample(number)).unwrap(), check);
    }
}

#[test]
fn tags_decide_whether_cloudtrail_asks_for_a_check() {
    let tags = "/detail/requestParameters/tags";
    for (value, occasion) in [
        (json!([{ "key": "acm-autopilot:status", "value": "pending-renewal" }]), Some(Occasion::PendingSet)),
        (json!([{ "key": "acm-autopilot:private-ca", "value": "x" }]), Some(Occasion::SettingsChanged)),
        (json!([{ "key": "acm-autopilot:validity-days" }]), Some(Occasion::SettingsChanged)),
        (json!([{ "key": "acm-autopilot:status", "value": "renewal-in-progress" }]), None),
        (json!([{ "key": "Owner", "value": "web" }, 7, {}]), None),
        (json!([]), None),
    ] {
        let request = read(&changed(1, tags, value.clone())).unwrap();
        match occasion {
            Some(occasion) => {
                assert_eq!(request, Trigger::Reconcile { certificate: ARN.parse().unwrap(), occasion }, "{value}")
            }
            None => assert_eq!(request, Trigger::Ignore { reason: "no-renewal-setting" }, "{value}"),
        }
    }
}

/// The role of another account, or of somebody else, is not ours.
#[test]
fn what_a_function_wrote_itself_asks_for_nothing() {
    let issuer = "/detail/userIdentity/sessionContext/sessionIssuer/arn";
    let role = |account: &str, name: &str| format!("arn:aws:iam::{account}:role/acm-autopilot/{name}");
    for (arn, is_own) in [
        (role("123456789012", "acm-autopilot-renew"), true),
        (role("123456789012", "acm-autopilot-read"), true),
        (role("210987654321", "acm-autopilot-renew"), false),
        (role("123456789012", "acm-autopilot-renewal"), false),
        ("arn:aws:iam::123456789012:role/acm-autopilot-renew".to_owned(), false),
    ] {
        let ignored = Trigger::Ignore { reason: "own-write" };
        assert_eq!(read(&changed(1, issuer, json!(arn))).unwrap() == ignored, is_own, "{arn}");
    }
}

#[test]
fn a_secret_with_another_value_asks_for_a_check_of_its_certificates() {
    let by_arn = Trigger::ReconcileSecret { secret: SECRET.parse().unwrap() };
    assert_eq!(read(&sample(3)).unwrap(), by_arn);
    assert_eq!(read(&sample(4)).unwrap(), by_arn);
    // As some records spelled it.
    let answer = "/detail/responseElements";
    assert_eq!(read(&changed(4, answer, json!({ "aRN": SECRET }))).unwrap(), by_arn);
    let by_name = Trigger::ReconcileSecret { secret: "web/pay.example.com".parse().unwrap() };
    assert_eq!(read(&changed(4, answer, Value::Null)).unwrap(), by_name);
    for (number, pointer, value, reason) in [
        (3, "/detail/labelUpdated", json!("BLUE"), "another-label"),
        (4, "/detail/eventName", json!("DeleteSecret"), "another-api-call"),
    ] {
        assert_eq!(read(&changed(number, pointer, value)).unwrap(), Trigger::Ignore { reason });
    }
    for arn in [SECRET.replace("us-east-1", "eu-west-1"), SECRET.replace("123456789012", "210987654321"), "x y".into()]
    {
        let error = read(&changed(3, "/resources", json!([arn]))).unwrap_err();
        assert!(error.is_of_the_message() && error.to_string().contains("`resources[0]`"), "{error}");
    }
}

#[test]
fn what_has_no_effect_is_ignored() {
    let mut failed = sample(1);
    failed["detail"]["errorCode"] = "AccessDenied".into();
    // A failed call may lack its parameters.
    failed["detail"]["requestParameters"] = Value::Null;
    for (event, reason) in [
        (failed, "failed-api-call"),
        (changed(1, "/detail/eventName", "DeleteCertificate".into()), "another-api-call"),
        (changed(2, "/detail/resourceType", "AWS::EC2::Instance".into()), "another-resource-type"),
        (changed(2, "/detail/newEvaluationResult/complianceType", "COMPLIANT".into()), "not-non-compliant"),
        (changed(2, "/detail/newEvaluationResult", Value::Null), "not-non-compliant"),
    ] {
        assert_eq!(read(&event).unwrap(), Trigger::Ignore { reason });
    }
}

#[test]
fn bad_input_is_refused_by_name() {
    let certificate = "/detail/certificateArn";
    for (event, says) in [
        (json!(null), "`(whole event)` is not a JSON object"),
        (json!([1, 2]), "`(whole event)` is not a JSON object"),
        (json!({}), "`source` is missing"),
        (json!({ "source": 7, "detail-type": "x" }), "`source` is not a text"),
        (json!({ "source": "acm-autopilot" }), "`detail-type` is missing"),
        (changed(0, "/source", "aws.s3".into()), "`source` is `aws.s3`, which is not for this function"),
        (
            changed(0, "/detail-type", "Certificate Sweep Requested".into()),
            "`detail-type` is `Certificate Sweep Requested`, which is not for this function",
        ),
        (
            changed(2, "/detail-type", "Configuration Item Change".into()),
            "`detail-type` is `Configuration Item Change`",
        ),
        (changed(0, "/detail", json!("text")), "`detail.certificateArn` is missing"),
        (changed(0, certificate, json!(["x"])), "`detail.certificateArn` is not a text"),
        (changed(0, certificate, "certificate/1".into()), "`detail.certificateArn` does not name a certificate"),
        (changed(0, certificate, ARN.replace("acm:", "iam:").into()), "does not name a certificate"),
        (
            changed(0, certificate, ARN.replace("us-east-1", "eu-west-1").into()),
            "is not in this function's Region us-east-1",
        ),
        (changed(0, certificate, ARN.replace("123456789012", "210987654321").into()), "and account 123456789012"),
        (changed(1, "/detail/eventName", Value::Null), "`detail.eventName` is missing"),
        (changed(1, "/detail/requestParameters", Value::Null), "`detail.requestParameters.certificateArn` is missing"),
        (changed(1, "/detail/requestParameters/tags", json!("x")), "`detail.requestParameters.tags` is not a list"),
        (changed(2, "/detail/resourceId", Value::Null), "`detail.resourceId` is missing"),
    ] {
        let error = read(&event).unwrap_err();
        assert!(error.to_string().contains(says), "{error} / {says}");
        assert!(!lambda::RetryableError::is_retryable(&error), "{error}");
        assert!(error.to_string().len() < 500);
    }
    let flood = read(&changed(0, "/source", "\u{7}x".repeat(100_000).into())).unwrap_err().to_string();
    assert!(flood.len() < 500 && !flood.contains('\u{7}'), "{flood}");
}

proptest! {
    #![proptest_config(event_mutator::config())]

    #[test]
    fn no_event_makes_it_panic(
        number in 0..SAMPLES.len(),
        mutations in mutations(1..4, [ARN.into()]),
    ) {
        let mut event = sample(number);
        mutate(&mut event, &mutations);
        match read(&event) {
            // Whatever else it says, it names a certificate that is within reach.
            Ok(Trigger::Reconcile { certificate, .. }) => prop_assert!(certificate.is_within(&home())),
            Ok(Trigger::ReconcileSecret { secret: SecretId::Arn(arn) }) => prop_assert!(arn.is_within(&home())),
            Ok(Trigger::ReconcileSecret { .. }) => {}
            Ok(Trigger::Ignore { reason }) => prop_assert!(!reason.is_empty()),
            Err(error) => prop_assert!(error.to_string().len() < 2_000),
        }
    }
}
