//! An AWS account, a CA, and an operator.

use std::path::PathBuf;

use acme::StoredAccount;
use acme_account::{Command, Error, Session};
use aws_smithy_runtime_api::client::http::SharedHttpConnector;
use simulated_aws::{AcmeServer, Aws};

pub(crate) const SECRET: &str = "acm-autopilot/acme/ca";
/// "a key of thirty-two bytes or more" in base64url.
pub(crate) const MAC_KEY: &str = "YSBrZXkgb2YgdGhpcnR5LXR3byBieXRlcyBvciBtb3Jl";

pub(crate) struct World {
    pub(crate) aws: Aws,
    pub(crate) ca: AcmeServer,
}

impl World {
    pub(crate) fn new() -> Self {
        let aws = Aws::new("2026-11-20T08:00:00Z".parse().unwrap());
        let ca = aws.acme_server("letsencrypt");
        ca.configure(|settings| settings.bad_nonce_percent = 0);
        Self { aws, ca }
    }

    /// The CA takes its customers only, and has given out one key.
    pub(crate) fn with_external_account(self) -> Self {
        self.ca.add_external_account("kid-1", b"a key of thirty-two bytes or more");
        self
    }

    pub(crate) async fn run(&self, line: &str) -> Result<String, Error> {
        let command = Command::parse(line.split_whitespace().map(str::to_owned)).unwrap();
        let aws = self.aws.clone();
        let connect = move |_: Option<&str>| Ok(SharedHttpConnector::new(aws.clone()));
        Session::new(&self.aws.sdk_config(), Box::new(connect)).run(&command).await
    }

    /// At the CA of this world, whose name no CA has.
    pub(crate) async fn register(&self, more: &str) -> Result<String, Error> {
        self.run(&format!("register ca --url {} {more}", self.ca.directory_url())).await
    }

    /// What the secret holds.
    pub(crate) async fn stored(&self) -> StoredAccount {
        let client = aws_sdk_secretsmanager::Client::new(&self.aws.sdk_config());
        let value = client.get_secret_value().secret_id(SECRET).send().await.unwrap();
        StoredAccount::parse(value.secret_string().unwrap()).unwrap()
    }

    pub(crate) fn calls(&self, operation: &str) -> usize {
        self.aws.calls().iter().filter(|call| call.operation == operation).count()
    }
}

/// A file of this test.
pub(crate) fn file(name: &str, content: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("acme-account");
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join(name);
    std::fs::write(&path, content).unwrap();
    path
}

pub(crate) fn eab(name: &str) -> String {
    format!("--eab-kid kid-1 --eab-hmac-file {}", file(name, &format!("{MAC_KEY}\n")).display())
}
