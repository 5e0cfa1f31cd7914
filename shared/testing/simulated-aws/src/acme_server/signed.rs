//! Signed requests: who signed, and what is done for them (RFC 8555, 6).

use serde_json::Value;

use super::jws::{Jwk, Jws};
use super::problem::Problem;
use super::routes::Resource;
use super::{AcmeRequest, Answer, Exchange};

impl Exchange<'_> {
    pub(super) fn post(&mut self, resource: &Resource, request: &AcmeRequest<'_>) -> Answer {
        // RFC 8555, 6.2: "MUST have the Content-Type header field set to application/jose+json".
        if request.content_type != Some("application/jose+json") {
            let why = "Invalid Content-Type header on POST. Content-Type must be \"application/jose+json\"";
            return Err(Problem::malformed(why).status(415));
        }
        let jws = Jws::read(request.body)?;
        jws.check_algorithm()?;
        let signer = self.signer(resource, &jws)?;
        self.check_nonce_and_url(&jws, request)?;
        match (resource, signer) {
            (Resource::NewAccount, Signer::Key(key)) => self.new_account(&jws, key),
            (_, Signer::Key(_)) => Err(Problem::malformed("the key of a certificate as signer is not modelled")),
            (resource, Signer::Account(account)) => self.post_by(resource, &jws, account),
        }
    }

    fn post_by(&mut self, resource: &Resource, jws: &Jws, account: usize) -> Answer {
        match resource {
            Resource::NewOrder => self.new_order(jws, account),
            Resource::Account(id) => self.account(jws, account, *id),
            Resource::Order(id) => self.order(jws, account, *id),
            Resource::Authorization(id) => self.authorization(jws, account, *id),
            Resource::Challenge(id, kind) => self.challenge(jws, account, *id, kind),
            Resource::Finalize(id) => self.finalize(jws, account, *id),
            Resource::Certificate(id) => self.certificate(jws, account, *id),
            Resource::RevokeCert => self.revoke(jws, account),
            _ => Err(Problem::malformed("simulated-aws does not model this resource").status(501)),
        }
    }

    /// RFC 8555, 6.2: newAccount has the key in the request, everything else the account's URL, and none has both.
    fn signer(&self, resource: &Resource, jws: &Jws) -> Result<Signer, Problem> {
        let has_key =
            *resource == Resource::NewAccount || (*resource == Resource::RevokeCert && !jws.header["jwk"].is_null());
        match (&jws.header["jwk"], &jws.header["kid"]) {
            (jwk, Value::Null) if has_key && jwk.is_object() => {
                let key = Jwk::read(jwk)?;
                jws.check_signature(&key)?;
                Ok(Signer::Key(key))
            }
            (Value::Null, Value::String(kid)) if !has_key => {
                let account = self.account_of(kid)?;
                jws.check_signature(&self.server.accounts[account].key)?;
                Ok(Signer::Account(account))
            }
            _ if has_key => Err(Problem::malformed("the request must be signed with jwk, and without kid")),
            _ => Err(Problem::malformed("the request must be signed with kid, and without jwk")),
        }
    }

    /// RFC 8555, 6.4 and 6.5.
    fn check_nonce_and_url(&mut self, jws: &Jws, request: &AcmeRequest<'_>) -> Result<(), Problem> {
        let nonce = jws.header["nonce"].as_str();
        let nonce = nonce.ok_or_else(|| Problem::new("badNonce", "JWS has no anti-replay nonce"))?;
        self.server.nonces.accept(nonce, self.server.settings.bad_nonce_percent)?;
        if jws.header["url"] == request.url() {
            return Ok(());
        }
        let (given, expected) = (&jws.header["url"], request.url());
        let why = format!("JWS header parameter 'url' incorrect. Expected {expected:?} got {given}");
        Err(Problem::unauthorized(why))
    }
}

enum Signer {
    Key(Jwk),
    Account(usize),
}
