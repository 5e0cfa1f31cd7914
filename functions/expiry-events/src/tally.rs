//! The sum of several looks.

use lambda::{Failure, Metrics};

use crate::Error;
use crate::answer::Looked;

/// What came of several looks. A failure of one does not keep the others from being done, and is not
/// lost either.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    looked: Vec<Looked>,
    failed: Vec<Error>,
    /// Looks that were not begun, for want of time.
    pub(crate) left: usize,
}

impl Tally {
    pub(crate) fn add(&mut self, result: Result<Looked, Error>) {
        match result {
            Ok(looked) => self.looked.push(looked),
            Err(error) => self.failed.push(error),
        }
    }

    /// The looks, or what became of those that failed or were not begun.
    pub(crate) fn finish(mut self, of: usize, metrics: &mut Metrics) -> Result<Vec<Looked>, Error> {
        self.looked.iter().for_each(|looked| looked.count(metrics));
        let (failed, left) = (self.failed.len(), self.left);
        if failed > 0 {
            metrics.count("CertificatesFailed", failed as u64);
        }
        // A single failure is the error of the whole, which is logged anyway.
        for error in self.failed.iter().filter(|_| of > 1) {
            if let Error::Look { certificate, cause } = error {
                tracing::error!(certificate_arn = %certificate, outcome = "failed", reason = %cause);
            }
        }
        let retryable = self.failed.iter().any(Failure::is_retryable);
        match self.failed.pop() {
            None if left == 0 => Ok(self.looked),
            None => Err(Error::OutOfTime { left, of }),
            Some(error) if of == 1 => Err(error),
            Some(last) => {
                let first = Box::new(self.failed.into_iter().next().unwrap_or(last));
                Err(Error::Several { failed, of, left, first, retryable })
            }
        }
    }
}
