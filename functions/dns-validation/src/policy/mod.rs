//! What is to be done about a certificate's validation: pure decisions over what was read.
//!
//! [`wanted`] says which records ACM asks for ([`method_update`] those of a change to DNS validation, [`idle`]
//! why there are none), [`grant`] which of them may be created, [`zones`] where each belongs, [`records`] whether it is
//! there, [`batches`] how it is put there. What remains for a person is a [`cause`]; [`decide_notice`]
//! decides whether anybody is notified, [`memory`] is what was sent already, and a [`summary`] stands for many notices.

pub mod batches;
pub mod caa;
pub mod cause;
pub mod grant;
pub mod method_update;
pub mod name;
pub mod notice_dedup;
pub mod overflow_notice;
pub mod records;
pub mod required_records;
pub mod skip_reason;
mod text;
mod wording;
pub mod zones;

use certificates::tags::{self, TagState, Tags};
use certificates::{CertificateDetail, days_left};
use grants::Grants;
use jiff::Timestamp;
use notices::{Notice, Severity};
use serde::Serialize;

pub use cause::{Blocked, Cause};
pub use method_update::PendingUpdate;
pub use name::DnsName;
pub use records::{Present, Record, RecordPresence, RecordSet};
pub use required_records::{PendingValidation, RequiredRecord, RequiredRecords, ValidationNeed};
pub use skip_reason::SkipReason;
pub use text::message;
pub use zones::{HostedZone, UnreadZones, ZoneChoice, ZoneIndex, ZoneOwner};

use crate::Occasion;
use notice_dedup::{FindingDigest, NotifiedFindings};

/// What operators decide for all certificates.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Key of the tag that names a certificate's owner.
    pub owner_tag_key: String,
    /// Time to live of the records, in seconds.
    pub record_ttl: u32,
    /// What may be validated.
    pub grants: Grants,
}

/// Everything that a decision is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateState {
    /// Why the certificate is looked at.
    pub occasion: Occasion,
    /// When somebody asked for a change to DNS validation, if that is why.
    pub change_asked_at: Option<Timestamp>,
    /// What ACM says of it.
    pub facts: CertificateDetail,
    /// What ACM requested besides.
    pub requested: PendingUpdate,
    /// Its tags.
    pub tags: Tags,
    /// The time of this look.
    pub now: Timestamp,
}

impl CertificateState {
    /// Whether its notices are muted.
    pub fn is_muted(&self) -> bool {
        TagState::read(&self.tags).settings.mute.holds_at(self.now)
    }
}

/// What becomes of the tag that remembers what was told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TagUpdate {
    /// It stays as it is.
    Keep,
    /// It gets this value.
    Set(String),
    /// It goes: nothing is wrong any more.
    Remove,
    /// AWS refuses to have it written. Never decided, only found out.
    Refused,
}

impl TagUpdate {
    /// Whether AWS refuses the tag.
    pub fn is_refused(&self) -> bool {
        *self == Self::Refused
    }
}

/// The value of the tag while a sweep finds out whether it can be written at all. It remembers nothing.
pub const UNSENT: &str = "unsent";

/// What is to be told, and remembered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NoticeDecision {
    /// The notice to publish.
    pub notice: Option<Box<Notice>>,
    /// What becomes of the tag.
    pub memory: TagUpdate,
    /// Whether there is something to tell that was told before, is muted, or belongs to no notice.
    pub known: bool,
}

/// What could not be found out at a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certainty {
    /// Nothing: what is not found is not so.
    Complete,
    /// ACM has not named every record. The others come within seconds.
    RecordsNotNamed,
    /// A call failed, or there was no time for it. The event is delivered again, or the next sweep finds out.
    CallFailed,
    /// The DNS did not answer, or was not asked for want of time; or ACM does not let this function read the records
    /// of a change.
    Unanswered,
}

/// Decides whether somebody is told what keeps the records from being in place.
///
/// `blocked` is what needs a person. What was told and is only not known at this look stays remembered.
pub fn decide_notice(
    state: &CertificateState,
    waiting: PendingValidation,
    blocked: &[Blocked],
    certainty: Certainty,
    settings: &Settings,
) -> NoticeDecision {
    let told = state.tags.get(tags::VALIDATION_NOTIFIED).and_then(NotifiedFindings::parse);
    let settled = certainty == Certainty::Complete;
    // Of a certificate that nothing waits for, only a record that is missing for sure is news: those
    // validated in another account's DNS are well.
    let news: Vec<Blocked> =
        blocked.iter().filter(|blocked| waiting != PendingValidation::None || blocked.known_missing).cloned().collect();
    let Some(assessment) = FindingDigest::from_blocked(&news) else {
        // The next renewal that waits for the same record is another story.
        let is_remembered = state.tags.contains(tags::VALIDATION_NOTIFIED);
        let memory = if is_remembered && settled { TagUpdate::Remove } else { TagUpdate::Keep };
        return NoticeDecision { notice: None, memory, known: !blocked.is_empty() };
    };
    let quiet = |memory| NoticeDecision { notice: None, memory, known: true };
    let now = NotifiedFindings::new(&assessment);
    if let Some(told) = &told
        && told.covers(&assessment)
    {
        let fewer = settled && now != *told;
        return quiet(if fewer { TagUpdate::Set(now.value()) } else { TagUpdate::Keep });
    }
    let own_event = state.occasion != Occasion::Sweep;
    // An event that is not settled is delivered again: a part of the findings now would make a second notice of the
    // rest. A sweep reports what is known, since whatever failed may fail for days.
    let is_repeated = own_event && matches!(certainty, Certainty::CallFailed | Certainty::RecordsNotNamed);
    if is_repeated || state.is_muted() {
        return quiet(TagUpdate::Keep);
    }
    let has_room = state.tags.have_room_for(&[tags::VALIDATION_NOTIFIED]);
    let notice = (has_room || own_event).then(|| Box::new(wording::notice(state, waiting, &news, settings)));
    let remembered = match &told {
        Some(told) if !settled => now.merged_with(told),
        _ => now,
    };
    let memory = if has_room { TagUpdate::Set(remembered.value()) } else { TagUpdate::Keep };
    NoticeDecision { known: notice.is_none(), notice, memory }
}

/// How urgent a missing record is. The table is that of the function's README.
pub fn severity(facts: &CertificateDetail, now: Timestamp) -> Severity {
    let may_be_in_use = facts.in_use != Some(false);
    match facts.not_after.map(|end| days_left(end, now)) {
        // Whoever requested it is waiting for it.
        None => Severity::Warning,
        Some(..=7) if may_be_in_use => Severity::Critical,
        Some(..=7) => Severity::Warning,
        Some(_) if may_be_in_use => Severity::Warning,
        Some(_) => Severity::Info,
    }
}

#[cfg(test)]
mod tests {
    use certificates::{CertificateSummary, CertificateType};
    use jiff::SignedDuration;

    use super::*;

    fn now() -> Timestamp {
        "2026-11-21T06:51:08Z".parse().unwrap()
    }

    fn look(occasion: Occasion, tags: &[(&str, &str)]) -> CertificateState {
        let arn = "arn:aws:acm:us-east-1:123456789012:certificate/61f50cd4".parse().unwrap();
        let facts = CertificateDetail::from(CertificateSummary {
            domain_name: Some("example.com".into()),
            ..CertificateSummary::new(arn, CertificateType::AmazonIssued)
        });
        CertificateState {
            occasion,
            change_asked_at: None,
            facts,
            requested: PendingUpdate::None,
            tags: tags.iter().copied().collect(),
            now: now(),
        }
    }

    fn blocked(known_missing: bool) -> Blocked {
        Blocked {
            cause: Cause::NoZone,
            domain: "example.com".into(),
            record: Some(Record {
                name: DnsName::new("_a.example.com"),
                value: DnsName::new("_b.acm-validations.aws"),
            }),
            detail: "no zone".into(),
            known_missing,
        }
    }

    fn settings() -> Settings {
        Settings { owner_tag_key: "Owner".into(), record_ttl: 300, grants: Grants::default() }
    }

    const PENDING: PendingValidation = PendingValidation::Issuance(None);

    #[test]
    fn the_table_of_what_is_told() {
        let value = NotifiedFindings::new(&FindingDigest::from_blocked(&[blocked(false)]).unwrap()).value();
        let more = format!("{value}ffffffff");
        let full: Vec<(String, String)> = (0..50).map(|n| (format!("key-{n}"), "x".into())).collect();
        let full: Vec<(&str, &str)> = full.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        let told = [(tags::VALIDATION_NOTIFIED, value.as_str())];
        let other = [(tags::VALIDATION_NOTIFIED, "no-zone/00000000")];
        let told_more = [(tags::VALIDATION_NOTIFIED, more.as_str())];
        let muted = [(tags::NOTICES, "off")];
        let unsent = [(tags::VALIDATION_NOTIFIED, UNSENT)];
        let set = || TagUpdate::Set(value.clone());
        use Certainty::{CallFailed, Complete, RecordsNotNamed, Unanswered};
        use Occasion::{Requested, Sweep};
        for (case, occasion, tags, waiting, known_missing, certainty, notice, memory) in [
            ("a request", Requested, &[][..], PENDING, false, Complete, true, set()),
            ("a sweep", Sweep, &[], PENDING, false, Complete, true, set()),
            ("told before", Sweep, &told, PENDING, false, Complete, false, TagUpdate::Keep),
            ("told with more", Sweep, &told_more, PENDING, false, Complete, false, set()),
            (
                "told with more that may be so still",
                Sweep,
                &told_more,
                PENDING,
                false,
                Unanswered,
                false,
                TagUpdate::Keep,
            ),
            ("told of something else", Sweep, &other, PENDING, false, Complete, true, set()),
            ("muted", Requested, &muted, PENDING, false, Complete, false, TagUpdate::Keep),
            ("records not named yet", Requested, &[], PENDING, false, RecordsNotNamed, false, TagUpdate::Keep),
            ("still not named at a sweep", Sweep, &[], PENDING, false, RecordsNotNamed, true, set()),
            ("a sweep could not send it", Sweep, &unsent, PENDING, false, Complete, true, set()),
            ("another zone cannot be read", Requested, &[], PENDING, false, CallFailed, false, TagUpdate::Keep),
            ("another zone still cannot be read at a sweep", Sweep, &[], PENDING, false, CallFailed, true, set()),
            (
                "reported with more, and another zone cannot be read",
                Sweep,
                &told_more,
                PENDING,
                false,
                CallFailed,
                false,
                TagUpdate::Keep,
            ),
            ("the DNS is silent about more", Sweep, &[], PENDING, false, Unanswered, true, set()),
            ("no room, own event", Requested, &full, PENDING, false, Complete, true, TagUpdate::Keep),
            ("no room, sweep", Sweep, &full, PENDING, false, Complete, false, TagUpdate::Keep),
            ("issued, perhaps well", Sweep, &[], PendingValidation::None, false, Complete, false, TagUpdate::Keep),
            (
                "issued after it was told",
                Sweep,
                &told,
                PendingValidation::None,
                false,
                Complete,
                false,
                TagUpdate::Remove,
            ),
            ("issued, record missing", Sweep, &[], PendingValidation::None, true, Complete, true, set()),
        ] {
            let found =
                decide_notice(&look(occasion, tags), waiting, &[blocked(known_missing)], certainty, &settings());
            assert_eq!((found.notice.is_some(), found.memory), (notice, memory), "{case}");
            assert_eq!(found.known, !notice, "{case}");
        }
    }

    #[test]
    fn the_memory_goes_when_all_is_in_place_and_only_then() {
        let told = look(Occasion::Sweep, &[(tags::VALIDATION_NOTIFIED, "no-zone/00000000")]);
        let after = |waiting, blocked: &[Blocked], certainty| {
            decide_notice(&told, waiting, blocked, certainty, &settings()).memory
        };
        assert_eq!(after(PENDING, &[], Certainty::Complete), TagUpdate::Remove);
        assert_eq!(after(PendingValidation::None, &[], Certainty::Complete), TagUpdate::Remove);
        for certainty in [Certainty::RecordsNotNamed, Certainty::CallFailed, Certainty::Unanswered] {
            assert_eq!(after(PENDING, &[], certainty), TagUpdate::Keep);
            assert_eq!(after(PendingValidation::None, &[blocked(false)], certainty), TagUpdate::Keep);
        }
        assert_eq!(after(PendingValidation::None, &[blocked(false)], Certainty::Complete), TagUpdate::Remove);
        let nothing = decide_notice(&look(Occasion::Sweep, &[]), PENDING, &[], Certainty::Complete, &settings());
        assert_eq!(nothing, NoticeDecision { notice: None, memory: TagUpdate::Keep, known: false });
    }

    #[test]
    fn the_table_of_severities() {
        for (days, in_use, expected) in [
            (None, Some(false), Severity::Warning),
            (Some(7), Some(true), Severity::Critical),
            (Some(7), None, Severity::Critical),
            (Some(7), Some(false), Severity::Warning),
            (Some(8), Some(true), Severity::Warning),
            (Some(8), Some(false), Severity::Info),
        ] {
            let end = days.map(|days| now() + SignedDuration::from_hours(24 * days));
            let facts = CertificateDetail {
                summary: CertificateSummary { not_after: end, in_use, ..look(Occasion::Sweep, &[]).facts.summary },
                ..look(Occasion::Sweep, &[]).facts
            };
            assert_eq!(severity(&facts, now()), expected, "{days:?} {in_use:?}");
        }
    }
}
