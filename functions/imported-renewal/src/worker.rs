//! Does what an event asks for, in one account and Region.

use certificates::{CertificateArn, Target};
use jiff::SignedDuration;
use lambda::{Invocation, Metrics};

use crate::answer::CertificateReport;
use crate::credentials::TargetSdk;
use crate::event::{Occasion, Trigger};
use crate::reconcile::Reconciler;
use crate::secret_certificates::{Found, SecretCertificates};
use crate::services::Services;
use crate::{Config, Error};

#[derive(Debug)]
pub(crate) struct Worker {
    reconciler: Reconciler,
    secrets: SecretCertificates,
    target: Target,
}

impl Worker {
    pub(crate) fn new(config: Config, services: Services, sdk: &TargetSdk, target: &Target) -> Self {
        let secrets = SecretCertificates::new(sdk, config.grants.secrets.clone());
        Self { reconciler: Reconciler::new(config, services, sdk), secrets, target: target.clone() }
    }

    /// What came of an event that has been waiting for some time.
    ///
    /// # Errors
    /// AWS failed; the same event finds out again.
    pub(crate) async fn handle(
        &self,
        trigger: Trigger,
        waited: SignedDuration,
        invocation: &Invocation,
        metrics: &mut Metrics,
    ) -> Result<Vec<CertificateReport>, Error> {
        let (certificates, occasion) = match trigger {
            Trigger::Ignore { reason } => return Ok(vec![ignored(reason)]),
            Trigger::Reconcile { certificate, occasion } => (vec![certificate], occasion),
            Trigger::ReconcileSecret { secret } => match self.secrets.find(&secret, &self.target).await? {
                Found::Nothing(reason) => return Ok(vec![ignored(reason)]),
                Found::Certificates(certificates) => (certificates, Occasion::SecretChanged),
            },
        };
        let mut reports = Vec::new();
        let mut failed = None;
        for certificate in &certificates {
            match self.reconcile(certificate, occasion, waited, invocation, metrics).await {
                Ok(report) => reports.push(report),
                // What happens to one certificate of a secret must not stop the others.
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        failed.map_or(Ok(reports), Err)
    }

    async fn reconcile(
        &self,
        certificate: &CertificateArn,
        occasion: Occasion,
        waited: SignedDuration,
        invocation: &Invocation,
        metrics: &mut Metrics,
    ) -> Result<CertificateReport, Error> {
        let report = match self.reconciler.reconcile(certificate, occasion, waited, invocation.deadline, metrics).await
        {
            Err(error) if error.is_certificate_gone() => CertificateReport::gone(certificate),
            result => result?,
        };
        report.log();
        Ok(report)
    }
}

fn ignored(reason: &'static str) -> CertificateReport {
    let report = CertificateReport::ignored(None, reason);
    report.log();
    report
}
