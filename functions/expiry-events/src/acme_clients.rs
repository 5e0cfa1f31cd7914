//! Whose the certificates of ACME clients are: only their descriptions show it, and it does not change.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use aws_client::CallError;
use certificates::{CertificateArn, CertificateDetail};

use crate::policy::succession::AcmeClient;
use crate::quota::Quota;

/// The clients that are remembered. Whoever has more certificates near their expiry pays for more calls.
const MOST: usize = 10_000;

/// The clients of the certificates that this process has described.
#[derive(Debug, Default)]
pub(crate) struct AcmeClients(Mutex<HashMap<String, AcmeClient>>);

impl AcmeClients {
    /// Remembers the client of a certificate that was described.
    pub(crate) fn add(&self, described: &CertificateDetail) -> AcmeClient {
        let client = AcmeClient::from_certificate(described);
        let mut known = self.lock();
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(described.arn.to_string(), client.clone());
        client
    }

    fn get(&self, arn: &CertificateArn) -> Option<AcmeClient> {
        self.lock().get(arn.as_str()).cloned()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, AcmeClient>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a certificate of an ACME client was replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Successor {
    Found,
    None,
    /// The calls that would show it are used up.
    NotSearched,
}

/// Searches for successors of the same client.
#[derive(Debug)]
pub(crate) struct SuccessorSearch<'a> {
    pub(crate) acm: &'a aws_sdk_acm::Client,
    pub(crate) clients: &'a AcmeClients,
    /// DescribeCertificate calls.
    pub(crate) calls: Quota,
}

impl SuccessorSearch<'_> {
    /// Whether one of the candidates is of the same client as this certificate.
    pub(crate) async fn find(
        &self,
        arn: &CertificateArn,
        candidates: &[CertificateArn],
    ) -> Result<Successor, CallError> {
        if candidates.is_empty() {
            return Ok(Successor::None);
        }
        let unknown = [arn].into_iter().chain(candidates).filter(|arn| self.clients.get(arn).is_none()).count();
        if !self.calls.take(unknown) {
            return Ok(Successor::NotSearched);
        }
        let Some(own) = self.client_of(arn).await? else { return Ok(Successor::None) };
        for candidate in candidates {
            match self.client_of(candidate).await {
                Ok(client) if client.as_ref() == Some(&own) => return Ok(Successor::Found),
                Err(error) if error.is_retryable() => return Err(error),
                // Of one that may not be described nothing is known, which silences nothing.
                Ok(_) | Err(_) => {}
            }
        }
        Ok(Successor::None)
    }

    /// `None` when the certificate is gone.
    async fn client_of(&self, arn: &CertificateArn) -> Result<Option<AcmeClient>, CallError> {
        if let Some(known) = self.clients.get(arn) {
            return Ok(Some(known));
        }
        Ok(acm::describe(self.acm, arn).await?.map(|described| self.clients.add(&described)))
    }
}
