//! What the resources of one evaluation have in common: it is read once, whatever comes of it.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use certificates::{CertificateArn, CertificateType};
use tokio::sync::OnceCell;

use crate::facts::{Authority, Certificate, Fact, Lookup};
use crate::failures::Failures;
use crate::subject::{Stop, is_new};
use crate::{Error, Handler, private_ca};

/// What several resources have in common. A read that failed is kept too: the SDK tried it several times, and the
/// next resource would only spend the others' time on it.
#[derive(Debug, Default)]
pub(crate) struct Listed {
    certificates: OnceCell<Result<Arc<[Arc<Certificate>]>, Error>>,
    authorities: OnceCell<Result<Arc<[Authority]>, Error>>,
    /// Which certificates do the same.
    groups: OnceCell<Groups>,
    private: OnceCell<Result<PrivateCertificates, Stop>>,
}

/// The private certificates, described.
#[derive(Debug, Clone)]
pub(crate) struct PrivateCertificates {
    pub(crate) described: Arc<[Certificate]>,
    /// Why one of them is not among them, if that is so. It may come from any CA.
    pub(crate) failed: Option<Error>,
}

/// A listing by ARN, so that a lookup does not go through the whole of it. The certificates are the listing's own.
#[derive(Debug, Default)]
struct Groups {
    /// Each certificate's group, and where in it the certificate is.
    of: HashMap<CertificateArn, (usize, usize)>,
    groups: Vec<Arc<[Arc<Certificate>]>>,
}

impl Groups {
    fn new(all: &[Arc<Certificate>]) -> Self {
        let mut by_purpose: HashMap<_, Vec<&Arc<Certificate>>> = HashMap::new();
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
    fn get(&self, arn: &CertificateArn) -> Option<(&Certificate, &Arc<[Arc<Certificate>]>)> {
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
    pub(crate) fn has(&self, lookup: Lookup) -> bool {
        match lookup {
            Lookup::AllCertificates => self.certificates.initialized(),
            Lookup::AllAuthorities => self.authorities.initialized(),
            Lookup::PrivateCertificates => self.private.initialized(),
            _ => false,
        }
    }
}

impl Handler {
    /// All certificates, listed already or now.
    pub(crate) async fn certificates(&self, listed: &Listed) -> Result<Arc<[Arc<Certificate>]>, Error> {
        let list = async || {
            let listing = acm::list(self.acm()).await.map_err(Error::List)?;
            for entry in &listing.unreadable {
                tracing::warn!(certificate_arn = entry, reason = "unreadable-arn", "ACM listed what is no certificate");
            }
            Ok(listing
                .certificates
                .into_iter()
                .map(|facts| Arc::new(Certificate::of_acm(facts.into(), false)))
                .collect())
        };
        listed.certificates.get_or_init(list).await.clone()
    }

    /// All CAs, listed already or now.
    pub(crate) async fn authorities(&self, listed: &Listed) -> Result<Arc<[Authority]>, Error> {
        let list = async || Ok(private_ca::list(self.acmpca()).await.map_err(Error::List)?.into());
        listed.authorities.get_or_init(list).await.clone()
    }

    /// What the list of certificates tells of one, and those that do the same, it among them. `None` when it is
    /// not listed.
    pub(crate) async fn group(
        &self,
        arn: &CertificateArn,
        listed: &Listed,
    ) -> Result<Option<(Fact<Option<bool>>, Arc<[Arc<Certificate>]>)>, Error> {
        let all = self.certificates(listed).await?;
        let groups = listed.groups.get_or_init(async || Groups::new(&all)).await;
        Ok(groups.get(arn).map(|(own, group)| (own.exported.clone(), group.clone())))
    }

    /// Every private certificate, described already or now, each in a turn of its own. One that cannot be
    /// described keeps the others from nothing; after too many in a row no more are asked for.
    pub(crate) async fn private_certificates(
        &self,
        listed: &Listed,
        turn: &impl AsyncFn() -> bool,
    ) -> Result<PrivateCertificates, Stop> {
        let describe = async || {
            let (mut described, mut failures) = (Vec::new(), Failures::default());
            let all = self.certificates(listed).await?;
            for entry in all
                .iter()
                .filter(|one| one.certificate_type == Fact::Known(CertificateType::Private) && !one.has_ended())
            {
                if failures.are_too_many() {
                    break;
                }
                if !turn().await {
                    if failures.first.is_none() {
                        return Err(Stop::OutOfTime);
                    }
                    break;
                }
                let resource = || entry.arn.to_string();
                let error = match acm::describe(self.acm(), &entry.arn).await {
                    Ok(Some(facts)) => {
                        described.push(Certificate::of_acm(facts, true));
                        failures.end_row();
                        continue;
                    }
                    Ok(None) if is_new(entry.created_at.known().flatten(), self.clock.now()) => {
                        Error::NotYetFound { resource: resource() }
                    }
                    Ok(None) => {
                        failures.end_row();
                        continue;
                    }
                    Err(cause) => Error::Look { resource: resource(), cause },
                };
                tracing::warn!(certificate_arn = %entry.arn, outcome = "failed", reason = %error);
                failures.add(error);
            }
            Ok(PrivateCertificates { described: described.into(), failed: failures.first })
        };
        listed.private.get_or_init(describe).await.clone()
    }
}

#[cfg(test)]
mod tests {
    use certificates::KeyAlgorithm;

    use super::*;

    #[test]
    fn a_certificate_gets_its_own_group_only_and_no_copies_of_it() {
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
        ]
        .map(Arc::new);
        let groups = Groups::new(&all);
        let size = |certificate: &Arc<Certificate>| {
            let (own, group) = groups.get(&certificate.arn).unwrap();
            assert!(std::ptr::eq(own, &raw const **certificate));
            assert!(group.iter().all(|one| all.iter().any(|other| Arc::ptr_eq(one, other))));
            group.len()
        };
        assert_eq!(all.each_ref().map(size), [2, 2, 1, 1, 1, 1]);
        assert!(groups.get(&certificate(9, CertificateType::Imported, &[]).arn).is_none());
    }
}
