//! Keeps the program from changing anything in AWS, whatever its parts ask for.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_config::SdkConfig;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

/// What the names of operations that read begin with, in services whose requests name the operation.
const READS: [&str; 6] = ["BatchGet", "Describe", "Get", "List", "Lookup", "Search"];
/// Reads that hand out secrets, parameters and credentials.
const SECRETS: [&str; 9] = [
    "BatchGetSecretValue",
    "GetFederationToken",
    "GetParameter",
    "GetParameterHistory",
    "GetParameters",
    "GetParametersByPath",
    "GetRandomPassword",
    "GetSecretValue",
    "GetSessionToken",
];
/// Reads of services whose requests name no operation and that are not a GET (AWS Account Management).
const POSTS: [&str; 2] = ["/getAlternateContact", "/listRegions"];

/// An HTTP client that lets reads through and counts them. Everything else is an error before it leaves the machine.
///
/// The functions of a plan have no reason to write, and the credentials perhaps no right to; this holds without either.
#[derive(Debug, Clone)]
pub struct ReadOnly {
    inner: SharedHttpClient,
    calls: Arc<AtomicU64>,
}

impl ReadOnly {
    /// The same configuration, with which nothing can be changed. The second is the number of calls so far. Without an HTTP
    /// client nothing could be called at all, and it is left as it is.
    pub fn wrap(sdk: &SdkConfig) -> (SdkConfig, Arc<AtomicU64>) {
        let calls = Arc::new(AtomicU64::new(0));
        let Some(inner) = sdk.http_client() else { return (sdk.clone(), calls) };
        let client = Self { inner, calls: Arc::clone(&calls) };
        (sdk.to_builder().http_client(client).build(), calls)
    }
}

impl HttpClient for ReadOnly {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        let inner = self.inner.http_connector(settings, components);
        SharedHttpConnector::new(ReadOnlyConnector { inner, calls: Arc::clone(&self.calls) })
    }
}

#[derive(Debug)]
struct ReadOnlyConnector {
    inner: SharedHttpConnector,
    calls: Arc<AtomicU64>,
}

impl HttpConnector for ReadOnlyConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        match refused(&request) {
            None => {
                self.calls.fetch_add(1, Ordering::Relaxed);
                self.inner.call(request)
            }
            Some(operation) => HttpConnectorFuture::ready(Err(ConnectorError::user(
                format!("{operation} is not a read, and this program only reads").into(),
            ))),
        }
    }
}

/// The operation, unless it is known to be a read.
fn refused(request: &HttpRequest) -> Option<String> {
    let path = path(request.uri());
    // AWS JSON names the operation in a header, AWS query in the body, and REST by method and path.
    if let Some(target) = request.headers().get("x-amz-target") {
        return refused_by_name(target.rsplit('.').next().unwrap_or_default());
    }
    if request.method() == "GET" || request.method() == "HEAD" || (request.method() == "POST" && POSTS.contains(&path))
    {
        return None;
    }
    match action(request) {
        Some(action) => refused_by_name(action),
        None => Some(format!("{} {path}", request.method())),
    }
}

fn refused_by_name(operation: &str) -> Option<String> {
    let reads = READS.iter().any(|prefix| operation.starts_with(prefix)) && !SECRETS.contains(&operation);
    (!reads).then(|| operation.to_owned())
}

fn path(uri: &str) -> &str {
    let after_host = uri.split_once("://").map_or(uri, |(_, rest)| rest).split_once('/').map_or("", |(_, path)| path);
    let start = uri.len() - after_host.len();
    uri[start.saturating_sub(1)..].split('?').next().unwrap_or_default()
}

/// `Action` is the first member of every body of the AWS query protocol.
fn action(request: &HttpRequest) -> Option<&str> {
    let body = std::str::from_utf8(request.body().bytes()?).ok()?;
    body.strip_prefix("Action=")?.split('&').next()
}

#[cfg(test)]
mod tests;
