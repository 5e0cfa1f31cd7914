//! The functions' processes.

use std::future::Future;
use std::pin::Pin;
use std::task::Poll;

use acme::Connection;
use aws_config::SdkConfig;
use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use jiff::Timestamp;
use lambda::{Invocation, Metrics};
use serde_json::Value;
use simulated_aws::Aws;

use crate::wiring::Wiring;
use crate::world::{COMPLIANCE_RULES, DNS_VALIDATION, EXPIRY_EVENTS, IMPORTED_RENEWAL};

/// A handler at work.
pub(crate) type HandlerFuture<'a> = Pin<Box<dyn Future<Output = Option<Value>> + 'a>>;

/// The functions' processes.
pub(crate) struct Functions {
    pub(crate) expiry_events: expiry_events::Handler,
    pub(crate) imported_renewal: imported_renewal::Handler,
    /// Only in worlds with hosted zones.
    pub(crate) dns_validation: Option<dns_validation::Handler>,
    /// Only in worlds with rules of AWS Config.
    pub(crate) compliance_rules: Option<compliance_rules::Handler>,
    pub(crate) metrics: Metrics,
}

impl Functions {
    pub(crate) fn start(wiring: &Wiring, sdk: &SdkConfig, aws: &Aws) -> Self {
        let environment = |id: &str| wiring.functions[id].environment();
        let expiry = expiry_events::Config::read(&environment(EXPIRY_EVENTS)).expect("the template configures it");
        let renewal =
            imported_renewal::Config::read(&environment(IMPORTED_RENEWAL)).expect("the template configures it");
        // A CA outside AWS is reached without the SDK.
        let acme_connection = Connection::Through(SharedHttpConnector::new(aws.clone()));
        let expiry_events = expiry_events::Handler::with_connection(expiry, sdk, acme_connection.clone());
        let renewal = imported_renewal::Config { acme_connection, ..renewal };
        let dns_validation = wiring.functions.contains_key(DNS_VALIDATION).then(|| {
            let config =
                dns_validation::Config::read(&environment(DNS_VALIDATION)).expect("the template configures it");
            dns_validation::Handler::new(config, sdk)
        });
        let compliance_rules = wiring.functions.contains_key(COMPLIANCE_RULES).then(|| {
            let config =
                compliance_rules::Config::read(&environment(COMPLIANCE_RULES)).expect("the template configures it");
            compliance_rules::Handler::new(config, sdk)
        });
        Self {
            dns_validation,
            compliance_rules,
            expiry_events,
            imported_renewal: imported_renewal::Handler::new(renewal, sdk),
            metrics: Metrics::new("simulation"),
        }
    }

    /// Runs a function's handler. `None` if it fails.
    pub(crate) fn work<'a>(&'a mut self, id: &str, event: &'a Value, invocation: &'a Invocation) -> HandlerFuture<'a> {
        let Self { expiry_events, imported_renewal, dns_validation, compliance_rules, metrics } = self;
        if id == EXPIRY_EVENTS {
            Box::pin(async move {
                let answer = expiry_events.handle(event, invocation, metrics).await.ok()?;
                Some(serde_json::to_value(answer).expect("answers are JSON"))
            })
        } else if id == DNS_VALIDATION {
            Box::pin(async move {
                let answer = dns_validation.as_ref()?.handle(event, invocation, metrics).await.ok()?;
                Some(serde_json::to_value(answer).expect("answers are JSON"))
            })
        } else if id == COMPLIANCE_RULES {
            Box::pin(async move {
                let answer = compliance_rules.as_ref()?.handle(event, invocation, metrics).await.ok()?;
                Some(serde_json::to_value(answer).expect("answers are JSON"))
            })
        } else {
            Box::pin(async move {
                let answer = imported_renewal.handle(event, invocation, metrics).await.ok()?;
                Some(serde_json::to_value(answer).expect("answers are JSON"))
            })
        }
    }
}

/// Runs a handler until the deadline, at which Lambda terminates the process. `None` if it was terminated.
pub(crate) async fn run_until_deadline(
    aws: &Aws,
    deadline: Timestamp,
    mut work: HandlerFuture<'_>,
) -> Option<Option<Value>> {
    std::future::poll_fn(|cx| match work.as_mut().poll(cx) {
        Poll::Ready(done) => Poll::Ready(Some(done)),
        Poll::Pending if aws.now() >= deadline => Poll::Ready(None),
        Poll::Pending => Poll::Pending,
    })
    .await
}
