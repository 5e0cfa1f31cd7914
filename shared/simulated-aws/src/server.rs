//! The model on a loopback port, for programs that bring their own HTTP client: built functions, boto3,
//! the AWS CLI, Cloud Custodian.

use std::collections::BTreeMap;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming as Body};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::Aws;
use crate::calls::ApiError;
use crate::services::{Protocol, SERVICES};
use crate::wire::{self, Incoming, Response, Scope};

/// Paths under this are not AWS: they turn the clock and show the record.
const CONTROL: &str = "/_simulated/";

/// A model that is being served, until this is dropped.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    settings: Arc<Settings>,
    stop: watch::Sender<bool>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Settings {
    latency_ms: AtomicU64,
    real_time: AtomicBool,
}

impl Aws {
    /// Serves this model, such as on `127.0.0.1:0`, where port 0 takes any free one. Give
    /// [`Server::endpoint_url`] to clients as `AWS_ENDPOINT_URL`. Signatures are not checked, but the
    /// credential scope must name this model's Region.
    ///
    /// Beside AWS's operations, there are `GET` and `PUT /_simulated/clock` (`{"now": "..."}` or
    /// `{"advanceSeconds": n}`), `GET /_simulated/record` (see [`Aws::record`]), `GET /_simulated/calls`: how
    /// often each operation was called, and `PUT /_simulated/result-token` (`{"rule": "..."}`): see
    /// [`Aws::new_result_token`].
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub fn serve(&self, address: SocketAddr) -> io::Result<Server> {
        let listener = TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let settings = Arc::new(Settings::default());
        let (stop, stopped) = watch::channel(false);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (aws, shared) = (self.clone(), settings.clone());
        let thread = std::thread::Builder::new().name("simulated-aws".to_owned()).spawn(move || {
            // Without a listener there is nothing to do; clients see refused connections.
            let _ = runtime.block_on(accept(listener, aws, shared, stopped));
        })?;
        Ok(Server { address, settings, stop, thread: Some(thread) })
    }
}

impl Server {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// For `AWS_ENDPOINT_URL`, `--endpoint-url` and the SDKs' configuration.
    pub fn endpoint_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Answers come this much later from now on (in real time; default: at once).
    pub fn set_latency(&self, latency: Duration) {
        let milliseconds = u64::try_from(latency.as_millis()).unwrap_or(u64::MAX);
        self.settings.latency_ms.store(milliseconds, Ordering::Relaxed);
    }

    /// From now on the model's clock follows the machine's. Otherwise it stands still unless it is moved.
    pub fn follow_real_time(&self) {
        self.settings.real_time.store(true, Ordering::Relaxed);
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.stop.send(true);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn accept(
    listener: TcpListener,
    aws: Aws,
    settings: Arc<Settings>,
    mut stopped: watch::Receiver<bool>,
) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    loop {
        let stream = tokio::select! {
            // An accept that fails (a connection reset in the queue) concerns that connection only.
            accepted = listener.accept() => match accepted { Ok((stream, _)) => stream, Err(_) => continue },
            _ = stopped.changed() => return Ok(()),
        };
        let (aws, settings) = (aws.clone(), settings.clone());
        tokio::spawn(async move {
            let service = service_fn(move |request| handle(aws.clone(), settings.clone(), request));
            // A simulated broken connection ends here as an error, which is what the client is to see.
            let _ = hyper::server::conn::http1::Builder::new()
                .timer(TokioTimer::new())
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

/// An error closes the connection without an answer.
async fn handle(
    aws: Aws,
    settings: Arc<Settings>,
    request: hyper::Request<Body>,
) -> Result<hyper::Response<Full<Bytes>>, io::Error> {
    if settings.real_time.load(Ordering::Relaxed) {
        follow(&aws);
    }
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let header = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok());
    let incoming = Incoming {
        method: head.method.as_str(),
        path: head.uri.path(),
        query: head.uri.query().unwrap_or_default(),
        target: header("x-amz-target"),
        authorization: header("authorization"),
        body: &body,
    };
    if let Some(path) = incoming.path.strip_prefix(CONTROL) {
        return respond(control(&aws, &incoming, path), "control");
    }
    let latency = settings.latency_ms.load(Ordering::Relaxed);
    if latency > 0 {
        tokio::time::sleep(Duration::from_millis(latency)).await;
    }
    let request = match wire::decode(&incoming) {
        Ok(request) => request,
        Err(why) => return respond(unknown(&incoming, why), "none"),
    };
    if let Some(error) = wrong_region(&aws, &incoming, request.service.global) {
        return respond(wire::failure(request.service, &error), "none");
    }
    let (answer, id) = aws.answer(request);
    let answer = answer.map_err(|broken| io::Error::new(io::ErrorKind::ConnectionReset, format!("{broken:?}")))?;
    respond(answer, &id)
}

#[allow(clippy::disallowed_methods, reason = "the server is an entry point: here the machine's time comes in")]
fn follow(aws: &Aws) {
    let now = Timestamp::now();
    if now > aws.now() {
        aws.set_time(now);
    }
}

/// AWS's own answer to a signature for another Region.
fn wrong_region(aws: &Aws, incoming: &Incoming<'_>, global: bool) -> Option<ApiError> {
    let scope = Scope::read(incoming.authorization?)?;
    let region = aws.region();
    if global || scope.region == region {
        return None;
    }
    Some(
        ApiError::new(
            "InvalidSignatureException",
            format!(
                "Credential should be scoped to a valid region. simulated-aws serves {region}, not {} ({})",
                scope.region, scope.service
            ),
        )
        .status(403),
    )
}

/// A service that is not modelled at all, in the protocol that its client most likely reads.
fn unknown(incoming: &Incoming<'_>, why: String) -> Response {
    let xml = incoming.target.is_none();
    let service = SERVICES.iter().find(|service| matches!(service.protocol, Protocol::Query { .. }) == xml);
    let error = ApiError::new("NotModelled", why).status(501);
    match service {
        Some(service) => wire::failure(service, &error),
        None => {
            Response { status: 501, content_type: "text/plain", headers: Vec::new(), body: error.message, error: None }
        }
    }
}

/// How often each operation was called, such as `acm:ListCertificates`.
fn counts(aws: &Aws) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for call in &aws.state().calls {
        *counts.entry(format!("{}:{}", call.service, call.operation)).or_default() += 1;
    }
    counts
}

/// Turns the clock, shows the record, gives out what AWS Config sends to functions.
fn control(aws: &Aws, incoming: &Incoming<'_>, path: &str) -> Response {
    let clock = |aws: &Aws| (200, json!({ "now": aws.now().to_string(), "region": aws.region() }).to_string());
    let (status, body) = match (incoming.method, path) {
        ("GET", "clock") => clock(aws),
        ("PUT", "clock") => match move_clock(aws, incoming.body) {
            Ok(()) => clock(aws),
            Err(why) => (400, json!({ "message": why }).to_string()),
        },
        ("GET", "record") => (200, aws.record()),
        ("GET", "calls") => (200, json!(counts(aws)).to_string()),
        ("PUT", "result-token") => match result_token(aws, incoming.body) {
            Ok(token) => (200, json!({ "resultToken": token }).to_string()),
            Err(why) => (400, json!({ "message": why }).to_string()),
        },
        (method, path) => (404, json!({ "message": format!("there is no {method} {CONTROL}{path}") }).to_string()),
    };
    let content_type = if path == "record" { "text/plain" } else { "application/json" };
    Response { status, content_type, headers: Vec::new(), body, error: None }
}

fn result_token(aws: &Aws, body: &[u8]) -> Result<String, String> {
    let wanted: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    wanted["rule"].as_str().map(|rule| aws.new_result_token(rule)).ok_or_else(|| "rule is needed".to_owned())
}

fn move_clock(aws: &Aws, body: &[u8]) -> Result<(), String> {
    let wanted: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let later = match (&wanted["now"], &wanted["advanceSeconds"]) {
        (Value::String(now), Value::Null) => now.parse::<Timestamp>().map_err(|error| error.to_string())?,
        (Value::Null, seconds) => {
            let seconds = seconds.as_i64().ok_or("now or advanceSeconds is needed")?;
            aws.now().checked_add(SignedDuration::from_secs(seconds)).map_err(|error| error.to_string())?
        }
        _ => return Err("now or advanceSeconds is needed, not both".to_owned()),
    };
    aws.set_time(later);
    Ok(())
}

fn respond(answer: Response, id: &str) -> Result<hyper::Response<Full<Bytes>>, io::Error> {
    let mut response = hyper::Response::builder()
        .status(answer.status)
        .header("content-type", answer.content_type)
        .header("x-amzn-requestid", id);
    for (name, value) in answer.headers {
        response = response.header(name, value);
    }
    response.body(Full::new(Bytes::from(answer.body))).map_err(io::Error::other)
}
