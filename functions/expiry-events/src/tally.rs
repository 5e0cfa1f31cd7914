//! The sum of several checks.

use lambda::{Metrics, RetryableError};

use crate::Error;
use crate::answer::Looked;

/// What came of several checks. A failure of one does not keep the others from being done, and is not
/// lost either.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    looked: Vec<Looked>,
    failed: Vec<Error>,
    /// Checks that were not started, because time ran out.
    pub(crate) left: usize,
}

impl Tally {
    pub(crate) fn add(&mut self, result: Result<Looked, Error>) {
        match result {
            Ok(looked) => self.looked.push(looked),
            Err(error) => self.failed.push(error),
        }
    }

    /// The checks, or what became of those that failed or were not started.
    pub(crate) fn finish(mut self, of: usize, metrics: &mut Metrics) -> Result<Vec<Looked>, Error> {
        self.looked.iter().for_each(|looked| looked.count(metrics));
        self.warn_of_refused_tags(metrics);
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
        let retryable = self.failed.iter().any(RetryableError::is_retryable);
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

    /// Refused tags do not fail a run: Lambda would repeat it, and its notices.
    fn warn_of_refused_tags(&self, metrics: &mut Metrics) {
        let refused =
            || self.looked.iter().filter_map(|looked| Some((&looked.certificate, looked.tags_refused.as_ref()?)));
        let Some((certificate, why)) = refused().next() else { return };
        let certificates = refused().count();
        metrics.count("TagsRefused", certificates as u64);
        tracing::warn!(certificate_arn = %certificate, reason = "tags-refused", certificates, "{why}");
    }
}
