//! Anti-replay nonces (RFC 8555, 6.5).

use std::collections::BTreeSet;

use super::problem::Problem;

/// The nonces that were given and not used yet.
#[derive(Debug, Default)]
pub(super) struct Nonces {
    given: u64,
    unused: BTreeSet<String>,
}

impl Nonces {
    pub(super) fn next(&mut self) -> String {
        self.given += 1;
        let nonce = format!("nonce-{:08x}", self.given);
        self.unused.insert(nonce.clone());
        nonce
    }

    /// Uses a nonce up. Some are refused for nothing, as Pebble does it (`PEBBLE_WFE_NONCEREJECT`, by default 5 %):
    /// every client must try again.
    pub(super) fn accept(&mut self, nonce: &str, refused_percent: u32) -> Result<(), Problem> {
        let bad = || Problem::new("badNonce", "JWS has an invalid anti-replay nonce");
        if !self.unused.remove(nonce) {
            return Err(bad());
        }
        if scattered(self.given) % 100 < u64::from(refused_percent) { Err(bad()) } else { Ok(()) }
    }
}

/// SplitMix64: as good as random, and the same in every run.
fn scattered(number: u64) -> u64 {
    let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_is_good_once() {
        let mut nonces = Nonces::default();
        let nonce = nonces.next();
        assert!(nonces.accept(&nonce, 0).is_ok());
        assert!(nonces.accept(&nonce, 0).is_err());
    }

    #[test]
    fn about_the_configured_share_is_refused() {
        let mut nonces = Nonces::default();
        let refused = (0..10_000).filter(|_| {
            let nonce = nonces.next();
            nonces.accept(&nonce, 5).is_err()
        });
        let refused = refused.count();
        assert!((400..600).contains(&refused), "{refused}");
    }
}
