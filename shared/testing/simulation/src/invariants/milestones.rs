//! Milestones of a certificate: thresholds and expiry, and the notices about them.

use certificates::tags::{NOTICES, NOTIFIED};
use certificates::{days_left, utc_date};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use simulated_aws::Certificate;

use super::{NONE_MISSED, has_room};
use crate::model_state::{ExpiryNotice, ModelState, TrackedCertificate};
use crate::organization::renew_days_earlier;
use crate::report::{Broken, Check};

/// The template's defaults.
const THRESHOLDS: [i64; 7] = [45, 30, 15, 7, 3, 1, 0];
const RENEW_BEFORE_DAYS: i64 = 30;

/// The milestone of an expired certificate.
pub(super) const EXPIRED: i64 = -1;

pub(super) fn lifetime(certificate: &Certificate) -> i64 {
    certificate.not_after.duration_since(certificate.not_before).as_hours() / 24
}

/// README of expiry-events: "only thresholds of at most half the certificate's lifetime".
pub(super) fn applicable_thresholds(certificate: &Certificate) -> impl Iterator<Item = i64> {
    let limit = lifetime(certificate) / 2;
    THRESHOLDS.into_iter().filter(move |days| *days <= limit)
}

/// The latest milestone reached.
pub(crate) fn milestone_reached(certificate: &Certificate, now: Timestamp) -> Option<i64> {
    if now > certificate.not_after {
        return Some(EXPIRED);
    }
    let left = days_left(certificate.not_after, now);
    applicable_thresholds(certificate).filter(|days| left <= *days).min()
}

/// When the day starts on which this many are left.
pub(crate) fn midnight_of(certificate: &Certificate, days: i64) -> Option<Timestamp> {
    let day = utc_date(certificate.not_after) - jiff::Span::new().days(days);
    Some(day.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

/// When the last threshold in the renewal window was crossed.
pub(crate) fn milestone_midnight(certificate: &Certificate, now: Timestamp) -> Option<Timestamp> {
    let window = renewal_window(certificate);
    let crossed = applicable_thresholds(certificate).filter(|days| *days <= window);
    crossed.filter_map(|days| midnight_of(certificate, days)).filter(|midnight| *midnight <= now).max()
}

/// README of expiry-events: "at most a third of the lifetime". In the ring of an organization it starts earlier.
pub(crate) fn renewal_window(certificate: &Certificate) -> i64 {
    (RENEW_BEFORE_DAYS + renew_days_earlier(&certificate.arn)).min((lifetime(certificate) / 3).max(1))
}

/// The milestone of an expiry notice; none for other notices.
pub(crate) fn expiry_notice(notice: &Value, at: Timestamp) -> Option<ExpiryNotice> {
    let kind = notice["kind"].as_str()?;
    if !["expiring", "expired", "renewal-action-required"].contains(&kind) {
        return None;
    }
    let end: Timestamp = notice["notAfter"].as_str()?.parse().ok()?;
    let left = notice["daysLeft"].as_i64()?;
    let milestone =
        if at > end { EXPIRED } else { THRESHOLDS.into_iter().filter(|days| left <= *days).min().unwrap_or(i64::MAX) };
    Some((notice["certificateArn"].as_str()?.to_owned(), utc_date(end), kind.to_owned(), milestone))
}

/// A sweep of these certificates without faults has sent a notice for every milestone reached before it. `tagging_delay`: it
/// may have seen tags as they were this long before.
pub(crate) fn check_all_notified(
    state: &ModelState,
    started: Timestamp,
    tagging_delay: SignedDuration,
    is_swept: impl Fn(&TrackedCertificate) -> bool,
) -> Check {
    for (arn, tracked) in state.certificates.iter().filter(|(_, tracked)| is_swept(tracked)) {
        let current = &tracked.seen;
        // A revocation is reported instead of the expiry, and nothing once an ACME client has replaced the certificate.
        let is_notified = current.status != "REVOKED" && !tracked.superseded;
        let Some(reached) = milestone_reached(current, started).filter(|_| is_notified) else { continue };
        if is_muted(tracked, started) || !has_room(tracked) || tracked.hindered >= started - tagging_delay {
            continue;
        }
        let date = utc_date(current.not_after);
        let any = |kind: &str| {
            let first = (arn.clone(), date, kind.to_owned(), EXPIRED);
            let last = (arn.clone(), date, kind.to_owned(), reached);
            state.expiry_notices.range(first..=last).next().is_some()
        };
        let was_muted = state.muted.range((arn.clone(), date, EXPIRED)..=(arn.clone(), date, reached)).next().is_some();
        if !was_muted && !["expiring", "expired", "renewal-action-required"].into_iter().any(any) {
            let tag = current.tags.get(NOTIFIED);
            let what =
                format!("no notice of {reached} days left after a sweep that started at {started} (tag: {tag:?})");
            return Err(Broken::new(NONE_MISSED, arn, what));
        }
    }
    Ok(())
}

/// Whether more is due than at an earlier time: days are counted by dates, and expiry has a time of day.
pub(crate) fn became_due(state: &ModelState, earlier: Timestamp, now: Timestamp) -> bool {
    let ended = |tracked: &TrackedCertificate| (earlier..=now).contains(&tracked.seen.not_after);
    utc_date(earlier) != utc_date(now) || state.certificates.values().any(ended)
}

/// The milestone that passes while the certificate is muted. No notice of it follows later.
pub(crate) fn muted_milestone(arn: &str, tracked: &TrackedCertificate, now: Timestamp) -> Option<(String, Date, i64)> {
    let reached = milestone_reached(&tracked.seen, now).filter(|_| is_muted(tracked, now))?;
    Some((arn.to_owned(), utc_date(tracked.seen.not_after), reached))
}

/// README, "Tags": `off`, or `off-until:` the date on which notices resume.
fn is_muted(tracked: &TrackedCertificate, now: Timestamp) -> bool {
    let until = |text: &str| text.strip_prefix("off-until:")?.parse::<Date>().ok();
    tracked.tags.get(NOTICES).is_some_and(|text| text == "off" || until(text).is_some_and(|date| utc_date(now) < date))
}
