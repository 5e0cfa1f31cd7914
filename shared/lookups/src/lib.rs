//! Evaluates a rule for a resource, and looks up in AWS what the rule misses until it knows enough.

mod budget;
mod certificate_facts;
mod clients;
mod error;
mod failures;
mod groups;
mod lists;
mod private_ca_facts;
mod resource;

use std::collections::BTreeSet;

use rules::facts::{Account, Lookup, is_settling};
use rules::{Context, NoVerdict, Rule, Verdict};

pub use budget::Budget;
pub use clients::Clients;
pub use error::LookupError;
pub use failures::Failures;
pub use lists::Lists;
pub use resource::{Facts, Resource};

/// The lookups of one evaluation. What several resources have in common is read once.
#[derive(Debug)]
pub struct Lookups<'a> {
    /// Lists of the account and Region.
    pub lists: Lists<'a>,
    clients: &'a Clients,
    budget: &'a Budget<'a>,
}

impl<'a> Lookups<'a> {
    /// Lookups with these clients, within this budget.
    pub fn new(clients: &'a Clients, budget: &'a Budget<'a>) -> Self {
        Self { lists: Lists::new(clients, budget), clients, budget }
    }

    /// The rule's verdict on a resource. One that AWS does not find any more was deleted, unless it is too new to be
    /// found.
    ///
    /// # Errors
    /// Something that the rule needs could not be read.
    pub async fn verdict(
        &self,
        rule: &Rule,
        context: &Context<'_>,
        mut resource: Resource,
    ) -> Result<Verdict, LookupError> {
        let mut asked = BTreeSet::new();
        loop {
            let missing = match resource.evaluate(rule, context) {
                Ok(verdict) => return Ok(verdict),
                Err(NoVerdict::Missing(missing)) => missing,
                Err(NoVerdict::NotYet(what)) => {
                    return Err(LookupError::NotYet { resource: resource.id().into(), what });
                }
            };
            if !asked.insert(missing.lookup) {
                return Err(LookupError::NotReported { resource: resource.id().into(), fact: missing.fact });
            }
            if self.look_up(&mut resource, missing.lookup).await?.is_none() {
                return Ok(Verdict::not_applicable("It was deleted."));
            }
        }
    }

    /// Adds to the resource's facts; `None` when the resource is gone.
    async fn look_up(&self, resource: &mut Resource, lookup: Lookup) -> Result<Option<()>, LookupError> {
        if !self.lists.has(lookup) && !self.budget.wait_for_turn().await {
            return Err(LookupError::OutOfTime);
        }
        let appeared_at = resource.appeared_at;
        let found = match &mut resource.facts {
            Facts::Certificate(certificate) if lookup == Lookup::AllCertificates => {
                let group = self.lists.group(&certificate.arn).await?;
                let group = found_or_retry(group, &certificate.arn, appeared_at, self.clients)?;
                certificate_facts::join(certificate, group);
                return Ok(Some(()));
            }
            Facts::Certificate(certificate) => {
                certificate_facts::look_up(self.clients.acm(), certificate, lookup).await?
            }
            Facts::PrivateCa(ca) if lookup == Lookup::PrivateCertificates => {
                return self.lists.issued_to_acm(ca).await.map(Some);
            }
            Facts::PrivateCa(ca) if lookup == Lookup::AllPrivateCas => {
                ca.all = self.lists.private_cas().await?.into();
                return Ok(Some(()));
            }
            Facts::PrivateCa(ca) => private_ca_facts::look_up(self.clients.acm_pca(), ca, lookup).await?,
            Facts::Account(account) => return self.look_up_lists(account, lookup).await.map(Some),
        };
        found_or_retry(found, resource.id(), appeared_at, self.clients)
    }

    async fn look_up_lists(&self, account: &mut Account, lookup: Lookup) -> Result<(), LookupError> {
        match lookup {
            Lookup::AllPrivateCas => account.private_cas = self.lists.private_cas().await?.into(),
            _ => account.certificates = self.lists.certificates().await?.into(),
        }
        Ok(())
    }
}

/// What AWS does not find is too new to be found, which is an error that passes, or is not there.
fn found_or_retry<T>(
    found: Option<T>,
    resource: &(impl ToString + ?Sized),
    appeared_at: Option<jiff::Timestamp>,
    clients: &Clients,
) -> Result<Option<T>, LookupError> {
    if found.is_none() && is_settling(appeared_at, clients.clock.now()) {
        return Err(LookupError::NotYetFound { resource: resource.to_string() });
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use certificates::Target;
    use jiff::SignedDuration;
    use rules::Evaluator;
    use rules::facts::{Certificate, Item, PrivateCa};
    use serde_json::{Value, json};
    use simulated_aws::{Aws, CertificateSpec, Key, PrivateCaSpec};

    use super::*;

    /// Which clients there are after a rule was evaluated for an item: ACM's, AWS Private CA's.
    async fn made(aws: &Aws, rule: &str, item: &Value) -> (bool, bool) {
        let clients = Clients::new(&aws.sdk_config());
        let budget = Budget::new(&clients.clock, aws.now() + SignedDuration::from_mins(5));
        let item = Item::read(item).unwrap();
        let (rule, settings) = rules::select(json!({ "rule": rule }).as_object().unwrap()).unwrap();
        let arn = item.arn.clone().unwrap();
        let resource = match rule.evaluate {
            Evaluator::PrivateCa(_) => Resource::from(PrivateCa::from_item(arn.parse().unwrap(), &item)),
            _ => Resource::from(Certificate::from_item(arn.parse().unwrap(), &item)),
        };
        let here = Target { partition: "aws".into(), region: aws.region(), account: aws.account() };
        let context = Context { now: aws.now(), settings: &settings, here: &here };
        Lookups::new(&clients, &budget).verdict(rule, &context, resource).await.unwrap();
        clients.are_made()
    }

    #[tokio::test]
    async fn a_client_is_made_when_it_is_needed() {
        let aws = Aws::new("2026-11-21T06:11:00Z".parse().unwrap());
        let ca = aws.insert_private_ca(PrivateCaSpec::new(Key::P256));
        let certificate = aws.insert_certificate(CertificateSpec::imported("example.com").thin());
        let certificate = aws.certificate_item(&certificate).unwrap();
        assert_eq!(made(&aws, "certificate-expiry", &certificate).await, (false, false));
        assert_eq!(made(&aws, "duplicate-certificates", &certificate).await, (true, false));
        assert_eq!(made(&aws, "ca-status", &aws.private_ca_item(&ca).unwrap()).await, (false, true));
    }
}
