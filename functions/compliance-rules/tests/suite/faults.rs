//! What goes wrong between the calls.

use std::collections::BTreeMap;

use aws_sdk_config::types::{ComplianceType, Evaluation};
use aws_smithy_types::DateTime;
use serde_json::{Value, json};
use simulated_aws::{Aws, CertificateSpec, Fault, Key, PrivateCaSpec};

use super::world::{CONFIG_RULE, World};

/// Certificates and CAs, two of each to be found fault with.
async fn prepared() -> World {
    let world = World::new();
    let ca = world.aws.create_private_ca(Key::P256);
    world.aws.insert_private_ca(PrivateCaSpec::new(Key::P256).subordinate_of(&ca));
    let gone = world.insert(CertificateSpec::imported("gone.example.com"));
    world.insert(CertificateSpec::private("a.example.com", &ca));
    world.insert(CertificateSpec::imported("b.example.com").tag("Owner", "team-a"));
    // Results of an earlier evaluation, one of them of a certificate that is gone.
    let result = Evaluation::builder()
        .compliance_resource_type("AWS::ACM::Certificate")
        .compliance_resource_id(&gone)
        .compliance_type(ComplianceType::NonCompliant)
        .ordering_timestamp(DateTime::from_secs(world.aws.now().as_second() - 3_600));
    let config = aws_sdk_config::Client::new(&world.aws.sdk_config());
    let put = config.put_evaluations().result_token(world.aws.new_result_token(CONFIG_RULE));
    put.evaluations(result.build().unwrap()).send().await.unwrap();
    world.aws.remove_certificate(&gone);
    world.aws.forget_record();
    world
}

fn oversized(aws: &Aws) -> Value {
    let arn = &aws.certificates()[0].arn;
    let item = aws.certificate_item(arn).unwrap();
    aws.insert_configuration_item(json!({
        "accountId": "123456789012", "arn": arn, "resourceType": "AWS::ACM::Certificate", "resourceId": arn,
        "configurationItemStatus": "OK", "configurationItemCaptureTime": aws.now().as_second(), "configuration": "{}",
    }));
    let mut summary = item.clone();
    for member in ["configuration", "tags", "supplementaryConfiguration"] {
        summary.as_object_mut().unwrap().remove(member);
    }
    json!({ "configurationItemSummary": summary, "messageType": "OversizedConfigurationItemChangeNotification" })
}

fn event(world: &World, parameters: &Value, is_oversized: bool) -> Value {
    let scheduled = json!({
        "notificationCreationTime": world.aws.now().to_string(), "messageType": "ScheduledNotification",
    });
    let invoking = if is_oversized { oversized(&world.aws) } else { scheduled };
    world.event(parameters, &invoking)
}

/// The last result of each resource.
fn last(world: &World) -> BTreeMap<String, (String, String)> {
    world.results().into_iter().map(|(resource, compliance, reason)| (resource, (compliance, reason))).collect()
}

/// Every call may be the last one of a process, or fail in any other way: what is reported is right or
/// missing, never wrong, and the next invocation completes it.
#[tokio::test]
async fn after_a_fault_at_any_call_the_next_invocation_finishes_the_work() {
    for (rule, is_oversized) in
        [("required-tags", false), ("ca-acm-permission", false), ("ca-hierarchy-depth", false), ("required-tags", true)]
    {
        let parameters = json!({ "rule": rule });
        let (expected, calls) = {
            let world = prepared().await;
            let handler = world.without_retries();
            world.handle_with(&handler, &event(&world, &parameters, is_oversized)).await.unwrap();
            (last(&world), world.aws.calls().len())
        };
        assert!(calls >= 3 && expected.len() >= 2, "{rule}: {calls} {expected:?}");
        for fault in [
            Fault::Crash,
            Fault::CrashAfter,
            Fault::Throttled,
            Fault::ServerError,
            Fault::ConnectionReset,
            Fault::AnswerLost,
        ] {
            for call in 1..=u64::try_from(calls).unwrap() {
                let world = prepared().await;
                let context = format!("{rule}: {fault:?} at call {call}");
                let before = last(&world);
                let event = event(&world, &parameters, is_oversized);
                world.aws.fail_call(call, fault.clone());
                let answer = world.handle_with(&world.without_retries(), &event).await;
                assert!(answer.is_err() || fault == Fault::CrashAfter, "{context}");
                for (resource, result) in last(&world) {
                    assert!(
                        expected.get(&resource) == Some(&result) || before.get(&resource) == Some(&result),
                        "{context}"
                    );
                }
                world.aws.restart();
                world.handle_with(&world.without_retries(), &event).await.unwrap();
                assert_eq!(last(&world), expected, "{context}");
            }
        }
    }
}

#[tokio::test]
async fn throttled_calls_are_tried_again() {
    let world = prepared().await;
    for operation in [
        "ListCertificateAuthorities",
        "ListCertificates",
        "ListPermissions",
        "DescribeCertificate",
        "PutEvaluations",
        "GetComplianceDetailsByConfigRule",
    ] {
        world.aws.fail(operation, 1, Fault::Throttled);
    }
    let answer = world.scheduled(json!({ "rule": "ca-acm-permission" })).await.unwrap();
    assert_eq!((answer.non_compliant, answer.not_applicable, answer.cleared), (1, 1, 1));
}
