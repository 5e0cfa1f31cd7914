//! The protocols in which AWS services are spoken to: which operation a request asks for, and how its
//! answer is written.

mod query;
pub(crate) mod xml;

use serde_json::{Value, json};

use crate::calls::{Answer, ApiError, CallResult};
use crate::services::{Decode, Protocol, SERVICES, Service};
use crate::{s3, sqs};

/// The parts of an HTTP request that decide.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Incoming<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) query: &'a str,
    /// The header `X-Amz-Target`.
    pub(crate) target: Option<&'a str>,
    /// The header `Authorization`.
    pub(crate) authorization: Option<&'a str>,
    /// The host that the URL or the header `Host` names.
    pub(crate) host: &'a str,
    /// All headers.
    pub(crate) headers: &'a [(&'a str, &'a str)],
    pub(crate) body: &'a [u8],
}

impl Incoming<'_> {
    /// The first header of this name, which is in lower case here.
    pub(crate) fn header(&self, wanted: &str) -> Option<&str> {
        self.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| *value)
    }
}

/// A request, decoded.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) service: &'static Service,
    pub(crate) operation: String,
    pub(crate) input: Value,
    /// Of the credential scope.
    pub(crate) access_key: Option<String>,
    /// The Region that it is signed for.
    pub(crate) region: Option<String>,
}

/// An HTTP response.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) content_type: &'static str,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
    /// The code, when it is an error.
    pub(crate) error: Option<String>,
}

/// Who may have signed a request: the credential scope of Signature Version 4
/// (`Credential=AKID/20261120/us-east-1/acm/aws4_request`). The signature itself is not checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Scope<'a> {
    pub(crate) access_key: &'a str,
    pub(crate) region: &'a str,
    pub(crate) service: &'a str,
}

impl<'a> Scope<'a> {
    pub(crate) fn read(authorization: &'a str) -> Option<Self> {
        let credential = authorization.split_once("Credential=")?.1.split(',').next()?;
        let mut parts = credential.rsplit('/');
        if parts.next()? != "aws4_request" {
            return None;
        }
        let service = parts.next()?;
        let region = parts.next()?;
        let _date = parts.next()?;
        Some(Self { access_key: parts.next()?, service, region })
    }
}

/// JSON services name the operation in a header, query services in their body, REST services by method
/// and path.
pub(crate) fn decode(request: &Incoming<'_>) -> Result<Request, String> {
    let scope = request.authorization.and_then(Scope::read);
    let access_key = scope.map(|scope| scope.access_key.to_owned());
    let region = scope.map(|scope| scope.region.to_owned());
    // First: the bytes of an object may look like a form.
    if scope.is_some_and(|scope| scope.service == "s3")
        && let Some(service) = find(|service| matches!(service.protocol, Protocol::S3))
    {
        let (operation, input) = s3::decode(request)?;
        return Ok(Request { service, operation, input, access_key, region });
    }
    if let Some(target) = request.target {
        let (prefix, operation) = target.rsplit_once('.').unwrap_or(("", target));
        let service = find(|service| matches!(service.protocol, Protocol::Json { target, .. } if target == prefix))
            .ok_or_else(|| format!("simulated-aws has no service for {prefix} (operation {operation})"))?;
        let body: &[u8] = if request.body.is_empty() { b"{}" } else { request.body };
        let input = serde_json::from_slice(body).map_err(|error| format!("not JSON: {error}"))?;
        return Ok(Request { service, operation: operation.to_owned(), input, access_key, region });
    }
    if let Some(input) = query::decode(request.body) {
        // Whatever endpoint is configured, the API version tells the services of this protocol apart.
        let version = input["Version"].as_str().unwrap_or_default();
        let operation = input["Action"].as_str().unwrap_or_default().to_owned();
        if let Some(service) = find(|s| matches!(s.protocol, Protocol::Query { version: own, .. } if own == version)) {
            return Ok(Request { service, operation, input, access_key, region });
        }
        if !operation.is_empty() {
            let scope = scope.map_or("?", |scope| scope.service);
            return Err(format!("simulated-aws has no service for {scope} (operation {operation})"));
        }
    }
    if let Some((service, decode)) = SERVICES.iter().find_map(|service| Some((service, rest(service, request)?))) {
        let (operation, input) = decode(request)?;
        return Ok(Request { service, operation, input, access_key, region });
    }
    let scope = scope.map_or("?", |scope| scope.service);
    Err(format!("simulated-aws has no service for {scope} ({} {})", request.method, request.path))
}

/// How to read a request for this service of REST. Other services have the paths of those with JSON too (apigatewayv2 has
/// `/v2/domainnames`): the credential scope decides.
fn rest(service: &Service, request: &Incoming<'_>) -> Option<Decode> {
    match service.protocol {
        Protocol::Rest(rest) => request.path.starts_with(rest.prefix).then_some(rest.decode),
        Protocol::RestJson { prefix, decode } => {
            let scope = request.authorization.and_then(Scope::read)?;
            (scope.service == service.name && request.path.starts_with(prefix)).then_some(decode)
        }
        Protocol::Json { .. } | Protocol::Query { .. } | Protocol::S3 => None,
    }
}

fn find(wanted: impl Fn(&Service) -> bool) -> Option<&'static Service> {
    SERVICES.iter().find(|service| wanted(service))
}

/// Percent-decoded names and values of a query string or a form.
pub(crate) fn pairs(text: &str) -> Option<Vec<(String, String)>> {
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((percent_decode(name)?, percent_decode(value)?))
        })
        .collect()
}

pub(crate) fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some(place) = rest.iter().position(|byte| matches!(byte, b'%' | b'+')) {
        bytes.extend_from_slice(&rest[..place]);
        if rest[place] == b'+' {
            bytes.push(b' ');
            rest = &rest[place + 1..];
        } else {
            let (high, low) = (hex_digit(*rest.get(place + 1)?)?, hex_digit(*rest.get(place + 2)?)?);
            bytes.push(16 * high + low);
            rest = &rest[place + 3..];
        }
    }
    bytes.extend_from_slice(rest);
    String::from_utf8(bytes).ok()
}

fn hex_digit(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// Writes an operation's answer in its service's protocol.
pub(crate) fn encode(request: &Request, answer: Answer) -> (CallResult, Response) {
    match answer {
        Ok(output) if request.service.name == "s3" => (CallResult::Ok, s3::success(&request.operation, &output)),
        Ok(output) => (CallResult::Ok, success(request, output)),
        Err(error) => {
            let response = match request.service.protocol {
                Protocol::S3 => s3::failure(&request.operation, &error),
                _ => failure(request.service, &error),
            };
            (CallResult::Error(error.code), response)
        }
    }
}

fn success(request: &Request, output: Value) -> Response {
    let operation = &request.operation;
    let mut headers = Vec::new();
    let body = match request.service.protocol {
        Protocol::Json { .. } | Protocol::RestJson { .. } | Protocol::S3 => json_text(output),
        Protocol::Query { namespace, .. } => {
            let result = xml::element(&format!("{operation}Result"), &output, xml::Lists::Members);
            let rest = "<ResponseMetadata><RequestId>simulated</RequestId></ResponseMetadata>";
            xml::document(&format!("{operation}Response"), namespace, &format!("{result}{rest}"))
        }
        Protocol::Rest(rest) => {
            headers.extend(output["Location"].as_str().map(|location| ("location", location.to_owned())));
            let content = match output {
                Value::String(written) => written,
                output => xml::content(&output, rest.lists),
            };
            xml::document(&(rest.root)(operation), rest.namespace, &content)
        }
    };
    // Only what creates a resource has a location.
    let status = if headers.is_empty() { 200 } else { 201 };
    Response {
        status,
        content_type: request.service.protocol.content_type(),
        headers,
        body: body.into_bytes(),
        error: None,
    }
}

/// JSON text, if it is not written yet.
fn json_text(output: Value) -> String {
    match output {
        Value::String(written) => written,
        // Other than `to_string` this does not check the UTF-8 of what it writes.
        output => serde_json::to_string(&output).unwrap_or_default(),
    }
}

/// An error in its service's protocol.
pub(crate) fn failure(service: &Service, error: &ApiError) -> Response {
    let xml_error = |namespace: &str| {
        let kind = if error.status >= 500 { "Receiver" } else { "Sender" };
        let content = json!({ "Error": { "Type": kind, "Code": error.code, "Message": error.message } });
        xml::document("ErrorResponse", namespace, &xml::content(&content, xml::Lists::Members))
    };
    let body = match service.protocol {
        Protocol::Json { .. } => json!({ "__type": error.code, "message": error.message }).to_string(),
        Protocol::RestJson { .. } => json!({ "message": error.message }).to_string(),
        Protocol::Query { namespace, .. } => xml_error(namespace),
        Protocol::Rest(rest) => xml_error(rest.namespace),
        Protocol::S3 => return s3::failure("", error),
    };
    let mut headers = Vec::new();
    if matches!(service.protocol, Protocol::RestJson { .. }) {
        headers.push(("x-amzn-errortype", error.code.clone()));
    }
    if service.name == "sqs" {
        headers.push(("x-amzn-query-error", sqs::query_error(error)));
    }
    Response {
        status: error.status,
        content_type: service.protocol.content_type(),
        headers,
        body: body.into_bytes(),
        error: Some(error.code.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scope_names_key_region_and_service() {
        let header = "AWS4-HMAC-SHA256 Credential=AKID/20261120/eu-west-1/acm/aws4_request, SignedHeaders=host";
        assert_eq!(Scope::read(header), Some(Scope { access_key: "AKID", region: "eu-west-1", service: "acm" }));
        assert_eq!(Scope::read("Bearer x"), None);
    }

    #[test]
    fn an_unknown_service_is_named() {
        let request = |target, path, body| Incoming {
            method: "POST",
            path,
            query: "",
            target,
            authorization: Some("AWS4-HMAC-SHA256 Credential=A/20261120/us-east-1/elasticache/aws4_request"),
            host: "localhost",
            headers: &[],
            body,
        };
        let why = decode(&request(Some("Logs_20140328.PutLogEvents"), "/", b"{}")).unwrap_err();
        assert!(why.contains("Logs_20140328") && why.contains("PutLogEvents"), "{why}");
        let why = decode(&request(None, "/", b"Action=DescribeCacheClusters&Version=2015-02-02")).unwrap_err();
        assert!(why.contains("elasticache") && why.contains("DescribeCacheClusters"), "{why}");
        let why = decode(&request(None, "/v1/things", b"")).unwrap_err();
        assert!(why.contains("elasticache") && why.contains("/v1/things"), "{why}");
    }
}
