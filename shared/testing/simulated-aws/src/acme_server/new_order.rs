//! newOrder (RFC 8555, 7.4), with `replaces` (RFC 9773, 5) and `profile` (draft-ietf-acme-profiles, 4).

use serde_json::Value;

use super::identifiers::{self, Identifier};
use super::jws::Jws;
use super::limits::Limit;
use super::orders::Order;
use super::problem::Problem;
use super::profiles::Profile;
use super::{AcmeRenewalInfo, Answer, Exchange, Reply};

impl Exchange<'_> {
    pub(super) fn new_order(&mut self, jws: &Jws, account: usize) -> Answer {
        let payload = jws.object()?;
        // Boulder: "NotBefore and NotAfter are not supported".
        if !payload["notBefore"].is_null() || !payload["notAfter"].is_null() {
            return Err(Problem::malformed("NotBefore and NotAfter are not supported"));
        }
        let asked = payload["profile"].as_str().filter(|_| self.server.settings.profiles);
        let profile = Profile::named(asked).ok_or_else(|| {
            Problem::new("invalidProfile", format!("profile {:?} is not valid", asked.unwrap_or_default()))
        })?;
        let identifiers = identifiers::read_all(&payload, profile)?;
        let replaces = self.replaces(&payload, account, &identifiers)?;
        // Boulder asks the limits first, also for an order that it then finds to be there already.
        if replaces.is_none() {
            self.check_limits(account, &identifiers)?;
        }
        let id = match self.reusable(account, &identifiers, asked) {
            Some(id) => id,
            None => self.insert_order(account, identifiers, asked, profile, replaces),
        };
        Ok(Reply::json(self.order_json(id)).created().header("location", self.order_url(id)))
    }

    /// The certificate that the order replaces. Boulder counts any order for it that is not invalid as its replacement,
    /// also one that is still pending.
    fn replaces(&self, payload: &Value, account: usize, names: &[Identifier]) -> Result<Option<String>, Problem> {
        let Some(id) = payload["replaces"].as_str() else { return Ok(None) };
        match self.server.settings.renewal_info {
            AcmeRenewalInfo::Missing => return Ok(None),
            AcmeRenewalInfo::NotEnabled => return Err(Problem::not_found("ARI Feature not enabled")),
            _ => {}
        }
        let certificate = self.certificate_with(id)?;
        if certificate.account != account {
            let why = "requester account did not request the certificate being replaced by this order";
            return Err(Problem::unauthorized(why));
        }
        if !names.iter().any(|name| certificate.names.contains(&name.value)) {
            let why = "identifiers in this order do not match any identifiers in the certificate being replaced";
            return Err(Problem::malformed(why));
        }
        let replacement = |order: &&Order| order.replaces.as_deref() == Some(id) && self.status(order) != "invalid";
        if self.server.orders.iter().any(|order| replacement(&order)) {
            let why =
                format!("cannot indicate an order replaces certificate {id:?}, which already has a replacement order");
            return Err(Problem::new("alreadyReplaced", why));
        }
        Ok(Some(id.to_owned()))
    }

    /// letsencrypt.org/docs/rate-limits: renewals that ARI coordinates are exempt from all limits; others with exactly the
    /// names of an earlier certificate from those per account and per registered domain.
    fn check_limits(&mut self, account: usize, names: &[Identifier]) -> Result<(), Problem> {
        if !self.server.settings.limits {
            return Ok(());
        }
        let (now, of, set) = (self.now, account.to_string(), exact_set(names));
        let is_renewal = self.server.certificates.iter().any(|one| exact_set_of(&one.names) == set);
        let limits = &mut self.server.limits;
        for name in names {
            limits.check(Limit::ConsecutiveFailures, &of, &name.value, now)?;
            limits.check(Limit::FailedAuthorizations, &of, &name.value, now)?;
        }
        limits.check(Limit::ExactSet, "", &set, now)?;
        if !is_renewal {
            for name in names {
                limits.check(Limit::Domain, "", &name.registered_domain(), now)?;
            }
            limits.check(Limit::NewOrders, &of, "", now)?;
            limits.spend(Limit::NewOrders, &of, "", now);
        }
        Ok(())
    }

    /// Boulder gives a pending or ready order of the account for the same names and profile again, whatever it replaces.
    fn reusable(&self, account: usize, names: &[Identifier], asked: Option<&str>) -> Option<usize> {
        let usable = |order: &Order| {
            let same =
                order.account == account && order.identifiers == names && order.asked_profile.as_deref() == asked;
            same && matches!(self.status(order), "pending" | "ready")
        };
        self.server.orders.iter().rposition(usable).filter(|_| self.server.settings.reuses)
    }

    fn insert_order(
        &mut self,
        account: usize,
        identifiers: Vec<Identifier>,
        asked: Option<&str>,
        profile: &'static Profile,
        replaces: Option<String>,
    ) -> usize {
        let authorizations = identifiers.iter().map(|name| self.authorize(account, name, profile)).collect();
        let (now, id) = (self.now, self.server.orders.len());
        let asked_profile = asked.map(str::to_owned);
        let expires = now + profile.order;
        let order = Order {
            account,
            identifiers,
            asked_profile,
            profile,
            replaces,
            authorizations,
            created: now,
            expires,
            finalized: None,
        };
        self.server.orders.push(order);
        id
    }

    /// What issuing takes from the limits.
    pub(super) fn count_issuance(&mut self, order: usize) {
        let order = &self.server.orders[order];
        if order.replaces.is_some() {
            return;
        }
        let mut domains: Vec<_> = order.identifiers.iter().map(Identifier::registered_domain).collect();
        domains.sort();
        domains.dedup();
        let (now, set) = (self.now, exact_set(&order.identifiers));
        let is_renewal = self.server.certificates.iter().any(|one| exact_set_of(&one.names) == set);
        let limits = &mut self.server.limits;
        limits.spend(Limit::ExactSet, "", &set, now);
        for domain in domains.iter().filter(|_| !is_renewal) {
            limits.spend(Limit::Domain, "", domain, now);
        }
    }
}

fn exact_set(names: &[Identifier]) -> String {
    names.iter().map(|name| name.value.as_str()).collect::<Vec<_>>().join(" ")
}

fn exact_set_of(names: &[String]) -> String {
    names.join(" ")
}
