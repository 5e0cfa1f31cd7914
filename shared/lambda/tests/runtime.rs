//! A function as Lambda runs it: a process of its own that asks a Runtime API for events. What it logs and answers is
//! what operators and retry rules get to see.
#![allow(clippy::unwrap_used)]

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Output, Stdio};

use lambda::{Environment, RetryableError, StartError};
use serde_json::{Value, json};

const ARN: &str = "arn:aws:acm:us-east-1:123456789012:certificate/1";

#[derive(Debug, thiserror::Error)]
#[error("{ARN}: {0}")]
struct Failed(&'static str);

impl RetryableError for Failed {
    fn is_retryable(&self) -> bool {
        true
    }

    fn certificate_arn(&self) -> Option<&str> {
        Some(ARN)
    }
}

async fn serve() -> Result<(), StartError> {
    lambda::configure(|environment| environment.required("TOPIC", "a topic").map(|_| ()))?;
    lambda::run(async |event: Value, _| match event["fail"].as_bool() {
        Some(true) => Err(Failed("acm:DescribeCertificate failed (ThrottlingException): slow down")),
        _ => Ok(event),
    })
    .await
}

/// The function itself, when the other tests start it.
#[test]
fn function() {
    if Environment::of_process().optional("AWS_LAMBDA_RUNTIME_API").is_some() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let code = runtime.block_on(lambda::start(serve()));
        assert_eq!(format!("{code:?}"), format!("{:?}", std::process::ExitCode::SUCCESS));
    }
}

fn command(variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "function", "--nocapture"]).env_clear().envs([
        ("AWS_LAMBDA_LOG_FORMAT", "JSON"),
        ("AWS_LAMBDA_FUNCTION_NAME", "f"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
    ]);
    command.envs(variables.iter().copied()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// What the function logged, without what the test harness of the process prints.
fn lines(output: &Output) -> Vec<Value> {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    text.lines().filter(|line| line.starts_with('{')).map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// What the function answers to these payloads, and what it logs meanwhile.
fn invoke(payloads: &[&str]) -> (Vec<Value>, Vec<Value>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let mut function = command(&[("TOPIC", "t"), ("AWS_LAMBDA_RUNTIME_API", &address)]).spawn().unwrap();
    // Open until the process is gone: it would report a connection that is lost.
    let (answers, _connection) = runtime_api(&listener, payloads);
    function.kill().unwrap();
    (answers, lines(&function.wait_with_output().unwrap()))
}

/// A [Runtime API](https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html) that has these events.
fn runtime_api(listener: &TcpListener, payloads: &[&str]) -> (Vec<Value>, TcpStream) {
    let (mut payloads, mut answers) = (payloads.iter(), Vec::new());
    loop {
        let (mut connection, _) = listener.accept().unwrap();
        let mut reader = BufReader::new(connection.try_clone().unwrap());
        while let Some((path, body)) = request(&mut reader) {
            if path.ends_with("/next") {
                let Some(payload) = payloads.next() else { return (answers, connection) };
                give(&mut connection, payload, answers.len());
            } else {
                answers.push(serde_json::from_str(&body).unwrap());
                connection.write_all(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n").unwrap();
            }
        }
    }
}

fn give(connection: &mut TcpStream, payload: &str, number: usize) {
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-length: {}\r\nlambda-runtime-aws-request-id: r-{number}\r\n\
         lambda-runtime-deadline-ms: 1795240800000\r\n\
         lambda-runtime-invoked-function-arn: arn:aws:lambda:us-east-1:123456789012:function:f\r\n\r\n",
        payload.len()
    );
    connection.write_all(format!("{head}{payload}").as_bytes()).unwrap();
}

fn request(reader: &mut impl BufRead) -> Option<(String, String)> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let path = head.split(' ').nth(1)?.to_owned();
    let length = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    Some((path, String::from_utf8(body).ok()?))
}

#[test]
fn a_failure_is_one_line_with_its_certificate_and_request() {
    let (answers, mut lines) = invoke(&[r#"{"fail": true}"#]);
    let message = format!("{ARN}: acm:DescribeCertificate failed (ThrottlingException): slow down");
    assert_eq!(answers, [json!({ "errorType": "Retryable", "errorMessage": message })]);
    assert_eq!(lines.len(), 1, "{lines:?}");
    lines[0].as_object_mut().unwrap().remove("timestamp").unwrap();
    let expected = json!({
        "level": "ERROR", "requestId": "r-0", "certificate_arn": ARN, "error_type": "Retryable", "outcome": "failed",
        "reason": message,
    });
    assert_eq!(lines[0], expected);
}

#[test]
fn what_cannot_be_read_is_not_worth_a_retry() {
    let deep = format!("{{\"a\": {}{}}}", "[".repeat(130), "]".repeat(130));
    let payloads = ["certificate", deep.as_str(), r#"{"a": 1e400}"#];
    let (answers, lines) = invoke(&payloads);
    assert_eq!(lines.len(), payloads.len(), "{lines:?}");
    for (answer, line) in answers.iter().zip(&lines) {
        assert_eq!(answer["errorType"], "NonRetryable");
        assert!(answer["errorMessage"].as_str().unwrap().starts_with("the event cannot be read as JSON: "), "{answer}");
        assert_eq!((&line["level"], &line["reason"]), (&json!("ERROR"), &answer["errorMessage"]));
    }
}

#[test]
fn half_a_character_does_not_spoil_an_event() {
    let (answers, lines) = invoke(&[r#"{"a": "x\ud83d"}"#, r#"{"b": 1}"#]);
    assert_eq!(answers, [json!({ "a": "x\u{fffd}" }), json!({ "b": 1 })]);
    assert!(lines.is_empty(), "{lines:?}");
}

#[test]
fn a_failed_start_is_one_line() {
    for (variable, says) in [
        (("X", ""), "the environment variable TOPIC is missing: set it to a topic"),
        (
            ("AWS_ENDPOINT_URL_SNS", "http://evil.example"),
            "AWS_ENDPOINT_URL_SNS is `http://evil.example`: use an https",
        ),
    ] {
        let output = command(&[variable, ("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:1")]).output().unwrap();
        let lines = lines(&output);
        assert!(!output.status.success());
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert_eq!((&lines[0]["outcome"], &lines[0]["level"]), (&json!("not-started"), &json!("ERROR")));
        assert!(lines[0]["reason"].as_str().unwrap().contains(says), "{lines:?}");
    }
}
