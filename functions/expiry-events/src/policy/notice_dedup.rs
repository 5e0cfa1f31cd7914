//! What was notified already: the tag `notified`.
//!
//! It holds the latest milestone, and other kinds of notice, for one date of `notAfter`. A renewed certificate has
//! another date and starts over. Nobody can be silenced by the tag alone for longer than a day where it matters most:
//! see [`severity::is_reported_daily`](super::severity::is_reported_daily).

use certificates::tags::Notified;
use certificates::utc_date;
use jiff::Timestamp;
use jiff::civil::Date;

use super::{DueNotice, NoticeKind};
use crate::CertificateState;

/// The kinds that the tag names; the expiry is remembered as a milestone.
const NAMED: [NoticeKind; 5] = [
    NoticeKind::ActionRequired,
    NoticeKind::Renewed,
    NoticeKind::Rotated,
    NoticeKind::Revoked,
    NoticeKind::RevocationAhead,
];
/// The day of the last critical notice is written after this.
const CRITICAL_ON: &str = "critical-";
/// The day on which a secret that had nothing newer was last checked again is written after this.
const SECRET_CHECKED_ON: &str = "secret-checked-";

/// What was notified of the certificate with this `notAfter`. What others wrote into the tag does not count, so that it
/// cannot grow beyond what ACM takes.
pub fn remembered(state: &CertificateState, not_after: Timestamp) -> Notified {
    let mut remembered = Notified::nothing(not_after);
    let is_current = |notified: &&Notified| notified.not_after == remembered.not_after;
    let Some(notified) = state.tag_state.recorded.notified.as_ref().filter(is_current) else { return remembered };
    remembered.milestone = notified.milestone;
    let today = utc_date(state.now);
    let days = [critical_on(today), secret_checked_on(today)];
    let words = NAMED.iter().map(|kind| kind.as_str().to_owned()).chain(days);
    remembered.kinds = words.filter(|word| notified.kinds.contains(word)).collect();
    remembered
}

/// Whether the tag says that the certificate's secret was checked again on this day.
pub fn was_secret_checked_on(day: Date, state: &CertificateState) -> bool {
    let Some(not_after) = state.certificate.not_after else { return false };
    remembered(state, not_after).kinds.contains(&secret_checked_on(day))
}

/// Whether the tag says that people know that the CA may revoke the certificate.
pub fn was_revocation_reported(state: &CertificateState) -> bool {
    let Some(not_after) = state.certificate.not_after else { return false };
    let word = NoticeKind::RevocationAhead.as_str();
    remembered(state, not_after).kinds.iter().any(|kind| kind == word)
}

/// The same, once the secret was checked on this day.
#[must_use]
pub fn with_secret_checked(mut notified: Notified, day: Date) -> Notified {
    notified.kinds.push(secret_checked_on(day));
    notified
}

/// Those of the due notices that were not sent yet.
pub fn not_notified(due: Vec<DueNotice>, notified: &Notified, today: Date) -> Vec<DueNotice> {
    let is_new = |due: &DueNotice| {
        is_later_milestone(due, notified) || words(due, today).iter().any(|word| !notified.kinds.contains(word))
    };
    due.into_iter().filter(is_new).collect()
}

/// What the tag has to hold once these were sent.
pub fn notified_after(notified: &Notified, sent: &[DueNotice], today: Date) -> Notified {
    let mut after = notified.clone();
    for due in sent {
        if is_later_milestone(due, &after) {
            after.milestone = due.milestone;
            // A renewal that still waits is reported again at each milestone.
            after.kinds.retain(|kind| kind != NoticeKind::ActionRequired.as_str());
        }
        let new: Vec<String> = words(due, today).into_iter().filter(|word| !after.kinds.contains(word)).collect();
        after.kinds.extend(new);
    }
    after
}

fn is_later_milestone(due: &DueNotice, notified: &Notified) -> bool {
    due.milestone.is_some_and(|reached| notified.milestone.is_none_or(|before| reached < before))
}

/// What the tag names once this was sent, besides its milestone.
fn words(due: &DueNotice, today: Date) -> Vec<String> {
    let kind = NAMED.contains(&due.kind).then(|| due.kind.as_str().to_owned());
    let critical = (due.is_daily && due.milestone.is_some()).then(|| critical_on(today));
    kind.into_iter().chain(critical).collect()
}

fn critical_on(day: Date) -> String {
    format!("{CRITICAL_ON}{day}")
}

fn secret_checked_on(day: Date) -> String {
    format!("{SECRET_CHECKED_ON}{day}")
}
