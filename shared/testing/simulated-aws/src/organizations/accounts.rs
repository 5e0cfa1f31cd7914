//! Accounts: the phases of their lives, and what Organizations shows of them.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::tree::{Account, Tree};
use crate::acm::epoch;
use crate::aws::State;

/// API reference, Account, Status: "The Status parameter in the Account object will be retired on September 9, 2026." That
/// it is missing from then on, and that it happened on that day, is unverified.
const STATUS_RETIRED_AT: &str = "2026-09-09T00:00:00Z";

/// The state of an account in its organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountState {
    /// It was created, and nothing works in it yet.
    PendingActivation,
    /// It can be used.
    Active,
    /// AWS suspended it, or it was closed less than 90 days ago.
    Suspended,
    /// A request to close it is in progress.
    PendingClosure,
    /// It was closed 90 days ago.
    Closed,
}

impl AccountState {
    /// As the API spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PendingActivation => "PENDING_ACTIVATION",
            Self::Active => "ACTIVE",
            Self::Suspended => "SUSPENDED",
            Self::PendingClosure => "PENDING_CLOSURE",
            Self::Closed => "CLOSED",
        }
    }

    /// The state of this name in the API.
    pub fn parse(name: &str) -> Option<Self> {
        let all = [Self::PendingActivation, Self::Active, Self::Suspended, Self::PendingClosure, Self::Closed];
        all.into_iter().find(|state| state.as_str() == name)
    }

    /// The older member Status knows three values; what it shows for the others is unverified.
    fn status(self) -> &'static str {
        match self {
            Self::PendingActivation | Self::Closed => "SUSPENDED",
            other => other.as_str(),
        }
    }
}

impl Account {
    /// API reference, Account.
    pub(super) fn shown(&self, tree: &Tree, id: &str, state: &State) -> Value {
        let mut shown = json!({
            "Id": id,
            "Arn": tree.arn(state.partition(), "account", id),
            "Email": email(id),
            "Name": self.name,
            "State": self.state.as_str(),
            "JoinedMethod": self.joined_method,
            "JoinedTimestamp": epoch(self.joined_at),
        });
        if STATUS_RETIRED_AT.parse().is_ok_and(|retired: Timestamp| state.now < retired) {
            shown["Status"] = json!(self.state.status());
        }
        shown
    }
}

/// Nothing depends on it.
pub(super) fn email(account: &str) -> String {
    format!("{account}@example.com")
}
