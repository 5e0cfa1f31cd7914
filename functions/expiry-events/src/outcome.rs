//! What came of an event or of one check, in a word.

use serde::Serialize;

use crate::plan::{Plan, Reason};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// A notice was published.
    Notified,
    RenewalRequested,
    NotifiedAndRenewalRequested,
    /// Nothing is to be reported and nothing has to be renewed.
    NothingToDo,
    /// It is not a certificate that anything can be done about.
    Ignored,
    /// `DRY_RUN`: there is something to do, and it was not done.
    Planned,
    /// Several certificates of one event were checked.
    Checked,
    Swept,
    /// A sweep of each target was requested.
    FannedOut,
    /// It is not about an account and Region in which this function works.
    Refused,
    /// The certificates of a target could not be read.
    Unreadable,
}

impl Outcome {
    pub(crate) fn from_plan(plan: &Plan) -> Self {
        match (plan.publish.is_empty(), &plan.request) {
            (true, None) if plan.reason == Reason::NotIssued => Self::Ignored,
            (true, None) => Self::NothingToDo,
            (false, None) => Self::Notified,
            (true, Some(_)) => Self::RenewalRequested,
            (false, Some(_)) => Self::NotifiedAndRenewalRequested,
        }
    }

    /// As it is in answers and logs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Notified => "notified",
            Self::RenewalRequested => "renewal-requested",
            Self::NotifiedAndRenewalRequested => "notified-and-renewal-requested",
            Self::NothingToDo => "nothing-to-do",
            Self::Ignored => "ignored",
            Self::Planned => "planned",
            Self::Checked => "checked",
            Self::Swept => "swept",
            Self::FannedOut => "fanned-out",
            Self::Refused => "refused",
            Self::Unreadable => "unreadable",
        }
    }
}
