//! Requests as the record of calls shows them.

use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::{Value, json};

use crate::keys::pem_block;

/// What the record shows: which CA and resource, and the payload without bytes that differ between runs.
pub(super) fn input(name: &str, path: &str, body: &[u8]) -> Value {
    let mut input = json!({ "server": name, "path": path });
    // The first half of an ARI identifier is made of the CA's key.
    let stable = |id: &str| id.rsplit_once('.').map_or_else(|| id.to_owned(), |(_, serial)| format!("*.{serial}"));
    if let Some(id) = path.strip_prefix("renewal-info/") {
        input["path"] = json!(format!("renewal-info/{}", stable(id)));
    }
    let Some(mut payload) = payload(body) else { return input };
    if let Some(id) = payload["replaces"].as_str() {
        payload["replaces"] = json!(stable(id));
    }
    if let Some(csr) = payload["csr"].as_str() {
        let der = Base64UrlUnpadded::decode_vec(csr).unwrap_or_default();
        payload["csr"] = json!(pem_block("CERTIFICATE REQUEST", &der));
    }
    if !payload["externalAccountBinding"].is_null() {
        payload["externalAccountBinding"] = json!("(left out)");
    }
    input["payload"] = payload;
    input
}

fn payload(body: &[u8]) -> Option<Value> {
    let jws: Value = serde_json::from_slice(body).ok()?;
    let payload = Base64UrlUnpadded::decode_vec(jws["payload"].as_str()?).ok()?;
    serde_json::from_slice(&payload).ok()
}
