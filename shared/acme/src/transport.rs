//! One HTTP request and its answer.

use aws_client::Clock;
use aws_smithy_runtime_api::client::http::{HttpConnector, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use jiff::Timestamp;
use serde::de::DeserializeOwned;

use crate::error::Error;
use crate::problem::Problem;
use crate::retry_after;
use crate::text::clean;

/// Orders with 100 names take 20 kB, chains less.
const LARGEST_BODY: usize = 512 * 1024;
/// RFC 8555, 6.1: "ACME clients MUST send a User-Agent header field".
const USER_AGENT: &str = concat!("acm-autopilot/", env!("CARGO_PKG_VERSION"));

/// Sends requests.
#[derive(Debug, Clone)]
pub(crate) struct Transport {
    pub(crate) connector: SharedHttpConnector,
    pub(crate) clock: Clock,
}

/// An answer with a status below 400.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) operation: &'static str,
    pub(crate) at: Timestamp,
    pub(crate) nonce: Option<String>,
    pub(crate) location: Option<String>,
    pub(crate) retry_at: Option<Timestamp>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, Error> {
        // The parser repeats what it did not expect.
        let unusable = |error: serde_json::Error| {
            Error::unusable(self.operation, format!("not the expected JSON: {}", clean(&error.to_string(), 200)))
        };
        serde_json::from_slice(&self.body).map_err(unusable)
    }
}

/// A refused request, and the nonce that came with it.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) error: Error,
    pub(crate) nonce: Option<String>,
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self { error, nonce: None }
    }
}

impl Transport {
    pub(crate) async fn get(&self, operation: &'static str, url: &str) -> Result<Answer, Error> {
        self.send(operation, "GET", url, None).await.map_err(|refusal| refusal.error)
    }

    pub(crate) async fn send(
        &self,
        operation: &'static str,
        method: &str,
        url: &str,
        signed: Option<String>,
    ) -> Result<Answer, Refusal> {
        let request = request(method, url, signed).ok_or_else(|| Error::unusable(operation, "a URL is not valid"))?;
        let unavailable = |why: String| Error::unavailable(operation, clean(&why, 300), None, self.clock.now());
        let answer = self.connector.call(request).await.map_err(|error| unavailable(with_cause(&error)))?;
        let at = self.clock.now();
        let header = |name: &str| answer.headers().get(name).map(str::to_owned);
        let (nonce, location) = (header("replay-nonce"), header("location"));
        let retry_at = header("retry-after").and_then(|value| retry_after::parse(&value, at));
        let status = answer.status().as_u16();
        let body = read(answer).await.map_err(unavailable)?;
        if status < 400 {
            return Ok(Answer { operation, at, nonce, location, retry_at, body });
        }
        Err(Refusal { error: refused(operation, status, &body, retry_at, at), nonce })
    }
}

fn request(method: &str, url: &str, signed: Option<String>) -> Option<HttpRequest> {
    let mut request = HttpRequest::new(signed.map_or_else(SdkBody::empty, SdkBody::from));
    request.set_method(method).ok()?;
    request.set_uri(url).ok()?;
    request.headers_mut().insert("user-agent", USER_AGENT);
    if method == "POST" {
        request.headers_mut().insert("content-type", "application/jose+json");
    }
    Some(request)
}

async fn read(answer: HttpResponse) -> Result<Vec<u8>, String> {
    let (mut stream, mut body) = (ByteStream::new(answer.into_body()), Vec::new());
    while let Some(part) = stream.next().await {
        body.extend_from_slice(&part.map_err(|error| with_cause(&error))?);
        if body.len() > LARGEST_BODY {
            return Err("the answer is too large".to_owned());
        }
    }
    Ok(body)
}

/// RFC 8555, 6.7: errors are problem documents. Load balancers know nothing of that: their pages say as much as their
/// status.
fn refused(operation: &'static str, status: u16, body: &[u8], said: Option<Timestamp>, now: Timestamp) -> Error {
    // JSON without a type is somebody else's, such as a gateway's.
    let problem = serde_json::from_slice::<Problem>(body).ok().filter(|problem| !problem.type_name.is_empty());
    match problem {
        Some(problem) if status < 500 && status != 429 || problem_is_limit(&problem) => {
            let retry_at = Error::pause(problem.kind, said, now);
            Error::Refused { operation, problem: Box::new(problem), replaces: false, retry_at }
        }
        Some(problem) => Error::unavailable(operation, format!("HTTP {status}, {problem}"), said, now),
        None if status >= 500 || status == 429 => Error::unavailable(operation, format!("HTTP {status}"), said, now),
        None => Error::unusable(operation, format!("HTTP {status} without a problem document")),
    }
}

fn problem_is_limit(problem: &Problem) -> bool {
    problem.kind == crate::ProblemKind::RateLimited
}

fn with_cause(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(status: u16, body: &str) -> String {
        let now = Timestamp::UNIX_EPOCH;
        format!("{:?}", refused("newOrder", status, body.as_bytes(), None, now))
    }

    #[test]
    fn what_is_not_a_problem_document_counts_by_its_status() {
        for status in [429, 500, 502, 503] {
            for body in ["", "<html>busy</html>", r#"{"message":"busy"}"#, "null", "[]"] {
                let why = format!(
                    "Unavailable {{ operation: \"newOrder\", why: \"HTTP {status}\", retry_at: 1970-01-01T00:10:00Z }}"
                );
                assert_eq!(refusal(status, body), why, "{body}");
            }
        }
        for body in ["", "<html>Forbidden</html>", r#"{"message":"Forbidden"}"#] {
            assert!(refusal(403, body).contains("HTTP 403 without a problem document"), "{body}");
        }
        let limit = r#"{"type":"urn:ietf:params:acme:error:rateLimited","detail":"Service busy; retry later."}"#;
        assert!(refusal(503, limit).starts_with("Refused"), "a limit is a limit, whatever the status");
    }

    #[test]
    fn what_the_parser_repeats_is_cleaned() {
        #[derive(Debug, serde::Deserialize)]
        enum Status {}
        let (body, at) = (format!("\"{}\\u001b[31m\"", "x".repeat(1_000)).into_bytes(), Timestamp::UNIX_EPOCH);
        let answer = Answer { operation: "order", at, nonce: None, location: None, retry_at: None, body };
        let error = answer.json::<Status>().unwrap_err().to_string();
        assert!(error.len() < 300 && !error.contains('\u{1b}'), "{error}");
    }
}
