use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use aws_config::{BehaviorVersion, Region};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::{AsyncSleep, SharedAsyncSleep, Sleep};
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_runtime_api::shared::IntoShared;
use aws_smithy_types::body::SdkBody;
use serde_json::{Value, json};

use super::*;
use crate::account::Account;

const URL: &str = "https://sqs.us-east-1.amazonaws.com/123456789012/sweeps";

/// What SQS answers about a message of a batch.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Outcome {
    Sent,
    Failed,
    Refused,
    Missing,
}

/// Answers SendMessageBatch as the API reference shows it, and keeps the requests. Sleeping costs no time.
#[derive(Debug, Clone, Default)]
struct Sqs {
    /// For each call the outcomes of its messages; without any all are sent.
    outcomes: Arc<Mutex<VecDeque<Vec<Outcome>>>>,
    requests: Arc<Mutex<Vec<Value>>>,
    slept: Arc<Mutex<Vec<Duration>>>,
}

impl Sqs {
    fn with(outcomes: &[Vec<Outcome>]) -> Self {
        let outcomes = outcomes.iter().cloned().collect();
        Self { outcomes: Arc::new(Mutex::new(outcomes)), ..Self::default() }
    }

    fn queue(&self) -> SweepQueue {
        let connector: SharedHttpConnector = self.clone().into_shared();
        let client: SharedHttpClient = http_client_fn(move |_, _| connector.clone());
        let credentials = Credentials::new("AKIDSIMULATED", "simulated", None, None, "test");
        let sdk = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .sleep_impl(SharedAsyncSleep::new(self.clone()))
            .http_client(client)
            .build();
        SweepQueue::new(&sdk, URL)
    }

    fn answer(&self, entries: &[Value]) -> Value {
        let outcomes = self.outcomes.lock().unwrap().pop_front().unwrap_or_default();
        let (mut successful, mut failed) = (Vec::new(), Vec::new());
        for (at, entry) in entries.iter().enumerate() {
            let id = &entry["Id"];
            match outcomes.get(at).copied().unwrap_or(Outcome::Sent) {
                Outcome::Sent => successful.push(json!({ "Id": id, "MessageId": "m", "MD5OfMessageBody": "0" })),
                Outcome::Missing => {}
                other => failed.push(json!({
                    "Id": id,
                    "Code": "InternalError",
                    "Message": "no",
                    "SenderFault": other == Outcome::Refused,
                })),
            }
        }
        json!({ "Successful": successful, "Failed": failed })
    }

    /// The accounts that each call names.
    fn sent(&self) -> Vec<Vec<String>> {
        let account = |entry: &Value| {
            let event: Value = serde_json::from_str(entry["MessageBody"].as_str().unwrap()).unwrap();
            TargetSweep::read(&event).unwrap().account.id
        };
        let requests = self.requests.lock().unwrap();
        requests.iter().map(|request| request["Entries"].as_array().unwrap().iter().map(account).collect()).collect()
    }
}

impl HttpConnector for Sqs {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let input: Value = serde_json::from_slice(request.body().bytes().unwrap()).unwrap();
        let answer = self.answer(input["Entries"].as_array().unwrap());
        self.requests.lock().unwrap().push(input);
        HttpConnectorFuture::ready(Ok(HttpResponse::new(
            StatusCode::try_from(200).unwrap(),
            SdkBody::from(answer.to_string()),
        )))
    }
}

impl AsyncSleep for Sqs {
    fn sleep(&self, duration: Duration) -> Sleep {
        // The SDK sleeps to find calls that take too long: those sleeps never end.
        if duration > Duration::from_secs(4) {
            return Sleep::new(std::future::pending());
        }
        // Those in between are the SDK's, which measures how fast answers come.
        if duration >= FIRST_PAUSE {
            self.slept.lock().unwrap().push(duration);
        }
        Sleep::new(async {})
    }
}

fn id(index: usize) -> String {
    format!("{index:012}")
}

fn sweeps(count: usize) -> Vec<TargetSweep> {
    let account = |index| Account::new(&id(index));
    let sweep = |index| TargetSweep {
        account: account(index),
        region: "us-east-1".into(),
        request: Value::Null,
        unreadable: None,
    };
    (0..count).map(sweep).collect()
}

#[tokio::test]
async fn ten_messages_go_in_one_call() {
    for (count, calls) in [(0, vec![]), (1, vec![1]), (10, vec![10]), (25, vec![10, 10, 5])] {
        let sqs = Sqs::default();
        sqs.queue().send(&sweeps(count)).await.unwrap();
        let sent = sqs.sent();
        assert_eq!(sent.iter().map(Vec::len).collect::<Vec<_>>(), calls, "{count}");
        assert_eq!(sent.concat(), (0..count).map(id).collect::<Vec<_>>());
        assert!(sqs.requests.lock().unwrap().iter().all(|request| request["QueueUrl"] == URL));
    }
}

#[tokio::test]
async fn what_is_not_accepted_is_sent_again_alone() {
    use Outcome::{Failed, Missing, Sent};
    let sqs = Sqs::with(&[vec![Sent, Failed, Sent, Missing], vec![Sent, Failed]]);
    sqs.queue().send(&sweeps(4)).await.unwrap();
    assert_eq!(sqs.sent()[1..], [vec![id(1), id(3)], vec![id(3)]]);
    assert_eq!(*sqs.slept.lock().unwrap(), [Duration::from_millis(500), Duration::from_secs(1)]);
}

#[tokio::test]
async fn what_is_never_accepted_is_an_error_that_may_pass() {
    let sqs = Sqs::with(&vec![vec![Outcome::Failed]; 4]);
    let error = sqs.queue().send(&sweeps(1)).await.unwrap_err();
    assert_eq!(error.to_string(), "sqs:SendMessage failed (InternalError): no");
    assert!(error.is_retryable());
    assert_eq!(sqs.sent().len(), 4);
}

#[tokio::test]
async fn what_is_refused_is_not_sent_again_and_does_not_stop_the_others() {
    let sqs = Sqs::with(&[vec![Outcome::Refused]]);
    let error = sqs.queue().send(&sweeps(12)).await.unwrap_err();
    assert!(!error.is_retryable());
    assert_eq!(sqs.sent().iter().map(Vec::len).collect::<Vec<_>>(), [10, 2]);
}

#[test]
fn spokes_need_a_queue() {
    let read = |variables: &[(&str, &str)]| {
        let environment: Environment = variables.iter().copied().collect();
        SweepQueue::read_url(&environment, &OrganizationConfig::read(&environment).unwrap())
    };
    let settings = r#"{"id": "o-a1b2c3d4e5", "regions": ["us-east-1"]}"#;
    assert_eq!(read(&[]), Ok(None));
    assert_eq!(read(&[("ORGANIZATION", "{}")]), Ok(None));
    assert_eq!(read(&[("ORGANIZATION", settings), (TARGET_QUEUE_URL, URL)]), Ok(Some(URL.to_owned())));
    for spokes in [("ORGANIZATION", settings), ("ORGANIZATION_PARAMETER", "/organization")] {
        let error = read(&[spokes]).unwrap_err().to_string();
        assert!(error.contains("TARGET_QUEUE_URL is missing"), "{error}");
    }
}
