//! The tags by which operators steer a certificate and the functions keep their state.
//!
//! One formatter and one tolerant parser. Tags are shown in bills and logs, so nothing secret and
//! no free text of an error is ever written; tests hold what is written to [`is_allowed_value`].

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;

use crate::arn::PrivateCaArn;
use crate::lifetime::utc_date;
use crate::milestone::Milestone;
use crate::reason::FailureReason;
use crate::status::RenewalStatus;

/// All keys of this project begin with this.
pub const PREFIX: &str = "acm-autopilot:";
/// Operator's: the source of new certificates.
pub const RENEW_FROM: &str = "acm-autopilot:renew-from";
/// Operator's: ARN of the private CA to issue from.
pub const PRIVATE_CA: &str = "acm-autopilot:private-ca";
/// Operator's: name of the Secrets Manager secret to read from.
pub const SECRET: &str = "acm-autopilot:secret";
/// Operator's: wanted lifetime in days.
pub const VALIDITY_DAYS: &str = "acm-autopilot:validity-days";
/// Operator's: `off` mutes notices, `off-until:2026-12-24` until that date. See [`Mute`].
pub const NOTICES: &str = "acm-autopilot:notices";
/// Ours: one of [`RenewalStatus`].
pub const STATUS: &str = "acm-autopilot:status";
/// Ours: since when the status holds; RFC 3339, UTC, whole seconds.
pub const STATUS_SINCE: &str = "acm-autopilot:status-since";
/// Ours: one of [`FailureReason`]; only with `renewal-failed`.
pub const STATUS_REASON: &str = "acm-autopilot:status-reason";
/// Ours: attempts in this renewal.
pub const ATTEMPTS: &str = "acm-autopilot:attempts";
/// Ours: serial number of the certificate that this renewal replaces. A later look that finds
/// another serial knows that the import took place, even if nobody lived to record it.
pub const RENEWAL_OF: &str = "acm-autopilot:renewal-of";
/// Ours: what was notified already. See [`Notified`].
pub const NOTIFIED: &str = "acm-autopilot:notified";
/// Ours: what keeps the validation records from being in place, and was told: the cause and a digest of
/// the records, such as `no-zone/1f3a9c0e`. Removed when nothing is wrong any more.
pub const VALIDATION_NOTIFIED: &str = "acm-autopilot:validation-notified";

/// The keys with which an operator steers a renewal: a change of one is a reason to try again.
pub const RENEWAL_SETTINGS: [&str; 4] = [RENEW_FROM, PRIVATE_CA, SECRET, VALIDITY_DAYS];
/// The keys that a renewal writes in its course.
pub const RENEWAL: [&str; 5] = [STATUS, STATUS_SINCE, STATUS_REASON, ATTEMPTS, RENEWAL_OF];

/// A certificate has at most so many tags
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
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// The value of a tag as it is stored, with all blanks: IAM compares it so.
    pub fn raw(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// Whether the key is there, with whatever value.
    #[must_use]
    pub fn contains(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    /// All tags in the order of their keys.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// Whether these keys can all be written without passing [`LIMIT`]. AWS's own tags (`aws:`) do
    /// not count.
    #[must_use]
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

/// Where new certificates come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RenewFrom {
    /// AWS Private CA.
    PrivateCa,
    /// An ACME server.
    Acme,
    /// A Secrets Manager secret that somebody else keeps fresh.
    Secret,
    /// A value that nobody knows: the renewal fails and says so.
    Unknown(String),
}

impl RenewFrom {
    fn parse(text: &str) -> Self {
        match text {
            "private-ca" => Self::PrivateCa,
            "acme" => Self::Acme,
            "secret" => Self::Secret,
            other => Self::Unknown(other.to_owned()),
        }
    }

    /// The value of the tag.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::PrivateCa => "private-ca",
            Self::Acme => "acme",
            Self::Secret => "secret",
            Self::Unknown(text) => text,
        }
    }
}

/// Whether an operator wants notices: the value of [`NOTICES`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Mute {
    /// `on`: notices are wanted.
    #[default]
    Never,
    /// `off`: none are wanted.
    Always,
    /// `off-until:2026-12-24`: none are wanted before this date (UTC).
    Until(Date),
}

impl Mute {
    fn parse(text: &str) -> Option<Self> {
        match text.to_ascii_lowercase().as_str() {
            "on" => Some(Self::Never),
            "off" => Some(Self::Always),
            other => Some(Self::Until(other.strip_prefix("off-until:")?.parse().ok()?)),
        }
    }

    /// Whether notices are muted now.
    #[must_use]
    pub fn holds_at(self, now: Timestamp) -> bool {
        match self {
            Self::Never => false,
            Self::Always => true,
            Self::Until(date) => utc_date(now) < date,
        }
    }
}

/// What an operator asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OperatorSettings {
    /// Source of new certificates; without it the certificate is only watched.
    pub renew_from: Option<RenewFrom>,
    /// The private CA; `Err` holds what the tag says when that is no CA's ARN.
    pub private_ca: Option<Result<PrivateCaArn, String>>,
    /// The secret's name.
    pub secret: Option<String>,
    /// Wanted lifetime in days.
    pub validity_days: Option<u16>,
    /// Whether notices are muted (those of failed renewals are still sent).
    pub mute: Mute,
}

/// What the functions recorded of a renewal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recorded {
    /// The status, if there is one.
    pub status: Option<RenewalStatus>,
    /// Since when. A status without a readable time counts as very old.
    pub since: Option<Timestamp>,
    /// Why it failed; only with `renewal-failed`.
    pub reason: Option<FailureReason>,
    /// Attempts so far in this renewal.
    pub attempts: u32,
    /// Serial number of the certificate that is being replaced.
    pub renewal_of: Option<String>,
    /// What was notified already.
    pub notified: Option<Notified>,
}

/// A tag that cannot be read. It is treated as absent, and reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// Its key.
    pub key: &'static str,
    /// What was expected.
    pub expected: &'static str,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the tag {} is not {}; it counts as absent", self.key, self.expected)
    }
}

/// Everything that a certificate's tags say to this project.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TagState {
    /// The operator's side.
    pub settings: OperatorSettings,
    /// Our side.
    pub recorded: Recorded,
    /// What could not be read.
    pub unreadable: Vec<Unreadable>,
}

impl TagState {
    /// Reads the tags. Nothing in them is an error: garbage is reported and counts as absent.
    #[must_use]
    pub fn read(tags: &Tags) -> Self {
        let mut unreadable = Vec::new();
        let mut readable = |key: &'static str, expected, ok: bool| {
            if tags.contains(key) && !ok {
                unreadable.push(Unreadable { key, expected });
            }
        };
        let validity_days =
            tags.get(VALIDITY_DAYS).and_then(|text| text.parse().ok()).filter(|days| (1..=36_500).contains(days));
        readable(VALIDITY_DAYS, "a number of days from 1 to 36500", validity_days.is_some());
        let mute = tags.get(NOTICES).and_then(Mute::parse);
        readable(NOTICES, "`on`, `off` or `off-until:` with a date such as 2026-12-24", mute.is_some());
        let status = tags.get(STATUS).and_then(|text| text.parse().ok());
        readable(STATUS, "a renewal status", status.is_some());
        let since = tags.get(STATUS_SINCE).and_then(|text| text.parse().ok());
        readable(STATUS_SINCE, "a time such as 2026-12-24T06:00:00Z", since.is_some());
        let reason = tags.get(STATUS_REASON).and_then(|text| text.parse().ok());
        readable(STATUS_REASON, "a failure reason", reason.is_some());
        let attempts = tags.get(ATTEMPTS).and_then(|text| text.parse().ok());
        readable(ATTEMPTS, "a number", attempts.is_some());
        let notified = tags.get(NOTIFIED).and_then(Notified::parse);
        readable(NOTIFIED, "of the form 30@2026-12-24", notified.is_some());
        Self {
            settings: OperatorSettings {
                // The role may only replace certificates whose tag is exactly `private-ca`.
                renew_from: tags.get(RENEW_FROM).and(tags.raw(RENEW_FROM)).map(RenewFrom::parse),
                private_ca: tags.get(PRIVATE_CA).map(|text| text.parse().map_err(|_| text.to_owned())),
                secret: tags.get(SECRET).map(str::to_owned),
                validity_days,
                mute: mute.unwrap_or_default(),
            },
            recorded: Recorded {
                status,
                since,
                reason: reason.filter(|_| status == Some(RenewalStatus::RenewalFailed)),
                attempts: attempts.unwrap_or_default(),
                renewal_of: tags.get(RENEWAL_OF).map(str::to_owned),
                notified,
            },
            unreadable,
        }
    }
}

/// What was notified already of a certificate with a certain end: the latest milestone, and other
/// kinds of notice since then. Written `30@2026-12-24` or `30@2026-12-24/renewal-action-required`;
/// `-` stands for no milestone.
///
/// The date is that of `notAfter`, so a renewed certificate starts over by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notified {
    /// The latest milestone that was notified.
    pub milestone: Option<Milestone>,
    /// UTC date of the certificate's `notAfter`.
    pub not_after: Date,
    /// Other kinds of notice that were sent since that milestone.
    pub kinds: Vec<String>,
}

impl Notified {
    /// Nothing notified yet of a certificate with this end.
    #[must_use]
    pub fn nothing(not_after: Timestamp) -> Self {
        Self { milestone: None, not_after: utc_date(not_after), kinds: Vec::new() }
    }

    fn parse(text: &str) -> Option<Self> {
        let (milestone, rest) = text.split_once('@')?;
        let mut rest = rest.split('/');
        Some(Self {
            milestone: match milestone {
                "-" => None,
                "expired" => Some(Milestone::Expired),
                days => Some(Milestone::DaysLeft(days.parse().ok()?)),
            },
            not_after: rest.next()?.parse().ok()?,
            kinds: rest.filter(|kind| !kind.is_empty()).map(str::to_owned).collect(),
        })
    }
}

impl fmt::Display for Notified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.milestone {
            Some(milestone) => write!(f, "{milestone}@{}", self.not_after)?,
            None => write!(f, "-@{}", self.not_after)?,
        }
        self.kinds.iter().try_for_each(|kind| write!(f, "/{kind}"))
    }
}

/// A moment as a tag holds it: RFC 3339, UTC, whole seconds.
#[must_use]
pub fn format_time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Whether ACM takes this as the value of a tag: at most 255 characters of
/// `[\p{L}\p{Z}\p{N}_.:/=+\-@]`
/// ([Tag](https://docs.aws.amazon.com/acm/latest/APIReference/API_Tag.html)).
#[must_use]
pub fn is_allowed_value(value: &str) -> bool {
    value.chars().count() <= 255 && value.chars().all(|c| c.is_alphanumeric() || c == ' ' || "_.:/=+-@".contains(c))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn tags_of_a_failed_renewal() {
        let tags: Tags = [
            (RENEW_FROM, "private-ca"),
            (PRIVATE_CA, "arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/1"),
            (VALIDITY_DAYS, " 90 "),
            (NOTICES, "OFF"),
            (STATUS, "renewal-failed"),
            (STATUS_SINCE, "2026-11-21T06:00:00Z"),
            (STATUS_REASON, "ca-disabled"),
            (ATTEMPTS, "2"),
            (RENEWAL_OF, "0a:1b"),
            (NOTIFIED, "30@2026-12-24/renewal-action-required"),
        ]
        .into_iter()
        .collect();
        let TagState { settings, recorded, unreadable } = TagState::read(&tags);
        assert_eq!(unreadable, []);
        assert_eq!(settings.renew_from, Some(RenewFrom::PrivateCa));
        assert!(settings.private_ca.unwrap().is_ok());
        assert_eq!((settings.validity_days, settings.mute), (Some(90), Mute::Always));
        assert_eq!(recorded.status, Some(RenewalStatus::RenewalFailed));
        assert_eq!(recorded.reason, Some(FailureReason::CaDisabled));
        assert_eq!((recorded.attempts, recorded.renewal_of.as_deref()), (2, Some("0a:1b")));
        assert_eq!(recorded.notified.unwrap().milestone, Some(Milestone::DaysLeft(30)));
    }

    #[test]
    fn garbage_is_reported_and_counts_as_absent() {
        let tags: Tags = [
            (VALIDITY_DAYS, "0"),
            (NOTICES, "maybe"),
            (STATUS, "renewing"),
            (STATUS_SINCE, "yesterday"),
            (STATUS_REASON, "gremlins"),
            (ATTEMPTS, "-1"),
            (NOTIFIED, "30"),
        ]
        .into_iter()
        .collect();
        let read = TagState::read(&tags);
        assert_eq!(read.unreadable.len(), 7, "{:?}", read.unreadable);
        assert_eq!((read.settings, read.recorded), Default::default());
    }

    #[test]
    fn notices_are_muted_for_good_or_until_a_date() {
        let now: Timestamp = "2026-12-23T23:59:59Z".parse().unwrap();
        for (value, muted, is_readable) in [
            ("on", false, true),
            ("Off", true, true),
            ("off-until:2026-12-24", true, true),
            ("off-until:2026-12-23", false, true),
            ("off-until:soon", false, false),
            ("off-until:", false, false),
        ] {
            let read = TagState::read(&Tags::default().with(NOTICES, value));
            assert_eq!(read.settings.mute.holds_at(now), muted, "{value}");
            assert_eq!(read.unreadable.is_empty(), is_readable, "{value}");
        }
    }

    #[test]
    fn an_unknown_source_is_a_wish_and_no_garbage() {
        let read = TagState::read(&Tags::default().with(RENEW_FROM, "the-moon"));
        assert_eq!(read.settings.renew_from, Some(RenewFrom::Unknown("the-moon".into())));
        let read = TagState::read(&Tags::default().with(RENEW_FROM, "private-ca "));
        assert_eq!(read.settings.renew_from, Some(RenewFrom::Unknown("private-ca ".into())), "IAM compares exactly");
        assert_eq!(TagState::read(&Tags::default().with(RENEW_FROM, " ")).settings.renew_from, None);
        let read = TagState::read(&Tags::default().with(PRIVATE_CA, "the-moon"));
        assert_eq!(read.settings.private_ca, Some(Err("the-moon".into())));
    }

    #[test]
    fn a_reason_counts_only_with_a_failure() {
        let tags = Tags::default().with(STATUS, "renewal-complete").with(STATUS_REASON, "ca-disabled");
        assert_eq!(TagState::read(&tags).recorded.reason, None);
    }

    #[test]
    fn room_counts_what_is_there_already() {
        let full: Tags = (0..50).map(|n| (format!("key-{n}"), "x")).collect();
        assert!(!full.have_room_for(&[STATUS]));
        assert!(full.have_room_for(&["key-7"]));
        let aws: Tags = (0..50).map(|n| (format!("aws:key-{n}"), "x")).collect();
        assert!(aws.have_room_for(&RENEWAL));
    }

    proptest! {
        #[test]
        fn what_is_written_can_be_read_and_stored(
            days in proptest::option::of(0u16..400),
            kinds in proptest::collection::vec("[a-z-]{1,20}", 0..4),
            second in -60_000_000_000i64..250_000_000_000,
        ) {
            let at = Timestamp::from_second(second).unwrap();
            let notified = Notified { milestone: days.map(Milestone::DaysLeft), kinds, ..Notified::nothing(at) };
            let text = notified.to_string();
            prop_assert!(is_allowed_value(&text));
            prop_assert_eq!(Notified::parse(&text), Some(notified));
            let time = format_time(at);
            prop_assert!(is_allowed_value(&time));
            prop_assert_eq!(time.parse::<Timestamp>().unwrap(), at);
        }

        #[test]
        fn no_tags_panic(tags in proptest::collection::btree_map("(acm-autopilot:)?[a-z-]{0,12}", any::<String>(), 0..60)) {
            let tags: Tags = tags.into_iter().collect();
            let _ = TagState::read(&tags);
        }

        #[test]
        fn no_value_panics(value in any::<String>(), day in "[0-9-]{0,6}@[0-9-]{0,12}/?[a-z]{0,4}") {
            for key in [NOTIFIED, STATUS_SINCE, ATTEMPTS, VALIDITY_DAYS] {
                let _ = TagState::read(&Tags::default().with(key, value.as_str()));
                let _ = TagState::read(&Tags::default().with(key, day.as_str()));
            }
        }
    }
}
