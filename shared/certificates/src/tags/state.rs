//! All tags of a certificate, read.

use std::fmt;

use jiff::Timestamp;

use super::{
    ACME, ACME_PROFILE, ATTEMPTS, Mute, NOTICES, NOTIFIED, Notified, OperatorSettings, PRIVATE_CA, RENEW_FROM,
    RENEWAL_OF, RenewFrom, SECRET, STATUS, STATUS_REASON, STATUS_SINCE, Tags, VALIDITY_DAYS,
};
use crate::reason::FailureReason;
use crate::status::RenewalStatus;

/// What the functions recorded.
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
    /// The notices that were sent already.
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

/// Everything that a certificate's tags say to this project, read.
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
    pub fn read(tags: &Tags) -> Self {
        let mut reader = Reader { tags, unreadable: Vec::new() };
        let settings = reader.settings();
        let recorded = reader.recorded();
        Self { settings, recorded, unreadable: reader.unreadable }
    }
}

/// Reads tags one by one, and notes which cannot be read.
struct Reader<'a> {
    tags: &'a Tags,
    unreadable: Vec<Unreadable>,
}

impl Reader<'_> {
    fn settings(&mut self) -> OperatorSettings {
        let tags = self.tags;
        OperatorSettings {
            // The role may only replace certificates whose tag is exactly the name of a source.
            renew_from: tags.get(RENEW_FROM).and(tags.raw(RENEW_FROM)).map(RenewFrom::parse),
            private_ca: tags.get(PRIVATE_CA).map(|text| text.parse().map_err(|_| text.to_owned())),
            secret: tags.get(SECRET).map(|text| text.parse().map_err(|_| text.to_owned())),
            acme: tags.get(ACME).map(str::to_owned),
            acme_profile: tags.get(ACME_PROFILE).map(str::to_owned),
            validity_days: self.parse(VALIDITY_DAYS, "a number of days from 1 to 36500", |text| {
                text.parse().ok().filter(|days| (1..=36_500).contains(days))
            }),
            mute: self
                .parse(NOTICES, "`on`, `off` or `off-until:` with a date such as 2026-12-24", Mute::parse)
                .unwrap_or_default(),
        }
    }

    fn recorded(&mut self) -> Recorded {
        let status = self.parse(STATUS, "a renewal status", |text| text.parse().ok());
        let reason = self.parse(STATUS_REASON, "a failure reason", |text| text.parse().ok());
        Recorded {
            status,
            since: self.parse(STATUS_SINCE, "a time such as 2026-12-24T06:00:00Z", |text| text.parse().ok()),
            reason: reason.filter(|_| status == Some(RenewalStatus::RenewalFailed)),
            attempts: self.parse(ATTEMPTS, "a number", |text| text.parse().ok()).unwrap_or_default(),
            renewal_of: self.tags.get(RENEWAL_OF).map(str::to_owned),
            notified: self.parse(NOTIFIED, "of the form 30@2026-12-24", Notified::parse),
        }
    }

    fn parse<T>(
        &mut self,
        key: &'static str,
        expected: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let value = self.tags.get(key).and_then(parse);
        if value.is_none() && self.tags.contains(key) {
            self.unreadable.push(Unreadable { key, expected });
        }
        value
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::milestone::Milestone;

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
        let status = read.unreadable.iter().find(|unreadable| unreadable.key == STATUS).unwrap();
        assert!(status.to_string().starts_with("the tag acm-autopilot:status is not "), "{status}");
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
    fn an_unknown_source_is_kept_and_not_garbage() {
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

    proptest! {
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
