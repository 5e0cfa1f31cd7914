//! The table of services.

use serde_json::Value;

use crate::aws::State;
use crate::calls::Answer;
use crate::wire::{Incoming, xml};
use crate::{
    account_management, acm, apigateway, cloudcontrol, cloudfront, cloudtrail, config, eventbridge, iam, kms,
    load_balancers, organizations, pca, route53, s3, secrets, sns, sqs, ssm, sts, tagging,
};

/// Reads the operation and its input from method, path, query and body.
pub(crate) type Decode = fn(&Incoming<'_>) -> Result<(String, Value), String>;

/// A service that is modelled.
#[derive(Debug)]
pub(crate) struct Service {
    /// As in the service's IAM actions.
    pub(crate) name: &'static str,
    /// As the SDK for Rust calls it, where it counts the budget for retries. The rules of parameters have this name too,
    /// where the other one is that of several services.
    pub(crate) sdk_name: &'static str,
    pub(crate) protocol: Protocol,
    /// Answers one operation.
    pub(crate) call: fn(&mut State, &str, &Value) -> Answer,
    /// Global services are signed for us-east-1, whatever Region they are called from.
    #[cfg_attr(not(feature = "server"), allow(dead_code, reason = "in process, nobody signs for another Region"))]
    pub(crate) global: bool,
}

/// How a service is spoken to.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Protocol {
    /// AWS JSON: the target prefix in the header names the service.
    Json { target: &'static str, version: &'static str },
    /// AWS query: the API version in the body names the service.
    Query { version: &'static str, namespace: &'static str },
    /// REST with XML: the path names the service.
    Rest(RestXml),
    /// REST with XML as S3 has it: the credential scope names the service.
    S3,
    /// REST with JSON: the path and the credential scope name the service.
    RestJson { prefix: &'static str, decode: Decode },
}

/// REST with XML.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RestXml {
    pub(crate) prefix: &'static str,
    pub(crate) namespace: &'static str,
    pub(crate) decode: Decode,
    /// The root element of an operation's answer.
    pub(crate) root: fn(&str) -> String,
    pub(crate) lists: xml::Lists,
}

impl Protocol {
    pub(crate) fn content_type(self) -> &'static str {
        match self {
            Self::Json { version: "1.0", .. } => "application/x-amz-json-1.0",
            Self::Json { .. } => "application/x-amz-json-1.1",
            Self::RestJson { .. } => "application/json",
            Self::Query { .. } | Self::Rest(_) => "text/xml",
            Self::S3 => "application/xml",
        }
    }

    /// Whether all values of a request are text: of a form, XML or a query string, and of the one body that a service of REST
    /// with JSON reads here.
    pub(crate) fn is_text(self) -> bool {
        !matches!(self, Self::Json { .. })
    }

    /// Services that answer in XML have older names for some common errors.
    pub(crate) fn is_xml(self) -> bool {
        matches!(self, Self::Query { .. } | Self::Rest(_) | Self::S3)
    }
}

const fn json(
    name: &'static str,
    sdk_name: &'static str,
    target: &'static str,
    call: fn(&mut State, &str, &Value) -> Answer,
) -> Service {
    Service { name, sdk_name, protocol: Protocol::Json { target, version: "1.1" }, call, global: false }
}

/// Every service, as its model in the SDKs describes it.
pub(crate) static SERVICES: [Service; 22] = [
    Service {
        name: "account",
        sdk_name: "account",
        protocol: Protocol::RestJson { prefix: "/", decode: account_management::decode },
        call: account_management::call,
        global: true,
    },
    json("acm", "acm", "CertificateManager", acm::call),
    json("acm-pca", "acmpca", "ACMPrivateCA", pca::call),
    Service {
        name: "apigateway",
        sdk_name: "apigateway",
        protocol: Protocol::RestJson { prefix: "/", decode: apigateway::decode },
        call: apigateway::call,
        global: false,
    },
    Service {
        // Its actions are CloudFormation's: service authorization reference, "AWS Cloud Control API".
        name: "cloudformation",
        sdk_name: "cloudcontrol",
        protocol: Protocol::Json { target: "CloudApiService", version: "1.0" },
        call: cloudcontrol::call,
        global: false,
    },
    Service {
        name: "cloudfront",
        sdk_name: "cloudfront",
        protocol: Protocol::Rest(RestXml {
            prefix: "/2020-05-31/",
            namespace: cloudfront::NAMESPACE,
            decode: cloudfront::decode,
            root: cloudfront::root,
            lists: xml::Lists::Repeated,
        }),
        call: cloudfront::call,
        global: true,
    },
    Service {
        name: "elasticloadbalancing",
        sdk_name: "elasticloadbalancing",
        protocol: Protocol::Query {
            version: "2012-06-01",
            namespace: "http://elasticloadbalancing.amazonaws.com/doc/2012-06-01/",
        },
        call: load_balancers::classic::call,
        global: false,
    },
    Service {
        name: "elasticloadbalancing",
        sdk_name: "elasticloadbalancingv2",
        protocol: Protocol::Query {
            version: "2015-12-01",
            namespace: "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/",
        },
        call: load_balancers::call,
        global: false,
    },
    json("cloudtrail", "cloudtrail", "CloudTrail_20131101", cloudtrail::call),
    json("config", "configservice", "StarlingDoveService", config::call),
    json("events", "eventbridge", "AWSEvents", eventbridge::call),
    Service {
        global: true,
        ..json("organizations", "organizations", "AWSOrganizationsV20161128", organizations::call)
    },
    json("kms", "kms", "TrentService", kms::call),
    json("secretsmanager", "secretsmanager", "secretsmanager", secrets::call),
    json("ssm", "ssm", "AmazonSSM", ssm::call),
    json("tag", "resourcegroupstaggingapi", "ResourceGroupsTaggingAPI_20170126", tagging::call),
    Service {
        name: "sqs",
        sdk_name: "sqs",
        protocol: Protocol::Json { target: "AmazonSQS", version: "1.0" },
        call: sqs::call,
        global: false,
    },
    Service {
        name: "sns",
        sdk_name: "sns",
        protocol: Protocol::Query { version: "2010-03-31", namespace: "http://sns.amazonaws.com/doc/2010-03-31/" },
        call: sns::call,
        global: false,
    },
    Service {
        name: "sts",
        sdk_name: "sts",
        protocol: Protocol::Query { version: "2011-06-15", namespace: "https://sts.amazonaws.com/doc/2011-06-15/" },
        call: sts::call,
        // The global endpoint of STS exists beside the regional ones.
        global: true,
    },
    Service {
        name: "iam",
        sdk_name: "iam",
        protocol: Protocol::Query { version: "2010-05-08", namespace: "https://iam.amazonaws.com/doc/2010-05-08/" },
        call: iam::call,
        global: true,
    },
    Service {
        name: "route53",
        sdk_name: "route53",
        protocol: Protocol::Rest(RestXml {
            prefix: "/2013-04-01/",
            namespace: route53::NAMESPACE,
            decode: route53::decode,
            root: |operation| format!("{operation}Response"),
            lists: xml::Lists::Singular,
        }),
        call: route53::call,
        global: true,
    },
    Service { name: "s3", sdk_name: "s3", protocol: Protocol::S3, call: s3::call, global: false },
];
