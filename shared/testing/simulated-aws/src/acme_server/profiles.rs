//! Let's Encrypt's profiles (letsencrypt.org/docs/profiles).

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

/// What a certificate of a profile is like, and how long its order lives.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Profile {
    pub(super) name: &'static str,
    pub(super) pending_authorization: SignedDuration,
    reuse: SignedDuration,
    pub(super) order: SignedDuration,
    lifetime: SignedDuration,
    pub(super) most_names: usize,
    /// A common name, the subject key identifier, and key encipherment for RSA keys.
    pub(super) is_classic: bool,
    pub(super) allows_addresses: bool,
}

const DAY: i64 = 24;

pub(super) static PROFILES: [Profile; 3] = [
    Profile {
        name: "classic",
        pending_authorization: SignedDuration::from_hours(7 * DAY),
        reuse: SignedDuration::from_hours(30 * DAY),
        order: SignedDuration::from_hours(7 * DAY),
        lifetime: SignedDuration::from_hours(90 * DAY),
        most_names: 100,
        is_classic: true,
        allows_addresses: false,
    },
    Profile {
        name: "tlsserver",
        pending_authorization: SignedDuration::from_hours(1),
        reuse: SignedDuration::from_hours(7),
        order: SignedDuration::from_hours(8),
        lifetime: SignedDuration::from_hours(45 * DAY),
        most_names: 25,
        is_classic: false,
        allows_addresses: false,
    },
    Profile {
        name: "shortlived",
        pending_authorization: SignedDuration::from_hours(1),
        reuse: SignedDuration::from_hours(7),
        order: SignedDuration::from_hours(8),
        lifetime: SignedDuration::from_hours(160),
        most_names: 25,
        is_classic: false,
        allows_addresses: true,
    },
];

impl Profile {
    /// An order that names no profile gets the default one.
    pub(super) fn named(name: Option<&str>) -> Option<&'static Self> {
        let name = name.unwrap_or("classic");
        PROFILES.iter().find(|profile| profile.name == name)
    }

    /// letsencrypt.org, "Decreasing Certificate Lifetimes to 45 Days": the classic profile goes to 64 days on
    /// 2027-02-10 and to 45 days on 2028-02-16; authorizations are then reused for 10 days and 7 hours.
    pub(super) fn lifetime(&self, now: Timestamp) -> SignedDuration {
        match self.step(now) {
            0 => self.lifetime,
            1 => SignedDuration::from_hours(64 * DAY),
            _ => SignedDuration::from_hours(45 * DAY),
        }
    }

    /// How long a valid authorization is used again.
    pub(super) fn reuse(&self, now: Timestamp) -> SignedDuration {
        match self.step(now) {
            0 => self.reuse,
            1 => SignedDuration::from_hours(10 * DAY),
            _ => SignedDuration::from_hours(7),
        }
    }

    fn step(&self, now: Timestamp) -> usize {
        let dates = [1_802_217_600, 1_834_272_000];
        if self.is_classic { dates.iter().filter(|date| now.as_second() >= **date).count() } else { 0 }
    }
}

/// draft-ietf-acme-profiles, 3: names and descriptions in the directory's `meta`.
pub(super) fn described() -> Value {
    let each = PROFILES.iter().map(|profile| {
        (profile.name.to_owned(), json!(format!("https://letsencrypt.org/docs/profiles#{}", profile.name)))
    });
    Value::Object(each.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_classic_profile_gets_shorter() {
        let days = |name, at: &str| Profile::named(name).unwrap().lifetime(at.parse().unwrap()).as_hours() / 24;
        assert_eq!(days(None, "2027-02-09T23:59:59Z"), 90);
        assert_eq!(days(None, "2027-02-10T00:00:00Z"), 64);
        assert_eq!(days(Some("classic"), "2028-02-15T23:59:59Z"), 64);
        assert_eq!(days(None, "2028-02-16T00:00:00Z"), 45);
        assert_eq!(days(Some("tlsserver"), "2028-02-16T00:00:00Z"), 45);
        assert!(Profile::named(Some("tlsclient")).is_none());
    }
}
