//! What binds an account at an ACME server to an account at the CA (RFC 8555, 7.3.4).

use std::fmt;

use base64ct::{Base64UrlUnpadded, Encoding};
use zeroize::Zeroizing;

use crate::error::Error;

/// A key that the CA gave its customer outside ACME (RFC 8555, 7.3.4). Its `Debug` shows no key.
pub struct ExternalAccount {
    pub(crate) key_id: String,
    pub(crate) mac_key: Zeroizing<Vec<u8>>,
}

impl fmt::Debug for ExternalAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExternalAccount").field("key_id", &self.key_id).finish_non_exhaustive()
    }
}

impl ExternalAccount {
    /// From what CAs show: the id, and the key in base64url, with or without padding.
    ///
    /// # Errors
    /// When the key is not base64url.
    pub fn new(key_id: &str, mac_key: &str) -> Result<Self, Error> {
        let mac_key = Base64UrlUnpadded::decode_vec(mac_key.trim().trim_end_matches('='));
        let mac_key = mac_key.map_err(|_| Error::Account("the key of the external account is not base64url"))?;
        Ok(Self { key_id: key_id.trim().to_owned(), mac_key: Zeroizing::new(mac_key) })
    }
}
