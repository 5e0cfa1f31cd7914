//! DNS-01 challenges (RFC 8555, 7.5 and 8.4).

use serde::Deserialize;

use crate::account::Account;
use crate::error::Error;
use crate::order::Order;
use crate::problem::Problem;
use crate::text::{clean, is_host_name};

/// A TXT record that the CA looks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dns01 {
    /// The name that is validated, without the asterisk of a wildcard.
    pub name: String,
    /// The record's name: `_acme-challenge.` and the name. Apex and wildcard share it.
    pub record_name: String,
    /// The record's value, without quotes. It is computed from the order, so that what a crash left can be recognised.
    pub value: String,
    /// Whether the CA still waits for it.
    pub is_pending: bool,
    url: String,
}

#[derive(Deserialize)]
struct Authorization {
    status: String,
    identifier: Identifier,
    #[serde(default)]
    challenges: Vec<Challenge>,
}

#[derive(Deserialize)]
struct Identifier {
    value: String,
}

#[derive(Deserialize)]
struct Challenge {
    r#type: String,
    url: String,
    #[serde(default)]
    token: String,
    #[serde(default)]
    error: Option<Problem>,
}

impl Account {
    /// The DNS-01 challenges of an order: those to be published, and those of authorizations that are valid already, whose
    /// values may still be in the DNS.
    ///
    /// # Errors
    /// When a pending name has no such challenge, or there is no usable answer.
    pub async fn challenges(&self, order: &Order) -> Result<Vec<Dns01>, Error> {
        let mut all = Vec::new();
        for url in &order.authorizations {
            let authorization: Authorization = self.fetch("authorization", url).await?;
            let is_pending = authorization.status == "pending";
            match self.dns01(&authorization, is_pending)? {
                Some(challenge) => all.push(challenge),
                None if is_pending => return Err(Error::NoDns01 { name: clean(&authorization.identifier.value, 253) }),
                // Validated in another way, such as in advance by contract.
                None => {}
            }
        }
        Ok(all)
    }

    fn dns01(&self, authorization: &Authorization, is_pending: bool) -> Result<Option<Dns01>, Error> {
        let Some(challenge) = authorization.challenges.iter().find(|one| one.r#type == "dns-01") else {
            return Ok(None);
        };
        let name = authorization.identifier.value.to_ascii_lowercase();
        // The name decides where a record is written, and the token is part of what is signed: RFC 8555, 8.3.
        if !is_host_name(&name) || !is_token(&challenge.token) {
            return Err(Error::unusable("authorization", "its name or token has characters that are not allowed"));
        }
        Ok(Some(Dns01 {
            record_name: format!("_acme-challenge.{name}"),
            name,
            value: self.key.dns01_value(&challenge.token),
            is_pending,
            url: challenge.url.clone(),
        }))
    }

    /// Says that the record is there, on every name server. The CA looks once, so this must not be said too early.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn ready(&self, challenge: &Dns01) -> Result<(), Error> {
        self.post("challenge", &challenge.url, "{}").await.map(drop)
    }

    /// What is wrong with each name of a failed order.
    pub(crate) async fn failed_challenges(&self, order: &Order) -> Result<Vec<(String, Problem)>, Error> {
        let mut problems = Vec::new();
        for url in &order.authorizations {
            let authorization: Authorization = self.fetch("authorization", url).await?;
            let name = clean(&authorization.identifier.value, 253);
            let errors = authorization.challenges.into_iter().filter_map(|challenge| challenge.error);
            problems.extend(errors.map(|problem| (name.clone(), problem)));
        }
        Ok(problems)
    }
}

fn is_token(token: &str) -> bool {
    !token.is_empty() && token.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
}
