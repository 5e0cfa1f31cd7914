//! Orders and what they show (RFC 8555, 7.1.3 and 7.1.6).

use jiff::Timestamp;
use serde_json::{Value, json};

use super::identifiers::Identifier;
use super::jws::Jws;
use super::problem::Problem;
use super::profiles::Profile;
use super::{Answer, Exchange, Reply};

/// An order.
#[derive(Debug)]
pub(super) struct Order {
    pub(super) account: usize,
    pub(super) identifiers: Vec<Identifier>,
    /// The profile that was asked for, which may be none.
    pub(super) asked_profile: Option<String>,
    pub(super) profile: &'static Profile,
    pub(super) replaces: Option<String>,
    pub(super) authorizations: Vec<usize>,
    pub(super) created: Timestamp,
    pub(super) expires: Timestamp,
    pub(super) finalized: Option<Finalized>,
}

/// What became of an order after its CSR was accepted.
#[derive(Debug)]
pub(super) enum Finalized {
    Failed(Problem),
    /// The certificate, and when it can be seen.
    Issued {
        certificate: usize,
        at: Timestamp,
    },
}

impl Exchange<'_> {
    /// RFC 8555, 7.1.6. An order whose authorization failed is invalid without an error of its own, as at Boulder: the
    /// challenge has it.
    pub(super) fn status(&self, order: &Order) -> &'static str {
        match &order.finalized {
            Some(Finalized::Failed(_)) => return "invalid",
            Some(Finalized::Issued { at, .. }) => return if self.now < *at { "processing" } else { "valid" },
            None if self.now >= order.expires => return "invalid",
            None => {}
        }
        let of = |id: &usize| self.server.authorizations[*id].status(self.now);
        if order.authorizations.iter().any(|id| !matches!(of(id), "pending" | "valid")) {
            "invalid"
        } else if order.authorizations.iter().all(|id| of(id) == "valid") {
            "ready"
        } else {
            "pending"
        }
    }

    pub(super) fn order_url(&self, id: usize) -> String {
        self.url(&format!("order/{id}"))
    }

    pub(super) fn order_json(&self, id: usize) -> Value {
        let order = &self.server.orders[id];
        let authorizations = order.authorizations.iter().map(|one| self.url(&format!("authz/{one}")));
        let mut value = json!({
            "status": self.status(order),
            "expires": order.expires.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            "identifiers": order.identifiers.iter().map(Identifier::json).collect::<Vec<_>>(),
            "authorizations": authorizations.collect::<Vec<_>>(),
            "finalize": self.url(&format!("finalize/{id}")),
        });
        if self.server.settings.profiles {
            value["profile"] = json!(order.profile.name);
        }
        if let Some(replaces) = order.replaces.as_ref().filter(|_| self.server.settings.reflects_replaces) {
            value["replaces"] = json!(replaces);
        }
        match &order.finalized {
            Some(Finalized::Failed(problem)) => value["error"] = problem.json(),
            Some(Finalized::Issued { certificate, at }) if self.now >= *at => {
                value["certificate"] = json!(self.url(&format!("cert/{certificate}")));
            }
            _ => {}
        }
        value
    }

    pub(super) fn own_order(&self, account: usize, id: usize) -> Result<&Order, Problem> {
        let found = self.server.orders.get(id).filter(|order| order.account == account);
        found.ok_or_else(|| Problem::not_found("No order for this ID"))
    }

    pub(super) fn order(&self, jws: &Jws, account: usize, id: usize) -> Answer {
        jws.check_post_as_get()?;
        let works = self.status(self.own_order(account, id)?) == "processing";
        Ok(self.waiting(Reply::json(self.order_json(id)), works))
    }
}
