//! Whose the certificates of ACME clients are: only their descriptions show it, and it does not change.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use aws_client::CallError;
use certificates::{CertificateArn, CertificateDetail};

use crate::Handler;
use crate::allowance::Allowance;
use crate::policy::succession::Client;

/// The clients that are remembered. Whoever has more certificates near their expiry pays for more calls.
const MOST: usize = 10_000;

/// The clients of the certificates that this process has described.
#[derive(Debug, Default)]
pub(crate) struct Clients(Mutex<HashMap<String, Client>>);

impl Clients {
    /// Remembers the client of a certificate that was described.
    pub(crate) fn add(&self, described: &CertificateDetail) -> Client {
        let client = Client::of(described);
        let mut known = self.lock();
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(described.arn.to_string(), client.clone());
        client
    }

    fn get(&self, arn: &CertificateArn) -> Option<Client> {
        self.lock().get(arn.as_str()).cloned()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Client>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Handler {
    /// Whether one of these certificates is of the same client; `None` when the calls for that are not allowed now.
    pub(crate) async fn has_successor(
        &self,
        arn: &CertificateArn,
        candidates: &[CertificateArn],
        calls: &Allowance,
    ) -> Result<Option<bool>, CallError> {
        let involved = [arn].into_iter().chain(candidates);
        let unknown = involved.filter(|arn| self.clients.get(arn).is_none()).count();
        if candidates.is_empty() || !calls.take(unknown) {
            return Ok(candidates.is_empty().then_some(false));
        }
        let Some(own) = self.client_of(arn).await? else { return Ok(Some(false)) };
        for candidate in candidates {
            match self.client_of(candidate).await {
                Ok(client) if client.as_ref() == Some(&own) => return Ok(Some(true)),
                Err(error) if error.is_retryable() => return Err(error),
                // Of one that may not be described nothing is known, which silences nothing.
                Ok(_) | Err(_) => {}
            }
        }
        Ok(Some(false))
    }

    /// `None` when the certificate is gone.
    async fn client_of(&self, arn: &CertificateArn) -> Result<Option<Client>, CallError> {
        if let Some(known) = self.clients.get(arn) {
            return Ok(Some(known));
        }
        Ok(acm::describe(&self.acm, arn).await?.map(|facts| self.clients.add(&facts)))
    }
}
