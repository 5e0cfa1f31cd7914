//! Authorizations and what they show (RFC 8555, 7.1.4 and 7.5).

use aws_lc_rs::digest::{SHA256, digest};
use base64ct::{Base64UrlUnpadded, Encoding};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::identifiers::Identifier;
use super::jws::Jws;
use super::problem::Problem;
use super::profiles::Profile;
use super::{Answer, Exchange, Reply};

/// An account's proof for one identifier.
#[derive(Debug)]
pub(super) struct Authorization {
    pub(super) account: usize,
    pub(super) identifier: Identifier,
    pub(super) profile: &'static Profile,
    pub(super) token: String,
    /// While nothing is proved.
    pub(super) expires: Timestamp,
    pub(super) attempt: Option<Attempt>,
    pub(super) deactivated: bool,
}

/// A challenge that the client said was ready. What the CA finds is found at once, and shown a little later.
#[derive(Debug)]
pub(super) struct Attempt {
    pub(super) kind: String,
    pub(super) shown_at: Timestamp,
    pub(super) outcome: Result<(), Problem>,
}

impl Authorization {
    /// RFC 8555, 7.1.6.
    pub(super) fn status(&self, now: Timestamp) -> &'static str {
        match &self.attempt {
            _ if self.deactivated => "deactivated",
            None if now >= self.expires => "expired",
            None => "pending",
            Some(attempt) if now < attempt.shown_at => "pending",
            Some(Attempt { outcome: Err(_), .. }) => "invalid",
            Some(_) if now >= self.expires() => "expired",
            Some(_) => "valid",
        }
    }

    fn expires(&self) -> Timestamp {
        match &self.attempt {
            Some(Attempt { outcome: Ok(()), shown_at, .. }) => *shown_at + self.profile.reuse(*shown_at),
            _ => self.expires,
        }
    }

    /// Let's Encrypt offers only DNS for wildcards.
    pub(super) fn offered(&self) -> &'static [&'static str] {
        match (self.identifier.kind, self.identifier.is_wildcard()) {
            ("ip", _) => &["http-01", "tls-alpn-01"],
            (_, true) => &["dns-01"],
            _ => &["http-01", "dns-01", "tls-alpn-01"],
        }
    }

    fn json(&self, id: usize, exchange: &Exchange<'_>) -> Value {
        let mut value = json!({
            "identifier": { "type": self.identifier.kind, "value": self.identifier.base() },
            "status": self.status(exchange.now),
            "expires": self.expires().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            "challenges": self.shown().map(|kind| self.challenge(id, kind, exchange)).collect::<Vec<_>>(),
        });
        if self.identifier.is_wildcard() {
            value["wildcard"] = json!(true);
        }
        value
    }

    /// RFC 8555, 7.1.4: a final authorization shows only the challenge that was tried.
    fn shown(&self) -> impl Iterator<Item = &'static str> {
        let tried = self.attempt.as_ref().map(|attempt| attempt.kind.clone());
        self.offered().iter().copied().filter(move |kind| tried.as_ref().is_none_or(|tried| tried == kind))
    }

    pub(super) fn challenge(&self, id: usize, kind: &str, exchange: &Exchange<'_>) -> Value {
        let url = exchange.url(&format!("chall/{id}/{kind}"));
        let mut value = json!({ "type": kind, "url": url, "status": "pending", "token": self.token });
        let Some(attempt) = self.attempt.as_ref().filter(|attempt| attempt.kind == kind) else { return value };
        // Boulder shows a challenge that is being validated as pending (RFC 8555, 7.1.6, has "processing" for it).
        if exchange.now < attempt.shown_at {
            return value;
        }
        match &attempt.outcome {
            Ok(()) => {
                value["status"] = json!("valid");
                value["validated"] = json!(attempt.shown_at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
            }
            Err(problem) => {
                value["status"] = json!("invalid");
                value["error"] = problem.json();
            }
        }
        value
    }
}

impl Exchange<'_> {
    /// RFC 8555, 7.5.2: an authorization can be deactivated.
    pub(super) fn authorization(&mut self, jws: &Jws, account: usize, id: usize) -> Answer {
        self.own_authorization(account, id)?;
        if !jws.payload.is_empty() {
            if jws.object()? != json!({ "status": "deactivated" }) {
                return Err(Problem::malformed("Invalid status value"));
            }
            self.server.authorizations[id].deactivated = true;
        }
        let reply = Reply::json(self.server.authorizations[id].json(id, self));
        Ok(self.waiting(reply, self.server.authorizations[id].status(self.now) == "pending"))
    }

    pub(super) fn own_authorization(&self, account: usize, id: usize) -> Result<&Authorization, Problem> {
        let found = self.server.authorizations.get(id).filter(|authorization| authorization.account == account);
        found.ok_or_else(|| Problem::not_found("No such authorization"))
    }

    /// One that the account has for this identifier already, with some life left, or a new one (Boulder's reuse).
    pub(super) fn authorize(&mut self, account: usize, identifier: &Identifier, profile: &'static Profile) -> usize {
        let now = self.now;
        let found = self.server.authorizations.iter().rposition(|one| {
            let usable = one.account == account && one.identifier == *identifier && one.profile == profile;
            usable && matches!(one.status(now), "pending" | "valid") && one.expires() > now + profile.order / 8
        });
        if let Some(found) = found.filter(|_| self.server.settings.reuses) {
            return found;
        }
        let id = self.server.authorizations.len();
        let token = digest(&SHA256, format!("{} {id}", self.server.name).as_bytes());
        self.server.authorizations.push(Authorization {
            account,
            identifier: identifier.clone(),
            profile,
            token: Base64UrlUnpadded::encode_string(token.as_ref()),
            expires: now + profile.pending_authorization,
            attempt: None,
            deactivated: false,
        });
        id
    }
}
