//! How much may be computed for one secret.

use super::Failed;

/// Iterations for one secret, over all passwords that are tried. Current tools write 2,048 (OpenSSL), 10,000 (Java) or, for
/// PBKDF2 with SHA-256, the [recommended](https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html)
/// 600,000 at most, three times in a PKCS #12. Three million take about a second of one core.
const MAX_ITERATIONS: u64 = 3_000_000;

/// What has been computed.
#[derive(Default)]
pub(crate) struct Work {
    iterations: u64,
}

impl Work {
    /// Counts the derivation of `length` bytes before it is made.
    pub(crate) fn spend(&mut self, iterations: u32, length: usize, digest_length: usize) -> Result<(), Failed> {
        // Each output of the digest takes all iterations. Key lengths are below 2^16.
        let blocks = u64::try_from(length.div_ceil(digest_length.max(1))).unwrap_or(u64::MAX);
        let wanted = u64::from(iterations).saturating_mul(blocks);
        let total = self.iterations.saturating_add(wanted);
        // What is refused counts for nothing: the next password fails in the same way.
        if total > MAX_ITERATIONS {
            return Err(Failed::Work);
        }
        self.iterations = total;
        Ok(())
    }
}
