//! How fresh a CRL is.

use jiff::{SignedDuration, Timestamp};

use crate::RevocationList;

/// How fresh a CRL is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Its `thisUpdate` is in the future: the issuer's clock or ours is wrong.
    NotYetValid,
    /// It may be used, and its successor is not due yet.
    Fresh,
    /// It may be used, and its successor is due soon.
    DueSoon,
    /// Its `nextUpdate` has passed, so that clients reject it, and with it each certificate that they check.
    Stale,
    /// It does not say when its successor is due, which RFC 5280, 5.1.2.5, demands.
    WithoutNextUpdate,
}

/// How fresh a CRL is. Its successor is due soon when its `nextUpdate` is at most this far away: AWS Private CA says that
/// it refreshes a CRL before that, but not how long before
/// ([CrlConfiguration](https://docs.aws.amazon.com/privateca/latest/APIReference/API_CrlConfiguration.html)).
pub fn state(list: &RevocationList, now: Timestamp, due_soon: SignedDuration) -> State {
    if now < list.this_update {
        return State::NotYetValid;
    }
    let Some(next_update) = list.next_update else { return State::WithoutNextUpdate };
    match next_update.duration_since(now) {
        left if left < SignedDuration::ZERO => State::Stale,
        left if left <= due_soon => State::DueSoon,
        _ => State::Fresh,
    }
}

#[cfg(test)]
mod tests {
    use x509::DistinguishedName;

    use super::*;

    fn list(next_update: Option<&str>) -> RevocationList {
        RevocationList {
            issuer: DistinguishedName::from_der(&[0x30, 0x00]),
            this_update: "2026-11-01T00:00:00Z".parse().unwrap(),
            next_update: next_update.map(|at| at.parse().unwrap()),
            number: None,
            authority_key_id: None,
            distribution_point: None,
            signature_algorithm: String::new(),
            entries: 0,
            revoked: [].into(),
            bytes: 0,
        }
    }

    #[test]
    fn a_list_is_fresh_until_its_successor_is_due() {
        let next = Some("2026-11-08T00:00:00Z");
        for (now, next_update, expected) in [
            ("2026-10-31T23:59:59Z", next, State::NotYetValid),
            ("2026-10-31T23:59:59Z", None, State::NotYetValid),
            ("2026-11-01T00:00:00Z", next, State::Fresh),
            ("2026-11-06T23:59:59Z", next, State::Fresh),
            ("2026-11-07T00:00:00Z", next, State::DueSoon),
            ("2026-11-08T00:00:00Z", next, State::DueSoon),
            ("2026-11-08T00:00:01Z", next, State::Stale),
            ("2026-11-08T00:00:01Z", None, State::WithoutNextUpdate),
        ] {
            let found = state(&list(next_update), now.parse().unwrap(), SignedDuration::from_hours(24));
            assert_eq!(found, expected, "{now} {next_update:?}");
        }
    }
}
