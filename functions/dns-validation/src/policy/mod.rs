//! What is to be done about a certificate's validation: pure decisions over what was read.
//!
//! [`required_records`] says which records ACM asks for ([`method_update`] those of a change to DNS validation,
//! [`skip_reason`] why there are none), [`grant`] which of them may be created, [`zones`] where each belongs, [`records`]
//! whether it is there, [`batches`] how it is created. [`diagnosis_plan`] says what the public DNS is asked when ACM
//! waits all the same. What remains for a person is a [`cause`]; [`notice_decision`] says whether anybody is notified,
//! [`notice_dedup`] what was notified already.

pub mod batches;
pub mod cause;
pub mod diagnosis_plan;
pub mod grant;
pub mod method_update;
pub mod notice_decision;
pub mod notice_dedup;
pub mod records;
pub mod required_records;
pub mod severity;
pub mod skip_reason;
pub mod sweep_candidates;
pub mod text;
pub mod validation_methods;

use grants::Grants;
use notices::TagKeys;

pub use cause::{Blocked, Cause};
pub use notice_decision::{Certainty, NoticeDecision, TagUpdate, decide_notice};
pub use records::{Record, RecordPresence};
pub use required_records::{PendingValidation, RequiredRecord, RequiredRecords, ValidationNeed};
pub use route53::{DnsName, HostedZone, ZoneOwner};
pub use skip_reason::SkipReason;

/// What operators decide for all certificates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    pub tag_keys: TagKeys,
    /// Time to live of the records, in seconds.
    pub record_ttl: u32,
    pub grants: Grants,
}
