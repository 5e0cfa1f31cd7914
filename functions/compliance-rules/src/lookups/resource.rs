//! What a rule is evaluated for.

use jiff::Timestamp;

use crate::facts::{Account, Certificate, PrivateCa};
use crate::rules::{Context, Evaluation, Evaluator, Rule};

#[derive(Debug, Clone)]
pub(crate) struct Resource {
    pub(crate) facts: Facts,
    /// When AWS first had it, as far as that is known: what is new may not be found yet.
    pub(crate) appeared_at: Option<Timestamp>,
}

#[derive(Debug, Clone)]
pub(crate) enum Facts {
    Certificate(Box<Certificate>),
    PrivateCa(Box<PrivateCa>),
    Account(Box<Account>),
}

impl From<Certificate> for Resource {
    fn from(certificate: Certificate) -> Self {
        Self { appeared_at: certificate.created_at.known().flatten(), facts: Facts::Certificate(Box::new(certificate)) }
    }
}

impl From<PrivateCa> for Resource {
    fn from(ca: PrivateCa) -> Self {
        Self { appeared_at: ca.created_at.known().flatten(), facts: Facts::PrivateCa(Box::new(ca)) }
    }
}

impl From<Account> for Resource {
    fn from(account: Account) -> Self {
        Self { appeared_at: None, facts: Facts::Account(Box::new(account)) }
    }
}

impl Resource {
    /// Its id in AWS Config, unless an item has another.
    pub(crate) fn id(&self) -> &str {
        match &self.facts {
            Facts::Certificate(certificate) => certificate.arn.as_str(),
            Facts::PrivateCa(ca) => ca.arn.as_str(),
            Facts::Account(account) => &account.id,
        }
    }

    pub(super) fn evaluate(&self, rule: &Rule, context: &Context<'_>) -> Evaluation {
        match (&self.facts, rule.evaluate) {
            (Facts::Certificate(certificate), Evaluator::Certificate(evaluate)) => evaluate(certificate, context),
            (Facts::PrivateCa(ca), Evaluator::PrivateCa(evaluate)) => evaluate(ca, context),
            (Facts::Account(account), Evaluator::Account(evaluate)) => evaluate(account, context),
            _ => Ok(rule.not_about_this()),
        }
    }
}
