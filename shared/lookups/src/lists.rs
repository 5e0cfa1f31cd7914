//! What the resources of one evaluation have in common.

use std::sync::Arc;

use certificates::{CertificateArn, CertificateType};
use rules::facts::{Certificate, Fact, Lookup, PrivateCa};
use tokio::sync::OnceCell;

use crate::groups::CertificateGroups;
use crate::{Budget, Clients, Failures, LookupError, found_or_retry};

/// Lists of the account and Region, each read once. A read that failed is kept too: the SDK tried it several times,
/// and the next resource would only spend time on it again.
#[derive(Debug)]
pub struct Lists<'a> {
    clients: &'a Clients,
    budget: &'a Budget<'a>,
    certificates: OnceCell<Result<Arc<[Arc<Certificate>]>, LookupError>>,
    private_cas: OnceCell<Result<Arc<[PrivateCa]>, LookupError>>,
    groups: OnceCell<CertificateGroups>,
    private_certificates: OnceCell<Result<PrivateCertificates, LookupError>>,
}

/// The private certificates, described.
#[derive(Debug, Clone)]
struct PrivateCertificates {
    described: Arc<[Certificate]>,
    /// The first error, if some of them could not be described. Those may come from any CA.
    failed: Option<LookupError>,
}

impl<'a> Lists<'a> {
    pub(crate) fn new(clients: &'a Clients, budget: &'a Budget<'a>) -> Self {
        Self {
            clients,
            budget,
            certificates: OnceCell::new(),
            private_cas: OnceCell::new(),
            groups: OnceCell::new(),
            private_certificates: OnceCell::new(),
        }
    }

    /// Whether a lookup costs no call, since its answer is here already.
    pub(crate) fn has(&self, lookup: Lookup) -> bool {
        match lookup {
            Lookup::AllCertificates => self.certificates.initialized(),
            Lookup::AllPrivateCas => self.private_cas.initialized(),
            Lookup::PrivateCertificates => self.private_certificates.initialized(),
            _ => false,
        }
    }

    /// All certificates, as ListCertificates shows them.
    ///
    /// # Errors
    /// They could not be listed.
    pub async fn certificates(&self) -> Result<Arc<[Arc<Certificate>]>, LookupError> {
        let list = async || {
            let listing = acm::list(self.clients.acm()).await.map_err(LookupError::List)?;
            for entry in &listing.unreadable {
                tracing::warn!(
                    certificate_arn = entry,
                    reason = "unreadable-arn",
                    "ACM returned an entry that is not a certificate ARN"
                );
            }
            Ok(listing.certificates.into_iter().map(|summary| Arc::new(Certificate::from_summary(summary))).collect())
        };
        self.certificates.get_or_init(list).await.clone()
    }

    /// All private CAs of the account.
    ///
    /// # Errors
    /// They could not be listed.
    pub async fn private_cas(&self) -> Result<Arc<[PrivateCa]>, LookupError> {
        let list = async || {
            let all = private_ca::list(self.clients.acm_pca()).await.map_err(LookupError::List)?;
            Ok(all.into_iter().map(PrivateCa::from_description).collect())
        };
        self.private_cas.get_or_init(list).await.clone()
    }

    /// What the list says of a certificate, and the certificates with the same purpose, including this one; `None` when
    /// it is not listed.
    pub(crate) async fn group(&self, arn: &CertificateArn) -> Result<Option<Group>, LookupError> {
        let all = self.certificates().await?;
        let groups = self.groups.get_or_init(async || CertificateGroups::new(&all)).await;
        Ok(groups.get(arn).map(|(own, group)| (own.exported.clone(), group.clone())))
    }

    /// Adds the private certificates to a CA's facts. Where some of them cannot be described, one that is known to come
    /// from the CA is enough, since that is what rules ask for.
    pub(crate) async fn issued_to_acm(&self, ca: &mut PrivateCa) -> Result<(), LookupError> {
        let private = self.private_certificates.get_or_init(async || self.describe_private().await).await.clone()?;
        ca.certificates = Fact::Known(private.described);
        match private.failed {
            Some(error) if !ca.has_issued_to_acm() => Err(error),
            _ => Ok(()),
        }
    }

    /// Describes every private certificate. A failure does not stop the others, except after too many in a row.
    async fn describe_private(&self) -> Result<PrivateCertificates, LookupError> {
        let (mut described, mut failures) = (Vec::new(), Failures::default());
        let all = self.certificates().await?;
        let is_private = |one: &&Arc<Certificate>| one.certificate_type == Fact::Known(CertificateType::Private);
        for entry in all.iter().filter(is_private).filter(|one| !one.has_ended()) {
            if failures.are_too_many() {
                break;
            }
            match self.describe(entry).await {
                Ok(found) => {
                    described.extend(found);
                    failures.add_success();
                }
                Err(LookupError::OutOfTime) if failures.first.is_none() => return Err(LookupError::OutOfTime),
                Err(LookupError::OutOfTime) => break,
                Err(error) => {
                    tracing::warn!(certificate_arn = %entry.arn, outcome = "failed", reason = %error);
                    failures.add(error);
                }
            }
        }
        Ok(PrivateCertificates { described: described.into(), failed: failures.first })
    }

    /// Describes a listed certificate; `None` when it was deleted since.
    async fn describe(&self, entry: &Certificate) -> Result<Option<Certificate>, LookupError> {
        if !self.budget.wait_for_turn().await {
            return Err(LookupError::OutOfTime);
        }
        let found = acm::describe(self.clients.acm(), &entry.arn).await;
        let found = found.map_err(|cause| LookupError::Read { resource: entry.arn.to_string(), cause })?;
        let created_at = entry.created_at.known().flatten();
        Ok(found_or_retry(found, &entry.arn, created_at, self.clients)?.map(Certificate::from_detail))
    }
}

/// Whether a certificate was exported, which only the list says, and the certificates with the same purpose.
pub(crate) type Group = (Fact<Option<bool>>, Arc<[Arc<Certificate>]>);
