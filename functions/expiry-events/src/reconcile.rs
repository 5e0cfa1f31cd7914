//! Reconciles a certificate: gathers its state, decides, and applies what was decided.

use aws_client::{CallError, Clock};
use certificates::tags::Tags;
use certificates::{CertificateArn, CertificateDetail};
use futures::future::try_join;

use crate::acme_clients::{AcmeClients, Successor, SuccessorSearch};
use crate::apply::{Applier, is_gone};
use crate::notice_budget::NoticeBudget;
use crate::plan::{Reason, plan};
use crate::policy::NoticeKind;
use crate::policy::succession::Successions;
use crate::policy::suggested_window::is_revocation_ahead;
use crate::quota::Quota;
use crate::{CertificateReport, CertificateState, Error, Occasion};

#[derive(Debug)]
pub(crate) struct Reconciler<'a> {
    pub(crate) acm: &'a aws_sdk_acm::Client,
    pub(crate) clock: &'a Clock,
    pub(crate) applier: Applier<'a>,
    pub(crate) acme_clients: &'a AcmeClients,
    pub(crate) dry_run: bool,
}

impl Reconciler<'_> {
    /// Reconciles the certificate of an event.
    pub(crate) async fn reconcile_one(
        &self,
        occasion: Occasion,
        arn: &CertificateArn,
        notices: &NoticeBudget,
    ) -> Result<CertificateReport, Error> {
        let gathered = self.gather(occasion, arn).await.map_err(|cause| Error::certificate(arn, cause))?;
        match gathered {
            Some(state) => self.reconcile(state, notices).await,
            None => Ok(CertificateReport::gone(arn.clone()).logged(occasion)),
        }
    }

    /// Everything that decisions are made from; `None` when the certificate is gone.
    async fn gather(&self, occasion: Occasion, arn: &CertificateArn) -> Result<Option<CertificateState>, CallError> {
        let read = try_join(acm::describe(self.acm, arn), acm::list_tags(self.acm, arn)).await?;
        let (Some(certificate), Some(tags)) = read else { return Ok(None) };
        let state = self.state(occasion, certificate, tags);
        let is_superseded = self.is_superseded(&state).await?;
        Ok(Some(CertificateState { is_superseded, ..state }))
    }

    pub(crate) fn state(&self, occasion: Occasion, certificate: CertificateDetail, tags: Tags) -> CertificateState {
        CertificateState::new(occasion, certificate, tags, self.clock.now())
    }

    /// Whether its ACME client has replaced it already, where that matters: only a complete listing shows it.
    async fn is_superseded(&self, state: &CertificateState) -> Result<bool, CallError> {
        let certificate = &state.certificate;
        if !certificate.is_acme() || !is_about_expiry(plan(state, self.applier.settings).reason) {
            return Ok(false);
        }
        let listing = acm::list(self.acm).await?;
        let candidates = Successions::new(&listing.certificates).candidates(certificate);
        self.acme_clients.add(certificate);
        let search = SuccessorSearch { acm: self.acm, clients: self.acme_clients, calls: Quota::unlimited() };
        Ok(search.find(&certificate.arn, &candidates).await? == Successor::Found)
    }

    /// Decides and applies.
    pub(crate) async fn reconcile(
        &self,
        state: CertificateState,
        notices: &NoticeBudget,
    ) -> Result<CertificateReport, Error> {
        let (arn, occasion) = (state.certificate.arn.clone(), state.occasion);
        for unreadable in &state.tag_state.unreadable {
            tracing::warn!(certificate_arn = %arn, reason = "unreadable-tag", key = unreadable.key, "{unreadable}");
        }
        let plan = self.applier.plan(&state);
        if is_revocation_ahead(&state) {
            let explanation = state.suggested_window.as_ref().and_then(|window| window.explanation.as_deref());
            tracing::warn!(certificate_arn = %arn, reason = "revocation-ahead", explanation, "its CA asks to replace it at once");
        }
        if self.dry_run {
            return Ok(CertificateReport::planned(arn, plan).logged(occasion));
        }
        match self.applier.apply(state, notices.admit(plan)).await {
            Ok(applied) => Ok(CertificateReport::applied(arn, applied).logged(occasion)),
            Err(cause) if is_gone(&cause) => Ok(CertificateReport::gone(arn).logged(occasion)),
            Err(cause) => Err(Error::certificate(&arn, cause)),
        }
    }
}

fn is_about_expiry(reason: Reason) -> bool {
    matches!(reason, Reason::Notice(NoticeKind::Expiring | NoticeKind::Expired))
}
