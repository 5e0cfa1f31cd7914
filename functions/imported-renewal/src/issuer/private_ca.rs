//! The source `private-ca`: AWS Private CA.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_lc_rs::digest::{SHA256, digest};
use aws_sdk_acmpca::Client;
use aws_sdk_acmpca::types::{
    CertificateAuthority, CertificateAuthorityStatus, CertificateAuthorityUsageMode, SigningAlgorithm, Validity,
    ValidityPeriodType,
};
use aws_smithy_types::Blob;
use certificates::{FailureReason, PrivateCaArn, moment};
use jiff::{Timestamp, ToSpan};
use sdk::{CallError, CallErrorKind, Clock};

use super::{IssueError, Issued, Issuer, Order};
use crate::certificate::{CLIENT_AUTH, Certificate, SERVER_AUTH};

/// Issuance usually takes about a second.
const POLL_EVERY: Duration = Duration::from_millis(500);
/// [Certificate validity of short-lived CAs](https://docs.aws.amazon.com/privateca/latest/userguide/short-lived-certificates.html).
const SHORT_LIVED_DAYS: u16 = 7;

/// A private CA to issue from.
#[derive(Debug, Clone)]
pub(crate) struct PrivateCa {
    client: Client,
    clock: Clock,
    arn: PrivateCaArn,
}

/// What has to be known of the CA before it is asked for a certificate.
struct Authority {
    signing_algorithm: SigningAlgorithm,
    short_lived: bool,
    not_after: Option<Timestamp>,
}

impl PrivateCa {
    /// The CA with this ARN. The client is made when there is something to issue: most events have
    /// nothing, and a start should not pay for it.
    pub(crate) fn new(aws: &SdkConfig, clock: Clock, arn: PrivateCaArn) -> Self {
        Self { client: Client::new(aws), clock, arn }
    }

    fn refuse(&self, reason: FailureReason, what: &str) -> IssueError {
        IssueError { reason, detail: format!("the private CA {} {what}", self.arn) }
    }

    fn failed(&self, error: &CallError) -> IssueError {
        let reason = match error.kind {
            CallErrorKind::Throttled => FailureReason::Throttled,
            CallErrorKind::Unavailable => FailureReason::ServiceError,
            CallErrorKind::Denied => FailureReason::PermissionMissing,
            CallErrorKind::Refused => match error.code.as_deref() {
                Some("ResourceNotFoundException" | "InvalidArnException") => FailureReason::CaNotFound,
                Some("InvalidStateException") => FailureReason::CaNotActive,
                Some("LimitExceededException") => FailureReason::IssuanceLimit,
                _ => FailureReason::IssuerRefused,
            },
        };
        IssueError { reason, detail: format!("{error} (private CA {})", self.arn) }
    }

    async fn authority(&self) -> Result<Authority, IssueError> {
        const OPERATION: &str = "acm-pca:DescribeCertificateAuthority";
        let answer = self
            .client
            .describe_certificate_authority()
            .certificate_authority_arn(self.arn.as_str())
            .send()
            .await
            .map_err(|error| self.failed(&CallError::new(OPERATION, &error)))?;
        let missing = |what| self.failed(&CallError::incomplete_answer(OPERATION, what));
        let ca = answer.certificate_authority.ok_or_else(|| missing("CertificateAuthority"))?;
        self.demand_active(&ca)?;
        // The algorithm that the CA signs its own request with is of its key's family, as
        // IssueCertificate demands.
        let signing_algorithm = ca
            .certificate_authority_configuration()
            .map(|configuration| configuration.signing_algorithm().clone())
            .ok_or_else(|| missing("CertificateAuthorityConfiguration"))?;
        Ok(Authority {
            signing_algorithm,
            short_lived: ca.usage_mode() == Some(&CertificateAuthorityUsageMode::ShortLivedCertificate),
            not_after: ca.not_after().and_then(|at| moment(at.secs(), 0)),
        })
    }

    /// Only an active CA issues
    /// ([CA statuses](https://docs.aws.amazon.com/privateca/latest/userguide/PcaUpdateStatus.html)).
    fn demand_active(&self, ca: &CertificateAuthority) -> Result<(), IssueError> {
        match ca.status() {
            Some(CertificateAuthorityStatus::Active) => Ok(()),
            Some(CertificateAuthorityStatus::Disabled) => Err(self.refuse(FailureReason::CaDisabled, "is disabled")),
            Some(CertificateAuthorityStatus::Expired) => Err(self.refuse(FailureReason::CaExpired, "has expired")),
            status => {
                let status = status.map_or("unknown", CertificateAuthorityStatus::as_str);
                Err(self.refuse(FailureReason::CaNotActive, &format!("is in the state {status}")))
            }
        }
    }

    fn validity(&self, authority: &Authority, order: &Order<'_>) -> Result<Validity, IssueError> {
        let now = self.clock.now();
        let days = if authority.short_lived { order.validity_days.min(SHORT_LIVED_DAYS) } else { order.validity_days };
        let end = now.checked_add((i64::from(days) * 24).hours()).unwrap_or(Timestamp::MAX);
        // A certificate must end before its CA does.
        let limit = authority.not_after.and_then(|end| end.checked_sub(1.minute()).ok());
        let (kind, value, end) = match limit {
            Some(limit) if limit < end => (ValidityPeriodType::Absolute, limit.as_second(), limit),
            _ => (ValidityPeriodType::Days, i64::from(days), end),
        };
        // Known before the CA is asked, which takes money for each certificate.
        if end <= order.present.not_after {
            let what = format!(
                "would issue a certificate until {end}, and the present one ends no earlier, at {}",
                order.present.not_after
            );
            return Err(self.refuse(FailureReason::NotLonger, &what));
        }
        let validity = Validity::builder().r#type(kind).value(value).build();
        validity.map_err(|_| self.refuse(FailureReason::IssuerRefused, "takes no validity"))
    }

    async fn request(&self, authority: Authority, order: &Order<'_>) -> Result<String, IssueError> {
        const OPERATION: &str = "acm-pca:IssueCertificate";
        let validity = self.validity(&authority, order)?;
        let answer = self
            .client
            .issue_certificate()
            .certificate_authority_arn(self.arn.as_str())
            .csr(Blob::new(order.csr))
            .signing_algorithm(authority.signing_algorithm)
            .template_arn(template(&self.arn, order.present))
            .validity(validity)
            .idempotency_token(idempotency_token(order))
            .send()
            .await
            .map_err(|error| self.failed(&CallError::new(OPERATION, &error)))?;
        answer.certificate_arn.ok_or_else(|| self.failed(&CallError::incomplete_answer(OPERATION, "CertificateArn")))
    }

    async fn fetch(&self, certificate_arn: &str, deadline: Timestamp) -> Result<Issued, IssueError> {
        const OPERATION: &str = "acm-pca:GetCertificate";
        loop {
            let answer = self
                .client
                .get_certificate()
                .certificate_authority_arn(self.arn.as_str())
                .certificate_arn(certificate_arn)
                .send()
                .await;
            match answer {
                Ok(answer) => {
                    let missing = || self.failed(&CallError::incomplete_answer(OPERATION, "Certificate"));
                    return Ok(Issued {
                        certificate: answer.certificate.ok_or_else(missing)?,
                        // Without one, the check of the chain has the right words.
                        chain: answer.certificate_chain.unwrap_or_default(),
                    });
                }
                Err(error) => {
                    let error = CallError::new(OPERATION, &error);
                    if !error.has_code("RequestInProgressException") {
                        return Err(self.failed(&error));
                    }
                }
            }
            if self.clock.now() >= deadline {
                let what = format!("has not issued {certificate_arn} in the time that the function has");
                return Err(self.refuse(FailureReason::IssuerTimeout, &what));
            }
            self.clock.sleep(POLL_EVERY).await;
        }
    }
}

impl Issuer for PrivateCa {
    async fn issue(&self, order: &Order<'_>) -> Result<Issued, IssueError> {
        let authority = self.authority().await?;
        let certificate_arn = self.request(authority, order).await?;
        tracing::info!(certificate_arn = %order.arn, issued = certificate_arn, "the private CA took the request");
        self.fetch(&certificate_arn, order.deadline).await
    }
}

/// The template that keeps the present certificate's extended key usages. All three take subject
/// and names from the request
/// ([templates](https://docs.aws.amazon.com/privateca/latest/userguide/UsingTemplates.html)).
fn template(ca: &PrivateCaArn, present: &Certificate) -> String {
    let name = match (present.allows(SERVER_AUTH), present.allows(CLIENT_AUTH)) {
        (true, true) => "EndEntityCertificate",
        (false, true) => "EndEntityClientAuthCertificate",
        (_, false) => "EndEntityServerAuthCertificate",
    };
    format!("arn:{}:acm-pca:::template/{name}/V1", ca.partition())
}

/// For five minutes the CA answers the same token with the same certificate
/// ([IssueCertificate](https://docs.aws.amazon.com/privateca/latest/APIReference/API_IssueCertificate.html)):
/// a call whose answer was lost, or a second renewal at the same time, costs no second certificate.
fn idempotency_token(order: &Order<'_>) -> String {
    let seed = format!("{}\n{}\n{}", order.arn, order.present.serial, order.attempt);
    digest(&SHA256, seed.as_bytes()).as_ref().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
