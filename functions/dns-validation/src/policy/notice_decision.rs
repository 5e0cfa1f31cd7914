//! Whether a notice is sent, and what the tag `validation-notified` holds afterwards.

use certificates::tags;
use serde::Serialize;

use super::cause::Blocked;
use super::notice_dedup::{FindingDigest, NotifiedFindings};
use super::required_records::PendingValidation;
use crate::Occasion;
use crate::state::CertificateState;

/// What becomes of the tag that holds what was notified.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TagUpdate {
    Keep,
    Set(String),
    /// Nothing is wrong any more.
    Remove,
    /// AWS refuses to have it written. Never decided, only found out.
    Refused,
}

impl TagUpdate {
    pub fn is_refused(&self) -> bool {
        *self == Self::Refused
    }
}

/// The value of the tag while a sweep finds out whether it can be written at all. It remembers nothing.
pub const UNSENT: &str = "unsent";

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NoticeDecision {
    /// What the notice is about; empty when none is sent.
    pub findings: Vec<Blocked>,
    pub tag_update: TagUpdate,
}

impl NoticeDecision {
    pub fn quiet(tag_update: TagUpdate) -> Self {
        Self { findings: Vec::new(), tag_update }
    }

    pub fn is_notice_due(&self) -> bool {
        !self.findings.is_empty()
    }
}

/// How much of what matters could be found out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certainty {
    /// Everything: what was not found is not so.
    Complete,
    /// ACM has not named every record. The others come within seconds.
    RecordsNotNamed,
    /// A call failed, or there was no time for it. The event is delivered again, or the next sweep finds out.
    CallFailed,
    /// The DNS did not answer, or was not asked because time ran out; or ACM does not let this function read the
    /// records of a change.
    Unanswered,
}

/// Whether a finding matters now. Of a certificate that nothing waits for, only a record that is missing for certain
/// does: names that are validated in another account's DNS are well.
pub fn matters(blocked: &Blocked, pending: PendingValidation) -> bool {
    pending != PendingValidation::None || blocked.known_missing
}

/// Decides whether somebody is notified of what keeps the records from being in place.
///
/// What was notified, and is only not known at this check, stays in the tag.
pub fn decide_notice(
    state: &CertificateState,
    pending: PendingValidation,
    blocked: &[Blocked],
    certainty: Certainty,
) -> NoticeDecision {
    let tag = state.tags.get(tags::VALIDATION_NOTIFIED);
    let is_complete = certainty == Certainty::Complete;
    let findings: Vec<Blocked> = blocked.iter().filter(|blocked| matters(blocked, pending)).cloned().collect();
    let Some(found) = FindingDigest::from_blocked(&findings) else {
        // The next renewal that waits for the same record is reported again.
        let is_outdated = tag.is_some() && is_complete;
        return NoticeDecision::quiet(if is_outdated { TagUpdate::Remove } else { TagUpdate::Keep });
    };
    let notified = tag.and_then(NotifiedFindings::parse);
    let current = NotifiedFindings::new(&found);
    let is_news = !notified.as_ref().is_some_and(|notified| notified.covers(&found));
    let is_own_event = state.occasion != Occasion::Sweep;
    // Lambda delivers such an event again: a part of the findings now would make a second notice of the rest. A sweep
    // reports what is known, since whatever failed may fail for days.
    let is_retried = is_own_event && matches!(certainty, Certainty::CallFailed | Certainty::RecordsNotNamed);
    let may_notify = !is_retried && !state.is_muted();
    let has_room = state.tags.have_room_for(&[tags::VALIDATION_NOTIFIED]);
    match (is_news, may_notify, has_room) {
        // A part is fixed, so it is reported when it breaks again.
        (false, ..) if is_complete && notified.as_ref() != Some(&current) => {
            NoticeDecision::quiet(TagUpdate::Set(current.value()))
        }
        (false, ..) | (true, false, _) => NoticeDecision::quiet(TagUpdate::Keep),
        (true, true, true) => {
            let remembered = match &notified {
                Some(before) if !is_complete => current.merged_with(before),
                _ => current,
            };
            NoticeDecision { findings, tag_update: TagUpdate::Set(remembered.value()) }
        }
        // Without the tag, every sweep would repeat the notice; an event of the certificate itself is rare.
        (true, true, false) if is_own_event => NoticeDecision { findings, tag_update: TagUpdate::Keep },
        (true, true, false) => NoticeDecision::quiet(TagUpdate::Keep),
    }
}

#[cfg(test)]
mod tests {
    use certificates::{CertificateDetail, CertificateSummary, CertificateType};
    use jiff::Timestamp;

    use super::super::cause::Cause;
    use super::super::records::Record;
    use super::*;
    use crate::state::PendingUpdate;
    use route53::DnsName;

    fn now() -> Timestamp {
        "2026-11-21T06:51:08Z".parse().unwrap()
    }

    fn state(occasion: Occasion, tags: &[(&str, &str)]) -> CertificateState {
        let arn = "arn:aws:acm:us-east-1:123456789012:certificate/61f50cd4".parse().unwrap();
        let certificate = CertificateDetail::from(CertificateSummary {
            domain_name: Some("example.com".into()),
            ..CertificateSummary::new(arn, CertificateType::AmazonIssued)
        });
        CertificateState {
            occasion,
            update_requested_at: None,
            certificate,
            pending_update: PendingUpdate::None,
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

    const PENDING: PendingValidation = PendingValidation::Issuance(None);

    #[test]
    fn the_table_of_notices() {
        let value = NotifiedFindings::new(&FindingDigest::from_blocked(&[blocked(false)]).unwrap()).value();
        let more = format!("{value}ffffffff");
        let full: Vec<(String, String)> = (0..50).map(|n| (format!("key-{n}"), "x".into())).collect();
        let full: Vec<(&str, &str)> = full.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        let notified = [(tags::VALIDATION_NOTIFIED, value.as_str())];
        let other = [(tags::VALIDATION_NOTIFIED, "no-zone/00000000")];
        let notified_more = [(tags::VALIDATION_NOTIFIED, more.as_str())];
        let muted = [(tags::NOTICES, "off")];
        let unsent = [(tags::VALIDATION_NOTIFIED, UNSENT)];
        let set = || TagUpdate::Set(value.clone());
        use Certainty::{CallFailed, Complete, RecordsNotNamed, Unanswered};
        use Occasion::{Requested, Sweep};
        for (case, occasion, tags, pending, known_missing, certainty, notice, tag_update) in [
            ("a request", Requested, &[][..], PENDING, false, Complete, true, set()),
            ("a sweep", Sweep, &[], PENDING, false, Complete, true, set()),
            ("notified before", Sweep, &notified, PENDING, false, Complete, false, TagUpdate::Keep),
            ("notified with more", Sweep, &notified_more, PENDING, false, Complete, false, set()),
            (
                "notified with more that may be true still",
                Sweep,
                &notified_more,
                PENDING,
                false,
                Unanswered,
                false,
                TagUpdate::Keep,
            ),
            ("notified of something else", Sweep, &other, PENDING, false, Complete, true, set()),
            ("muted", Requested, &muted, PENDING, false, Complete, false, TagUpdate::Keep),
            ("records not named yet", Requested, &[], PENDING, false, RecordsNotNamed, false, TagUpdate::Keep),
            ("still not named at a sweep", Sweep, &[], PENDING, false, RecordsNotNamed, true, set()),
            ("a sweep could not send it", Sweep, &unsent, PENDING, false, Complete, true, set()),
            ("another zone cannot be read", Requested, &[], PENDING, false, CallFailed, false, TagUpdate::Keep),
            ("another zone still cannot be read at a sweep", Sweep, &[], PENDING, false, CallFailed, true, set()),
            (
                "notified with more, and another zone cannot be read",
                Sweep,
                &notified_more,
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
                "issued after it was notified",
                Sweep,
                &notified,
                PendingValidation::None,
                false,
                Complete,
                false,
                TagUpdate::Remove,
            ),
            ("issued, record missing", Sweep, &[], PendingValidation::None, true, Complete, true, set()),
        ] {
            let found = decide_notice(&state(occasion, tags), pending, &[blocked(known_missing)], certainty);
            assert_eq!((found.is_notice_due(), found.tag_update), (notice, tag_update), "{case}");
        }
    }

    #[test]
    fn the_tag_is_removed_when_all_is_in_place_and_only_then() {
        let notified = state(Occasion::Sweep, &[(tags::VALIDATION_NOTIFIED, "no-zone/00000000")]);
        let after =
            |pending, blocked: &[Blocked], certainty| decide_notice(&notified, pending, blocked, certainty).tag_update;
        assert_eq!(after(PENDING, &[], Certainty::Complete), TagUpdate::Remove);
        assert_eq!(after(PendingValidation::None, &[], Certainty::Complete), TagUpdate::Remove);
        for certainty in [Certainty::RecordsNotNamed, Certainty::CallFailed, Certainty::Unanswered] {
            assert_eq!(after(PENDING, &[], certainty), TagUpdate::Keep);
            assert_eq!(after(PendingValidation::None, &[blocked(false)], certainty), TagUpdate::Keep);
        }
        assert_eq!(after(PendingValidation::None, &[blocked(false)], Certainty::Complete), TagUpdate::Remove);
        let nothing = decide_notice(&state(Occasion::Sweep, &[]), PENDING, &[], Certainty::Complete);
        assert_eq!(nothing, NoticeDecision::quiet(TagUpdate::Keep));
    }
}
