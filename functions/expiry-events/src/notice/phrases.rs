//! Days, names and resources in words.

use certificates::utc_date;
use jiff::ToSpan;
use notices::{foreign, foreign_up_to};

use crate::CertificateState;

/// A subject has less than 100 characters, and the days and the date in it matter more than the last letters of a long
/// name.
const NAME_IN_SUBJECT: usize = 33;
/// A DNS name is not longer.
const LONGEST_NAME: usize = 253;
/// Beyond this many, items are counted, not listed.
const LISTED: usize = 10;

pub(super) fn in_days(days: i64) -> String {
    match days {
        ..=0 => "today".into(),
        1 => "tomorrow".into(),
        days => format!("in {days} days"),
    }
}

pub(super) fn days_ago(days: i64) -> String {
    match days {
        ..=0 => "today".into(),
        1 => "1 day ago".into(),
        days => format!("{days} days ago"),
    }
}

pub(super) fn days_left_in_words(days: i64) -> String {
    match days {
        ..=-1 => days_ago(-days),
        0 => "today".into(),
        1 => "1 day left".into(),
        days => format!("{days} days left"),
    }
}

/// The day on which this many days are left: `by 2026-12-24`.
pub(super) fn when_days_are_left(state: &CertificateState, days: i64, preposition: &str) -> String {
    let day = state.certificate.not_after.and_then(|end| utc_date(end).checked_sub(days.days()).ok());
    day.map_or_else(|| format!("when {days} days are left"), |day| format!("{preposition} {day}"))
}

/// A name as text of a notice.
pub(super) fn name(name: &str) -> String {
    foreign_up_to(name, LONGEST_NAME)
}

/// A name as part of a subject.
pub(super) fn short_name(name: &str) -> String {
    foreign_up_to(name, NAME_IN_SUBJECT)
}

/// A resource's ARN without its partition, Region and account.
pub(super) fn resource(arn: &str) -> String {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    match parts[..] {
        ["arn", _, service, _, _, resource] => foreign_up_to(&format!("{service} {resource}"), LONGEST_NAME),
        _ => foreign(arn),
    }
}

/// The first items, and how many more there are.
pub(super) fn listed(items: &[String]) -> String {
    let shown = items.iter().take(LISTED).map(|item| name(item)).collect::<Vec<_>>().join(", ");
    match items.len().saturating_sub(LISTED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_in_words() {
        assert_eq!([0, 1, 2].map(in_days), ["today", "tomorrow", "in 2 days"]);
        assert_eq!([0, 1, 2].map(days_ago), ["today", "1 day ago", "2 days ago"]);
        assert_eq!([-2, 0, 1, 2].map(days_left_in_words), ["2 days ago", "today", "1 day left", "2 days left"]);
    }

    #[test]
    fn a_long_name_leaves_room_for_the_date() {
        let name = short_name(&"é".repeat(300));
        assert_eq!(name.chars().count(), NAME_IN_SUBJECT);
        let longest = format!("[CRITICAL] {name}: ACM cannot renew it, expires in 365 days (2026-12-24)");
        assert!(longest.chars().count() < 100, "{}", longest.len());
    }

    #[test]
    fn resources_have_short_names() {
        let arn = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/web/1";
        assert_eq!(resource(arn), "elasticloadbalancing loadbalancer/app/web/1");
        assert_eq!(resource("strange"), "strange");
    }

    #[test]
    fn many_items_are_counted() {
        let items: Vec<String> = (0..12).map(|n| format!("{n}.example.com")).collect();
        assert_eq!(listed(&items[..2]), "0.example.com, 1.example.com");
        assert!(listed(&items).ends_with("9.example.com and 2 more"), "{}", listed(&items));
        assert_eq!(listed(&["a\nb".into()]), "a b");
    }
}
