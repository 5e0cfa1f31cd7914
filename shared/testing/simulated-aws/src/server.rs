//! The model on a loopback port, for programs that bring their own HTTP client: built functions, boto3,
//! the AWS CLI, Cloud Custodian.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming as Body};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

use crate::acme_server::AcmeRequest;
use crate::calls::ApiError;
use crate::connector::Broken;
use crate::services::{Protocol, SERVICES};
use crate::wire::{self, Incoming, Response};
use crate::{Aws, controls};

/// Paths under this are not AWS.
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
    /// The machine's time when the model's clock last followed it; `None` while it does not move.
    followed: Mutex<Option<Timestamp>>,
}

impl Aws {
    /// Serves this model, such as on `127.0.0.1:0`, where port 0 takes any free one. Give
    /// [`Server::endpoint_url`] to clients as `AWS_ENDPOINT_URL`. Signatures are not checked; a call takes place in the
    /// Region that its credential scope names, and in the account of its access key: that of a role's credentials, the
    /// number itself when the key is one of twelve digits, and otherwise this handle's.
    ///
    /// Beside AWS's operations there are controls under `/_simulated/`, which README.md lists.
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

    /// From now on the model's clock runs as the machine's does, from whatever time it shows, also after it was moved.
    /// Otherwise it moves only when it is moved.
    pub fn follow_real_time(&self) {
        *self.settings.followed.lock().unwrap_or_else(PoisonError::into_inner) = Some(machine_now());
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
    follow(&aws, &settings);
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let header = |name: &str| head.headers.get(name).and_then(|value| value.to_str().ok());
    let headers = head.headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
    let headers: Vec<_> = headers.collect();
    let incoming = Incoming {
        method: head.method.as_str(),
        path: head.uri.path(),
        query: head.uri.query().unwrap_or_default(),
        target: header("x-amz-target"),
        authorization: header("authorization"),
        host: header("host").unwrap_or_default(),
        headers: &headers,
        body: &body,
    };
    if let Some(path) = incoming.path.strip_prefix(CONTROL) {
        return respond(controls::control(&aws, &incoming, path), "control");
    }
    let latency = settings.latency_ms.load(Ordering::Relaxed);
    if latency > 0 {
        tokio::time::sleep(Duration::from_millis(latency)).await;
    }
    if AcmeRequest::is_for_ca(incoming.path) {
        let origin = format!("http://{}", header("host").unwrap_or_default());
        let (content_type, user_agent) = (header("content-type"), header("user-agent"));
        let Incoming { method, path, body, .. } = incoming;
        let (answer, id) =
            aws.answer_acme(&AcmeRequest { method, origin: &origin, path, content_type, user_agent, body });
        return respond(answer.map_err(broken)?, &id);
    }
    let request = match wire::decode(&incoming) {
        Ok(request) => request,
        Err(why) => return respond(unknown(&incoming, why), "none"),
    };
    let (answer, id) = aws.answer(request);
    respond(answer.map_err(broken)?, &id)
}

fn broken(why: Broken) -> io::Error {
    io::Error::new(io::ErrorKind::ConnectionReset, format!("{why:?}"))
}

/// Moves the model's clock by as much as the machine's has moved since the last time.
fn follow(aws: &Aws, settings: &Settings) {
    let mut followed = settings.followed.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(last) = *followed else { return };
    let now = machine_now();
    let passed = now.duration_since(last);
    if passed > SignedDuration::ZERO {
        aws.set_time(aws.now() + passed);
    }
    *followed = Some(now);
}

#[allow(clippy::disallowed_methods, reason = "the server is an entry point: here the machine's time comes in")]
fn machine_now() -> Timestamp {
    Timestamp::now()
}

/// A service that is not modelled at all, in the protocol that its client most likely reads.
fn unknown(incoming: &Incoming<'_>, why: String) -> Response {
    let xml = incoming.target.is_none();
    let service = SERVICES.iter().find(|service| matches!(service.protocol, Protocol::Query { .. }) == xml);
    let error = ApiError::new("NotModelled", why).status(501);
    match service {
        Some(service) => wire::failure(service, &error),
        None => Response {
            status: 501,
            content_type: "text/plain",
            headers: Vec::new(),
            body: error.message.into_bytes(),
            error: None,
        },
    }
}

fn respond(answer: Response, id: &str) -> Result<hyper::Response<Full<Bytes>>, io::Error> {
    let mut response = hyper::Response::builder().status(answer.status).header("x-amzn-requestid", id);
    if !answer.headers.iter().any(|(name, _)| *name == "content-type") {
        response = response.header("content-type", answer.content_type);
    }
    for (name, value) in answer.headers {
        response = response.header(name, value);
    }
    response.body(Full::new(Bytes::from(answer.body))).map_err(io::Error::other)
}
