//! Replaces the certificate, and makes sure of it.

use aws_client::{CallError, CallErrorKind};
use aws_smithy_types::Blob;
use certificates::{CertificateArn, CertificateDetail};
use tracing::instrument::WithSubscriber;
use tracing::subscriber::NoSubscriber;

use super::acm_state::{AcmState, conclude, polls_after};
use super::attempt::Attempt;
use super::obtain::NewCertificate;
use super::outcome::AttemptOutcome;
use super::poll::Poller;
use crate::budget::Budget;
use crate::completion::Completion;
use crate::domain_names::DomainNames;
use crate::endpoint_check::{Endpoint, EndpointChecker, ROUND, Serials};
use crate::post_import;

const IMPORT: &str = "acm:ImportCertificate";

#[derive(Debug, Clone)]
pub(super) struct Installer {
    acm: aws_sdk_acm::Client,
    poller: Poller,
    domain_names: DomainNames,
    endpoints: EndpointChecker,
    budget: Budget,
}

impl Installer {
    pub(super) fn new(
        acm: aws_sdk_acm::Client,
        poller: Poller,
        domain_names: DomainNames,
        endpoints: EndpointChecker,
        budget: Budget,
    ) -> Self {
        Self { acm, poller, domain_names, endpoints, budget }
    }

    /// Imports under the same ARN, and checks everything that should be as before.
    pub(super) async fn install(&self, attempt: Attempt<'_>, new: NewCertificate) -> AttemptOutcome {
        // The source may have taken minutes, in which a person may have imported a better certificate.
        match self.poller.poll(attempt, &new.serial, 1).await {
            // The very certificate is in place already: another attempt took it from the same secret.
            AcmState::Other(after) | AcmState::New(after) => return AttemptOutcome::ReplacedByAnother(after),
            AcmState::Deleted => return AttemptOutcome::Deleted,
            AcmState::Old | AcmState::Unknown(_) => {}
        }
        match self.import_and_verify(attempt, &new).await {
            Ok(after) => {
                let completion = self.complete(attempt, new, *after).await;
                AttemptOutcome::Renewed(Box::new(completion))
            }
            Err(outcome) => outcome,
        }
    }

    /// The new certificate as ACM shows it, or how the attempt ends otherwise.
    async fn import_and_verify(
        &self,
        attempt: Attempt<'_>,
        new: &NewCertificate,
    ) -> Result<Box<CertificateDetail>, AttemptOutcome> {
        let Attempt { state, schedule, .. } = attempt;
        self.budget.import(state.arn(), &new.serial);
        let imported = schedule.run_until(schedule.imported_by(), self.import(state.arn(), new)).await;
        let imported = imported.unwrap_or_else(|| Err(no_answer()));
        let shown = self.poller.poll(attempt, &new.serial, polls_after(&imported)).await;
        conclude(shown, imported, &new.serial)
    }

    /// Imports under the same ARN. Without tags: ACM refuses them there and keeps those it has.
    async fn import(&self, arn: &CertificateArn, new: &NewCertificate) -> Result<(), CallError> {
        let answer = self
            .acm
            .import_certificate()
            .certificate_arn(arn.as_str())
            .certificate(Blob::new(new.issued.certificate.as_bytes()))
            .certificate_chain(Blob::new(new.issued.chain.as_bytes()))
            .private_key(Blob::new(new.key.pem().as_bytes()))
            .send()
            // At the level TRACE the SDK logs whole requests, and this one holds the key.
            .with_subscriber(NoSubscriber::default())
            .await;
        answer.map(|_| ()).map_err(|error| CallError::new(IMPORT, &error))
    }

    async fn complete(&self, attempt: Attempt<'_>, new: NewCertificate, after: CertificateDetail) -> Completion {
        let Attempt { state, plan, schedule, .. } = attempt;
        self.budget.import_was_accepted();
        Completion {
            attempt: plan.attempt,
            remarks: post_import::check(&self.acm, state, &after).await,
            pending_domain_names: self.domain_names.pending(&state.certificate, &after, schedule.deadline).await,
            endpoints: self.check_endpoints(attempt, &new, &after).await,
            issuer_change: new.issuer_change,
            was_found: false,
            cut_from_days: new.cut_from_days,
            after,
        }
    }

    /// Where nothing uses the certificate, nothing serves it.
    async fn check_endpoints(
        &self,
        attempt: Attempt<'_>,
        new: &NewCertificate,
        after: &CertificateDetail,
    ) -> Vec<Endpoint> {
        if after.in_use == Some(false) || !attempt.schedule.has_time_for(ROUND) {
            return Vec::new();
        }
        let serials = Serials { previous: &attempt.current.chain.leaf.serial, new: &new.serial };
        self.endpoints.check(&after.subject_alternative_names, serials, attempt.schedule.checked_by()).await
    }
}

fn no_answer() -> CallError {
    CallError {
        operation: IMPORT,
        code: None,
        message: "no answer in the time that was left".into(),
        kind: CallErrorKind::Unavailable,
    }
}
