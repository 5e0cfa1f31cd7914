//! How fresh an answer is.

use jiff::Timestamp;

use crate::{Answer, Responder};

/// How fresh an answer is ([RFC 6960, 4.2.2.1](https://www.rfc-editor.org/rfc/rfc6960#section-4.2.2.1)).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Its `thisUpdate` is in the future: the responder's clock or ours is wrong.
    NotYetValid,
    /// It may be used.
    Fresh,
    /// Its `nextUpdate` has passed, or the certificate of the responder has expired: clients reject it.
    Stale,
}

/// How fresh an answer is. Without a `nextUpdate`, newer information is always available, and this one is fresh.
pub fn state(answer: &Answer, now: Timestamp) -> State {
    let ends = match &answer.responder {
        Responder::Ca => answer.next_update,
        Responder::Delegate { not_after, .. } => Some(answer.next_update.unwrap_or(*not_after).min(*not_after)),
    };
    match ends {
        _ if now < answer.this_update => State::NotYetValid,
        Some(ends) if now > ends => State::Stale,
        _ => State::Fresh,
    }
}

#[cfg(test)]
mod tests {
    use x509::DistinguishedName;

    use super::*;
    use crate::Status;

    #[test]
    fn an_answer_is_fresh_until_its_next_update() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let delegate = |not_after| Responder::Delegate {
            subject: DistinguishedName::from_der(&[0x30, 0x00]),
            not_after: at(not_after),
        };
        let next = Some(at("2026-11-02T00:00:00Z"));
        for (now, next_update, responder, expected) in [
            ("2026-10-31T23:59:59Z", next, Responder::Ca, State::NotYetValid),
            ("2026-11-01T00:00:00Z", next, Responder::Ca, State::Fresh),
            ("2026-11-02T00:00:00Z", next, Responder::Ca, State::Fresh),
            ("2026-11-02T00:00:01Z", next, Responder::Ca, State::Stale),
            ("2026-12-01T00:00:00Z", None, Responder::Ca, State::Fresh),
            ("2026-11-02T00:00:00Z", next, delegate("2026-11-03T00:00:00Z"), State::Fresh),
            ("2026-11-02T00:00:00Z", next, delegate("2026-11-01T12:00:00Z"), State::Stale),
            ("2026-11-04T00:00:00Z", None, delegate("2026-11-03T00:00:00Z"), State::Stale),
        ] {
            let (this_update, produced_at) = (at("2026-11-01T00:00:00Z"), at("2026-11-01T00:00:00Z"));
            let answer = Answer { status: Status::Good, this_update, next_update, produced_at, responder };
            assert_eq!(state(&answer, at(now)), expected, "{now} {answer:?}");
        }
    }
}
