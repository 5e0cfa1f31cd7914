//! A fact, or why it is missing.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What a call showed, or why nothing is known. "Not read" is never "none".
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Reading<T> {
    /// AWS showed it.
    Known {
        /// What it showed.
        value: T,
        /// When.
        #[serde(rename = "asOf")]
        as_of: Timestamp,
    },
    /// It was asked for in vain.
    Unreadable(Unreadable),
    /// Nobody asked: the look-up is switched off, or the deep pass has not come so far.
    NotAsked,
}

/// Why something could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Unreadable {
    /// AWS's error code, such as `AccessDeniedException`, or `OutOfTime`.
    pub code: String,
    /// What was asked for: service and action in IAM's form, such as `acm:ListCertificates`.
    pub action: String,
    /// In words for people, with what to do.
    pub explanation: String,
}

impl<T> Reading<T> {
    /// What AWS showed, if it did.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known { value, .. } => Some(value),
            Self::Unreadable(_) | Self::NotAsked => None,
        }
    }

    /// Why it could not be read, if it was asked for in vain.
    pub fn unreadable(&self) -> Option<&Unreadable> {
        match self {
            Self::Unreadable(unreadable) => Some(unreadable),
            Self::Known { .. } | Self::NotAsked => None,
        }
    }
}
