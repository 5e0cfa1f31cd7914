//! What a rule is evaluated for, and how what it asks for is looked up.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use certificates::{CertificateArn, CertificateType};
use sdk::CallError;
use tokio::sync::OnceCell;

use crate::facts::{Account, Authority, Certificate, Chain, Fact, Lookup, Policy};
use crate::rules::{Context, Evaluation, Evaluator, Rule, Verdict};
use crate::{Error, Handler, private_ca};

/// What a rule is evaluated for.
#[derive(Debug, Clone)]
pub(crate) enum Subject {
    Certificate(Box<Certificate>),
    Authority(Box<Authority>),
    Account(Box<Account>),
}

/// What several subjects have in common, so that it is listed once.
#[derive(Debug, Clone, Default)]
pub(crate) struct Listed {
    pub(crate) certificates: Option<Arc<[Certificate]>>,
    pub(crate) authorities: Option<Arc<[Authority]>>,
    /// Which certificates do the same, for the first that asks.
    groups: OnceCell<Groups>,
    /// Private certificates, described for the first that asks.
    private: OnceCell<Arc<[Certificate]>>,
}

/// A listing by ARN, so that a lookup does not go through the whole of it.
#[derive(Debug, Clone, Default)]
struct Groups {
    /// Each certificate's group, and where in it the certificate is.
    of: HashMap<CertificateArn, (usize, usize)>,
    groups: Vec<Arc<[Certificate]>>,
}

impl Groups {
    fn new(all: &[Certificate]) -> Self {
        let mut by_purpose: HashMap<_, Vec<&Certificate>> = HashMap::new();
        let mut alone = Vec::new();
        for certificate in all {
            match purpose(certificate) {
                Some(purpose) => by_purpose.entry(purpose).or_default().push(certificate),
                None => alone.push(vec![certificate]),
            }
        }
        let mut found = Self::default();
        for group in by_purpose.into_values().chain(alone) {
            let number = found.groups.len();
            let places = group.iter().enumerate().map(|(place, one)| (one.arn.clone(), (number, place)));
            found.of.extend(places);
            found.groups.push(group.into_iter().cloned().collect());
        }
        found
    }

    /// A certificate of the list, and its group, it among them.
    fn get(&self, arn: &CertificateArn) -> Option<(&Certificate, &Arc<[Certificate]>)> {
        let (number, place) = self.of.get(arn)?;
        let group = self.groups.get(*number)?;
        Some((group.get(*place)?, group))
    }
}

/// Type, key and names, without order and case; `None` where one is not known.
fn purpose(certificate: &Certificate) -> Option<(String, String, Vec<String>)> {
    let (Fact::Known(kind), Fact::Known(key), Fact::Known(names)) =
        (&certificate.certificate_type, &certificate.key_algorithm, &certificate.names)
    else {
        return None;
    };
    let names: BTreeSet<String> = names.iter().map(|name| name.to_ascii_lowercase()).collect();
    Some((kind.as_str().to_owned(), key.as_str().to_owned(), names.into_iter().collect()))
}

impl Listed {
    /// Whether a lookup costs no call, since its answer is here already.
    fn has(&self, lookup: Lookup) -> bool {
        match lookup {
            Lookup::AllCertificates => self.certificates.is_some(),
            Lookup::AllAuthorities => self.authorities.is_some(),
            _ => false,
        }
    }
}

/// Why a lookup told nothing.
enum Stop {
    /// The resource is not there any more.
    Gone,
    /// There is no time left.
    OutOfTime,
    /// It failed.
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
    /// Evaluates, and looks up what the rule asks for until it knows enough. `turn` is waited for before
    /// every lookup; when it says that there is no time left, the answer is `None`.
    pub(crate) async fn decide(
        &self,
        rule: &'static Rule,
        context: &Context<'_>,
        mut subject: Subject,
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
                authority.certificates = self.private_certificates(listed, turn).await?.into();
                Ok(())
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
            Lookup::Tags => match acm::list_tags(&self.acm, &arn).await.map_err(failed)? {
                Some(tags) => certificate.tags = Fact::Known(tags),
                None => return Err(Stop::Gone),
            },
            Lookup::Chain => match self.certificate_pem(&arn).await.map_err(failed)? {
                Pem::Found(leaf, above) => certificate.chain = Fact::Known(Some(chain(&arn, &leaf, above.as_deref())?)),
                Pem::NotIssued => certificate.chain = Fact::Known(None),
                Pem::Gone => return Err(Stop::Gone),
            },
            Lookup::AllCertificates => {
                let group = async || Ok::<_, Error>(Groups::new(&self.certificates(listed).await?));
                certificate.all = match listed.groups.get_or_try_init(group).await?.get(&arn) {
                    Some((own, group)) => {
                        certificate.exported = own.exported.clone();
                        Fact::Known(group.clone())
                    }
                    None => Fact::Known(Arc::default()),
                };
            }
            // Nothing of a certificate is found anywhere else.
            _ => match acm::describe(&self.acm, &arn).await.map_err(failed)? {
                Some(facts) => certificate.learn(Certificate::of_acm(facts)),
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
            Lookup::Description => match private_ca::describe(&self.acmpca, &arn).await.map_err(failed)? {
                Some(described) => authority.learn(described),
                None => return Err(Stop::Gone),
            },
            Lookup::Tags => match private_ca::tags(&self.acmpca, &arn).await.map_err(failed)? {
                Some(tags) => authority.tags = Fact::Known(tags),
                None => return Err(Stop::Gone),
            },
            Lookup::Permissions => match private_ca::permissions(&self.acmpca, &arn).await.map_err(failed)? {
                Some(permissions) => authority.permissions = Fact::Known(permissions),
                None => return Err(Stop::Gone),
            },
            Lookup::Policy => {
                let found = private_ca::policy(&self.acmpca, &arn).await.map_err(failed)?;
                let unreadable = |cause| Error::UnreadablePolicy { resource: arn.to_string(), cause };
                let found = found.map(|json| Policy::read(&json).map_err(unreadable)).transpose()?;
                authority.policy = Fact::Known(found);
            }
            Lookup::Chain => {
                let found = private_ca::certificate(&self.acmpca, &arn).await.map_err(failed)?;
                let found = found.map(|(own, above)| chain(&arn, &own, above.as_deref())).transpose()?;
                authority.chain = Fact::Known(found);
            }
            // No other fact of a CA is found anywhere else.
            _ => authority.all = Fact::Known(self.authorities(listed).await?),
        }
        Ok(())
    }

    /// Every private certificate, described already or now, each in a turn of its own.
    async fn private_certificates(
        &self,
        listed: &Listed,
        turn: &impl AsyncFn() -> bool,
    ) -> Result<Arc<[Certificate]>, Stop> {
        let describe = async || {
            let mut described = Vec::new();
            let all = self.certificates(listed).await?;
            for entry in all
                .iter()
                .filter(|one| one.certificate_type == Fact::Known(CertificateType::Private) && !one.has_ended())
            {
                if !turn().await {
                    return Err(Stop::OutOfTime);
                }
                let failed = |cause| Error::Look { resource: entry.arn.to_string(), cause };
                let facts = acm::describe(&self.acm, &entry.arn).await.map_err(failed)?;
                described.extend(facts.map(Certificate::of_acm));
            }
            Ok(described.into())
        };
        listed.private.get_or_try_init(describe).await.cloned()
    }

    /// All certificates, listed already or now.
    pub(crate) async fn certificates(&self, listed: &Listed) -> Result<Arc<[Certificate]>, Error> {
        if let Some(certificates) = &listed.certificates {
            return Ok(certificates.clone());
        }
        let listing = acm::list(&self.acm).await.map_err(Error::List)?;
        for entry in &listing.unreadable {
            tracing::warn!(certificate_arn = entry, reason = "unreadable-arn", "ACM listed what is no certificate");
        }
        Ok(listing.certificates.into_iter().map(Certificate::of_acm).collect())
    }

    /// All CAs, listed already or now.
    pub(crate) async fn authorities(&self, listed: &Listed) -> Result<Arc<[Authority]>, Error> {
        match &listed.authorities {
            Some(authorities) => Ok(authorities.clone()),
            None => Ok(private_ca::list(&self.acmpca).await.map_err(Error::List)?.into()),
        }
    }

    async fn certificate_pem(&self, arn: &CertificateArn) -> Result<Pem, CallError> {
        const OPERATION: &str = "acm:GetCertificate";
        match self.acm.get_certificate().certificate_arn(arn.as_str()).send().await {
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

/// What GetCertificate answers.
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
    use certificates::KeyAlgorithm;

    use super::*;

    #[test]
    fn a_certificate_gets_its_own_group_only() {
        let certificate = |number: usize, kind: CertificateType, names: &[&str]| Certificate {
            certificate_type: Fact::Known(kind),
            key_algorithm: Fact::Known(KeyAlgorithm::new("RSA_2048")),
            names: Fact::Known(names.iter().map(|name| (*name).to_owned()).collect()),
            ..Certificate::unknown(format!("arn:aws:acm:us-east-1:123456789012:certificate/{number}").parse().unwrap())
        };
        let all = [
            certificate(0, CertificateType::AmazonIssued, &["example.com", "www.example.com"]),
            certificate(1, CertificateType::AmazonIssued, &["WWW.example.com", "example.com"]),
            certificate(2, CertificateType::AmazonIssued, &["www.example.com"]),
            certificate(3, CertificateType::Imported, &["example.com", "www.example.com"]),
            Certificate { names: Fact::Unknown, ..certificate(4, CertificateType::Imported, &[]) },
            Certificate { names: Fact::Unknown, ..certificate(5, CertificateType::Imported, &[]) },
        ];
        let groups = Groups::new(&all);
        let size = |certificate: &Certificate| {
            let (own, group) = groups.get(&certificate.arn).unwrap();
            assert_eq!(own, certificate);
            group.len()
        };
        assert_eq!(all.each_ref().map(size), [2, 2, 1, 1, 1, 1]);
        assert!(groups.get(&certificate(9, CertificateType::Imported, &[]).arn).is_none());
    }
}
