//! An account at a server, and its signed requests.

use std::sync::Arc;

use serde::de::DeserializeOwned;

use crate::directory::{Server, check};
use crate::error::Error;
use crate::jws::Signer;
use crate::key::AccountKey;
use crate::post::Post;
use crate::stored_account::StoredAccount;
use crate::transport::Answer;

/// A registered account. Its `Debug` shows nothing of the key.
#[derive(Debug, Clone)]
pub struct Account {
    pub(crate) server: Server,
    pub(crate) url: String,
    pub(crate) key: Arc<AccountKey>,
}

impl Server {
    /// The account of a stored secret.
    ///
    /// # Errors
    /// When it is another server's, was never registered, or its key cannot be read.
    pub fn account(&self, stored: &StoredAccount) -> Result<Account, Error> {
        if stored.directory != *self.url {
            return Err(Error::Account("it belongs to another directory"));
        }
        let url = stored.account_url.clone().ok_or(Error::Account("it was never registered"))?;
        Ok(Account { server: self.clone(), url, key: Arc::new(stored.key()?) })
    }
}

impl Account {
    /// The account's URL, for CAA records with `accounturi` (RFC 8657, 3).
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The server.
    pub fn server(&self) -> &Server {
        &self.server
    }

    pub(crate) async fn post(&self, operation: &'static str, url: &str, payload: &str) -> Result<Answer, Error> {
        check(url, operation)?;
        let post = Post {
            transport: &self.server.transport,
            nonce: &self.server.nonce,
            new_nonce_url: &self.server.directory.new_nonce,
            signer: Signer::Account { url: &self.url, key: &self.key },
        };
        post.send(operation, url, payload).await
    }

    /// A POST-as-GET (RFC 8555, 6.3).
    pub(crate) async fn fetch<T: DeserializeOwned>(&self, operation: &'static str, url: &str) -> Result<T, Error> {
        self.post(operation, url, "").await?.json()
    }
}
