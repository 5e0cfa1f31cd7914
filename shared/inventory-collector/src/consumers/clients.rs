//! The AWS clients of the look-ups.

use aws_client::{Clock, RateLimiter};
use aws_config::SdkConfig;
use jiff::SignedDuration;

/// Calls of one kind that wait for their answers at the same time.
pub(super) const AT_ONCE: usize = 4;

/// What the look-ups call, and how fast.
#[derive(Debug)]
pub(crate) struct Clients {
    pub(super) load_balancers: aws_sdk_elasticloadbalancingv2::Client,
    pub(super) classic_load_balancers: aws_sdk_elasticloadbalancing::Client,
    pub(super) cloudfront: aws_sdk_cloudfront::Client,
    pub(super) api_gateway: aws_sdk_apigateway::Client,
    pub(super) cloud_control: aws_sdk_cloudcontrol::Client,
    pub(super) clock: Clock,
    /// Elastic Load Balancing has 40 tokens for `Describe*`, of which 10 a second come back
    /// ([Request throttling](https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/elb-api-throttling.html)):
    /// the 40 are left to others.
    pub(super) listeners_pace: RateLimiter,
    /// No document has the rate of GetResource.
    pub(super) resources_pace: RateLimiter,
}

impl Clients {
    pub(crate) fn new(sdk: &SdkConfig) -> Self {
        let clock = Clock::of(sdk);
        let tenth = || RateLimiter::new(&clock, SignedDuration::from_millis(100));
        Self {
            load_balancers: aws_sdk_elasticloadbalancingv2::Client::new(sdk),
            classic_load_balancers: aws_sdk_elasticloadbalancing::Client::new(sdk),
            cloudfront: aws_sdk_cloudfront::Client::new(sdk),
            api_gateway: aws_sdk_apigateway::Client::new(sdk),
            cloud_control: aws_sdk_cloudcontrol::Client::new(sdk),
            listeners_pace: tenth(),
            resources_pace: tenth(),
            clock,
        }
    }
}
