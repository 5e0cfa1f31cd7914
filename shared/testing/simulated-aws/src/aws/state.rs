//! Everything that the model knows.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::origins::Origin;
use crate::clock::Sleepers;
use crate::faults::Faults;
use crate::places::{Place, Regional};
use crate::quotas::Quotas;
use crate::{
    Call, account_management, acm, acme_server, apigateway, authorization, cloudcontrol, cloudfront, cloudtrail,
    config, eventbridge, iam, kms, load_balancers, organizations, pca, route53, s3, secrets, sns, sqs, ssm, sts,
};

/// The stores of the services are those of the place where the present call takes place.
pub(crate) struct State {
    pub(crate) now: Timestamp,
    /// Where the present call takes place, with what its services have there.
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) home: Place,
    pub(crate) elsewhere: BTreeMap<Place, Regional>,
    pub(crate) sleepers: Sleepers,
    pub(crate) faults: Faults,
    pub(crate) calls: Vec<Call>,
    pub(super) origins: Vec<Origin>,
    pub(crate) quotas: Quotas,
    pub(crate) account_management: account_management::Store,
    pub(crate) acm: acm::Store,
    pub(crate) acme: acme_server::Store,
    pub(crate) apigateway: apigateway::Store,
    pub(crate) authorization: authorization::Store,
    pub(crate) cloudcontrol: cloudcontrol::Store,
    pub(crate) cloudfront: cloudfront::Store,
    pub(crate) cloudtrail: cloudtrail::Store,
    pub(crate) iam: iam::Store,
    pub(crate) kms: kms::Store,
    pub(crate) load_balancers: load_balancers::Store,
    pub(crate) organizations: organizations::Store,
    pub(crate) pca: pca::Store,
    pub(crate) sns: sns::Store,
    pub(crate) events: eventbridge::Store,
    pub(crate) sqs: sqs::Store,
    pub(crate) secrets: secrets::Store,
    pub(crate) config: config::Store,
    pub(crate) route53: route53::Store,
    pub(crate) s3: s3::Store,
    pub(crate) ssm: ssm::Store,
    pub(crate) sts: sts::Store,
    /// How long ACM's ResourceRecords take to appear; `None` for the usual time.
    pub(crate) record_delay: Option<SignedDuration>,
    /// How late the Resource Groups Tagging API sees a change of tags.
    pub(crate) tagging_delay: SignedDuration,
    /// How long AWS Private CA takes to issue.
    pub(crate) issuance_delay: SignedDuration,
    /// Whether AWS Config's recorder runs.
    pub(crate) records_configuration: bool,
    pub(super) call_duration: SignedDuration,
    pub(super) interleaves: bool,
    counter: u64,
}

impl State {
    /// An empty account.
    pub(super) fn new(now: Timestamp, account: &str, region: &str) -> Self {
        Self {
            now,
            account: account.to_owned(),
            region: region.to_owned(),
            home: Place::new(account, region),
            elsewhere: BTreeMap::new(),
            sleepers: Sleepers::default(),
            faults: Faults::default(),
            calls: Vec::new(),
            origins: Vec::new(),
            quotas: Quotas::default(),
            account_management: account_management::Store::default(),
            acm: acm::Store::default(),
            acme: acme_server::Store::default(),
            apigateway: apigateway::Store::default(),
            authorization: authorization::Store::default(),
            cloudcontrol: cloudcontrol::Store::default(),
            cloudfront: cloudfront::Store::default(),
            cloudtrail: cloudtrail::Store::default(),
            iam: iam::Store::default(),
            kms: kms::Store::default(),
            load_balancers: load_balancers::Store::default(),
            organizations: organizations::Store::default(),
            pca: pca::Store::default(),
            sns: sns::Store::default(),
            events: eventbridge::Store::default(),
            sqs: sqs::Store::default(),
            secrets: secrets::Store::default(),
            config: config::Store::default(),
            route53: route53::Store::default(),
            s3: s3::Store::default(),
            ssm: ssm::Store::default(),
            sts: sts::Store::default(),
            record_delay: None,
            tagging_delay: SignedDuration::ZERO,
            issuance_delay: SignedDuration::ZERO,
            records_configuration: false,
            call_duration: SignedDuration::ZERO,
            interleaves: false,
            counter: 0,
        }
    }

    /// A number that was not given before.
    pub(crate) fn next_number(&mut self) -> u64 {
        self.counter += 1;
        self.counter
    }

    /// An id of UUID form that was not given before. Later ids are greater.
    pub(crate) fn next_uuid(&mut self) -> String {
        format!("00000000-0000-4000-8000-{:012x}", self.next_number())
    }

    /// `aws`, `aws-cn` or `aws-us-gov`, from the Region.
    pub(crate) fn partition(&self) -> &'static str {
        match self.region.as_str() {
            region if region.starts_with("cn-") => "aws-cn",
            region if region.starts_with("us-gov-") => "aws-us-gov",
            _ => "aws",
        }
    }

    pub(crate) fn arn(&self, service: &str, resource: &str) -> String {
        format!("arn:{}:{service}:{}:{}:{resource}", self.partition(), self.region, self.account)
    }
}
