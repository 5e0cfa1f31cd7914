//! The plan: what is to be done, in a form that can be shown, compared and applied.

use certificates::tags::{self, Notified};
use events::{Event, RenewalTrigger};
use jiff::Timestamp;
use notices::{Kind, Notice, Severity};
use serde::{Serialize, Serializer};

use super::news::News;

/// What is to be done about one certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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
    pub request: Option<Request>,
}

/// A renewal to request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Request {
    /// Why now.
    pub why: RenewalTrigger,
    /// What to write into the tags first. Nothing when a request is only repeated.
    pub mark: Option<Mark>,
    /// The events to send then.
    pub send: Vec<Event>,
}

/// The tags that say that a renewal was requested: status `pending-renewal`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mark {
    /// The tag `status-since`.
    pub since: Timestamp,
    /// Whether the reason of an earlier failure has to go.
    pub clear_reason: bool,
    /// The tag `renewal-of`: the serial number of the certificate that is to be replaced. If somebody
    /// replaces it before the renewal starts, the renewal sees that there is nothing left to do.
    pub renewal_of: Option<String>,
}

/// Why a plan is as it is: one word for logs and answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// It has no `notAfter` yet, so there is nothing to count.
    NotIssued,
    /// Nothing is new since the last check.
    NothingDue,
    /// Its ACME client has a newer certificate for the same names.
    Superseded,
    /// There is something to report, but the tag `notices` mutes it.
    Muted,
    /// There is something to report, and an equal notice was sent within the hour.
    AlreadyReported,
    /// There is something to report, but this sweep has published as many notices as it may.
    HeldBack,
    /// There is something to report.
    News(News),
    /// A renewal is requested.
    Renewal(RenewalTrigger),
}

impl Reason {
    /// The word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotIssued => "not-issued",
            Self::NothingDue => "nothing-due",
            Self::Superseded => "superseded",
            Self::Muted => "muted",
            Self::AlreadyReported => "already-reported",
            Self::HeldBack => "held-back",
            Self::News(news) => news.kind().as_str(),
            Self::Renewal(why) => why.as_str(),
        }
    }
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// One step of a plan in short, for answers and logs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "action", rename_all = "kebab-case")]
pub enum Action {
    /// Publish a notice.
    PublishNotice {
        /// What about.
        kind: Kind,
        /// How urgent.
        severity: Severity,
        /// Its subject.
        subject: String,
    },
    /// Set the tag `notified`.
    RecordNotified {
        /// To this.
        value: String,
    },
    /// Set the tags `status` and `status-since`.
    MarkPending {
        /// The time.
        since: String,
        /// Whether the tag `status-reason` is removed.
        clear_reason: bool,
    },
    /// Send an event.
    SendEvent {
        /// Its detail type.
        detail_type: &'static str,
    },
}

impl Plan {
    /// Nothing to do.
    pub fn nothing(reason: Reason) -> Self {
        Self { reason, try_notified: None, publish: Vec::new(), record_notified: None, request: None }
    }

    /// The same without what it reports: another sweep does that.
    #[must_use]
    pub fn held_back(self) -> Self {
        let reason = if self.request.is_some() { self.reason } else { Reason::HeldBack };
        Self { request: self.request, ..Self::nothing(reason) }
    }

    /// The same without the notices of which an equal one was sent already. What it said is remembered as if it had
    /// been sent now.
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

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.publish.is_empty() && self.record_notified.is_none() && self.request.is_none()
    }

    /// Its steps in the order in which they are applied.
    pub fn actions(&self) -> Vec<Action> {
        let publish = self.publish.iter().map(|notice| Action::PublishNotice {
            kind: notice.kind,
            severity: notice.severity,
            subject: notice.subject.clone(),
        });
        let record = self.record_notified.iter().map(|notified| Action::RecordNotified { value: notified.to_string() });
        let mark = self
            .request
            .iter()
            .filter_map(|request| request.mark.as_ref())
            .map(|mark| Action::MarkPending { since: tags::format_time(mark.since), clear_reason: mark.clear_reason });
        let send = self.request.iter().flat_map(|request| &request.send);
        let send = send.map(|event| Action::SendEvent { detail_type: event.detail_type() });
        mark.chain(send).chain(publish).chain(record).collect()
    }
}

fn as_text<S: Serializer>(notified: &Option<Notified>, serializer: S) -> Result<S::Ok, S::Error> {
    notified.as_ref().map(ToString::to_string).serialize(serializer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plans() -> [Plan; 3] {
        let nothing = || Plan::nothing(Reason::NothingDue);
        let at: Timestamp = "2026-12-24T12:00:00Z".parse().unwrap();
        let facts = certificates::CertificateDetail::from(certificates::CertificateSummary::new(
            "arn:aws:acm:us-east-1:123456789012:certificate/61f50cd4".parse().unwrap(),
            certificates::CertificateType::Imported,
        ));
        let notice = Notice::new(Kind::Expiring, Severity::Info, "x", &facts, at);
        [
            Plan { publish: vec![notice], ..nothing() },
            Plan { record_notified: Some(Notified::nothing(at)), ..nothing() },
            Plan { request: Some(Request { why: RenewalTrigger::Due, mark: None, send: Vec::new() }), ..nothing() },
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
