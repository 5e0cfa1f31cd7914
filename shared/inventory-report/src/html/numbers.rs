//! Numbers over rows, and which rows each number counts.

use jiff::Timestamp;

use super::cell::Tone;
use crate::{Row, Totals};

/// The numbers of [`Totals`] that count a row, as bits, by which the script filters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Flags(u16);

impl Flags {
    pub(crate) const EXPIRED: u16 = 1;
    pub(crate) const EXPIRED_IN_USE: u16 = 1 << 1;
    pub(crate) const EXPIRING: u16 = 1 << 2;
    pub(crate) const EXPIRING_UNHANDLED: u16 = 1 << 3;
    pub(crate) const NOT_READY: u16 = 1 << 4;
    pub(crate) const READINESS_UNKNOWN: u16 = 1 << 5;
    pub(crate) const UNUSED: u16 = 1 << 6;
    pub(crate) const USE_UNKNOWN: u16 = 1 << 7;
    pub(crate) const WITHOUT_OWNER: u16 = 1 << 8;
    pub(crate) const FINDINGS: u16 = 1 << 9;
    pub(crate) const EXPIRING_UNKNOWN: u16 = 1 << 10;

    pub(crate) fn of(row: &Row, now: Timestamp) -> Self {
        let mut one = Totals::default();
        one.add(row, now);
        let bits = [
            (Self::EXPIRED, one.expired),
            (Self::EXPIRED_IN_USE, one.expired_in_use),
            (Self::EXPIRING, one.expiring),
            (Self::EXPIRING_UNHANDLED, one.expiring_unhandled),
            (Self::NOT_READY, one.not_ready),
            (Self::READINESS_UNKNOWN, one.readiness_unknown),
            (Self::UNUSED, one.unused),
            (Self::USE_UNKNOWN, one.use_unknown),
            (Self::WITHOUT_OWNER, one.without_owner),
            (Self::FINDINGS, one.findings),
            (Self::EXPIRING_UNKNOWN, one.expiring_unknown),
        ];
        Self(bits.iter().filter(|(_, count)| *count > 0).map(|(bit, _)| bit).sum())
    }

    pub(crate) const fn has(self, bit: u16) -> bool {
        self.0 & bit != 0
    }

    pub(crate) const fn bits(self) -> u16 {
        self.0
    }
}

/// One number at the head of the page.
pub(crate) struct Number {
    /// As in the report's JSON.
    pub(crate) key: &'static str,
    pub(crate) label: &'static str,
    /// In words where it is not a number.
    pub(crate) value: String,
    pub(crate) tone: Tone,
    /// The rows that it counts; 0: all of them.
    pub(crate) bit: u16,
}

/// The numbers of the page's head, the most urgent first.
pub(crate) fn numbers(totals: &Totals) -> Vec<Number> {
    let table = [
        ("expiredInUse", "expired and in use", totals.expired_in_use, Tone::Bad, Flags::EXPIRED_IN_USE),
        (
            "expiringUnhandled",
            "expire within 30 days, and nobody renews them",
            totals.expiring_unhandled,
            Tone::Bad,
            Flags::EXPIRING_UNHANDLED,
        ),
        ("notReady", "not ready for 47 days", totals.not_ready, Tone::Attention, Flags::NOT_READY),
        ("entries", "certificates, CAs and ACME endpoints", totals.entries, Tone::Plain, 0),
        ("expiring", "expire within 30 days", totals.expiring, Tone::Plain, Flags::EXPIRING),
        (
            "expiringUnknown",
            "of these, renewal not known",
            totals.expiring_unknown,
            Tone::Unread,
            Flags::EXPIRING_UNKNOWN,
        ),
        ("expired", "expired", totals.expired, Tone::Plain, Flags::EXPIRED),
        ("withoutOwner", "without a known owner", totals.without_owner, Tone::Attention, Flags::WITHOUT_OWNER),
        ("unused", "unused", totals.unused, Tone::Plain, Flags::UNUSED),
        ("useUnknown", "use not known", totals.use_unknown, Tone::Unread, Flags::USE_UNKNOWN),
        ("readinessUnknown", "readiness not known", totals.readiness_unknown, Tone::Unread, Flags::READINESS_UNKNOWN),
        ("findings", "findings and rules not met", totals.findings, Tone::Plain, Flags::FINDINGS),
    ];
    let number = |(key, label, count, tone, bit)| Number {
        key,
        label,
        value: thousands(count),
        tone: if count == 0 { Tone::Plain } else { tone },
        bit,
    };
    table.into_iter().map(number).collect()
}

/// With commas, as in `12,345`.
pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The numbers of several Regions or accounts together.
pub(crate) fn sum<'a>(totals: impl Iterator<Item = &'a Totals>) -> Totals {
    totals.fold(Totals::default(), |mut sum, one| {
        sum.merge(one);
        sum
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_commas() {
        for (number, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(thousands(number), text);
        }
    }
}
