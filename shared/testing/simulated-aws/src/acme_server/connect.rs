//! Requests from the SDK's HTTP connector or the loopback server, faults, and the record of calls.

use jiff::{SignedDuration, Timestamp};

use super::problem::Problem;
use super::record;
use super::routes::Resource;
use super::{AcmeOutage, Answer, Body, Exchange, Server};
use crate::aws::State;
use crate::connector::Broken;
use crate::wire::Response;
use crate::{Aws, Call, CallResult, Fault};

/// Where the CAs are in process.
pub(crate) const HOST: &str = "acme.simulated";
/// Before the name of a CA.
const PREFIX: &str = "/acme/";

/// An HTTP request to a CA.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AcmeRequest<'a> {
    pub(crate) method: &'a str,
    /// Scheme and authority, such as `https://acme.simulated`.
    pub(crate) origin: &'a str,
    pub(crate) path: &'a str,
    pub(crate) content_type: Option<&'a str>,
    pub(crate) user_agent: Option<&'a str>,
    pub(crate) body: &'a [u8],
}

impl AcmeRequest<'_> {
    pub(crate) fn is_for_ca(path: &str) -> bool {
        path.starts_with(PREFIX)
    }

    pub(super) fn url(&self) -> String {
        format!("{}{}", self.origin, self.path)
    }

    /// The CA's name, and what follows it.
    fn parts(&self) -> (&str, &str) {
        let rest = self.path.strip_prefix(PREFIX).unwrap_or_default();
        rest.split_once('/').unwrap_or((rest, ""))
    }
}

impl Aws {
    /// Answers and records a request to a CA. The second part is the request's id.
    pub(crate) fn answer_acme(&self, request: &AcmeRequest<'_>) -> (Result<Response, Broken>, String) {
        let (name, path) = request.parts();
        let resource = Resource::of(path);
        let operation = resource.operation();
        self.begin(operation);
        let mut state = self.state();
        let state = &mut *state;
        let fault = state.faults.meet(operation);
        let (result, response) = match fault {
            Some(Fault::Crash) => (CallResult::NoAnswer { effect: false }, Err(Broken::ProcessDied)),
            Some(Fault::ConnectionReset) => (CallResult::NoAnswer { effect: false }, Err(Broken::ConnectionReset)),
            Some(fault @ (Fault::AnswerLost | Fault::CrashAfter)) => {
                let effect = respond(state, name, &resource, request, None).is_ok_and(|answer| answer.error.is_none());
                let broken = if fault == Fault::AnswerLost { Broken::ConnectionReset } else { Broken::ProcessDied };
                (CallResult::NoAnswer { effect }, Err(broken))
            }
            fault => match respond(state, name, &resource, request, fault.as_ref()) {
                Ok(response) => (response.error.clone().map_or(CallResult::Ok, CallResult::Error), Ok(response)),
                Err(broken) => (CallResult::NoAnswer { effect: false }, Err(broken)),
            },
        };
        let (account, at) = (state.home.account.clone(), state.now);
        let (service, operation) = ("acme".to_owned(), operation.to_owned());
        let input = record::input(name, path, request.body);
        state.keep(Call { account, service, operation, input, result, at }, None);
        (response, format!("request-{}", state.calls.len()))
    }
}

fn respond(
    state: &mut State,
    name: &str,
    resource: &Resource,
    request: &AcmeRequest<'_>,
    fault: Option<&Fault>,
) -> Result<Response, Broken> {
    let State { acme, route53, now, .. } = state;
    let base = format!("{}{PREFIX}{name}", request.origin);
    let mut exchange = Exchange { server: acme.server(name), route53, now: *now, base };
    if let Some(outage) = exchange.server.settings.outage {
        return out_of_order(exchange.server, outage, *now);
    }
    let answer = match fault {
        Some(fault) => Err(problem_of(fault, *now)),
        None => exchange.answer(resource, request),
    };
    let with_nonce = request.method == "POST" || *resource == Resource::NewNonce;
    Ok(exchange.write(answer, with_nonce))
}

fn out_of_order(server: &Server, outage: AcmeOutage, now: Timestamp) -> Result<Response, Broken> {
    let after = server.settings.retry_after.header(now, now + SignedDuration::from_mins(10));
    let headers = after.map(|after| ("retry-after", after)).into_iter().collect();
    let error = Some("503".to_owned());
    let (content_type, body) = match outage {
        AcmeOutage::HtmlPage => ("text/html", "<html><body><h1>503 Service Unavailable</h1></body></html>".to_owned()),
        AcmeOutage::Maintenance => {
            let problem =
                Problem::new("serverInternal", "The service is down for maintenance or had an internal error.");
            ("application/problem+json", problem.status(503).json().to_string())
        }
        AcmeOutage::NoConnection => return Err(Broken::ConnectionReset),
    };
    Ok(Response { status: 503, content_type, headers, body: body.into_bytes(), error })
}

fn problem_of(fault: &Fault, now: Timestamp) -> Problem {
    match fault {
        Fault::Throttled => {
            let problem = Problem::new("rateLimited", "Service busy; retry later.");
            Problem { retry_at: Some(now + SignedDuration::from_mins(1)), ..problem }
        }
        Fault::AccessDenied => Problem::unauthorized("refused by the test"),
        Fault::Error { code, message, status } => Problem::new(code, message).status(*status),
        _ => Problem::new("serverInternal", "simulated server error"),
    }
}

impl Exchange<'_> {
    fn write(&mut self, answer: Answer, with_nonce: bool) -> Response {
        let (now, style) = (self.now, self.server.settings.retry_after);
        let mut headers = vec![("cache-control", "public, max-age=0, no-cache".to_owned())];
        headers.push(("link", format!("<{}>;rel=\"index\"", self.url("directory"))));
        if with_nonce {
            headers.push(("replay-nonce", self.server.nonces.next()));
        }
        match answer {
            Ok(reply) => {
                headers.extend(reply.headers);
                let (content_type, body) = match reply.body {
                    Body::Empty => ("application/json", String::new()),
                    Body::Json(value) => ("application/json", value.to_string()),
                    Body::Chain(pem) => ("application/pem-certificate-chain", pem),
                };
                Response { status: reply.status, content_type, headers, body: body.into_bytes(), error: None }
            }
            Err(problem) => {
                let after = problem.retry_at.and_then(|at| style.header(now, at));
                headers.extend(after.map(|after| ("retry-after", after)));
                let (status, body) = (problem.status, problem.json().to_string().into_bytes());
                Response { status, content_type: "application/problem+json", headers, body, error: Some(problem.kind) }
            }
        }
    }
}
