//! External account binding (RFC 8555, 7.3.4).

use aws_lc_rs::hmac;
use serde_json::Value;

use super::Exchange;
use super::jws::{Jwk, Jws};
use super::problem::Problem;

/// A key that an operator got outside ACME.
#[derive(Debug)]
pub(super) struct EabKey {
    pub(super) key: Vec<u8>,
    /// Google's and Sectigo's are good for one account (certimate#588).
    pub(super) used: bool,
}

impl Exchange<'_> {
    /// Checks the binding of a new account, and gives the id of its key.
    pub(super) fn binding(&self, payload: &Value, jwk: &Jwk, url: &str) -> Result<Option<String>, Problem> {
        let binding = &payload["externalAccountBinding"];
        if binding.is_null() {
            let required = self.server.settings.external_account_required;
            let why = "No external account binding provided";
            return if required { Err(Problem::new("externalAccountRequired", why).status(403)) } else { Ok(None) };
        }
        let jws = Jws::from_value(binding)?;
        check_header(&jws, url)?;
        let kid = jws.header["kid"].as_str().unwrap_or_default();
        let unknown = || Problem::unauthorized(format!("the external account key {kid:?} is not known"));
        let key = self.server.eab_keys.get(kid).ok_or_else(unknown)?;
        let (message, mac) = jws.authenticated();
        if hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, &key.key), message, mac).is_err() {
            return Err(Problem::unauthorized("external account binding JWS verification error"));
        }
        // "the payload is the account key": no other may be bound with it.
        if Jwk::read(&jws.object()?)? != *jwk {
            return Err(Problem::malformed("the external account binding is for another account key"));
        }
        if key.used {
            return Err(Problem::unauthorized(format!("the external account key {kid:?} was used already")));
        }
        Ok(Some(kid.to_owned()))
    }
}

/// "MUST have an "alg" of a MAC; kid; MUST NOT have a nonce; url is the outer JWS's."
fn check_header(jws: &Jws, url: &str) -> Result<(), Problem> {
    let header = &jws.header;
    if header["alg"] != "HS256" {
        return Err(Problem::new("badSignatureAlgorithm", "an external account binding is signed with HS256"));
    }
    if !header["nonce"].is_null() || header["url"] != url || !header["kid"].is_string() {
        return Err(Problem::malformed(
            "the header of the external account binding must have kid and url, and no nonce",
        ));
    }
    Ok(())
}
