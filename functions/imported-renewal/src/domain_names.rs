//! Custom domain names of API Gateway that wait for a person after an import.
//!
//! API Gateway checks a reimported certificate of a domain name with mutual TLS, and can leave it in a status in which it
//! waits for its owner
//! ([DomainName](https://docs.aws.amazon.com/apigateway/latest/api/API_DomainName.html)). Nobody is notified of that, so
//! the renewal's notice is.

use std::time::Duration;

use aws_client::{CallError, CallErrorKind, Clock};
use aws_sdk_apigateway::Client;
use aws_sdk_apigateway::types::{DomainName, DomainNameStatus};
use certificates::CertificateDetail;
use jiff::{SignedDuration, Timestamp};

use crate::credentials::TargetSdk;

/// [GetDomainNames](https://docs.aws.amazon.com/apigateway/latest/api/API_GetDomainNames.html) gives at most this many.
const PAGE: i32 = 500;
/// A renewal that has succeeded does not wait longer for this.
const LISTS_WITHIN: SignedDuration = SignedDuration::from_secs(5);
/// What the function keeps before its deadline to record the outcome.
const TO_RECORD: SignedDuration = SignedDuration::from_secs(20);

/// An event may have 256 KiB.
const IN_AN_EVENT: usize = 100;

/// A domain name that waits for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PendingDomainName {
    pub(crate) name: String,
    /// Only a private one has an id.
    pub(crate) id: Option<String>,
    pub(crate) status: PendingStatus,
    /// Where it names the renewed certificate: the path of a patch operation.
    pub(crate) path: &'static str,
    /// What API Gateway says of the status.
    pub(crate) message: Option<String>,
}

/// What a domain name waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PendingStatus {
    /// The certificate again.
    CertificateReimport,
    /// A certificate of ACM's that proves who owns the name.
    OwnershipVerification,
}

impl PendingStatus {
    /// As API Gateway writes it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::CertificateReimport => "PENDING_CERTIFICATE_REIMPORT",
            Self::OwnershipVerification => "PENDING_OWNERSHIP_VERIFICATION",
        }
    }

    fn read(status: &DomainNameStatus) -> Option<Self> {
        match status {
            DomainNameStatus::PendingCertificateReimport => Some(Self::CertificateReimport),
            DomainNameStatus::PendingOwnershipVerification => Some(Self::OwnershipVerification),
            _ => None,
        }
    }
}

impl PendingDomainName {
    /// A domain name that waits and names this certificate.
    fn read(found: &DomainName, certificate: &str) -> Option<Self> {
        let status = PendingStatus::read(found.domain_name_status()?)?;
        let paths = [
            (found.regional_certificate_arn(), "/regionalCertificateArn"),
            (found.certificate_arn(), "/certificateArn"),
            (found.ownership_verification_certificate_arn(), "/ownershipVerificationCertificateArn"),
        ];
        let (_, path) = paths.into_iter().find(|(arn, _)| *arn == Some(certificate))?;
        Some(Self {
            name: found.domain_name()?.to_owned(),
            id: found.domain_name_id().map(str::to_owned),
            status,
            path,
            message: found.domain_name_status_message().map(str::to_owned),
        })
    }
}

/// For the event and the answer, which have no room for all. Whoever needs more asks API Gateway.
pub(crate) fn for_machines(waiting: &[PendingDomainName]) -> Vec<events::PendingDomainName> {
    let shown = |one: &PendingDomainName| events::PendingDomainName {
        domain_name: one.name.clone(),
        status: one.status.as_str().to_owned(),
    };
    waiting.iter().take(IN_AN_EVENT).map(shown).collect()
}

/// Finds them.
#[derive(Debug, Clone)]
pub(crate) struct DomainNames {
    client: Client,
    clock: Clock,
}

impl DomainNames {
    pub(crate) fn new(sdk: &TargetSdk) -> Self {
        let sdk = sdk.config();
        Self { client: Client::new(sdk), clock: Clock::of(sdk) }
    }

    /// Those of a certificate that was replaced. API Gateway is not asked about a certificate that nothing uses, and
    /// whatever goes wrong costs no more than the list: the renewal has succeeded.
    pub(crate) async fn pending(
        &self,
        before: &CertificateDetail,
        after: &CertificateDetail,
        deadline: Timestamp,
    ) -> Vec<PendingDomainName> {
        let mut found = Vec::new();
        if [before, after].iter().all(|facts| facts.in_use == Some(false)) {
            return found;
        }
        let now = self.clock.now();
        let until = deadline.checked_sub(TO_RECORD).unwrap_or(deadline).min(now + LISTS_WITHIN);
        let Ok(left) = Duration::try_from(until.duration_since(now)) else { return found };
        let outcome = tokio::select! {
            biased;
            outcome = self.list(after.arn.as_str(), &mut found) => outcome,
            () = self.clock.sleep(left) => Err(too_slow()),
        };
        if let Err(error) = outcome {
            report(after, &error);
        }
        found
    }

    async fn list(&self, certificate: &str, found: &mut Vec<PendingDomainName>) -> Result<(), CallError> {
        let mut pages = self.client.get_domain_names().limit(PAGE).into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| CallError::new("apigateway:GET", &error))?;
            found.extend(page.items().iter().filter_map(|one| PendingDomainName::read(one, certificate)));
        }
        Ok(())
    }
}

fn too_slow() -> CallError {
    CallError {
        operation: "apigateway:GET",
        code: None,
        message: "no answer in the time that was left".into(),
        kind: CallErrorKind::Unavailable,
    }
}

/// Who does not allow the call does not want the list.
fn report(certificate: &CertificateDetail, error: &CallError) {
    let certificate_arn = certificate.arn.as_str();
    if error.kind == CallErrorKind::Denied {
        tracing::debug!(certificate_arn, reason = %error, "API Gateway is not asked");
    } else {
        tracing::warn!(certificate_arn, reason = %error, "API Gateway's domain names were not all read");
    }
}
