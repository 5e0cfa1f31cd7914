//! Signed requests: flattened JWS with ES256 (RFC 7515, RFC 7518; RFC 8555, 6.2 to 6.4).

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::{Value, json};

use super::problem::Problem;

/// An account's public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Jwk {
    x: String,
    y: String,
}

/// A request before its signature is checked.
#[derive(Debug)]
pub(super) struct Jws {
    pub(super) header: Value,
    pub(super) payload: Vec<u8>,
    signed: String,
    signature: Vec<u8>,
}

impl Jwk {
    /// RFC 7518, 6.2: an EC key on P-256.
    pub(super) fn read(value: &Value) -> Result<Self, Problem> {
        let bad = |why: &str| Problem::new("badPublicKey", why);
        if value["kty"] != "EC" || value["crv"] != "P-256" || !value["d"].is_null() {
            return Err(bad("the key is not a public EC key on P-256"));
        }
        let coordinate = |name: &str| {
            let text = value[name].as_str().unwrap_or_default();
            let is_whole = Base64UrlUnpadded::decode_vec(text).is_ok_and(|bytes| bytes.len() == 32);
            if is_whole { Ok(text.to_owned()) } else { Err(bad("a coordinate is not 32 bytes in base64url")) }
        };
        Ok(Self { x: coordinate("x")?, y: coordinate("y")? })
    }

    pub(super) fn json(&self) -> Value {
        json!({ "crv": "P-256", "kty": "EC", "x": self.x, "y": self.y })
    }

    /// RFC 7638: the digest of the required members in lexicographic order.
    pub(super) fn thumbprint(&self) -> String {
        let text = format!(r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#, self.x, self.y);
        Base64UrlUnpadded::encode_string(digest(&SHA256, text.as_bytes()).as_ref())
    }

    /// The key as certificates have it: an uncompressed point.
    pub(super) fn point(&self) -> Vec<u8> {
        let coordinate = |text| Base64UrlUnpadded::decode_vec(text).unwrap_or_default();
        [vec![4], coordinate(&self.x), coordinate(&self.y)].concat()
    }

    fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, self.point()).verify(message, signature).is_ok()
    }
}

impl Jws {
    /// RFC 8555, 6.2: the flattened serialization, with neither unprotected headers nor further signatures.
    pub(super) fn read(body: &[u8]) -> Result<Self, Problem> {
        let value = serde_json::from_slice(body).map_err(|_| Problem::malformed("Parse error reading JWS"))?;
        Self::from_value(&value)
    }

    pub(super) fn from_value(value: &Value) -> Result<Self, Problem> {
        let members = value.as_object().ok_or_else(|| Problem::malformed("JWS is not an object"))?;
        let known = |name: &String| matches!(name.as_str(), "protected" | "payload" | "signature");
        if members.len() != 3 || !members.keys().all(known) {
            return Err(Problem::malformed("JWS must have protected, payload and signature, and nothing else"));
        }
        let text = |name: &str| value[name].as_str().unwrap_or_default();
        let bytes = |name: &str| {
            let decoded = Base64UrlUnpadded::decode_vec(text(name));
            decoded.map_err(|_| Problem::malformed(format!("JWS {name} is not base64url without padding")))
        };
        let header: Value = serde_json::from_slice(&bytes("protected")?)
            .map_err(|_| Problem::malformed("JWS protected header is not JSON"))?;
        if !header["crit"].is_null() {
            return Err(Problem::malformed("JWS header has a critical extension that is not understood"));
        }
        let signed = format!("{}.{}", text("protected"), text("payload"));
        Ok(Self { header, payload: bytes("payload")?, signed, signature: bytes("signature")? })
    }

    /// RFC 8555, 6.2: "The JWS MUST be signed with an algorithm that the server supports": ES256 is mandatory.
    pub(super) fn check_algorithm(&self) -> Result<(), Problem> {
        if self.header["alg"] == "ES256" {
            return Ok(());
        }
        let what = &self.header["alg"];
        Err(Problem::new(
            "badSignatureAlgorithm",
            format!("JWS signature header contains unsupported algorithm {what}"),
        ))
    }

    pub(super) fn check_signature(&self, key: &Jwk) -> Result<(), Problem> {
        if key.verifies(self.signed.as_bytes(), &self.signature) {
            return Ok(());
        }
        Err(Problem::malformed("JWS verification error"))
    }

    /// What a MAC is made of.
    pub(super) fn authenticated(&self) -> (&[u8], &[u8]) {
        (self.signed.as_bytes(), &self.signature)
    }

    /// The payload of a request that has one.
    pub(super) fn object(&self) -> Result<Value, Problem> {
        let value: Value = serde_json::from_slice(&self.payload)
            .map_err(|_| Problem::malformed("Request payload did not parse as JSON"))?;
        if value.is_object() { Ok(value) } else { Err(Problem::malformed("Request payload is not an object")) }
    }

    /// RFC 8555, 6.3: "the "payload" field is the empty string" of a POST-as-GET.
    pub(super) fn check_post_as_get(&self) -> Result<(), Problem> {
        if self.payload.is_empty() {
            return Ok(());
        }
        Err(Problem::malformed("POST-as-GET requests must have an empty payload"))
    }
}
