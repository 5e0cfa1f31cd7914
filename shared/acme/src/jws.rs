//! Signed requests: flattened JWS (RFC 7515, 7.2.2; RFC 8555, 6.2).

use aws_lc_rs::hmac;
use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::{Value, json};

use crate::error::Error;
use crate::external_account::ExternalAccount;
use crate::key::AccountKey;

/// Who signs: before there is an account, the key itself.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Signer<'a> {
    Key(&'a AccountKey),
    Account { url: &'a str, key: &'a AccountKey },
}

impl Signer<'_> {
    /// A request's body. An empty payload is a POST-as-GET (RFC 8555, 6.3).
    pub(crate) fn sign(&self, url: &str, nonce: &str, payload: &str) -> Result<String, Error> {
        let mut header = json!({ "alg": "ES256", "nonce": nonce, "url": url });
        let key = match self {
            Self::Key(key) => {
                header["jwk"] = key.jwk();
                key
            }
            Self::Account { url, key } => {
                header["kid"] = json!(url);
                key
            }
        };
        let jws = flattened(&header, payload, |message| key.sign(message))?;
        Ok(jws.to_string())
    }
}

impl ExternalAccount {
    /// RFC 8555, 7.3.4: the account's key, signed with the CA's, for the URL of the outer request.
    pub(crate) fn bind(&self, key: &AccountKey, url: &str) -> Result<Value, Error> {
        let mac_key = hmac::Key::new(hmac::HMAC_SHA256, &self.mac_key);
        let header = json!({ "alg": "HS256", "kid": self.key_id, "url": url });
        flattened(&header, &key.jwk().to_string(), |message| Ok(hmac::sign(&mac_key, message).as_ref().to_vec()))
    }
}

fn flattened(
    header: &Value,
    payload: &str,
    sign: impl FnOnce(&[u8]) -> Result<Vec<u8>, Error>,
) -> Result<Value, Error> {
    let header = Base64UrlUnpadded::encode_string(header.to_string().as_bytes());
    let payload = Base64UrlUnpadded::encode_string(payload.as_bytes());
    let signature = sign(format!("{header}.{payload}").as_bytes())?;
    let signature = Base64UrlUnpadded::encode_string(&signature);
    Ok(json!({ "protected": header, "payload": payload, "signature": signature }))
}
