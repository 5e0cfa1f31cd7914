//! Numbers over rows. Every format takes them from here, so that they are equal.

use jiff::Timestamp;

use crate::life::{Life, life};
use crate::model::{Ready, Renewer, Row, RuleVerdict, Totals, Use};

/// Days in which an expiry counts as near.
pub(crate) const EXPIRING_DAYS: i64 = 30;

impl Totals {
    /// Counts a row.
    pub(crate) fn add(&mut self, row: &Row, now: Timestamp) {
        let (life, days) = (life(&row.entry, now), row.days_left);
        let count = |number: &mut u64, counts: bool| *number += u64::from(counts);
        let is_expired = life == Life::Expired;
        let is_expiring = life == Life::Valid && days.is_some_and(|days| days <= EXPIRING_DAYS);
        count(&mut self.entries, true);
        count(&mut self.expired, is_expired);
        count(&mut self.expired_in_use, is_expired && row.use_verdict.verdict == Use::InUse);
        count(&mut self.expiring, is_expiring);
        count(&mut self.expiring_unhandled, is_expiring && is_unhandled(row.renewal.who));
        count(&mut self.expiring_unknown, is_expiring && row.renewal.who == Renewer::Unknown);
        count(&mut self.not_ready, row.readiness.verdict == Ready::NotReady);
        count(&mut self.readiness_unknown, row.readiness.verdict == Ready::Unknown);
        count(&mut self.unused, row.use_verdict.verdict == Use::Unused);
        count(&mut self.use_unknown, row.use_verdict.verdict == Use::Unknown);
        count(&mut self.without_owner, owner_name(row).is_empty());
        let violated = row.rules.iter().filter(|rule| rule.verdict == RuleVerdict::NonCompliant).count();
        self.findings += (row.findings.len() + violated) as u64;
        if life == Life::Valid {
            self.nearest_expiry_days = self.nearest_expiry_days.into_iter().chain(days).min();
        }
    }
}

impl Totals {
    /// Adds the numbers of other rows.
    pub fn merge(&mut self, other: &Self) {
        let Self {
            entries,
            expired,
            expired_in_use,
            expiring,
            expiring_unhandled,
            expiring_unknown,
            not_ready,
            readiness_unknown,
            unused,
            use_unknown,
            without_owner,
            findings,
            nearest_expiry_days,
        } = other;
        self.entries += entries;
        self.expired += expired;
        self.expired_in_use += expired_in_use;
        self.expiring += expiring;
        self.expiring_unhandled += expiring_unhandled;
        self.expiring_unknown += expiring_unknown;
        self.not_ready += not_ready;
        self.readiness_unknown += readiness_unknown;
        self.unused += unused;
        self.use_unknown += use_unknown;
        self.without_owner += without_owner;
        self.findings += findings;
        self.nearest_expiry_days = self.nearest_expiry_days.into_iter().chain(*nearest_expiry_days).min();
    }
}

/// Whether nothing renews it, since nobody does or a person has to.
pub(crate) fn is_unhandled(who: Renewer) -> bool {
    matches!(who, Renewer::Nobody | Renewer::Person)
}

/// The name under which a row is counted; `""` where nobody is known to answer for it.
pub fn owner_name(row: &Row) -> &str {
    row.entry.owner.known().and_then(Option::as_ref).map_or("", |owner| owner.name.as_str())
}
