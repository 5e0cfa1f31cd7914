//! Amazon API Gateway: GetDomainNames and GetClientCertificates, in the REST protocol with JSON.

mod client_certificates;

use std::collections::BTreeMap;
use std::ops::Bound;

use serde_json::{Map, Value, json};

use crate::Aws;
use crate::aws::State;
use crate::calls::{Answer, ApiError};
use crate::connector::not_modelled;
use crate::wire::{Incoming, pairs, percent_decode};

/// API reference, GetDomainNames and GetClientCertificates, limit: "The default value is 25 and the maximum value is 500."
const USUAL_PAGE: usize = 25;
const LARGEST_PAGE: usize = 500;
/// The values of domainNameStatus in the API reference, DomainName.
const STATUSES: [&str; 6] =
    ["AVAILABLE", "UPDATING", "PENDING", "PENDING_CERTIFICATE_REIMPORT", "PENDING_OWNERSHIP_VERIFICATION", "FAILED"];

/// The custom domain names by name and id: only private ones may have the same name.
#[derive(Debug, Default)]
pub(crate) struct Store {
    domain_names: BTreeMap<(String, String), DomainName>,
    client_certificates: BTreeMap<String, client_certificates::ClientCertificate>,
}

/// A custom domain name of API Gateway.
#[derive(Debug, Clone)]
pub struct DomainName {
    name: String,
    id: Option<String>,
    kind: &'static str,
    /// The member that holds the certificate's ARN.
    member: &'static str,
    certificate: String,
    ownership: Option<String>,
    status: &'static str,
    message: Option<String>,
}

impl DomainName {
    /// A Regional one that is available, with this certificate.
    pub fn regional(name: &str, certificate_arn: &str) -> Self {
        Self::new(name, "REGIONAL", "regionalCertificateArn", certificate_arn)
    }

    /// An edge-optimized one.
    pub fn edge(name: &str, certificate_arn: &str) -> Self {
        Self::new(name, "EDGE", "certificateArn", certificate_arn)
    }

    /// A private one. API reference, UpdateDomainName, domainNameId: needed for private custom domain names.
    pub fn private(name: &str, id: &str, certificate_arn: &str) -> Self {
        Self { id: Some(id.to_owned()), ..Self::new(name, "PRIVATE", "certificateArn", certificate_arn) }
    }

    fn new(name: &str, kind: &'static str, member: &'static str, certificate: &str) -> Self {
        let (name, certificate) = (name.to_owned(), certificate.to_owned());
        Self { name, id: None, kind, member, certificate, ownership: None, status: "AVAILABLE", message: None }
    }

    /// Its domainNameStatus, with API Gateway's words about it where they are not empty.
    ///
    /// # Panics
    /// When API Gateway has no such status.
    #[must_use]
    pub fn status(mut self, status: &str, message: &str) -> Self {
        let known = STATUSES.into_iter().find(|known| *known == status);
        self.status = known.unwrap_or_else(|| panic!("{status} is not a domainNameStatus"));
        self.message = Some(message.to_owned()).filter(|message| !message.is_empty());
        self
    }

    /// The certificate that proves the ownership of a name with mutual TLS whose own certificate was imported.
    #[must_use]
    pub fn ownership_verified_by(mut self, certificate_arn: &str) -> Self {
        self.ownership = Some(certificate_arn.to_owned());
        self
    }

    /// API reference, DomainName. Members without a value are missing.
    fn shown(&self) -> Value {
        let mut shown = json!({
            "domainName": self.name,
            "endpointConfiguration": { "types": [self.kind], "ipAddressType": "ipv4" },
            "domainNameStatus": self.status,
            "securityPolicy": "TLS_1_2",
        });
        shown[self.member] = json!(self.certificate);
        let optional = [
            ("domainNameId", &self.id),
            ("domainNameStatusMessage", &self.message),
            ("ownershipVerificationCertificateArn", &self.ownership),
        ];
        for (member, value) in optional {
            if let Some(value) = value {
                shown[member] = json!(value);
            }
        }
        shown
    }
}

impl Aws {
    /// A custom domain name is there; one of the same name and id before it is gone.
    pub fn set_domain_name(&self, domain_name: DomainName) {
        let key = (domain_name.name.clone(), domain_name.id.clone().unwrap_or_default());
        self.state().apigateway.domain_names.insert(key, domain_name);
    }
}

/// The operation and its input, from method, path and query.
pub(crate) fn decode(request: &Incoming<'_>) -> Result<(String, Value), String> {
    let path = percent_decode(request.path).ok_or("the path is not UTF-8")?;
    let query = pairs(request.query).ok_or("the query is not UTF-8")?;
    let input: Map<_, _> = query.into_iter().map(|(name, value)| (name, Value::from(value))).collect();
    let operation = match (request.method, path.as_str()) {
        ("GET", "/clientcertificates") => "GetClientCertificates".to_owned(),
        ("GET", "/domainnames") => "GetDomainNames".to_owned(),
        (method, path) => format!("{method} {path}"),
    };
    Ok((operation, Value::Object(input)))
}

/// Answers one operation.
pub(crate) fn call(state: &mut State, operation: &str, input: &Value) -> Answer {
    match operation {
        "GetClientCertificates" => client_certificates::list(state, input),
        "GetDomainNames" => list(state, input),
        other => Err(not_modelled("apigateway", other)),
    }
}

/// API reference, GetDomainNames: the list is called `item`, and `position` is there when more follow. The order is by
/// name (unverified).
fn list(state: &State, input: &Value) -> Answer {
    let all = &state.apigateway.domain_names;
    let start = match input["position"].as_str() {
        None => Bound::Unbounded,
        Some(position) => Bound::Excluded(key_of(position)?),
    };
    // SELF is the caller's own; there are none of other accounts.
    let others = match input["resourceOwner"].as_str() {
        None | Some("SELF") => false,
        Some("OTHER_ACCOUNTS") => true,
        Some(_) => return Err(bad_request("Invalid resourceOwner")),
    };
    let limit = limit(input)?;
    let mut rest = all.range((start, Bound::Unbounded)).filter(|_| !others);
    let page: Vec<_> = rest.by_ref().take(limit).collect();
    let mut answer = json!({ "item": page.iter().map(|(_, one)| one.shown()).collect::<Vec<_>>() });
    if rest.next().is_some() {
        answer["position"] = json!(page.last().map(|(key, _)| position_of(key)));
    }
    Ok(answer)
}

/// What is out of range is refused (unverified: the reference names the limits only).
fn limit(input: &Value) -> Result<usize, ApiError> {
    let Some(text) = input["limit"].as_str() else { return Ok(USUAL_PAGE) };
    let limit = text.parse().ok().filter(|limit| (1..=LARGEST_PAGE).contains(limit));
    limit.ok_or_else(|| bad_request("Invalid limit: use 1 to 500"))
}

/// Callers cannot read it.
fn position_of((name, id): &(String, String)) -> String {
    aws_smithy_types::base64::encode(format!("{name} {id}"))
}

fn key_of(position: &str) -> Result<(String, String), ApiError> {
    let text = aws_smithy_types::base64::decode(position).ok().and_then(|text| String::from_utf8(text).ok());
    let key = text.as_deref().and_then(|text| text.rsplit_once(' '));
    key.map(|(name, id)| (name.to_owned(), id.to_owned())).ok_or_else(|| bad_request("Invalid position parameter"))
}

fn bad_request(why: &str) -> ApiError {
    ApiError::new("BadRequestException", why)
}
