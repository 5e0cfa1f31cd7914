//! The tags with which operators control a certificate's renewal, and in which the functions keep its state.
//!
//! One formatter and one tolerant parser. Tags are shown in bills and logs, so nothing secret and
//! no free text of an error is ever written; tests hold what is written to [`is_allowed_value`].

mod notified;
mod operator;
mod state;

use std::collections::BTreeMap;

use jiff::Timestamp;

pub use notified::Notified;
pub use operator::{Mute, OperatorSettings, RenewFrom};
pub use state::{Recorded, TagState, Unreadable};

/// All keys of this project start with this.
pub const PREFIX: &str = "acm-autopilot:";
/// Operator's: the source of new certificates. See [`RenewFrom`].
pub const RENEW_FROM: &str = "acm-autopilot:renew-from";
/// Operator's: ARN of the private CA to issue from.
pub const PRIVATE_CA: &str = "acm-autopilot:private-ca";
/// Operator's: name or ARN of the Secrets Manager secret to read from.
pub const SECRET: &str = "acm-autopilot:secret";
/// Operator's: name of the configured ACME directory to renew from, such as `letsencrypt`; never a URL.
pub const ACME: &str = "acm-autopilot:acme";
/// Operator's: the profile to order from that directory, such as `tlsserver`.
pub const ACME_PROFILE: &str = "acm-autopilot:acme-profile";
/// On a secret, set by its owner: the ARNs of certificates that may be renewed from it, separated by blanks, or the
/// account of which all certificates may be.
pub const CONSENT: &str = "acm-autopilot:certificate";
/// Operator's: required lifetime in days.
pub const VALIDITY_DAYS: &str = "acm-autopilot:validity-days";
/// Operator's: `off` mutes notices, `off-until:2026-12-24` until that date (UTC). See [`Mute`].
pub const NOTICES: &str = "acm-autopilot:notices";
/// Ours: one of [`RenewalStatus`](crate::RenewalStatus). An operator writes `pending-renewal` to request a renewal.
pub const STATUS: &str = "acm-autopilot:status";
/// Ours: since when the status holds; RFC 3339, UTC, whole seconds.
pub const STATUS_SINCE: &str = "acm-autopilot:status-since";
/// Ours: one of [`FailureReason`](crate::FailureReason); only with `renewal-failed`.
pub const STATUS_REASON: &str = "acm-autopilot:status-reason";
/// Ours: attempts in this renewal.
pub const ATTEMPTS: &str = "acm-autopilot:attempts";
/// Ours: serial number of the certificate that this renewal replaces. A later check that finds
/// another serial knows that the import took place, even if the function crashed before it recorded that.
pub const RENEWAL_OF: &str = "acm-autopilot:renewal-of";
/// Ours: the notices that were sent already. See [`Notified`].
pub const NOTIFIED: &str = "acm-autopilot:notified";
/// Ours: the notice about missing validation records that was sent already: its cause and a digest of
/// the records, such as `no-zone/1f3a9c0e`. Removed when nothing is wrong any more.
pub const VALIDATION_NOTIFIED: &str = "acm-autopilot:validation-notified";

/// The keys with which an operator controls a renewal: a change of one is a reason to try again.
pub const RENEWAL_SETTINGS: [&str; 6] = [RENEW_FROM, PRIVATE_CA, SECRET, ACME, ACME_PROFILE, VALIDITY_DAYS];
/// The keys that a renewal writes in its course.
pub const RENEWAL: [&str; 5] = [STATUS, STATUS_SINCE, STATUS_REASON, ATTEMPTS, RENEWAL_OF];

/// The most tags that a certificate may have
/// ([AddTagsToCertificate](https://docs.aws.amazon.com/acm/latest/APIReference/API_AddTagsToCertificate.html)).
pub const LIMIT: usize = 50;

/// The tags of a certificate, as they are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tags(BTreeMap<String, String>);

impl<K: Into<String>, V: Into<String>> FromIterator<(K, V)> for Tags {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(tags: I) -> Self {
        Self(tags.into_iter().map(|(key, value)| (key.into(), value.into())).collect())
    }
}

impl Tags {
    /// The value of a tag, trimmed; `None` when it is absent or empty.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// The value of a tag as it is stored, with all blanks: IAM compares it so.
    pub fn raw(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// Whether the key is there, with whatever value.
    pub fn contains(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    /// All tags in the order of their keys.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// Whether these keys can all be written without exceeding [`LIMIT`]. AWS's own tags (`aws:`) do
    /// not count.
    pub fn have_room_for(&self, keys: &[&str]) -> bool {
        let present = self.0.keys().filter(|key| !key.starts_with("aws:")).count();
        let new = keys.iter().filter(|key| !self.contains(key)).count();
        present + new <= LIMIT
    }

    /// The same tags with one set.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<String>) -> Self {
        self.0.insert(key.to_owned(), value.into());
        self
    }
}

/// A time as a tag holds it: RFC 3339, UTC, whole seconds.
pub fn format_time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Whether ACM takes this as the value of a tag: at most 255 characters of
/// `[\p{L}\p{Z}\p{N}_.:/=+\-@]`
/// ([Tag](https://docs.aws.amazon.com/acm/latest/APIReference/API_Tag.html)).
pub fn is_allowed_value(value: &str) -> bool {
    value.chars().count() <= 255 && value.chars().all(|c| c.is_alphanumeric() || c == ' ' || "_.:/=+-@".contains(c))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn room_counts_what_is_there_already() {
        let full: Tags = (0..50).map(|n| (format!("key-{n}"), "x")).collect();
        assert!(!full.have_room_for(&[STATUS]));
        assert!(full.have_room_for(&["key-7"]));
        let aws: Tags = (0..50).map(|n| (format!("aws:key-{n}"), "x")).collect();
        assert!(aws.have_room_for(&RENEWAL));
    }

    #[test]
    fn all_tags_come_in_the_order_of_their_keys() {
        let tags = Tags::default().with("b", "2").with("a", "1");
        assert_eq!(tags.iter().collect::<Vec<_>>(), [("a", "1"), ("b", "2")]);
    }

    #[test]
    fn acm_takes_short_values_of_few_characters() {
        let long = "x".repeat(256);
        for (value, is_allowed) in [
            ("", true),
            ("no-zone/1f é_.:/=+-@", true),
            (&long[..255], true),
            (&long, false),
            ("a,b", false),
            ("a\nb", false),
        ] {
            assert_eq!(is_allowed_value(value), is_allowed, "{value}");
        }
    }

    proptest! {
        #[test]
        fn times_can_be_read_and_stored(second in -60_000_000_000i64..250_000_000_000) {
            let at = Timestamp::from_second(second).unwrap();
            let time = format_time(at);
            prop_assert!(is_allowed_value(&time));
            prop_assert_eq!(time.parse::<Timestamp>().unwrap(), at);
        }
    }
}
