//! AWS Config.
#![allow(clippy::unwrap_used, missing_docs)]

use aws_sdk_config::Client;
use aws_sdk_config::error::ProvideErrorMetadata;
use aws_sdk_config::primitives::DateTime;
use aws_sdk_config::types::{ComplianceType, ConfigRule, Evaluation, Owner, ResourceType, Source};
use serde_json::json;
use simulated_aws::{Aws, CertificateSpec, Key};

fn start() -> (Aws, Client) {
    let aws = Aws::new("2026-11-20T08:00:00Z".parse().unwrap());
    let client = Client::new(&aws.sdk_config());
    (aws, client)
}

fn evaluation(compliance: ComplianceType) -> Evaluation {
    Evaluation::builder()
        .compliance_resource_type("AWS::ACM::Certificate")
        .compliance_resource_id("arn:aws:acm:us-east-1:123456789012:certificate/1")
        .compliance_type(compliance)
        .ordering_timestamp(DateTime::from_secs(1_795_161_600))
        .build()
        .unwrap()
}

#[tokio::test]
async fn evaluations_belong_to_a_result_token() {
    let (aws, config) = start();
    let token = aws.new_result_token("expiry");
    let put = |token: &str, list: Vec<Evaluation>, test| {
        config.put_evaluations().result_token(token).set_evaluations(Some(list)).test_mode(test).send()
    };
    let one = || evaluation(ComplianceType::NonCompliant);
    put(&token, vec![one(), one()], false).await.unwrap();
    assert_eq!(aws.evaluations().len(), 2);
    assert_eq!(aws.evaluations()[0].rule.as_deref(), Some("expiry"));
    let error = put("made-up", vec![one()], false).await.unwrap_err();
    assert_eq!(error.code(), Some("InvalidResultTokenException"));
    put("TESTMODE", vec![one()], true).await.unwrap();
    put(&token, vec![one(); 100], false).await.unwrap();
    assert_eq!(put(&token, vec![one(); 101], false).await.unwrap_err().code(), Some("ValidationException"));
    assert_eq!(aws.evaluations().len(), 102, "a test is not kept");

    aws.fail_evaluations(1);
    let failed = put(&token, vec![one(), one()], false).await.unwrap();
    assert_eq!(failed.failed_evaluations().len(), 1);
    assert_eq!(aws.evaluations().len(), 103);
}

#[tokio::test]
async fn the_latest_evaluation_by_its_moment_is_the_result() {
    let (aws, config) = start();
    let token = aws.new_result_token("expiry");
    let put = |compliance, seconds| {
        let mut one = evaluation(compliance);
        one.ordering_timestamp = DateTime::from_secs(seconds);
        config.put_evaluations().result_token(&token).evaluations(one).send()
    };
    let shown = || aws.results("expiry").into_iter().map(|one| one.compliance).collect::<Vec<_>>();
    put(ComplianceType::NonCompliant, 1_795_161_600).await.unwrap();
    put(ComplianceType::Compliant, 1_795_161_500).await.unwrap();
    assert_eq!(shown(), ["NON_COMPLIANT"], "a late one does not take the place of a newer one");
    assert_eq!(aws.take_evaluations().len(), 2);
    assert!(aws.evaluations().is_empty());
    put(ComplianceType::Compliant, 1_795_161_600).await.unwrap();
    assert_eq!(shown(), ["COMPLIANT"], "results stay when evaluations are taken");
    assert!(aws.results("another").is_empty());
}

#[tokio::test]
async fn evaluations_are_checked() {
    let (aws, config) = start();
    let token = aws.new_result_token("expiry");
    let insufficient = evaluation(ComplianceType::InsufficientData);
    let mut long = evaluation(ComplianceType::Compliant);
    long.annotation = Some("x".repeat(257));
    let misspelt = evaluation(ComplianceType::from("NOT_COMPLIANT"));
    for (one, code) in [
        (insufficient, "InvalidParameterValueException"),
        (long, "ValidationException"),
        (misspelt, "ValidationException"),
    ] {
        let error = config.put_evaluations().result_token(&token).evaluations(one).send().await.unwrap_err();
        assert_eq!(error.code(), Some(code));
    }
    assert!(aws.evaluations().is_empty());
}

#[tokio::test]
async fn the_newest_item_comes_first() {
    let (aws, config) = start();
    for (n, status) in ["ResourceDiscovered", "OK"].iter().enumerate() {
        aws.insert_configuration_item(json!({
            "resourceType": "AWS::ACM::Certificate",
            "resourceId": "a",
            "configurationItemStatus": status,
            "configurationItemCaptureTime": 1_795_161_600 + n,
            "tags": { "Owner": "payments" },
        }));
    }
    let history = |id: &str| {
        let history = config.get_resource_config_history().resource_type(ResourceType::from("AWS::ACM::Certificate"));
        history.resource_id(id).limit(1).send()
    };
    let found = history("a").await.unwrap();
    assert_eq!(found.configuration_items().len(), 1);
    assert_eq!(found.configuration_items()[0].configuration_item_status().unwrap().as_str(), "OK");
    assert_eq!(history("b").await.unwrap_err().code(), Some("ResourceNotDiscoveredException"));
}

#[tokio::test]
async fn rules_are_put_and_described() {
    let (_, config) = start();
    let source = Source::builder().owner(Owner::CustomLambda).source_identifier("arn:aws:lambda:x").build().unwrap();
    let rule = ConfigRule::builder().config_rule_name("expiry").source(source).build();
    config.put_config_rule().config_rule(rule).send().await.unwrap();
    let described = config.describe_config_rules().config_rule_names("expiry").send().await.unwrap();
    assert!(described.config_rules()[0].config_rule_arn().unwrap().contains(":config-rule/config-rule-"));
    let error = config.describe_config_rules().config_rule_names("none").send().await.unwrap_err();
    assert_eq!(error.code(), Some("NoSuchConfigRuleException"));
}

#[tokio::test]
async fn results_that_do_not_apply_are_listed() {
    let (aws, config) = start();
    let token = aws.new_result_token("expiry");
    let mut other = evaluation(ComplianceType::Compliant);
    other.compliance_resource_id = "another".to_owned();
    let put = config.put_evaluations().result_token(token).evaluations(evaluation(ComplianceType::NotApplicable));
    put.evaluations(other).send().await.unwrap();
    let results = async |kinds: Vec<ComplianceType>| {
        let details = config.get_compliance_details_by_config_rule().config_rule_name("expiry");
        details.set_compliance_types(Some(kinds)).send().await
    };
    for (kinds, count) in
        [(vec![], 2), (vec![ComplianceType::NotApplicable], 1), (vec![ComplianceType::NonCompliant], 0)]
    {
        assert_eq!(results(kinds.clone()).await.unwrap().evaluation_results().len(), count, "{kinds:?}");
    }
    let error = results(vec![ComplianceType::InsufficientData]).await.unwrap_err();
    assert_eq!(error.code(), Some("InvalidParameterValueException"));
}

#[tokio::test]
async fn a_call_without_evaluations_is_taken() {
    let (aws, config) = start();
    config.put_evaluations().result_token(aws.new_result_token("expiry")).send().await.unwrap();
}

#[tokio::test]
async fn what_is_recorded_has_the_present_state_as_its_newest_item() {
    let (aws, config) = start();
    let spec = CertificateSpec::imported("example.com").tag("Owner", "payments");
    let certificate = aws.insert_certificate(spec);
    let ca = aws.create_private_ca(Key::P256);
    let history = |kind: &str, id: &str| {
        let history = config.get_resource_config_history().resource_type(ResourceType::from(kind));
        history.resource_id(id).send()
    };
    let error = history("AWS::ACM::Certificate", &certificate).await.unwrap_err();
    assert_eq!(error.code(), Some("ResourceNotDiscoveredException"));
    aws.record_configuration();
    for (kind, arn) in [("AWS::ACM::Certificate", &certificate), ("AWS::ACMPCA::CertificateAuthority", &ca)] {
        let found = history(kind, arn).await.unwrap();
        let item = &found.configuration_items()[0];
        assert_eq!((item.arn(), item.account_id()), (Some(arn.as_str()), Some("123456789012")));
        assert!(item.configuration().unwrap().contains(arn.as_str()), "{item:?}");
        assert_eq!(item.tags().is_some_and(|tags| tags.contains_key("Owner")), arn == &certificate);
    }
    for (kind, arn) in
        [("AWS::ACM::Certificate", &certificate[..certificate.len() - 4]), ("AWS::S3::Bucket", &certificate)]
    {
        assert_eq!(history(kind, arn).await.unwrap_err().code(), Some("ResourceNotDiscoveredException"));
    }
}
