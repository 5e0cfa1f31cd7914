//! The source `private-ca`: AWS Private CA.

use std::collections::BTreeSet;
use std::time::Duration;

use aws_client::{CallError, CallErrorKind, Clock};
use aws_config::SdkConfig;
use aws_lc_rs::digest::{SHA256, digest};
use aws_sdk_acmpca::Client;
use aws_sdk_acmpca::types::{
    CertificateAuthority, CertificateAuthorityStatus, CertificateAuthorityUsageMode, SigningAlgorithm, Validity,
    ValidityPeriodType,
};
use aws_smithy_types::Blob;
use certificates::{FailureReason, PrivateCaArn, rfc5280_time};
use jiff::{Timestamp, ToSpan};

use super::{IssueError, Issued, Issuer, Order};
use crate::certificate::{CLIENT_AUTH, Certificate, SERVER_AUTH};
use crate::preflight::{DIGITAL_SIGNATURE, KEY_ENCIPHERMENT, Prospect, check_before_issuing};

/// Issuance usually takes about a second.
const POLL_EVERY: Duration = Duration::from_millis(500);
/// [Certificate validity of short-lived CAs](https://docs.aws.amazon.com/privateca/latest/userguide/short-lived-certificates.html).
const SHORT_LIVED_DAYS: u16 = 7;

/// What all three templates give
/// ([template definitions](https://docs.aws.amazon.com/privateca/latest/userguide/template-definitions.html)).
const KEY_USAGE: u16 = DIGITAL_SIGNATURE | KEY_ENCIPHERMENT;

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

    /// AWS's words do not name the template, on which the permission depends.
    fn failed_with(&self, error: &CallError, template: Template) -> IssueError {
        let IssueError { reason, detail } = self.failed(error);
        IssueError { reason, detail: format!("{detail}, with the template {}/V1", template.name()) }
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
            not_after: ca.not_after().and_then(|at| rfc5280_time(at.secs(), 0)),
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

    /// The CA's own certificate, and those above it.
    async fn chain(&self) -> Result<Vec<Certificate>, IssueError> {
        const OPERATION: &str = "acm-pca:GetCertificateAuthorityCertificate";
        let answer = self
            .client
            .get_certificate_authority_certificate()
            .certificate_authority_arn(self.arn.as_str())
            .send()
            .await
            .map_err(|error| self.failed(&CallError::new(OPERATION, &error)))?;
        let own =
            answer.certificate.ok_or_else(|| self.failed(&CallError::incomplete_answer(OPERATION, "Certificate")))?;
        let pem = format!("{own}\n{}", answer.certificate_chain.unwrap_or_default());
        Certificate::all_from_pem(&pem).map_err(|error| {
            self.refuse(FailureReason::ChainBroken, &format!("has a chain that cannot be read: {error}"))
        })
    }

    /// Everything that is known before the CA is asked, which charges for each certificate.
    async fn check(&self, order: &Order<'_>, not_after: Timestamp) -> Result<(), IssueError> {
        check_before_issuing(&Prospect {
            present: order.present,
            present_chain: order.present_chain,
            issuer_may_change: order.issuer_may_change,
            authority: &self.chain().await?,
            key_usage: KEY_USAGE,
            extended_key_usage: &Template::for_certificate(order.present).extended_key_usage(),
            not_after,
            now: self.clock.now(),
        })?;
        Ok(())
    }

    /// How long the certificate is to be valid, and until when that is.
    fn validity(&self, authority: &Authority, order: &Order<'_>) -> Result<(Validity, Timestamp), IssueError> {
        let now = self.clock.now();
        let days = if authority.short_lived { order.validity_days.min(SHORT_LIVED_DAYS) } else { order.validity_days };
        let end = now.checked_add((i64::from(days) * 24).hours()).unwrap_or(Timestamp::MAX);
        // A certificate must end before its CA does.
        let limit = authority.not_after.and_then(|end| end.checked_sub(1.minute()).ok());
        let (kind, value, end) = match limit {
            Some(limit) if limit < end => (ValidityPeriodType::Absolute, limit.as_second(), limit),
            _ => (ValidityPeriodType::Days, i64::from(days), end),
        };
        let validity = Validity::builder().r#type(kind).value(value).build();
        Ok((validity.map_err(|_| self.refuse(FailureReason::IssuerRefused, "takes no validity"))?, end))
    }

    async fn request(&self, authority: Authority, validity: Validity, order: &Order<'_>) -> Result<String, IssueError> {
        const OPERATION: &str = "acm-pca:IssueCertificate";
        let template = Template::for_certificate(order.present);
        let answer = self
            .client
            .issue_certificate()
            .certificate_authority_arn(self.arn.as_str())
            .csr(Blob::new(order.csr))
            .signing_algorithm(authority.signing_algorithm)
            .template_arn(template.arn(&self.arn))
            .validity(validity)
            .idempotency_token(idempotency_token(order))
            .send()
            .await
            .map_err(|error| self.failed_with(&CallError::new(OPERATION, &error), template))?;
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
                let what = format!("did not issue {certificate_arn} within a minute");
                return Err(self.refuse(FailureReason::IssuerTimeout, &what));
            }
            self.clock.sleep(POLL_EVERY).await;
        }
    }
}

impl Issuer for PrivateCa {
    async fn issue(&self, order: &Order<'_>) -> Result<Issued, IssueError> {
        let authority = self.authority().await?;
        let (validity, not_after) = self.validity(&authority, order)?;
        self.check(order, not_after).await?;
        order.budget.charge(order.facts, self.clock.now());
        let requested = self.request(authority, validity, order).await;
        if requested.as_ref().is_err_and(|error| !error.reason.may_have_cost()) {
            order.budget.withdraw(&order.facts.arn);
        }
        let certificate_arn = requested?;
        tracing::info!(certificate_arn = %order.facts.arn, issued = certificate_arn, "the private CA took the request");
        self.fetch(&certificate_arn, order.deadline).await
    }
}

/// A template of AWS Private CA. All three take subject and names from the request
/// ([templates](https://docs.aws.amazon.com/privateca/latest/userguide/UsingTemplates.html)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Template {
    EndEntity,
    ServerAuth,
    ClientAuth,
}

impl Template {
    /// The one that keeps the present certificate's extended key usages.
    fn for_certificate(present: &Certificate) -> Self {
        match (present.allows(SERVER_AUTH), present.allows(CLIENT_AUTH)) {
            (true, true) => Self::EndEntity,
            (false, true) => Self::ClientAuth,
            (_, false) => Self::ServerAuth,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::EndEntity => "EndEntityCertificate",
            Self::ServerAuth => "EndEntityServerAuthCertificate",
            Self::ClientAuth => "EndEntityClientAuthCertificate",
        }
    }

    fn arn(self, ca: &PrivateCaArn) -> String {
        format!("arn:{}:acm-pca:::template/{}/V1", ca.partition(), self.name())
    }

    fn extended_key_usage(self) -> BTreeSet<String> {
        let usages = match self {
            Self::EndEntity => &[SERVER_AUTH, CLIENT_AUTH][..],
            Self::ServerAuth => &[SERVER_AUTH],
            Self::ClientAuth => &[CLIENT_AUTH],
        };
        usages.iter().copied().map(str::to_owned).collect()
    }
}

/// For five minutes the CA answers the same token with the same certificate
/// ([IssueCertificate](https://docs.aws.amazon.com/privateca/latest/APIReference/API_IssueCertificate.html)):
/// a call whose answer was lost, or a second renewal at the same time, costs no second certificate.
fn idempotency_token(order: &Order<'_>) -> String {
    let seed = format!("{}\n{}\n{}", order.facts.arn, order.present.serial, order.attempt);
    digest(&SHA256, seed.as_bytes()).as_ref().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
