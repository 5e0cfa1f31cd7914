//! Why a plan is as it is: one word for answers and logs.

use events::RenewalTrigger;
use serde::{Serialize, Serializer};

use crate::CertificateState;
use crate::policy::{NoticeKind, RenewalRequest};

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
    Notice(NoticeKind),
    Renewal(RenewalTrigger),
}

impl Reason {
    /// `due`: what is to be reported, muted or not.
    pub(super) fn new(state: &CertificateState, due: &[NoticeKind], request: Option<&RenewalRequest>) -> Self {
        match (request, due.first()) {
            (Some(request), _) => Self::Renewal(request.why),
            (None, Some(_)) if state.is_muted() => Self::Muted,
            (None, Some(kind)) => Self::Notice(*kind),
            (None, None) if state.is_superseded => Self::Superseded,
            (None, None) => Self::NothingDue,
        }
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotIssued => "not-issued",
            Self::NothingDue => "nothing-due",
            Self::Superseded => "superseded",
            Self::Muted => "muted",
            Self::AlreadyReported => "already-reported",
            Self::HeldBack => "held-back",
            Self::Notice(kind) => kind.as_str(),
            Self::Renewal(why) => why.as_str(),
        }
    }
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}
