//! Challenges (RFC 8555, 7.5.1 and 8).

use jiff::SignedDuration;
use serde_json::json;

use super::authorizations::Attempt;
use super::jws::Jws;
use super::limits::Limit;
use super::problem::Problem;
use super::{Answer, Exchange, Reply};

impl Exchange<'_> {
    /// `{}` says that the challenge is ready; an empty payload only asks for its state.
    pub(super) fn challenge(&mut self, jws: &Jws, account: usize, id: usize, kind: &str) -> Answer {
        let authorization = self.own_authorization(account, id)?;
        if !authorization.offered().contains(&kind) {
            return Err(Problem::not_found("No such challenge"));
        }
        if !jws.payload.is_empty() {
            if jws.object()? != json!({}) {
                return Err(Problem::malformed("the payload of a challenge response is an empty object"));
            }
            self.attempt(account, id, kind)?;
        }
        let value = self.server.authorizations[id].challenge(id, kind, self);
        let pending = value["status"] == "pending";
        let up = format!("<{}>;rel=\"up\"", self.url(&format!("authz/{id}")));
        Ok(self.waiting(Reply::json(value).header("link", up), pending))
    }

    /// Looks once: Boulder does not try a failed challenge again.
    fn attempt(&mut self, account: usize, id: usize, kind: &str) -> Result<(), Problem> {
        let authorization = &self.server.authorizations[id];
        match (authorization.status(self.now), &authorization.attempt) {
            ("valid" | "invalid", _) | ("pending", Some(_)) => return Ok(()),
            ("pending", None) => {}
            _ => return Err(Problem::not_found("Expired authorization")),
        }
        let name = authorization.identifier.value.clone();
        let outcome = self.validate(account, id, kind);
        self.count(account, &name, outcome.is_ok());
        let shown_at = self.now + SignedDuration::from_secs(self.server.settings.validation_seconds);
        self.server.authorizations[id].attempt = Some(Attempt { kind: kind.to_owned(), shown_at, outcome });
        Ok(())
    }

    fn count(&mut self, account: usize, name: &str, succeeded: bool) {
        let (limits, of, now) = (&mut self.server.limits, account.to_string(), self.now);
        if succeeded {
            limits.reset(Limit::ConsecutiveFailures, &of, name);
        } else {
            limits.spend(Limit::FailedAuthorizations, &of, name, now);
            limits.spend(Limit::ConsecutiveFailures, &of, name, now);
        }
    }

    /// RFC 8555, 7.5.1 and 7.4: while the server works, Retry-After says when to ask again.
    pub(super) fn waiting(&self, mut reply: Reply, works: bool) -> Reply {
        if works {
            let after = self.server.settings.retry_after.header(self.now, self.now + SignedDuration::from_secs(1));
            reply.headers.extend(after.map(|after| ("retry-after", after)));
        }
        reply
    }
}
