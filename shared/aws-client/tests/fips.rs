//! FIPS endpoints, which a variable of the process switches on.
#![allow(clippy::unwrap_used)]

use std::process::Command;
use std::sync::{Arc, Mutex};

use aws_client::TrustStore;
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector, http_client_fn};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;

/// Writes down where a call goes, and lets it fail.
#[derive(Debug, Clone, Default)]
struct Notepad(Arc<Mutex<Vec<String>>>);

impl HttpConnector for Notepad {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        self.0.lock().unwrap().push(request.uri().to_owned());
        HttpConnectorFuture::ready(Err(ConnectorError::user("nothing is sent".into())))
    }
}

async fn endpoint() -> String {
    let notepad = Notepad::default();
    let connector = SharedHttpConnector::new(notepad.clone());
    let config = aws_client::load(TrustStore::Amazon).await.to_builder();
    let config = config.http_client(http_client_fn(move |_, _| connector.clone())).build();
    let answer = aws_sdk_sns::Client::new(&config).publish().topic_arn("arn").message("text").send().await;
    assert!(answer.is_err());
    let uris = notepad.0.lock().unwrap();
    uris[0].clone()
}

/// Runs in a process of its own, once with FIPS and once without.
#[tokio::test]
async fn prints_the_endpoint() {
    if lambda_says("AWS_ACCESS_KEY_ID") {
        println!("endpoint: {}", endpoint().await);
    }
}

#[expect(clippy::disallowed_methods, reason = "a test that plays the process of a function")]
fn lambda_says(name: &str) -> bool {
    std::env::var(name).is_ok_and(|value| value == "child")
}

fn endpoint_with(variables: &[(&str, &str)]) -> String {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "prints_the_endpoint", "--nocapture"])
        .env_clear()
        .envs([("AWS_REGION", "us-gov-west-1"), ("AWS_ACCESS_KEY_ID", "child"), ("AWS_SECRET_ACCESS_KEY", "key")])
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let line = text.lines().find_map(|line| line.split_once("endpoint: "));
    line.map(|(_, endpoint)| endpoint.to_owned()).unwrap_or(text)
}

#[test]
fn aws_use_fips_endpoint_is_honoured() {
    assert_eq!(endpoint_with(&[]), "https://sns.us-gov-west-1.amazonaws.com/");
    assert_eq!(
        endpoint_with(&[("AWS_USE_FIPS_ENDPOINT", "true"), ("AWS_REGION", "eu-west-1")]),
        "https://sns-fips.eu-west-1.amazonaws.com/"
    );
}

#[test]
fn a_file_of_profiles_moves_no_endpoint() {
    let path = format!("{}/profiles-{}", env!("CARGO_TARGET_TMPDIR"), std::process::id());
    std::fs::write(&path, "[default]\nendpoint_url = http://evil.example\nregion = eu-west-1\n").unwrap();
    assert_eq!(endpoint_with(&[("AWS_CONFIG_FILE", &path)]), "https://sns.us-gov-west-1.amazonaws.com/");
}
