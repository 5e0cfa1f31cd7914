//! Amazon CloudFront: ListDistributions, in the REST protocol with XML. Distributions belong to an account and to no
//! Region.

use std::collections::BTreeMap;
use std::ops::Bound;

use serde_json::{Map, Value, json};

use crate::Aws;
use crate::aws::State;
use crate::calls::{Answer, ApiError};
use crate::connector::not_modelled;
use crate::wire::{Incoming, pairs};

/// Of every document.
pub(crate) const NAMESPACE: &str = "http://cloudfront.amazonaws.com/doc/2020-05-31/";
/// ListDistributions answers 100 a page; the API reference has neither default nor maximum (unverified).
const LARGEST_PAGE: usize = 100;

/// The distributions by account and id.
#[derive(Debug, Default)]
pub(crate) struct Store {
    distributions: BTreeMap<(String, String), Distribution>,
}

/// A distribution.
#[derive(Debug, Clone, Default)]
pub struct Distribution {
    aliases: Vec<String>,
    /// The member of ViewerCertificate, and its value.
    certificate: Option<(&'static str, String)>,
    origin_certificate: Option<String>,
}

impl Distribution {
    /// With CloudFront's own certificate.
    pub fn new() -> Self {
        Self::default()
    }

    /// With an alternate domain name (a CNAME).
    #[must_use]
    pub fn alias(mut self, name: &str) -> Self {
        self.aliases.push(name.to_owned());
        self
    }

    /// With a certificate of ACM.
    #[must_use]
    pub fn acm_certificate(self, arn: &str) -> Self {
        Self { certificate: Some(("ACMCertificateArn", arn.to_owned())), ..self }
    }

    /// With a server certificate of IAM, by its id.
    #[must_use]
    pub fn iam_certificate(self, id: &str) -> Self {
        Self { certificate: Some(("IAMCertificateId", id.to_owned())), ..self }
    }

    /// With a client certificate that it shows to its origin.
    #[must_use]
    pub fn origin_certificate(self, arn: &str) -> Self {
        Self { origin_certificate: Some(arn.to_owned()), ..self }
    }

    /// API reference, DistributionSummary. Members that no caller here reads are left out.
    fn shown(&self, account: &str, id: &str) -> Value {
        json!({
            "Id": id,
            "ARN": arn(account, id),
            "Status": "Deployed",
            "LastModifiedTime": "2026-01-01T00:00:00Z",
            "DomainName": format!("{}.cloudfront.net", id.to_ascii_lowercase()),
            "Aliases": { "Quantity": self.aliases.len(), "Items": { "CNAME": self.aliases } },
            "Origins": { "Quantity": 1, "Items": { "Origin": [self.origin()] } },
            "Comment": "",
            "PriceClass": "PriceClass_All",
            "Enabled": true,
            "ViewerCertificate": self.viewer_certificate(),
            "WebACLId": "",
            "HttpVersion": "http2",
            "IsIPV6Enabled": true,
            "Staging": false,
        })
    }

    fn origin(&self) -> Value {
        let mtls = self.origin_certificate.as_ref().map(|arn| json!({ "ClientCertificateArn": arn }));
        json!({
            "Id": "origin",
            "DomainName": "origin.example.com",
            "CustomOriginConfig": {
                "HTTPPort": 80,
                "HTTPSPort": 443,
                "OriginProtocolPolicy": "https-only",
                "OriginMtlsConfig": mtls,
            },
        })
    }

    /// API reference, ViewerCertificate: "Certificate" and "CertificateSource" are old and still shown (unverified).
    fn viewer_certificate(&self) -> Value {
        match &self.certificate {
            None => json!({ "CloudFrontDefaultCertificate": true, "CertificateSource": "cloudfront" }),
            Some((member, value)) => {
                let source = if *member == "ACMCertificateArn" { "acm" } else { "iam" };
                json!({ *member: value, "SSLSupportMethod": "sni-only", "Certificate": value, "CertificateSource": source })
            }
        }
    }
}

/// Distributions are in no Region. The partition is that of most accounts.
fn arn(account: &str, id: &str) -> String {
    format!("arn:aws:cloudfront::{account}:distribution/{id}")
}

impl Aws {
    /// A distribution is there from now on; its ARN.
    pub fn create_distribution(&self, distribution: Distribution) -> String {
        let mut state = self.state();
        let id = format!("E{:013}", state.next_number());
        let account = state.account.clone();
        let arn = arn(&account, &id);
        state.cloudfront.distributions.insert((account, id), distribution);
        arn
    }
}

/// The operation and its input, from method, path and query.
pub(crate) fn decode(request: &Incoming<'_>) -> Result<(String, Value), String> {
    let query = pairs(request.query).ok_or("the query is not UTF-8")?;
    let input: Map<_, _> = query.into_iter().map(|(name, value)| (name, Value::from(value))).collect();
    let operation = match (request.method, request.path) {
        ("GET", "/2020-05-31/distribution") => "ListDistributions".to_owned(),
        (method, path) => format!("{method} {path}"),
    };
    Ok((operation, Value::Object(input)))
}

/// The root element of an operation's document: that of its payload.
pub(crate) fn root(operation: &str) -> String {
    operation.trim_start_matches("List").trim_end_matches('s').to_owned() + "List"
}

/// Answers one operation.
pub(crate) fn call(state: &mut State, operation: &str, input: &Value) -> Answer {
    match operation {
        "ListDistributions" => list(state, input),
        other => Err(not_modelled("cloudfront", other)),
    }
}

/// API reference, ListDistributions: "the list [...] that occur after the marker"; NextMarker "is also the ID of the last
/// distribution on that page". The order is by id (unverified).
fn list(state: &State, input: &Value) -> Answer {
    let account = state.caller_account().to_owned();
    let marker = input["Marker"].as_str().unwrap_or_default();
    let size = page_size(input)?;
    let start = Bound::Excluded((account.clone(), marker.to_owned()));
    let own = state.cloudfront.distributions.range((start, Bound::Unbounded));
    let mut rest = own.take_while(|((owner, _), _)| *owner == account).peekable();
    let page: Vec<_> = rest.by_ref().take(size).collect();
    let next = page.last().filter(|_| rest.peek().is_some()).map(|((_, id), _)| id.clone());
    let shown: Vec<_> = page.iter().map(|((account, id), one)| one.shown(account, id)).collect();
    Ok(json!({
        "Marker": marker,
        "NextMarker": next,
        "MaxItems": size,
        "IsTruncated": next.is_some(),
        "Quantity": shown.len(),
        "Items": { "DistributionSummary": shown },
    }))
}

/// API reference, ListDistributions, Errors: InvalidArgument. What is larger than the largest page is refused (unverified).
fn page_size(input: &Value) -> Result<usize, ApiError> {
    let Some(text) = input["MaxItems"].as_str() else { return Ok(LARGEST_PAGE) };
    let size = text.parse().ok().filter(|size| (1..=LARGEST_PAGE).contains(size));
    size.ok_or_else(|| ApiError::new("InvalidArgument", "MaxItems is not valid"))
}
