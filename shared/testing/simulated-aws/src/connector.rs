//! The SDK's HTTP client: finds the operation, applies faults, asks the model, records the call.

use std::future::poll_fn;
use std::io;
use std::task::Poll;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;

use crate::acme_server::{self, AcmeRequest};
use crate::authorization::{self, access_denied};
use crate::aws::State;
use crate::calls::{Answer, ApiError, Call, CallResult, for_record};
use crate::parameters;
use crate::permissions::action;
use crate::retries;
use crate::sts;
use crate::wire::{self, Incoming, Request, Response};
use crate::{Aws, Fault};

/// Why a caller gets no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Broken {
    ConnectionReset,
    ProcessDied,
}

impl HttpClient for Aws {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Aws {
    fn call(&self, mut request: HttpRequest) -> HttpConnectorFuture {
        let aws = self.clone();
        // The effect takes place when the request is sent, which is when the future is first polled.
        HttpConnectorFuture::new(async move {
            if aws.interleaves() {
                let mut yielded = false;
                poll_fn(|cx| {
                    if std::mem::replace(&mut yielded, true) {
                        return Poll::Ready(());
                    }
                    cx.waker().wake_by_ref();
                    Poll::Pending
                })
                .await;
            }
            let body = read(request.body_mut()).await?;
            aws.connect(&request, &body).await
        })
    }
}

impl Aws {
    async fn connect(&self, request: &HttpRequest, body: &[u8]) -> Result<HttpResponse, ConnectorError> {
        let headers = request.headers();
        let (_, location) = request.uri().split_once("://").unwrap_or(("", request.uri()));
        let path = location.find('/').map_or("/", |slash| &location[slash..]);
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        if location.split('/').next() == Some(acme_server::HOST) {
            let (method, uri) = (request.method(), request.uri());
            let origin = &uri[..uri.len() - location.len() + acme_server::HOST.len()];
            let (content_type, user_agent) = (headers.get("content-type"), headers.get("user-agent"));
            let request = AcmeRequest { method, origin, path, content_type, user_agent, body };
            let (response, id) = self.answer_acme(&request);
            return response.map(|response| respond(response, &id)).map_err(no_answer);
        }
        let incoming = Incoming {
            method: request.method(),
            path,
            query,
            target: headers.get("x-amz-target"),
            authorization: headers.get("authorization"),
            host: location.split(['/', '?']).next().unwrap_or_default(),
            headers: &headers.iter().collect::<Vec<_>>(),
            body,
        };
        let request = wire::decode(&incoming).map_err(|why| ConnectorError::user(why.into()))?;
        let service = request.service;
        let region = request.region.clone().unwrap_or_else(|| self.region());
        let (response, id) = self.answer(request);
        if response.as_ref().map_or(true, retries::tries_again) {
            retries::top_up(service, &region).await;
        }
        response.map(|response| respond(response, &id)).map_err(no_answer)
    }

    /// Answers and records a request. The second part is the request's id.
    pub(crate) fn answer(&self, request: Request) -> (Result<Response, Broken>, String) {
        self.begin(&request.operation);
        let mut state = self.state();
        let at = state.now;
        let mut fault = state.faults.meet(&request.operation);
        let place = sts::place_of(&state, &request);
        state.enter(&place.account, &place.region);
        if fault.is_none() && !state.quotas.admit(&place, &request, at) {
            fault = Some(Fault::Throttled);
        }
        let (result, response) = match fault {
            Some(Fault::Crash) => (CallResult::NoAnswer { effect: false }, Err(Broken::ProcessDied)),
            Some(Fault::ConnectionReset) => (CallResult::NoAnswer { effect: false }, Err(Broken::ConnectionReset)),
            Some(Fault::AnswerLost) => {
                let effect = dispatch(&mut state, &request).is_ok();
                (CallResult::NoAnswer { effect }, Err(Broken::ConnectionReset))
            }
            Some(Fault::CrashAfter) => {
                let effect = dispatch(&mut state, &request).is_ok();
                (CallResult::NoAnswer { effect }, Err(Broken::ProcessDied))
            }
            Some(fault) => encoded(&request, Err(error_of(&fault, &request))),
            None => {
                let answer = dispatch(&mut state, &request);
                encoded(&request, answer)
            }
        };
        let role = sts::role_of(&state, &request);
        let Request { service, operation, input, .. } = request;
        let input = for_record(input);
        let (account, service) = (place.account, service.name.to_owned());
        state.keep(Call { account, service, operation, input, result, at }, role);
        let id = format!("request-{}", state.calls.len());
        (response, id)
    }
}

/// The bytes of a request, also of one that is a stream, such as a body of S3 with its checksum at the end.
async fn read(body: &mut SdkBody) -> Result<Vec<u8>, ConnectorError> {
    if let Some(bytes) = body.bytes() {
        return Ok(bytes.to_vec());
    }
    let stream = ByteStream::new(std::mem::replace(body, SdkBody::taken()));
    let all = stream.collect().await.map_err(|error| ConnectorError::user(error.into()))?;
    Ok(all.to_vec())
}

fn encoded(request: &Request, answer: Answer) -> (CallResult, Result<Response, Broken>) {
    let (result, response) = wire::encode(request, answer);
    (result, Ok(response))
}

fn dispatch(state: &mut State, request: &Request) -> Answer {
    sts::admit(state, request)?;
    authorization::check(state, request)?;
    parameters::check(request.service, &request.operation, &request.input)?;
    (request.service.call)(state, &request.operation, &request.input)
}

/// What an operation that the model lacks is answered with.
pub(crate) fn not_modelled(service: &str, operation: &str) -> ApiError {
    ApiError::new("NotModelled", format!("simulated-aws does not model {service}:{operation}")).status(501)
}

fn error_of(fault: &Fault, request: &Request) -> ApiError {
    let xml = request.service.protocol.is_xml();
    match fault {
        // API reference of S3, "List of error codes": "SlowDown: Please reduce your request rate", HTTP 503.
        Fault::Throttled if request.service.name == "s3" => {
            ApiError::new("SlowDown", "Please reduce your request rate.").status(503)
        }
        Fault::Throttled if xml => ApiError::new("Throttling", "Rate exceeded"),
        // API reference of API Gateway: "TooManyRequestsException: The request has reached its throttling limit".
        Fault::Throttled if request.service.name == "apigateway" => {
            ApiError::new("TooManyRequestsException", "Too Many Requests").status(429)
        }
        // API reference of the Resource Groups Tagging API: "ThrottledException: The request failed because of throttling"
        // (its text here is unverified).
        Fault::Throttled if request.service.name == "tag" => ApiError::new("ThrottledException", "Rate exceeded"),
        // Their API references; that of Account Management names the status, the texts are unverified.
        Fault::Throttled if request.service.name == "account" => {
            ApiError::new("TooManyRequestsException", "Rate exceeded").status(429)
        }
        Fault::Throttled if request.service.name == "organizations" => {
            let why = "You have sent too many requests in too short a period of time.";
            ApiError::new("TooManyRequestsException", why)
        }
        Fault::Throttled => ApiError::new("ThrottlingException", "Rate exceeded"),
        Fault::AccessDenied => {
            let action = action(request.service.name, &request.operation);
            access_denied(request.service, format!("User: simulated is not authorized to perform: {action}"))
        }
        Fault::Error { code, message, status } => ApiError::new(code, message).status(*status),
        _ => ApiError::new("InternalFailure", "simulated server error").status(500),
    }
}

fn respond(answer: Response, request_id: &str) -> HttpResponse {
    let status = StatusCode::try_from(answer.status).expect("faults have HTTP statuses");
    let mut response = HttpResponse::new(status, SdkBody::from(answer.body));
    response.headers_mut().insert("content-type", answer.content_type);
    response.headers_mut().insert("x-amzn-requestid", request_id.to_owned());
    for (name, value) in answer.headers {
        if name == "content-type" {
            response.headers_mut().insert(name, value);
        } else {
            response.headers_mut().append(name, value);
        }
    }
    response
}

fn no_answer(broken: Broken) -> ConnectorError {
    match broken {
        Broken::ConnectionReset => connection_reset(),
        Broken::ProcessDied => process_died(),
    }
}

/// An I/O error, after which the SDK tries again.
fn connection_reset() -> ConnectorError {
    let error = io::Error::new(io::ErrorKind::ConnectionReset, "simulated connection reset");
    ConnectorError::io(error.into())
}

/// An error after which the SDK does not try again, since the process is gone.
fn process_died() -> ConnectorError {
    ConnectorError::other("simulated death of the calling process".into(), None)
}
