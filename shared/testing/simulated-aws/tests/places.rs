//! What accounts and Regions have apart, and what they share.
#![allow(clippy::unwrap_used, missing_docs)]

use aws_config::{Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_acm::error::ProvideErrorMetadata;
use aws_sdk_acm::types::ValidationMethod;
use jiff::ToSpan;
use simulated_aws::{Aws, CertificateSpec, Fault, Key};

const HOME: (&str, &str) = ("123456789012", "us-east-1");
const OTHER: &str = "210987654321";

fn start() -> Aws {
    Aws::new("2026-11-20T08:00:00Z".parse().unwrap())
}

/// Each place once, the model's home first.
fn places(aws: &Aws) -> [Aws; 3] {
    [aws.clone(), aws.scoped(OTHER, HOME.1), aws.scoped(HOME.0, "eu-west-1")]
}

async fn listed(config: &SdkConfig) -> Vec<String> {
    let listed = aws_sdk_acm::Client::new(config).list_certificates().send().await.unwrap();
    listed.certificate_summary_list().iter().filter_map(|one| one.certificate_arn()).map(str::to_owned).collect()
}

#[tokio::test]
async fn certificates_belong_to_an_account_and_a_region() {
    let aws = start();
    for place in places(&aws) {
        let arn = place.insert_certificate(CertificateSpec::imported("example.com").thin());
        assert!(arn.starts_with(&format!("arn:aws:acm:{}:{}:certificate/", place.region(), place.account())), "{arn}");
        assert_eq!(listed(&place.sdk_config()).await, std::slice::from_ref(&arn));
        assert_eq!(place.certificates().len(), 1);
        assert_eq!(aws.certificate(&arn).is_some(), place.account() == HOME.0 && place.region() == HOME.1);
    }
}

#[tokio::test]
async fn private_cas_belong_to_an_account_and_a_region() {
    let aws = start();
    for place in places(&aws) {
        let arn = place.create_private_ca(Key::P256);
        let pca = aws_sdk_acmpca::Client::new(&place.sdk_config());
        let listed = pca.list_certificate_authorities().send().await.unwrap();
        assert_eq!(listed.certificate_authorities().len(), 1);
        assert_eq!(listed.certificate_authorities()[0].arn(), Some(arn.as_str()));
    }
}

#[tokio::test]
async fn rules_and_their_results_belong_to_an_account_and_a_region() {
    let aws = start();
    let [home, other, elsewhere] = places(&aws);
    let token = home.new_result_token("expiry");
    for place in [other, elsewhere] {
        let config = aws_sdk_config::Client::new(&place.sdk_config());
        let error = config.put_evaluations().result_token(&token).send().await.unwrap_err();
        assert_eq!(error.code(), Some("InvalidResultTokenException"));
    }
    let config = aws_sdk_config::Client::new(&home.sdk_config());
    config.put_evaluations().result_token(&token).send().await.unwrap();
}

#[tokio::test]
async fn a_region_is_the_one_that_a_call_is_signed_for() {
    let aws = start();
    let arn = aws.scoped(HOME.0, "eu-west-1").insert_certificate(CertificateSpec::imported("example.com").thin());
    let signed = aws.sdk_config().into_builder().region(Region::new("eu-west-1")).build();
    assert_eq!(listed(&signed).await, [arn]);
    assert!(listed(&aws.sdk_config()).await.is_empty());
}

#[tokio::test]
async fn an_access_key_of_twelve_digits_is_an_account() {
    let aws = start();
    let arn = aws.scoped(OTHER, HOME.1).insert_certificate(CertificateSpec::imported("example.com").thin());
    let keys = |id: &str| {
        let keys = SharedCredentialsProvider::new(Credentials::new(id, "secret", None, None, "test"));
        aws.sdk_config().into_builder().credentials_provider(keys).build()
    };
    assert_eq!(listed(&keys(OTHER)).await, [arn]);
    assert!(listed(&keys("21098765432X")).await.is_empty());
    let sts = aws_sdk_sts::Client::new(&keys(OTHER));
    assert_eq!(sts.get_caller_identity().send().await.unwrap().account(), Some(OTHER));
}

#[tokio::test]
async fn a_record_proves_a_name_to_its_account_in_every_region_wherever_its_zone_is() {
    let aws = start();
    let zone = aws.create_hosted_zone_in("333333333333", "example.com");
    let [home, other, elsewhere] = places(&aws);
    assert_eq!(home.validation_record("example.com"), elsewhere.validation_record("example.com"));
    assert_ne!(home.validation_record("example.com"), other.validation_record("example.com"));
    let record = home.validation_record("example.com");
    aws.set_record(&zone, &record.name, &record.kind, &record.values[0]);
    for (place, status) in [(home, "ISSUED"), (other, "PENDING_VALIDATION"), (elsewhere, "ISSUED")] {
        let acm = aws_sdk_acm::Client::new(&place.sdk_config());
        let request = acm.request_certificate().domain_name("example.com").validation_method(ValidationMethod::Dns);
        let arn = request.send().await.unwrap().certificate_arn.unwrap();
        aws.advance(10.seconds());
        assert_eq!(place.certificate(&arn).unwrap().status, status, "{arn}");
    }
}

#[tokio::test]
async fn clock_record_and_faults_are_shared() {
    let aws = start();
    let other = aws.scoped(OTHER, "eu-west-1");
    other.advance(1.day());
    assert_eq!(aws.now(), "2026-11-21T08:00:00Z".parse().unwrap());
    aws.fail_next("ListCertificates", 1, Fault::AccessDenied);
    let acm = aws_sdk_acm::Client::new(&other.sdk_config());
    assert_eq!(acm.list_certificates().send().await.unwrap_err().code(), Some("AccessDeniedException"));
    assert_eq!(aws.calls()[0].account, OTHER);
    assert!(aws.record().contains(&format!("acm:ListCertificates @{OTHER} ")), "{}", aws.record());
}

#[tokio::test]
async fn request_rates_are_counted_by_account_and_region() {
    let aws = start();
    aws.enforce_quotas();
    for place in places(&aws) {
        let config = place.sdk_config().into_builder().retry_config(aws_smithy_types::retry::RetryConfig::disabled());
        let acm = aws_sdk_acm::Client::new(&config.build());
        acm.get_account_configuration().send().await.unwrap();
        assert_eq!(acm.get_account_configuration().send().await.unwrap_err().code(), Some("ThrottlingException"));
    }
}
