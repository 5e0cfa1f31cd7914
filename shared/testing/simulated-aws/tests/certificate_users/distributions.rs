//! CloudFront's distributions.

use aws_sdk_cloudfront::Client;
use aws_sdk_cloudfront::error::ProvideErrorMetadata;
use simulated_aws::{Distribution, Fault};

use super::{FIRST, SECOND, start};

#[tokio::test]
async fn a_distribution_shows_its_certificates_wherever_it_is_listed_from() {
    let (aws, config) = start();
    let with_acm = Distribution::new().alias("a.example.com").alias("b.example.com").acm_certificate(FIRST);
    let arn = aws.create_distribution(with_acm.origin_certificate(SECOND));
    aws.create_distribution(Distribution::new().iam_certificate("ASCAEXAMPLE"));
    aws.create_distribution(Distribution::new());
    aws.scoped("210987654321", "us-east-1").create_distribution(Distribution::new());

    let elsewhere = config.into_builder().region(aws_config::Region::new("eu-west-1")).build();
    let answer = Client::new(&elsewhere).list_distributions().send().await.unwrap();
    let list = answer.distribution_list().unwrap();
    let [acm, iam, own] = list.items() else { panic!("{list:?}") };
    assert_eq!((list.is_truncated(), acm.arn()), (false, arn.as_str()));
    assert_eq!(acm.aliases().unwrap().items(), ["a.example.com", "b.example.com"]);
    assert_eq!(acm.viewer_certificate().unwrap().acm_certificate_arn(), Some(FIRST));
    let origin = acm.origins().unwrap().items()[0].custom_origin_config().unwrap();
    assert_eq!(origin.origin_mtls_config().unwrap().client_certificate_arn(), SECOND);
    assert_eq!(iam.viewer_certificate().unwrap().iam_certificate_id(), Some("ASCAEXAMPLE"));
    assert_eq!(own.viewer_certificate().unwrap().cloud_front_default_certificate(), Some(true));
    assert_eq!(aws.calls()[0].action(), "cloudfront:ListDistributions");
}

#[tokio::test]
async fn pages_have_markers() {
    let (aws, config) = start();
    let client = Client::new(&config);
    for _ in 0..120 {
        aws.create_distribution(Distribution::new());
    }
    let first = client.list_distributions().send().await.unwrap();
    let first = first.distribution_list().unwrap();
    assert_eq!((first.items().len(), first.is_truncated(), first.next_marker().is_some()), (100, true, true));
    let rest = client.list_distributions().marker(first.next_marker().unwrap()).send().await.unwrap();
    let rest = rest.distribution_list().unwrap();
    assert_eq!((rest.items().len(), rest.is_truncated(), rest.next_marker()), (20, false, None));
    let error = client.list_distributions().max_items(0).send().await.unwrap_err();
    assert_eq!(error.code(), Some("InvalidArgument"));
}

#[tokio::test]
async fn faults_have_the_codes_of_xml() {
    let (aws, config) = start();
    let client = Client::new(&config);
    for (fault, code) in [(Fault::Throttled, "Throttling"), (Fault::AccessDenied, "AccessDenied")] {
        aws.fail("ListDistributions", 1, fault);
        let error = client.list_distributions().send().await.unwrap_err();
        assert_eq!(error.code(), Some(code));
    }
    let error = client.get_distribution().id("E1").send().await.unwrap_err();
    assert_eq!(error.code(), Some("NotModelled"));
}
