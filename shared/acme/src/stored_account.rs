//! An account as it is kept in Secrets Manager.

use std::fmt;

use base64ct::{Base64UrlUnpadded, Encoding};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, Zeroizing};

use crate::error::Error;
use crate::key::AccountKey;

/// An account's secret. It is stored before the account is registered, without `accountUrl`, so that no crash can lose the
/// key of an account that exists: `{"directory": "https://...", "accountUrl": "https://...", "keyPkcs8": "..."}`.
///
/// Memory that held the key is overwritten; `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StoredAccount {
    /// The server's directory.
    pub directory: String,
    /// The account there, once it is registered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_url: Option<String>,
    /// PKCS#8 in base64url.
    key_pkcs8: String,
}

/// The text is not a stored account. What it says instead is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the secret is not an ACME account: a JSON object with directory, accountUrl and keyPkcs8")]
pub struct UnreadableAccount;

impl Drop for StoredAccount {
    fn drop(&mut self) {
        self.key_pkcs8.zeroize();
    }
}

impl fmt::Debug for StoredAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("StoredAccount");
        shown.field("directory", &self.directory).field("account_url", &self.account_url).finish_non_exhaustive()
    }
}

impl StoredAccount {
    /// A new key for an account that is not registered yet.
    ///
    /// # Errors
    /// When no key could be made.
    pub fn generate(directory: &str) -> Result<Self, Error> {
        let key_pkcs8 = Base64UrlUnpadded::encode_string(&AccountKey::generate()?);
        Ok(Self { directory: directory.to_owned(), account_url: None, key_pkcs8 })
    }

    /// Reads a secret.
    ///
    /// # Errors
    /// When it is something else, such as the secret of a certificate.
    pub fn parse(secret: &str) -> Result<Self, UnreadableAccount> {
        serde_json::from_str(secret).map_err(|_| UnreadableAccount)
    }

    /// The secret's text.
    ///
    /// # Errors
    /// Never in practice: all members are texts.
    pub fn to_secret(&self) -> Result<Zeroizing<String>, UnreadableAccount> {
        serde_json::to_string(self).map(Zeroizing::new).map_err(|_| UnreadableAccount)
    }

    pub(crate) fn key(&self) -> Result<AccountKey, Error> {
        let pkcs8 = Base64UrlUnpadded::decode_vec(&self.key_pkcs8).map(Zeroizing::new);
        AccountKey::from_pkcs8(&pkcs8.map_err(|_| Error::Account("its key is not base64url"))?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_read_back_and_never_shown() {
        let mut account = StoredAccount::generate("https://acme.example/directory").unwrap();
        account.account_url = Some("https://acme.example/acct/1".to_owned());
        let secret = account.to_secret().unwrap();
        assert_eq!(StoredAccount::parse(&secret), Ok(account.clone()));
        assert!(account.key().is_ok());
        assert!(!format!("{account:?}").contains(&account.key_pkcs8));
    }

    #[test]
    fn other_secrets_are_not_accounts() {
        for other in ["", "[]", "-----BEGIN PRIVATE KEY-----", r#"{"directory":"https://acme.example"}"#] {
            assert_eq!(StoredAccount::parse(other), Err(UnreadableAccount), "{other}");
        }
        let broken = r#"{"directory":"https://acme.example","keyPkcs8":"AAAA"}"#;
        assert!(matches!(StoredAccount::parse(broken).unwrap().key(), Err(Error::Account(_))));
    }
}
