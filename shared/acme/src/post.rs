//! Signed requests with their nonces (RFC 8555, 6.5).

use std::sync::{Mutex, PoisonError};

use crate::error::Error;
use crate::jws::Signer;
use crate::problem::ProblemKind;
use crate::transport::{Answer, Transport};

/// Servers refuse good nonces too, since they forget them; five in a row is not that any more.
const ATTEMPTS: usize = 5;

/// The nonce of the last answer, for the next request.
#[derive(Debug, Default)]
pub(crate) struct Nonce(Mutex<Option<String>>);

impl Nonce {
    pub(crate) fn keep(&self, nonce: Option<String>) {
        if nonce.is_some() {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = nonce;
        }
    }

    fn take(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Where signed requests go.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Post<'a> {
    pub(crate) transport: &'a Transport,
    pub(crate) nonce: &'a Nonce,
    pub(crate) new_nonce_url: &'a str,
    pub(crate) signer: Signer<'a>,
}

impl Post<'_> {
    pub(crate) async fn send(&self, operation: &'static str, url: &str, payload: &str) -> Result<Answer, Error> {
        let mut attempts = 1;
        loop {
            let nonce = self.next_nonce().await?;
            let body = self.signer.sign(url, &nonce, payload)?;
            match self.transport.send(operation, "POST", url, Some(body)).await {
                Ok(mut answer) => {
                    self.nonce.keep(answer.nonce.take());
                    return Ok(answer);
                }
                Err(refusal) => {
                    self.nonce.keep(refusal.nonce);
                    if attempts == ATTEMPTS || !is_bad_nonce(&refusal.error) {
                        return Err(refusal.error);
                    }
                }
            }
            attempts += 1;
        }
    }

    async fn next_nonce(&self) -> Result<String, Error> {
        if let Some(nonce) = self.nonce.take() {
            return Ok(nonce);
        }
        let answer = self.transport.send("newNonce", "HEAD", self.new_nonce_url, None).await;
        let answer = answer.map_err(|refusal| refusal.error)?;
        answer.nonce.ok_or_else(|| Error::unusable("newNonce", "there is no nonce in the answer"))
    }
}

fn is_bad_nonce(error: &Error) -> bool {
    matches!(error, Error::Refused { problem, .. } if problem.kind == ProblemKind::BadNonce)
}
