//! How far the renewal of an imported certificate is: what its tags record, compared with what ACM shows.
//!
//! | recorded status | ACM shows | state |
//! |---|---|---|
//! | none | | not started |
//! | any | another serial number than that which the renewal replaces, imported at most 72 hours ago | replaced |
//! | any but `pending-renewal` | the same, imported longer ago | not started |
//! | `pending-renewal` | | requested |
//! | `renewal-in-progress` | | in progress |
//! | `renewal-failed` | | failed |
//! | `renewal-complete` | | complete |
//!
//! Anybody who may tag can write the tags, so ACM's own time of the import has to agree with them.

use jiff::{SignedDuration, Timestamp};
use x509::SerialNumber;

use crate::certificate::CertificateDetail;
use crate::status::{CLAIM_LASTS, RenewalStatus};
use crate::tags::Recorded;

/// A time in a tag that is further ahead than this was not written by a function: clocks differ, but not more.
pub const CLOCK_SKEW: SignedDuration = SignedDuration::from_mins(5);
/// The longest pause after a failed attempt is a day, and the sweep that ends it may come a day later.
const REQUESTED_AGAIN_WITHIN: SignedDuration = SignedDuration::from_hours(48);
/// How long after the import a renewal may be found complete. An attempt that crashed after its import is checked
/// again by the queue within two hours; else by the sweep after a pause of a day (two days), and here is a third, for
/// one sweep that failed. Whoever may tag can make a certificate look replaced for no longer than this after a real
/// import, when even one that lives a week is not due.
const REPLACED_WITHIN: SignedDuration = SignedDuration::from_hours(72);

/// Where a renewal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RenewalState {
    /// There is none.
    NotStarted,
    /// It was requested and has not started.
    Requested,
    /// A function is at work on it, or crashed.
    InProgress,
    /// The last attempt failed.
    Failed,
    /// The certificate was replaced, but that is not recorded yet: by an attempt that crashed after its import, or by
    /// a person.
    Replaced,
    /// It is complete, and recorded.
    Complete,
}

/// What ACM shows of the certificate in place.
#[derive(Debug, Clone, Copy)]
pub struct InPlace<'a> {
    /// Its serial number. Listings do not show it: then only the times decide whether it was replaced.
    pub serial: Option<&'a str>,
    /// When it was imported.
    pub imported_at: Option<Timestamp>,
}

impl CertificateDetail {
    /// What distinguishes it from the certificate that a renewal replaces.
    pub fn in_place(&self) -> InPlace<'_> {
        InPlace { serial: self.serial.as_deref(), imported_at: self.imported_at }
    }
}

/// A renewal as it was recorded, at this time.
#[derive(Debug, Clone, Copy)]
pub struct RenewalProgress<'a> {
    recorded: &'a Recorded,
    now: Timestamp,
}

impl<'a> RenewalProgress<'a> {
    /// What the tags record, read now.
    pub fn new(recorded: &'a Recorded, now: Timestamp) -> Self {
        Self { recorded, now }
    }

    /// Since when the status holds; `None` where that is not known, or lies in the future.
    pub fn since(self) -> Option<Timestamp> {
        self.recorded.since.filter(|since| since.duration_since(self.now) <= CLOCK_SKEW)
    }

    /// For how long the status has held; `None` where that is not known.
    pub fn age(self) -> Option<SignedDuration> {
        self.since().map(|since| self.now.duration_since(since))
    }

    /// Whether the status has held for longer than this. An unknown age counts as very long.
    pub fn is_older_than(self, limit: SignedDuration) -> bool {
        self.age().is_none_or(|age| age > limit)
    }

    /// Whether an attempt may still be running.
    pub fn is_claimed(self) -> bool {
        self.recorded.status == Some(RenewalStatus::RenewalInProgress)
            && self.age().is_some_and(|age| age < CLAIM_LASTS)
    }

    /// Where the renewal is.
    pub fn state(self, in_place: InPlace<'_>) -> RenewalState {
        let Some(status) = self.recorded.status else { return RenewalState::NotStarted };
        let is_about_another = self.is_about_another(in_place);
        match status {
            _ if is_about_another && self.was_imported_lately(in_place) => RenewalState::Replaced,
            RenewalStatus::PendingRenewal => RenewalState::Requested,
            // The attempts and failures of a certificate that was replaced long ago say nothing about this one.
            _ if is_about_another => RenewalState::NotStarted,
            RenewalStatus::RenewalInProgress => RenewalState::InProgress,
            RenewalStatus::RenewalFailed => RenewalState::Failed,
            RenewalStatus::RenewalComplete => RenewalState::Complete,
        }
    }

    fn was_imported_lately(self, in_place: InPlace<'_>) -> bool {
        in_place.imported_at.is_some_and(|imported| self.now.duration_since(imported) <= REPLACED_WITHIN)
    }

    /// Whether the certificate is not the one that this renewal was to replace: the import took place, or
    /// a person made one. The tag that shows it is removed last, so that no crash on the way is missed.
    pub fn is_about_another(self, in_place: InPlace<'_>) -> bool {
        let (Some(imported), Some(since)) = (in_place.imported_at, self.since()) else { return false };
        let is_recorded_within =
            |time| since.duration_since(imported) <= time && self.has_another_serial(in_place.serial);
        match self.recorded.status {
            None => false,
            // An attempt that failed before its claim left no serial number.
            Some(RenewalStatus::RenewalFailed) if self.recorded.renewal_of.is_none() => imported > since,
            // Written at the claim, and at the import, by clocks that may differ.
            Some(RenewalStatus::RenewalInProgress | RenewalStatus::RenewalComplete) => is_recorded_within(CLOCK_SKEW),
            // Written when an attempt ends.
            Some(RenewalStatus::RenewalFailed) => is_recorded_within(CLAIM_LASTS),
            // Written when a failed attempt is to be repeated, of which the import took place after all.
            Some(RenewalStatus::PendingRenewal) => is_recorded_within(REQUESTED_AGAIN_WITHIN),
        }
    }

    /// Whether the renewal names the serial number of another certificate. Whoever may tag can write anything there:
    /// what is not a serial number names none.
    fn has_another_serial(self, present: Option<&str>) -> bool {
        let Some(replaced) = self.recorded.renewal_of.as_deref().and_then(SerialNumber::parse) else { return false };
        let Some(present) = present else { return true };
        // Of a negative one, some write the digits as they are in the certificate and a sign before them.
        let unsigned = self.recorded.renewal_of.as_deref().map(|text| text.trim().trim_start_matches('-'));
        SerialNumber::parse(present)
            .is_some_and(|present| present != replaced && unsigned.and_then(SerialNumber::parse) != Some(present))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use RenewalState::{Complete, Failed, InProgress, NotStarted, Replaced, Requested};
    use RenewalStatus::{PendingRenewal, RenewalComplete, RenewalFailed, RenewalInProgress};

    const OLD: Option<&str> = Some("0a:1b");
    const NEW: Option<&str> = Some("77:02");

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn recorded(status: Option<RenewalStatus>, since: &str, renewal_of: Option<&str>) -> Recorded {
        let (since, renewal_of) = (since.parse().ok(), renewal_of.map(str::to_owned));
        Recorded { status, since, renewal_of, ..Recorded::default() }
    }

    /// The status is recorded on the 20th at 8:00, and it is 9:00.
    #[test]
    fn table() {
        let since = "2026-11-20T08:00:00Z";
        for (name, status, renewal_of, serial, imported, expected) in [
            ("no status", None, OLD, NEW, "2026-11-20T08:10:00Z", NotStarted),
            ("requested", Some(PendingRenewal), OLD, OLD, "2025-11-20T08:00:00Z", Requested),
            ("at work, or crashed", Some(RenewalInProgress), OLD, OLD, "2025-11-20T08:00:00Z", InProgress),
            ("failed", Some(RenewalFailed), OLD, OLD, "2025-11-20T08:00:00Z", Failed),
            ("complete", Some(RenewalComplete), None, NEW, "2026-11-20T07:59:00Z", Complete),
            ("crashed after the import", Some(RenewalInProgress), OLD, NEW, "2026-11-20T08:10:00Z", Replaced),
            ("by clocks that differ", Some(RenewalInProgress), OLD, NEW, "2026-11-20T07:55:00Z", Replaced),
            ("imported before the claim", Some(RenewalInProgress), OLD, NEW, "2026-11-20T07:54:59Z", InProgress),
            ("found failed, but imported", Some(RenewalFailed), OLD, NEW, "2026-11-20T07:45:00Z", Replaced),
            ("imported before the attempt", Some(RenewalFailed), OLD, NEW, "2026-11-20T07:44:59Z", Failed),
            ("failed at once, a person imported", Some(RenewalFailed), None, NEW, "2026-11-20T08:00:01Z", Replaced),
            ("failed at once", Some(RenewalFailed), None, NEW, "2026-11-20T08:00:00Z", Failed),
            ("asked again after the import", Some(PendingRenewal), OLD, NEW, "2026-11-18T09:00:00Z", Replaced),
            ("asked again, imported long before", Some(PendingRenewal), OLD, NEW, "2026-11-18T07:59:59Z", Requested),
            ("recorded but not announced", Some(RenewalComplete), OLD, NEW, "2026-11-20T07:58:00Z", Replaced),
            ("another spelling", Some(RenewalInProgress), OLD, Some("A1B"), "2026-11-20T08:10:00Z", InProgress),
            ("another sign", Some(RenewalInProgress), Some("-0a:1b"), OLD, "2026-11-20T08:10:00Z", InProgress),
            ("garbage", Some(RenewalInProgress), Some("gremlins"), NEW, "2026-11-20T08:10:00Z", InProgress),
            ("a listing, imported since", Some(RenewalFailed), OLD, None, "2026-11-20T08:10:00Z", Replaced),
            ("a listing, not imported since", Some(RenewalFailed), OLD, None, "2025-11-20T08:10:00Z", Failed),
        ] {
            let recorded = recorded(status, since, renewal_of);
            let progress = RenewalProgress::new(&recorded, at("2026-11-20T09:00:00Z"));
            let state = progress.state(InPlace { serial, imported_at: Some(at(imported)) });
            assert_eq!(state, expected, "{name}");
        }
    }

    /// Who renews a certificate by hand need not clean up its tags, and nobody can use them to make it look replaced.
    #[test]
    fn what_was_replaced_long_ago_does_not_count() {
        let in_place = InPlace { serial: NEW, imported_at: Some(at("2026-11-20T08:00:00Z")) };
        for (status, soon, late) in [
            (RenewalFailed, Replaced, NotStarted),
            (RenewalInProgress, Replaced, NotStarted),
            (PendingRenewal, Replaced, Requested),
        ] {
            let recorded = recorded(Some(status), "2026-11-20T08:00:00Z", OLD);
            let state = |now| RenewalProgress::new(&recorded, at(now)).state(in_place);
            assert_eq!((state("2026-11-23T08:00:00Z"), state("2026-11-23T08:00:01Z")), (soon, late), "{status}");
        }
    }

    #[test]
    fn a_claim_lasts_fifteen_minutes() {
        for (since, is_claimed) in [
            ("2026-11-20T08:45:01Z", true),
            ("2026-11-20T08:45:00Z", false),
            ("2026-11-20T09:05:00Z", true),
            ("2026-11-20T09:05:01Z", false),
            ("once", false),
        ] {
            let recorded = recorded(Some(RenewalInProgress), since, OLD);
            let progress = RenewalProgress::new(&recorded, at("2026-11-20T09:00:00Z"));
            assert_eq!(progress.is_claimed(), is_claimed, "{since}");
        }
    }

    #[test]
    fn an_unknown_age_is_a_long_one() {
        for (since, is_older) in [("2026-11-20T08:00:00Z", false), ("2026-11-20T07:59:59Z", true), ("once", true)] {
            let recorded = recorded(Some(PendingRenewal), since, OLD);
            let progress = RenewalProgress::new(&recorded, at("2026-11-20T09:00:00Z"));
            assert_eq!(progress.is_older_than(SignedDuration::from_hours(1)), is_older, "{since}");
        }
    }
}
