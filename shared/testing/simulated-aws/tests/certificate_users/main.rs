//! The services whose resources use certificates.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs)]

mod classic_load_balancers;
mod cloud_control;
mod distributions;
mod load_balancers;

use aws_config::SdkConfig;
use aws_smithy_types::retry::RetryConfig;
use simulated_aws::Aws;

const FIRST: &str = "arn:aws:acm:us-east-1:123456789012:certificate/a";
const SECOND: &str = "arn:aws:acm:us-east-1:123456789012:certificate/b";
const THIRD: &str = "arn:aws:iam::123456789012:server-certificate/c";

fn start() -> (Aws, SdkConfig) {
    let aws = Aws::new("2026-11-20T08:00:00Z".parse().unwrap());
    let config = aws.sdk_config().into_builder().retry_config(RetryConfig::disabled()).build();
    (aws, config)
}
