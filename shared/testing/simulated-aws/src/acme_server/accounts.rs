//! newAccount and accounts (RFC 8555, 7.3).

use serde_json::{Value, json};

use super::jws::{Jwk, Jws};
use super::problem::Problem;
use super::{Answer, Exchange, Reply};

/// An account.
#[derive(Debug)]
pub(super) struct Account {
    /// As the server wrote it, which is what CAA's `accounturi` compares (RFC 8657, 3).
    pub(super) url: String,
    pub(super) key: Jwk,
    pub(super) deactivated: bool,
    contact: Value,
}

impl Account {
    fn json(&self) -> Value {
        let status = if self.deactivated { "deactivated" } else { "valid" };
        json!({ "status": status, "contact": self.contact, "key": self.key.json() })
    }
}

impl Exchange<'_> {
    /// RFC 8555, 7.3.1: the same key again is the same account, with 200.
    pub(super) fn new_account(&mut self, jws: &Jws, key: Jwk) -> Answer {
        let payload = jws.object()?;
        if let Some(account) = self.server.accounts.iter().find(|account| account.key == key) {
            if account.deactivated {
                return Err(Problem::unauthorized("An account with the provided public key exists but is deactivated"));
            }
            return Ok(Reply::json(account.json()).header("location", account.url.clone()));
        }
        if payload["onlyReturnExisting"] == true {
            let why = "No account exists with the provided key";
            return Err(Problem::new("accountDoesNotExist", why));
        }
        if payload["termsOfServiceAgreed"] != true {
            return Err(Problem::malformed("must agree to terms of service"));
        }
        let contact = contact(&payload)?;
        if let Some(kid) = self.binding(&payload, &key, &self.url("new-acct"))? {
            self.server.eab_keys.entry(kid).and_modify(|key| key.used = true);
        }
        let url = self.url(&format!("acct/{}", self.server.accounts.len()));
        let account = Account { url: url.clone(), key, deactivated: false, contact };
        let reply = Reply::json(account.json()).created().header("location", url);
        self.server.accounts.push(account);
        Ok(reply)
    }

    /// RFC 8555, 7.3.2 and 7.3.6: contacts are replaced, and an account can be deactivated.
    pub(super) fn account(&mut self, jws: &Jws, account: usize, asked: usize) -> Answer {
        if account != asked {
            return Err(Problem::unauthorized("Request signing key did not match account key"));
        }
        let update = if jws.payload.is_empty() { json!({}) } else { jws.object()? };
        let account = &mut self.server.accounts[account];
        match update["status"].as_str() {
            None | Some("valid") => {}
            Some("deactivated") => account.deactivated = true,
            Some(_) => return Err(Problem::malformed("Invalid value provided for status field")),
        }
        if !update["contact"].is_null() {
            account.contact = contact(&update)?;
        }
        Ok(Reply::json(account.json()))
    }

    /// RFC 8555, 6.2: "kid" is the account URL.
    pub(super) fn account_of(&self, kid: &str) -> Result<usize, Problem> {
        let found = self.server.accounts.iter().position(|account| account.url == kid);
        let account = found.ok_or_else(|| Problem::new("accountDoesNotExist", format!("Account {kid:?} not found")))?;
        if self.server.accounts[account].deactivated {
            return Err(Problem::unauthorized("Account is not valid, has status \"deactivated\""));
        }
        Ok(account)
    }
}

/// RFC 8555, 7.3: a list of URLs, of which servers take `mailto` with one address.
fn contact(payload: &Value) -> Result<Value, Problem> {
    let contacts = payload["contact"].as_array().cloned().unwrap_or_default();
    for contact in &contacts {
        let Some(address) = contact.as_str().and_then(|url| url.strip_prefix("mailto:")) else {
            return Err(Problem::new("unsupportedContact", "only contact scheme 'mailto:' is supported"));
        };
        if !address.contains('@') || address.contains([',', '?']) {
            return Err(Problem::new("invalidContact", format!("{address:?} is not an e-mail address")));
        }
    }
    Ok(Value::Array(contacts))
}
