//! Registration of an account (RFC 8555, 7.3), which only an operator's command does.

use serde_json::json;

use crate::directory::{Server, check};
use crate::error::Error;
use crate::external_account::ExternalAccount;
use crate::jws::Signer;
use crate::key::AccountKey;
use crate::post::Post;
use crate::problem::ProblemKind;
use crate::stored_account::StoredAccount;

/// What a registration says.
#[derive(Debug, Default)]
pub struct Registration {
    /// E-mail addresses for notices of the CA.
    pub contacts: Vec<String>,
    /// The binding, where the CA needs one.
    pub external_account: Option<ExternalAccount>,
    /// The operator agrees to the CA's terms ([`Server::terms_of_service`]).
    pub agrees_to_terms: bool,
}

impl Server {
    /// Registers the account of a key that is stored already, and gives the account's URL, which is to be stored too.
    ///
    /// After a crash in between, the same again finds the account by its key: the server is asked for it first, since the
    /// key of an external account is good for one registration at most CAs.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn register(&self, stored: &StoredAccount, registration: &Registration) -> Result<String, Error> {
        if stored.directory != *self.url {
            return Err(Error::Account("it belongs to another directory"));
        }
        let key = stored.key()?;
        match self.new_account(&key, &json!({ "onlyReturnExisting": true }).to_string()).await {
            Err(Error::Refused { problem, .. }) if is_unknown(problem.kind) => {}
            found_or_failed => return found_or_failed,
        }
        let contacts: Vec<_> = registration.contacts.iter().map(|address| format!("mailto:{address}")).collect();
        let mut payload = json!({ "termsOfServiceAgreed": registration.agrees_to_terms, "contact": contacts });
        if let Some(external) = &registration.external_account {
            payload["externalAccountBinding"] = external.bind(&key, &self.directory.new_account)?;
        }
        self.new_account(&key, &payload.to_string()).await
    }

    async fn new_account(&self, key: &AccountKey, payload: &str) -> Result<String, Error> {
        let post = Post {
            transport: &self.transport,
            nonce: &self.nonce,
            new_nonce_url: &self.directory.new_nonce,
            signer: Signer::Key(key),
        };
        let answer = post.send("newAccount", &self.directory.new_account, payload).await?;
        let url = answer.location.ok_or_else(|| Error::unusable("newAccount", "the account has no URL"))?;
        check(&url, "newAccount").map(|()| url)
    }
}

/// RFC 8555, 7.3.1, has a type for "no such account". Servers that check the rest of a request first miss the binding or
/// the agreement.
fn is_unknown(kind: ProblemKind) -> bool {
    matches!(
        kind,
        ProblemKind::AccountDoesNotExist
            | ProblemKind::ExternalAccountRequired
            | ProblemKind::Malformed
            | ProblemKind::UserActionRequired
    )
}
