//! The source `private-ca`: AWS Private CA.

mod failure_reason;
mod template;
mod validity;

use std::time::Duration;

use aws_client::{CallError, Clock};
use aws_config::SdkConfig;
use aws_lc_rs::digest::{SHA256, digest};
use aws_sdk_acmpca::Client;
use aws_sdk_acmpca::types::SigningAlgorithm;
use aws_smithy_types::Blob;
use certificates::{Failure, FailureReason, PrivateCaArn};
use jiff::Timestamp;
use private_ca::CertificateAuthority;
use x509::Certificate;

use crate::request::{Approver, IssueRequest, IssuedChain, Offer};
use crate::source::{Issuer, Pending};
use failure_reason::failure_reason;
use template::Template;
use validity::Validity;

/// Issuance usually takes about a second.
const POLL_EVERY: Duration = Duration::from_millis(500);

/// A private CA to issue from.
#[derive(Debug, Clone)]
pub struct PrivateCa {
    client: Client,
    clock: Clock,
    arn: PrivateCaArn,
}

/// A certificate that is to be requested.
struct Terms {
    signing_algorithm: SigningAlgorithm,
    template: Template,
    validity: Validity,
}

impl PrivateCa {
    /// The CA with this ARN.
    pub fn new(aws: &SdkConfig, clock: Clock, arn: PrivateCaArn) -> Self {
        Self { client: Client::new(aws), clock, arn }
    }

    async fn obtain(
        &self,
        request: &IssueRequest<'_>,
        csr: &str,
        approver: &dyn Approver,
    ) -> Result<IssuedChain, Failure> {
        let terms = self.terms(request).await?;
        approver.approve(&self.offer(&terms).await?)?;
        let requested = self.request(request, csr, terms).await;
        if requested.as_ref().is_err_and(|failure| !failure.reason.may_have_cost()) {
            approver.withdraw();
        }
        let issued = requested?;
        tracing::info!(certificate_arn = %request.certificate_arn, issued, "the private CA accepted the request");
        self.fetch(&issued, request.deadline).await
    }

    async fn terms(&self, request: &IssueRequest<'_>) -> Result<Terms, Failure> {
        let described = private_ca::describe(&self.client, &self.arn).await.map_err(|error| self.failed(&error))?;
        let ca = described.ok_or_else(|| self.failure(FailureReason::CaNotFound, "does not exist"))?;
        self.demand_active(&ca)?;
        // The algorithm that the CA signs its own request with is of its key's family, as IssueCertificate demands.
        let signing_algorithm = ca.signing_algorithm.as_deref().ok_or_else(|| {
            const OPERATION: &str = "acm-pca:DescribeCertificateAuthority";
            self.failed(&CallError::incomplete_answer(OPERATION, "CertificateAuthorityConfiguration"))
        })?;
        Ok(Terms {
            signing_algorithm: SigningAlgorithm::from(signing_algorithm),
            template: Template::for_certificate(request.current),
            validity: Validity::new(&ca, request.validity_days, self.clock.now()),
        })
    }

    /// Only an active CA issues
    /// ([CA statuses](https://docs.aws.amazon.com/privateca/latest/userguide/PcaUpdateStatus.html)).
    fn demand_active(&self, ca: &CertificateAuthority) -> Result<(), Failure> {
        match ca.status.as_deref() {
            Some("ACTIVE") => Ok(()),
            Some("DISABLED") => Err(self.failure(FailureReason::CaDisabled, "is disabled")),
            Some("EXPIRED") => Err(self.failure(FailureReason::CaExpired, "has expired")),
            status => {
                let status = status.unwrap_or("unknown");
                Err(self.failure(FailureReason::CaNotActive, &format!("is in the state {status}")))
            }
        }
    }

    async fn offer(&self, terms: &Terms) -> Result<Offer, Failure> {
        Ok(Offer {
            issuer_chain: Some(self.chain().await?),
            issuers: None,
            usages: Some(terms.template.usages()),
            not_after: Some(terms.validity.not_after()),
            revocation_is_ahead: false,
        })
    }

    /// The CA's own certificate, then those above it.
    async fn chain(&self) -> Result<Vec<Certificate>, Failure> {
        let found = private_ca::certificate(&self.client, &self.arn).await.map_err(|error| self.failed(&error))?;
        let (own, above) =
            found.ok_or_else(|| self.failure(FailureReason::CaNotActive, "no longer has a certificate"))?;
        let pem = format!("{own}\n{}", above.unwrap_or_default());
        Certificate::all_from_pem(&pem).map_err(|error| {
            self.failure(FailureReason::ChainBroken, &format!("has a chain that cannot be read: {error}"))
        })
    }

    /// From here on, a certificate may be charged. The answer is its ARN.
    async fn request(&self, request: &IssueRequest<'_>, csr: &str, terms: Terms) -> Result<String, Failure> {
        const OPERATION: &str = "acm-pca:IssueCertificate";
        let Terms { signing_algorithm, template, validity } = terms;
        let answer = self
            .client
            .issue_certificate()
            .certificate_authority_arn(self.arn.as_str())
            .csr(Blob::new(csr))
            .signing_algorithm(signing_algorithm)
            .template_arn(template.arn(&self.arn))
            .set_validity(validity.for_api())
            .idempotency_token(idempotency_token(request))
            .send()
            .await
            .map_err(|error| self.refused(&CallError::new(OPERATION, &error), template))?;
        answer.certificate_arn.ok_or_else(|| self.failed(&CallError::incomplete_answer(OPERATION, "CertificateArn")))
    }

    async fn fetch(&self, certificate_arn: &str, deadline: Timestamp) -> Result<IssuedChain, Failure> {
        const OPERATION: &str = "acm-pca:GetCertificate";
        loop {
            let call = self.client.get_certificate().certificate_authority_arn(self.arn.as_str());
            let answer = call.certificate_arn(certificate_arn).send().await;
            match answer.map_err(|error| CallError::new(OPERATION, &error)) {
                Ok(answer) => {
                    let missing = || self.failed(&CallError::incomplete_answer(OPERATION, "Certificate"));
                    return Ok(IssuedChain {
                        certificate: answer.certificate.ok_or_else(missing)?,
                        // Without one, the check of the chain has the right words.
                        chain: answer.certificate_chain.unwrap_or_default(),
                    });
                }
                Err(error) if error.has_code("RequestInProgressException") => {}
                Err(error) => return Err(self.failed(&error)),
            }
            if self.clock.now() >= deadline {
                let what = format!("did not issue {certificate_arn} within a minute");
                return Err(self.failure(FailureReason::IssuerTimeout, &what));
            }
            self.clock.sleep(POLL_EVERY).await;
        }
    }

    fn failure(&self, reason: FailureReason, what: &str) -> Failure {
        Failure::new(reason, format!("the private CA {} {what}", self.arn))
    }

    fn failed(&self, error: &CallError) -> Failure {
        Failure::new(failure_reason(error), format!("{error} (private CA {})", self.arn))
    }

    /// AWS's words do not name the template, on which the permission depends.
    fn refused(&self, error: &CallError, template: Template) -> Failure {
        let Failure { reason, detail } = self.failed(error);
        Failure::new(reason, format!("{detail}, with the template {}/V1", template.name()))
    }
}

impl Issuer for PrivateCa {
    fn issue<'a>(
        &'a self,
        request: &'a IssueRequest<'a>,
        csr: &'a str,
        approver: &'a dyn Approver,
    ) -> Pending<'a, IssuedChain> {
        Box::pin(self.obtain(request, csr, approver))
    }
}

/// For five minutes the CA answers the same token with the same certificate
/// ([IssueCertificate](https://docs.aws.amazon.com/privateca/latest/APIReference/API_IssueCertificate.html)):
/// a call whose answer was lost, or a second renewal at the same time, costs no second certificate.
fn idempotency_token(request: &IssueRequest<'_>) -> String {
    let seed = format!("{}\n{}\n{}", request.certificate_arn, request.current.serial, request.attempt);
    digest(&SHA256, seed.as_bytes()).as_ref().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
