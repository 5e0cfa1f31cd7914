//! The plan: what is to be done, in a form that can be shown, compared and applied. Planning again after it was applied
//! gives an empty one.

mod action;
mod reason;

use certificates::tags::Notified;
use certificates::utc_date;
use notices::Notice;
use serde::Serialize;

use crate::CertificateState;
use crate::notice::notice;
use crate::policy::notice_dedup::with_secret_checked;
use crate::policy::renewal_request::as_text;
use crate::policy::severity::{SeverityInput, is_reported_daily};
use crate::policy::{NoticeDecision, RenewalForecast, RenewalRequest, Settings, decide_notices, decide_renewal};

pub use action::Action;
pub use reason::Reason;

/// What is to be done about one certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// Why, or why nothing.
    pub reason: Reason,
    /// What to write into the tag `notified` before anything is published: what it says already. Where AWS refuses that,
    /// nothing can be remembered, and another plan is due.
    #[serde(skip)]
    pub try_notified: Option<Notified>,
    /// Notices to publish.
    pub publish: Vec<Notice>,
    /// What to write down afterwards as notified.
    #[serde(serialize_with = "as_text")]
    pub record_notified: Option<Notified>,
    /// The renewal to request.
    pub request: Option<RenewalRequest>,
}

/// What is to be done now.
pub fn plan(state: &CertificateState, settings: &Settings) -> Plan {
    // Without an expiry there is nothing to count: it is not issued yet, or never was.
    let Some(not_after) = state.certificate.not_after else { return Plan::nothing(Reason::NotIssued) };
    let renewal = decide_renewal(state, settings);
    let forecast = RenewalForecast::new(state, settings, &renewal);
    let is_daily = !state.is_muted() && is_reported_daily(SeverityInput::new(state, &forecast));
    let NoticeDecision { kinds, notified, remembered } = decide_notices(state, settings, not_after, is_daily);
    let request = RenewalRequest::new(&renewal, state, not_after);

    let audible = if state.is_muted() { &[] } else { kinds.as_slice() };
    let publish: Vec<_> = audible.iter().map(|kind| notice(*kind, state, settings, &renewal, &forecast)).collect();
    let checks_secret = request.as_ref().is_some_and(|request| request.secret_checked.is_some());
    let record_notified = notified.filter(|_| !state.is_postponed());
    let record_notified = record_notified.map(|after| match checks_secret {
        true => with_secret_checked(after, utc_date(state.now)),
        false => after,
    });
    let try_notified = (record_notified.is_some() && !publish.is_empty()).then_some(remembered);
    Plan { reason: Reason::new(state, &kinds, request.as_ref()), publish, try_notified, record_notified, request }
}

impl Plan {
    pub fn nothing(reason: Reason) -> Self {
        Self { reason, try_notified: None, publish: Vec::new(), record_notified: None, request: None }
    }

    /// The same without what it reports: another sweep does that.
    #[must_use]
    pub fn held_back(self) -> Self {
        let reason = if self.request.is_some() { self.reason } else { Reason::HeldBack };
        Self { request: self.request, ..Self::nothing(reason) }
    }

    /// The same without the notices of which an equal one was sent already. The tag is written as if they had been sent
    /// now.
    #[must_use]
    pub fn without(mut self, is_sent: impl Fn(&Notice) -> bool) -> Self {
        let before = self.publish.len();
        self.publish.retain(|notice| !is_sent(notice));
        if !self.publish.is_empty() || before == 0 {
            return self;
        }
        self.try_notified = None;
        if self.request.is_none() {
            self.reason = Reason::AlreadyReported;
        }
        self
    }

    pub fn is_empty(&self) -> bool {
        self.publish.is_empty() && self.record_notified.is_none() && self.request.is_none()
    }
}

#[cfg(test)]
mod tests {
    use certificates::{CertificateDetail, CertificateSummary, CertificateType};
    use events::RenewalTrigger;
    use jiff::Timestamp;
    use notices::{Kind, Severity};

    use super::*;

    fn plans() -> [Plan; 3] {
        let nothing = || Plan::nothing(Reason::NothingDue);
        let at: Timestamp = "2026-12-24T12:00:00Z".parse().unwrap();
        let certificate = CertificateDetail::from(CertificateSummary::new(
            "arn:aws:acm:us-east-1:123456789012:certificate/61f50cd4".parse().unwrap(),
            CertificateType::Imported,
        ));
        let notice = Notice::new(Kind::Expiring, Severity::Info, "x", &certificate, at);
        [
            Plan { publish: vec![notice], ..nothing() },
            Plan { record_notified: Some(Notified::nothing(at)), ..nothing() },
            Plan {
                request: Some(RenewalRequest {
                    why: RenewalTrigger::Due,
                    pending_tags: None,
                    secret_checked: None,
                    explanation: None,
                    send: Vec::new(),
                }),
                ..nothing()
            },
        ]
    }

    #[test]
    fn a_plan_with_anything_in_it_is_not_empty() {
        assert!(Plan::nothing(Reason::NothingDue).is_empty());
        for plan in plans() {
            assert!(!plan.is_empty(), "{plan:?}");
        }
    }

    #[test]
    fn what_was_sent_already_is_remembered_and_not_published() {
        let [publish, record, request] = plans();
        let plan =
            Plan { try_notified: record.record_notified.clone(), publish: publish.publish.clone(), ..record.clone() };
        assert_eq!(plan.clone().without(|_| false), plan);
        let sent = plan.clone().without(|_| true);
        assert_eq!(sent, Plan { reason: Reason::AlreadyReported, ..record.clone() });
        let renews = Plan { reason: Reason::Renewal(RenewalTrigger::Due), request: request.request, ..plan };
        assert_eq!(renews.without(|_| true).reason, Reason::Renewal(RenewalTrigger::Due));
        assert_eq!(record.clone().without(|_| true), record, "nothing was to be published");
        let two = Plan { publish: [publish.publish.clone(), publish.publish].concat(), ..record };
        let first = std::cell::Cell::new(true);
        assert_eq!(two.clone().without(|_| first.replace(false)).publish.len(), 1);
    }

    #[test]
    fn what_is_held_back_is_neither_published_nor_remembered() {
        let [publish, _, request] = plans();
        let held = publish.held_back();
        assert!(held.is_empty() && held.reason == Reason::HeldBack);
        let held = Plan { reason: Reason::Renewal(RenewalTrigger::Due), ..request }.held_back();
        assert!(held.request.is_some() && held.reason == Reason::Renewal(RenewalTrigger::Due));
    }
}
