//! The account's key: ECDSA on P-256, for ES256 (RFC 7518, 3.4), which every ACME server takes (RFC 8555, 6.2).

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use crate::error::Error;

/// The private key of an account. Its `Debug` shows nothing of it.
pub(crate) struct AccountKey(EcdsaKeyPair);

impl fmt::Debug for AccountKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccountKey(..)")
    }
}

impl AccountKey {
    /// A new key as PKCS#8.
    pub(crate) fn generate() -> Result<Zeroizing<Vec<u8>>, Error> {
        let failed = |_| Error::Account("no key could be made");
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(failed)?;
        let der = pair.to_pkcs8v1().map_err(failed)?;
        Ok(Zeroizing::new(der.as_ref().to_vec()))
    }

    pub(crate) fn from_pkcs8(pkcs8: &[u8]) -> Result<Self, Error> {
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8);
        pair.map(Self).map_err(|_| Error::Account("its key is not a PKCS#8 key on P-256"))
    }

    /// The raw form r || s.
    pub(crate) fn sign(&self, message: &[u8]) -> Result<Vec<u8>, Error> {
        let signature = self.0.sign(&SystemRandom::new(), message);
        Ok(signature.map_err(|_| Error::Account("its key could not sign"))?.as_ref().to_vec())
    }

    /// RFC 7517, with the members in the order of their names, as the thumbprint needs them.
    pub(crate) fn jwk(&self) -> Value {
        let (x, y) = self.coordinates();
        json!({ "crv": "P-256", "kty": "EC", "x": x, "y": y })
    }

    /// RFC 7638.
    fn thumbprint(&self) -> String {
        let (x, y) = self.coordinates();
        let text = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
        Base64UrlUnpadded::encode_string(digest(&SHA256, text.as_bytes()).as_ref())
    }

    /// RFC 8555, 8.1 and 8.4: the value of the TXT record for a token.
    pub(crate) fn dns01_value(&self, token: &str) -> String {
        let authorization = format!("{token}.{}", self.thumbprint());
        Base64UrlUnpadded::encode_string(digest(&SHA256, authorization.as_bytes()).as_ref())
    }

    /// SEC 1, 2.3.3: an uncompressed point is a byte and two coordinates of 32 bytes.
    fn coordinates(&self) -> (String, String) {
        let point = self.0.public_key().as_ref();
        let (x, y) = point.get(1..).unwrap_or_default().split_at(32);
        (Base64UrlUnpadded::encode_string(x), Base64UrlUnpadded::encode_string(y))
    }
}
