//! What is to be done about a certificate: pure decisions over everything that was read of it.
//!
//! Three questions: is it to be renewed ([`renewal`], [`suggested_window`], [`undelivered_secret`],
//! [`renewal_request`]), who will renew it ([`forecast`], [`acm_renewal`]), and what is reported now ([`notice_decision`]: [`due_notices`], less what [`notice_dedup`] finds in
//! the tag; [`severity`] says how urgent). [`sweep_candidates`], [`succession`] and [`direct_read`] say which certificates
//! a sweep has to check at all.

pub mod acm_renewal;
pub mod direct_read;
pub mod due_notices;
pub mod forecast;
pub mod notice_decision;
pub mod notice_dedup;
pub mod notice_kind;
pub mod renewal;
pub mod renewal_request;
pub mod severity;
pub mod succession;
pub mod suggested_window;
pub mod sweep_candidates;
pub mod trail;
pub mod undelivered_secret;

use std::collections::BTreeSet;

use certificates::Thresholds;
use jiff::SignedDuration;
use notices::TagKeys;

pub use acm_renewal::AcmForecast;
pub use due_notices::DueNotice;
pub use forecast::{AutopilotForecast, RenewalForecast};
pub use notice_decision::{NoticeDecision, decide_notices};
pub use notice_kind::NoticeKind;
pub use renewal::{RenewalDecision, decide_renewal};
pub use renewal_request::{PendingTags, RenewalRequest};

/// What operators decide for all certificates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Days before expiry at which notices are due.
    pub thresholds: Thresholds,
    /// Days before expiry at which imported certificates are renewed, at most.
    pub renew_before_days: u16,
    /// The longest time between two sweeps.
    pub sweep_gap: SignedDuration,
    /// The same where it is known, so that trails can be checked once a day; without it they are not.
    pub trail_checks: Option<SignedDuration>,
    /// Whether renewals are requested: false where imported-renewal is not deployed.
    pub request_renewals: bool,
    /// Whether missing validation records are restored: true where dns-validation is deployed.
    pub records_are_kept: bool,
    /// The names of the ACME directories that imported-renewal may use.
    pub acme_directories: BTreeSet<String>,
    /// Keys of the tags that notices show.
    pub tag_keys: TagKeys,
}
