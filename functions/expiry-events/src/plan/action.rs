//! The steps of a plan in short, for answers and logs.

use certificates::tags;
use notices::{Kind, Severity};
use serde::Serialize;

use super::Plan;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "action", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Action {
    PublishNotice {
        kind: Kind,
        severity: Severity,
        subject: String,
    },
    /// Set the tag `notified`.
    RecordNotified {
        value: String,
    },
    /// Set the tags `status` and `status-since`.
    MarkPending {
        since: String,
        /// Whether the tag `status-reason` is removed.
        clear_reason: bool,
    },
    SendEvent {
        detail_type: &'static str,
    },
}

impl Plan {
    /// Its steps in the order in which they are applied.
    pub fn actions(&self) -> Vec<Action> {
        let pending = self.request.iter().filter_map(|request| request.pending_tags.as_ref());
        let pending = pending
            .map(|tags| Action::MarkPending { since: tags::format_time(tags.since), clear_reason: tags.clear_reason });
        let checked = self.request.iter().filter_map(|request| request.secret_checked.as_ref());
        let checked = checked.map(|notified| Action::RecordNotified { value: notified.to_string() });
        let send = self.request.iter().flat_map(|request| &request.send);
        let send = send.map(|event| Action::SendEvent { detail_type: event.detail_type() });
        let publish = self.publish.iter().map(|notice| Action::PublishNotice {
            kind: notice.kind,
            severity: notice.severity,
            subject: notice.subject.clone(),
        });
        let record = self.record_notified.iter().map(|notified| Action::RecordNotified { value: notified.to_string() });
        pending.chain(checked).chain(send).chain(publish).chain(record).collect()
    }
}
