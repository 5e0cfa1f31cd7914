//! The sum of several checks.

use lambda::{Batch, Metrics};

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

/// The results of several checks.
#[derive(Debug, Default)]
pub(crate) struct Tally(Batch<CertificateReport, Error>);

impl Tally {
    pub(crate) fn add(&mut self, result: ReconcileResult) {
        result.report.into_iter().for_each(|report| self.0.add(Ok(report)));
        result.error.into_iter().for_each(|error| self.0.add(Err(error)));
        self.0.left += usize::from(result.is_out_of_time);
    }

    pub(crate) fn add_left(&mut self, left: usize) {
        self.0.left += left;
    }

    pub(crate) fn left(&self) -> usize {
        self.0.left
    }

    /// The reports, or what became of those that failed or were not started.
    pub(crate) fn finish(self, of: usize, metrics: &mut Metrics) -> Result<Vec<CertificateReport>, Error> {
        self.0.done().iter().for_each(|report| report.count(metrics));
        self.0.finish(of, metrics)
    }
}
