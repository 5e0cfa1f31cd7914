//! Of which certificates a sweep reads the tags from ACM, and which it may skip because of the tags that GetResources shows.
//!
//! GetResources shows the tags of a hundred certificates with one call, but a change only some time later, and certificates
//! that never had a tag not at all. So it can only say of which certificates nothing is to be done. Whatever else it shows is
//! verified with ACM, and so is, once a day, that nothing is to be done.

use std::hash::{DefaultHasher, Hash, Hasher};

use certificates::tags::TagState;
use certificates::{CertificateSummary, RenewalStatus};
use jiff::{SignedDuration, Timestamp};

use super::Settings;
use super::succession::needs_certainty;
use super::sweep_candidates::is_due;

/// EventBridge and Lambda start a sweep this much later than planned, at most.
const LATE: SignedDuration = SignedDuration::from_mins(5);
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// What GetResources shows of a candidate.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    pub tags: &'a TagState,
    /// Whether nothing would be done if these were the certificate's tags.
    pub is_quiet: bool,
}

/// Why a sweep reads a certificate's tags from ACM.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadReason {
    /// It expires in 7 days or fewer, or expired at most 7 days ago: what is only likely does not silence it.
    NearExpiry,
    /// Its turn of the day has come.
    Turn,
    /// GetResources does not show it.
    NotShown,
    /// The tags that are shown make something due.
    SomethingDue,
    /// A tag that is shown cannot be read.
    UnreadableTag,
}

/// Why the tags of a candidate are read from ACM; none if it may be skipped.
pub fn reason_to_read(
    certificate: &CertificateSummary,
    shown: Option<Shown<'_>>,
    settings: &Settings,
    now: Timestamp,
) -> Option<ReadReason> {
    reason_without_tags(certificate, settings, now).or_else(|| reason_with_tags(certificate, shown, settings, now))
}

fn reason_with_tags(
    certificate: &CertificateSummary,
    shown: Option<Shown<'_>>,
    settings: &Settings,
    now: Timestamp,
) -> Option<ReadReason> {
    match shown {
        None => Some(ReadReason::NotShown),
        Some(Shown { is_quiet: false, .. }) => Some(ReadReason::SomethingDue),
        Some(Shown { tags, .. }) if !tags.unreadable.is_empty() => Some(ReadReason::UnreadableTag),
        // It is a candidate only because it was issued or imported lately.
        Some(Shown { tags, .. }) if !shows_its_renewal(certificate, tags) => {
            is_in_turn(&certificate.arn, settings.sweep_gap, now).then_some(ReadReason::Turn)
        }
        Some(_) => None,
    }
}

/// The same as far as it does not depend on tags.
pub fn reason_without_tags(
    certificate: &CertificateSummary,
    settings: &Settings,
    now: Timestamp,
) -> Option<ReadReason> {
    if needs_certainty(certificate, now) {
        return Some(ReadReason::NearExpiry);
    }
    let is_turn = is_due(certificate, settings, now) && is_in_turn(&certificate.arn, settings.sweep_gap, now);
    is_turn.then_some(ReadReason::Turn)
}

/// Whether GetResources is worth its calls: it may save more than one for each hundred certificates.
pub fn is_worth_asking(may_be_skipped: usize, certificates: usize, page: usize) -> bool {
    may_be_skipped > certificates.div_ceil(page)
}

/// Whether a sweep that starts now is the first one since a moment of the day that follows from a hash of the key, such as a
/// certificate's ARN: so each has its turn in one sweep of the day, all of them spread evenly, and nothing has to be remembered.
pub fn is_in_turn(key: &impl Hash, sweep_gap: SignedDuration, now: Timestamp) -> bool {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    let moment = i64::try_from(hasher.finish() % DAY.as_secs().unsigned_abs()).unwrap_or_default();
    let since = (now.as_second() - moment).rem_euclid(DAY.as_secs());
    SignedDuration::from_secs(since) < sweep_gap.saturating_add(LATE)
}

/// Whether the tags are those of the certificate that is in place: its renewal was recorded as complete after its import, so
/// that they are not older than that.
fn shows_its_renewal(certificate: &CertificateSummary, tags: &TagState) -> bool {
    let (recorded, in_place) = (&tags.recorded, certificate.imported_at.max(certificate.not_before));
    // Tags have whole seconds.
    recorded.status == Some(RenewalStatus::RenewalComplete)
        && recorded.since.zip(in_place).is_some_and(|(since, in_place)| since.as_second() >= in_place.as_second())
}
