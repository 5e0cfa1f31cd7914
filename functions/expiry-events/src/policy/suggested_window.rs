//! When the CA wants a certificate to be replaced (ARI, RFC 9773).

use events::RenewalTrigger;
use jiff::{SignedDuration, Timestamp};

use crate::{CertificateState, SuggestedWindow};

/// Why the certificate is renewed now, where its CA's window says so.
pub fn suggested_renewal(state: &CertificateState) -> Option<RenewalTrigger> {
    let window = state.suggested_window.as_ref()?;
    if is_revocation_ahead(state) {
        return Some(RenewalTrigger::RevocationAhead);
    }
    (moment(window) <= state.now).then_some(RenewalTrigger::SuggestedWindow)
}

/// The moment at which the certificate is renewed. RFC 9773, 4.2, asks for a random one in the window, so that not all
/// certificates of a day are renewed in the same minute. By the certificate's identifier it is the same at every check, and
/// nothing has to be remembered.
pub fn moment(window: &SuggestedWindow) -> Timestamp {
    let width = window.end.duration_since(window.start).as_secs().max(0).unsigned_abs();
    let offset = (u128::from(width) * u128::from(hash(&window.certificate_id))) >> 64;
    let offset = SignedDuration::from_secs(i64::try_from(offset).unwrap_or_default());
    window.start.checked_add(offset).unwrap_or(window.end)
}

/// Whether the CA has moved the window into the past, as it does before it revokes. One that a sweep missed by hours is no
/// reason to alarm anybody.
pub fn is_revocation_ahead(state: &CertificateState) -> bool {
    let Some(window) = &state.suggested_window else { return false };
    let lifetime = state.certificate.not_before.zip(state.certificate.not_after);
    certificates::is_revocation_ahead(window.end, window.explanation.is_some(), lifetime, state.now)
}

/// FNV-1a, whose result is the same in every version, and the last step of SplitMix64, with which serial numbers that
/// differ in one digit are far apart.
fn hash(text: &str) -> u64 {
    let mut hash = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ (hash >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(certificate_id: &str) -> SuggestedWindow {
        SuggestedWindow {
            start: "2026-11-20T00:00:00Z".parse().unwrap(),
            end: "2026-11-22T00:00:00Z".parse().unwrap(),
            explanation: None,
            certificate_id: certificate_id.into(),
        }
    }

    #[test]
    fn a_certificate_has_one_moment_in_the_window() {
        // Written down: another version must not choose another one.
        for (id, expected) in [
            ("aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE", "2026-11-20T02:29:12Z"),
            ("aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyF", "2026-11-20T01:43:08Z"),
        ] {
            assert_eq!(moment(&window(id)).to_string(), expected);
        }
    }

    #[test]
    fn certificates_of_one_ca_spread_over_the_window() {
        let hour = |serial: u32| {
            let window = window(&format!("aYhba4dGQEHhs3uEe6CuLN4ByNQ.{serial:08}"));
            let moment = moment(&window);
            assert!((window.start..window.end).contains(&moment));
            moment.duration_since(window.start).as_hours()
        };
        let mut hours = [0; 48];
        (0..4_800).for_each(|serial| hours[usize::try_from(hour(serial)).unwrap()] += 1);
        assert!(hours.iter().all(|count| (60..140).contains(count)), "{hours:?}");
    }

    #[test]
    fn a_window_that_has_no_width_has_a_moment() {
        let window = SuggestedWindow { end: window("").start, ..window("") };
        assert_eq!(moment(&window), window.start);
    }
}
