//! The AWS clients of both passes.

use aws_client::{Clock, RateLimiter};
use aws_config::SdkConfig;
use jiff::SignedDuration;

/// What both passes call, and how fast.
#[derive(Debug)]
pub(crate) struct Clients {
    pub(crate) acm: aws_sdk_acm::Client,
    pub(crate) tagging: aws_sdk_resourcegroupstagging::Client,
    pub(crate) kms: aws_sdk_kms::Client,
    pub(crate) iam: aws_sdk_iam::Client,
    pub(crate) apigateway: aws_sdk_apigateway::Client,
    pub(crate) private_ca: aws_sdk_acmpca::Client,
    pub(crate) cloudtrail: aws_sdk_cloudtrail::Client,
    pub(crate) clock: Clock,
    pub(crate) pace: Pace,
}

/// The clients of the three services.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OtherClients<'a> {
    pub(crate) iam: &'a aws_sdk_iam::Client,
    pub(crate) apigateway: &'a aws_sdk_apigateway::Client,
    pub(crate) private_ca: &'a aws_sdk_acmpca::Client,
}

/// Keeps the calls of one operation apart. Quotas are per account and Region, for all callers together.
#[derive(Debug)]
pub(crate) struct Pace {
    /// SearchCertificates: 5 a second
    /// ([API rate quotas](https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html#api-rate-limits)).
    pub(crate) search: RateLimiter,
    /// DescribeCertificate: 10 a second.
    pub(crate) describe: RateLimiter,
    /// GetCertificate: 10 a second.
    pub(crate) get: RateLimiter,
    /// IAM's GetServerCertificate, whose rate is in no document.
    pub(crate) servers: RateLimiter,
    /// The lists of ACM's ACME endpoints. Their rates were found in no document; this is that of ListCertificates, 8 a
    /// second.
    pub(crate) acme: RateLimiter,
    /// GetResources. No document that was read has its rate; 15 a second is what others found.
    pub(crate) tags: RateLimiter,
    /// LookupEvents: 2 a second
    /// ([LookupEvents](https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html)).
    pub(crate) events: RateLimiter,
}

impl Clients {
    pub(crate) fn new(sdk: &SdkConfig) -> Self {
        let clock = Clock::of(sdk);
        Self {
            acm: aws_sdk_acm::Client::new(sdk),
            tagging: aws_sdk_resourcegroupstagging::Client::new(sdk),
            kms: aws_sdk_kms::Client::new(sdk),
            iam: aws_sdk_iam::Client::new(sdk),
            apigateway: aws_sdk_apigateway::Client::new(sdk),
            private_ca: aws_sdk_acmpca::Client::new(sdk),
            cloudtrail: aws_sdk_cloudtrail::Client::new(sdk),
            pace: Pace::new(&clock),
            clock,
        }
    }

    /// Of what has an expiry outside of ACM.
    pub(crate) fn others(&self) -> OtherClients<'_> {
        OtherClients { iam: &self.iam, apigateway: &self.apigateway, private_ca: &self.private_ca }
    }
}

impl Pace {
    fn new(clock: &Clock) -> Self {
        let each = |milliseconds| RateLimiter::new(clock, SignedDuration::from_millis(milliseconds));
        Self {
            search: each(200),
            describe: each(100),
            get: each(100),
            servers: each(100),
            acme: each(125),
            tags: each(67),
            events: each(500),
        }
    }
}
