//! What a rule is evaluated for.

use jiff::Timestamp;
use rules::facts::{Account, Certificate, PrivateCa};
use rules::{Context, Evaluation, Evaluator, Rule};

/// A resource, as far as it is known.
#[derive(Debug, Clone)]
pub struct Resource {
    /// What is known of it.
    pub facts: Facts,
    /// When AWS first had it, as far as that is known: what is new may not be found yet.
    pub appeared_at: Option<Timestamp>,
}

/// What is known of a resource, by its type.
#[derive(Debug, Clone)]
pub enum Facts {
    /// A certificate in ACM.
    Certificate(Box<Certificate>),
    /// A private CA.
    PrivateCa(Box<PrivateCa>),
    /// The account as a whole.
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
    pub fn id(&self) -> &str {
        match &self.facts {
            Facts::Certificate(certificate) => certificate.arn.as_str(),
            Facts::PrivateCa(ca) => ca.arn.as_str(),
            Facts::Account(account) => &account.id,
        }
    }

    pub(crate) fn evaluate(&self, rule: &Rule, context: &Context<'_>) -> Evaluation {
        match (&self.facts, rule.evaluate) {
            (Facts::Certificate(certificate), Evaluator::Certificate(evaluate)) => evaluate(certificate, context),
            (Facts::PrivateCa(ca), Evaluator::PrivateCa(evaluate)) => evaluate(ca, context),
            (Facts::Account(account), Evaluator::Account(evaluate)) => evaluate(account, context),
            _ => Ok(rule.not_about_this()),
        }
    }
}
