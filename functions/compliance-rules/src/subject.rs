//! What a rule is evaluated for, and how what it asks for is looked up.

use std::collections::BTreeSet;
use std::sync::Arc;

use aws_client::CallError;
use certificates::CertificateArn;
use jiff::{SignedDuration, Timestamp};

use crate::facts::{Account, Authority, Certificate, Chain, Fact, Lookup, Policy};
use crate::listed::Listed;
use crate::rules::{Context, Evaluation, Evaluator, Rule, Verdict};
use crate::{Error, Handler, private_ca};

/// For so long a resource may be there and not be found: ACM needs "several seconds" before it describes a new
/// certificate ([DescribeCertificate](https://docs.aws.amazon.com/acm/latest/APIReference/API_DescribeCertificate.html)).
/// Lambda tries a failed event again after one minute and after two more
/// ([retries](https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html)): the last of them
/// comes later than this, so that a resource that was deleted at once is no event that failed for good.
const NEW: SignedDuration = SignedDuration::from_mins(2);

/// What a rule is evaluated for.
#[derive(Debug, Clone)]
pub(crate) enum Subject {
    Certificate(Box<Certificate>),
    Authority(Box<Authority>),
    Account(Box<Account>),
}

/// Whether what was there at this moment may not be found yet.
pub(crate) fn is_new(there_at: Option<Timestamp>, now: Timestamp) -> bool {
    there_at.is_some_and(|at| now.duration_since(at) < NEW)
}

/// Why a lookup told nothing.
#[derive(Debug, Clone)]
pub(crate) enum Stop {
    /// The resource is not there any more.
    Gone,
    /// It is not in the list of all. What the list tells of it is known to be nothing.
    Unlisted,
    /// There is no time left.
    OutOfTime,
    Failed(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl Subject {
    /// Its id in AWS Config, unless an item says another.
    pub(crate) fn id(&self) -> &str {
        match self {
            Self::Certificate(certificate) => certificate.arn.as_str(),
            Self::Authority(authority) => authority.arn.as_str(),
            Self::Account(account) => &account.id,
        }
    }

    /// When it came, as far as that is known.
    pub(crate) fn created_at(&self) -> Option<Timestamp> {
        match self {
            Self::Certificate(certificate) => certificate.created_at.known().flatten(),
            Self::Authority(authority) => authority.created_at.known().flatten(),
            Self::Account(_) => None,
        }
    }

    fn evaluate(&self, rule: &Rule, context: &Context<'_>) -> Evaluation {
        match (self, rule.evaluate) {
            (Self::Certificate(certificate), Evaluator::Certificate(evaluate)) => evaluate(certificate, context),
            (Self::Authority(authority), Evaluator::Authority(evaluate)) => evaluate(authority, context),
            (Self::Account(account), Evaluator::Account(evaluate)) => evaluate(account, context),
            _ => Ok(Verdict::not_applicable(format!("The rule {} is about {}.", rule.name, rule.resource_type()))),
        }
    }
}

impl Handler {
    /// Evaluates, and looks up what the rule asks for until it knows enough. `there_at` is when the
    /// resource came, as far as that is known. `turn` is waited for before every lookup; when it says that there is no time left, the
    /// answer is `None`.
    pub(crate) async fn decide(
        &self,
        rule: &'static Rule,
        context: &Context<'_>,
        mut subject: Subject,
        there_at: Option<Timestamp>,
        listed: &Listed,
        turn: impl AsyncFn() -> bool,
    ) -> Option<Result<Verdict, Error>> {
        let mut asked = BTreeSet::new();
        loop {
            let missing = match subject.evaluate(rule, context) {
                Ok(verdict) => return Some(Ok(verdict)),
                Err(missing) => missing,
            };
            if !asked.insert(missing.lookup) {
                return Some(Err(Error::Untold { resource: subject.id().to_owned(), fact: missing.fact }));
            }
            if !listed.has(missing.lookup) && !turn().await {
                return None;
            }
            match self.look_up(&mut subject, missing.lookup, listed, &turn).await {
                Ok(()) => {}
                Err(Stop::Gone | Stop::Unlisted) if is_new(there_at, self.clock.now()) => {
                    return Some(Err(Error::NotYetFound { resource: subject.id().to_owned() }));
                }
                Err(Stop::Unlisted) => {}
                Err(Stop::Gone) => return Some(Ok(Verdict::not_applicable("The resource was deleted."))),
                Err(Stop::OutOfTime) => return None,
                Err(Stop::Failed(error)) => return Some(Err(error)),
            }
        }
    }

    async fn look_up(
        &self,
        subject: &mut Subject,
        lookup: Lookup,
        listed: &Listed,
        turn: &impl AsyncFn() -> bool,
    ) -> Result<(), Stop> {
        let resource = subject.id().to_owned();
        let failed = |cause| Error::Look { resource: resource.clone(), cause };
        match subject {
            Subject::Certificate(certificate) => self.look_up_certificate(certificate, lookup, listed, failed).await,
            Subject::Authority(authority) if lookup == Lookup::PrivateCertificates => {
                let private = self.private_certificates(listed, turn).await?;
                authority.certificates = Fact::Known(private.described);
                match private.failed {
                    // One that comes from it is known all the same, and that is what rules ask for.
                    Some(error) if !authority.has_issued_to_acm() => Err(Stop::Failed(error)),
                    _ => Ok(()),
                }
            }
            Subject::Authority(authority) => self.look_up_authority(authority, lookup, listed, failed).await,
            Subject::Account(account) => {
                match lookup {
                    Lookup::AllAuthorities => account.authorities = self.authorities(listed).await?.into(),
                    _ => account.certificates = self.certificates(listed).await?.into(),
                }
                Ok(())
            }
        }
    }

    async fn look_up_certificate(
        &self,
        certificate: &mut Certificate,
        lookup: Lookup,
        listed: &Listed,
        failed: impl Fn(CallError) -> Error,
    ) -> Result<(), Stop> {
        let arn = certificate.arn.clone();
        match lookup {
            Lookup::Tags => match acm::list_tags(self.acm(), &arn).await.map_err(failed)? {
                Some(tags) => certificate.tags = Fact::Known(tags),
                None => return Err(Stop::Gone),
            },
            Lookup::Chain => match self.certificate_pem(&arn).await.map_err(failed)? {
                Pem::Found(leaf, above) => certificate.chain = Fact::Known(Some(chain(&arn, &leaf, above.as_deref())?)),
                Pem::NotIssued => certificate.chain = Fact::Known(None),
                Pem::Gone => return Err(Stop::Gone),
            },
            Lookup::AllCertificates => {
                let Some((exported, group)) = self.group(&arn, listed).await? else {
                    certificate.all = Fact::Known(Arc::default());
                    return Err(Stop::Unlisted);
                };
                certificate.exported = exported;
                certificate.all = Fact::Known(group);
            }
            // Nothing of a certificate is found anywhere else.
            _ => match acm::describe(self.acm(), &arn).await.map_err(failed)? {
                Some(facts) => certificate.learn(Certificate::of_acm(facts, true)),
                None => return Err(Stop::Gone),
            },
        }
        Ok(())
    }

    async fn look_up_authority(
        &self,
        authority: &mut Authority,
        lookup: Lookup,
        listed: &Listed,
        failed: impl Fn(CallError) -> Error,
    ) -> Result<(), Stop> {
        let arn = authority.arn.clone();
        match lookup {
            Lookup::Description => match private_ca::describe(self.acmpca(), &arn).await.map_err(failed)? {
                Some(described) => authority.learn(described),
                None => return Err(Stop::Gone),
            },
            Lookup::Tags => match private_ca::tags(self.acmpca(), &arn).await.map_err(failed)? {
                Some(tags) => authority.tags = Fact::Known(tags),
                None => return Err(Stop::Gone),
            },
            Lookup::Permissions => match private_ca::permissions(self.acmpca(), &arn).await.map_err(failed)? {
                Some(permissions) => authority.permissions = Fact::Known(permissions),
                None => return Err(Stop::Gone),
            },
            Lookup::Policy => {
                let found = private_ca::policy(self.acmpca(), &arn).await.map_err(failed)?;
                let unreadable = |cause| Error::UnreadablePolicy { resource: arn.to_string(), cause };
                let found = found.map(|json| Policy::read(&json).map_err(unreadable)).transpose()?;
                authority.policy = Fact::Known(found);
            }
            Lookup::Chain => {
                let found = private_ca::certificate(self.acmpca(), &arn).await.map_err(failed)?;
                let found = found.map(|(own, above)| chain(&arn, &own, above.as_deref())).transpose()?;
                authority.chain = Fact::Known(found);
            }
            // No other fact of a CA is found anywhere else.
            _ => authority.all = Fact::Known(self.authorities(listed).await?),
        }
        Ok(())
    }

    async fn certificate_pem(&self, arn: &CertificateArn) -> Result<Pem, CallError> {
        const OPERATION: &str = "acm:GetCertificate";
        match self.acm().get_certificate().certificate_arn(arn.as_str()).send().await {
            Ok(answer) => match answer.certificate {
                Some(certificate) => Ok(Pem::Found(certificate, answer.certificate_chain)),
                None => Err(CallError::incomplete_answer(OPERATION, "Certificate")),
            },
            Err(error) => match CallError::new(OPERATION, &error) {
                error if error.has_code("RequestInProgressException") => Ok(Pem::NotIssued),
                error if error.has_code("ResourceNotFoundException") => Ok(Pem::Gone),
                error => Err(error),
            },
        }
    }
}

enum Pem {
    Found(String, Option<String>),
    NotIssued,
    Gone,
}

fn chain(resource: &impl ToString, leaf: &str, above: Option<&str>) -> Result<Chain, Error> {
    Chain::from_pem(leaf, above).map_err(|cause| Error::Unreadable { resource: resource.to_string(), cause })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_two_minutes_old_is_found_if_it_is_there() {
        let now: Timestamp = "2026-11-21T06:00:00Z".parse().unwrap();
        for (at, is) in [
            ("2026-11-21T06:00:01Z", true),
            ("2026-11-21T06:00:00Z", true),
            ("2026-11-21T05:58:01Z", true),
            ("2026-11-21T05:58:00Z", false),
            ("2025-11-21T06:00:00Z", false),
        ] {
            assert_eq!(is_new(Some(at.parse().unwrap()), now), is, "{at}");
        }
        assert!(!is_new(None, now));
    }
}
