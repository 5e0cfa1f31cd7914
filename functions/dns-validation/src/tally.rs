//! The sum of several checks.

use lambda::{Metrics, RetryableError};

use crate::Error;
use crate::answer::CertificateReport;

/// What came of one check: what was done, and what went wrong besides.
#[derive(Debug)]
pub(crate) struct ReconcileResult {
    pub(crate) report: Option<CertificateReport>,
    pub(crate) error: Option<Error>,
    /// Whether something was left undone because time ran out.
    pub(crate) is_out_of_time: bool,
}

impl ReconcileResult {
    pub(crate) fn done(report: CertificateReport) -> Self {
        Self { report: Some(report), error: None, is_out_of_time: false }
    }

    pub(crate) fn failed(error: Error) -> Self {
        Self { report: None, error: Some(error), is_out_of_time: false }
    }
}

/// What came of several checks. A failure of one does not stop the others, and is not
/// lost either.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    report: Vec<CertificateReport>,
    failed: Vec<Error>,
    /// Checks that were not started, or not finished, because time ran out.
    pub(crate) left: usize,
}

impl Tally {
    pub(crate) fn add(&mut self, finished: ReconcileResult) {
        self.report.extend(finished.report);
        self.failed.extend(finished.error);
        self.left += usize::from(finished.is_out_of_time);
    }

    /// Something went wrong besides the checks.
    pub(crate) fn failed(&mut self, error: Option<Error>) {
        self.failed.extend(error);
    }

    /// The reports, or what became of those that failed or were not started.
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
