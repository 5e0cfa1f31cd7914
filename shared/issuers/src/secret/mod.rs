//! The source `secret`: a certificate with its key that another tool keeps in AWS Secrets Manager.

mod consent;
mod failure_reason;

use std::net::IpAddr;

use aws_client::CallError;
use aws_config::SdkConfig;
use aws_sdk_secretsmanager::Client;
use certificate_bundle::{Bundle, Known, NoBundle, SecretValue, Unusable};
use certificates::{Failure, FailureReason, SecretArn, SecretId};
use grants::SecretGrants;
use tracing::instrument::WithSubscriber;
use tracing::subscriber::NoSubscriber;
use zeroize::Zeroizing;

use crate::key::PrivateKey;
use crate::request::{IssueRequest, IssuedChain};
use crate::source::{BundleStore, KeyedChain, Pending};
pub use consent::{ConsentError, SecretConsent};
use failure_reason::failure_reason;

/// A secret to read from.
#[derive(Debug, Clone)]
pub struct Secret {
    client: Client,
    id: SecretId,
    granted: SecretGrants,
}

/// What a secret holds, wiped from memory when dropped.
enum Value {
    Text(Zeroizing<String>),
    Binary(Zeroizing<Vec<u8>>),
}

impl Secret {
    /// This secret, which is read only if these grants cover it.
    pub fn new(aws: &SdkConfig, id: SecretId, granted: SecretGrants) -> Self {
        Self { client: Client::new(aws), id, granted }
    }

    async fn obtain(&self, request: &IssueRequest<'_>) -> Result<KeyedChain, Failure> {
        let arn = self.demand_consent(request).await?;
        let value = self.read(&arn).await?;
        let names: Vec<&str> = request.current.names.iter().map(String::as_str).filter(|name| is_host(name)).collect();
        let known = Known { names: &names, passwords: &[] };
        let bundle = certificate_bundle::read(value.as_secret(), known).map_err(|error| self.no_bundle(error))?;
        Ok(keyed_chain(&bundle))
    }

    /// Whoever may tag the certificate asks; only who may tag the secret can say yes. Asked before anything is read.
    async fn demand_consent(&self, request: &IssueRequest<'_>) -> Result<SecretArn, Failure> {
        let consent = consent::read(&self.client, &self.id).await.map_err(|error| match error {
            ConsentError::Call(error) => self.failed(&error),
            ConsentError::BeingDeleted => self.failure(FailureReason::SecretUnreadable, "is scheduled for deletion"),
        })?;
        let SecretConsent { arn, .. } = &consent;
        // A name says nothing about the end of the ARN, and a shortened ARN may find another secret.
        if !self.granted.cover(arn) || !arn.is_beside(request.certificate_arn) {
            return Err(self.failure(FailureReason::SecretNotGranted, "is not among those that may be used"));
        }
        if !consent.is_for(request.certificate_arn) {
            let detail = "has no tag acm-autopilot:certificate that names this certificate or its account";
            return Err(self.failure(FailureReason::SecretConsentMissing, detail));
        }
        Ok(consent.arn)
    }

    /// The version with the label AWSCURRENT.
    async fn read(&self, arn: &SecretArn) -> Result<Value, Failure> {
        let answer = self
            .client
            .get_secret_value()
            .secret_id(arn.as_str())
            .send()
            // At the level TRACE the SDK logs whole answers, and this one holds the key.
            .with_subscriber(NoSubscriber::default())
            .await;
        let answer = answer.map_err(|error| {
            let error = CallError::new("secretsmanager:GetSecretValue", &error);
            match error.code.as_deref() {
                // There is no version with the label: nobody has written a value yet.
                Some("ResourceNotFoundException") => self.failure(FailureReason::SecretNotReady, "has no value yet"),
                _ => self.failed(&error),
            }
        })?;
        let binary = answer.secret_binary.map(|blob| Value::Binary(Zeroizing::new(blob.into_inner())));
        let text = answer.secret_string.map(|text| Value::Text(Zeroizing::new(text)));
        text.or(binary).ok_or_else(|| self.failure(FailureReason::SecretNotReady, "has no value yet"))
    }

    fn no_bundle(&self, error: NoBundle) -> Failure {
        let reason = match error {
            NoBundle::NotYet(_) => FailureReason::SecretNotReady,
            NoBundle::NotACertificate(_) => FailureReason::SecretNotACertificate,
            NoBundle::Unusable(Unusable::NoneHasTheNames) => FailureReason::SecretNamesDiffer,
            NoBundle::Unusable(_) => FailureReason::SecretUnreadable,
        };
        Failure::new(reason, format!("no certificate can be taken from {}: {error}. {}", self.id, error.advice()))
    }

    fn failure(&self, reason: FailureReason, what: &str) -> Failure {
        Failure::new(reason, format!("the secret {} {what}", self.id))
    }

    fn failed(&self, error: &CallError) -> Failure {
        Failure::new(failure_reason(error), format!("the secret {}: {error}", self.id))
    }
}

/// By other kinds of names no certificate is chosen; the checks before an import compare all.
fn is_host(name: &str) -> bool {
    !name.contains(':') || name.parse::<IpAddr>().is_ok()
}

impl BundleStore for Secret {
    fn fetch<'a>(&'a self, request: &'a IssueRequest<'a>) -> Pending<'a, KeyedChain> {
        Box::pin(self.obtain(request))
    }
}

impl Value {
    fn as_secret(&self) -> SecretValue<'_> {
        match self {
            Self::Text(text) => SecretValue::Text(text),
            Self::Binary(bytes) => SecretValue::Binary(bytes),
        }
    }
}

fn keyed_chain(bundle: &Bundle) -> KeyedChain {
    let key = bundle.key();
    KeyedChain {
        issued: IssuedChain { certificate: bundle.leaf_pem().to_owned(), chain: bundle.chain_pem() },
        key: PrivateKey::new(Zeroizing::new(key.pkcs8_pem().to_owned()), key.public_key_der().to_vec()),
    }
}
