//! The sum of several looks.

use lambda::{Metrics, RetryableError};

use crate::Error;
use crate::answer::CertificateReport;

/// What came of one look: what was done, and what went wrong besides.
#[derive(Debug)]
pub(crate) struct ReconcileResult {
    pub(crate) report: Option<CertificateReport>,
    pub(crate) error: Option<Error>,
    /// Whether something was left undone for want of time.
    pub(crate) late: bool,
}

impl ReconcileResult {
    pub(crate) fn done(report: CertificateReport) -> Self {
        Self { report: Some(report), error: None, late: false }
    }

    pub(crate) fn failed(error: Error) -> Self {
        Self { report: None, error: Some(error), late: false }
    }
}

/// What came of several looks. A failure of one does not keep the others from being done, and is not
/// lost either.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    report: Vec<CertificateReport>,
    failed: Vec<Error>,
    /// Looks that were not begun, or not ended, for want of time.
    pub(crate) left: usize,
}

impl Tally {
    pub(crate) fn add(&mut self, finished: ReconcileResult) {
        self.report.extend(finished.report);
        self.failed.extend(finished.error);
        self.left += usize::from(finished.late);
    }

    /// Something went wrong besides the looks.
    pub(crate) fn failed(&mut self, error: Option<Error>) {
        self.failed.extend(error);
    }

    /// The looks, or what became of those that failed or were not begun.
    pub(crate) fn finish(mut self, of: usize, metrics: &mut Metrics) -> Result<Vec<CertificateReport>, Error> {
        self.report.iter().for_each(|report| report.count(metrics));
        let (failed, left) = (self.failed.len(), self.left);
        if failed > 0 {
            metrics.count("CertificatesFailed", failed as u64);
        }
        // A single failure is the error of the whole, which is logged anyway.
        for error in self.failed.iter().filter(|_| of > 1) {
            let reason = error.to_string();
            tracing::error!(certificate_arn = error.certificate_arn(), outcome = "failed", reason);
        }
        let retryable = self.failed.iter().any(RetryableError::is_retryable);
        match self.failed.pop() {
            None if left == 0 => Ok(self.report),
            None => Err(Error::OutOfTime { left, of }),
            Some(error) if of <= 1 => Err(error),
            Some(last) => {
                let first = Box::new(self.failed.into_iter().next().unwrap_or(last));
                Err(Error::Several { failed, of, left, first, retryable })
            }
        }
    }
}
