//! Reads simulated private CAs.
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

use certificates::PrivateCaArn;
use certificates::tags::Tags;
use simulated_aws::{Aws, Key, PrivateCaSpec};

fn aws() -> (Aws, aws_sdk_acmpca::Client) {
    let aws = Aws::new("2026-11-21T06:11:00Z".parse().unwrap());
    let client = aws_sdk_acmpca::Client::new(&aws.sdk_config());
    (aws, client)
}

#[tokio::test]
async fn a_list_has_all_that_a_description_has() {
    let (aws, client) = aws();
    let root = aws.insert_private_ca(PrivateCaSpec::new(Key::P256));
    aws.insert_private_ca(PrivateCaSpec::new(Key::P384).subordinate_of(&root));
    let all = private_ca::list(&client).await.unwrap();
    assert_eq!(all.len(), 2);
    for ca in all {
        assert_eq!(private_ca::describe(&client, &ca.arn).await.unwrap(), Some(ca));
    }
}

#[tokio::test]
async fn tags_and_certificates_are_read() {
    let (aws, client) = aws();
    let root = aws.insert_private_ca(PrivateCaSpec::new(Key::P256));
    let ca = aws.insert_private_ca(PrivateCaSpec::new(Key::P256).subordinate_of(&root).tag("Owner", "pki"));
    let arn: PrivateCaArn = ca.parse().unwrap();
    let owner: Tags = [("Owner", "pki")].into_iter().collect();
    assert_eq!(private_ca::list_tags(&client, &arn).await.unwrap(), Some(owner));
    let (certificate, above) = private_ca::certificate(&client, &arn).await.unwrap().unwrap();
    assert!(certificate.starts_with("-----BEGIN CERTIFICATE") && above.is_some());
    assert_eq!(private_ca::policy(&client, &arn).await.unwrap(), None);
}

#[tokio::test]
async fn a_ca_that_is_gone_is_none() {
    let (_, client) = aws();
    let arn: PrivateCaArn = "arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/6f5".parse().unwrap();
    assert_eq!(private_ca::describe(&client, &arn).await.unwrap(), None);
    assert_eq!(private_ca::list_tags(&client, &arn).await.unwrap(), None);
    assert_eq!(private_ca::list_permissions(&client, &arn).await.unwrap(), None);
}
