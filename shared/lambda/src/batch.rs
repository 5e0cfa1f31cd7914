//! The result of many checks in one run: a failure of one does not stop the others, and is not lost either.

use std::fmt;

use crate::{Metrics, RetryableError};

/// Why a run over several certificates is not complete: some failed, or were not reached. The others were done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartialFailure<E> {
    /// How many failed.
    pub failed: usize,
    /// How many there were to check.
    pub of: usize,
    /// How many were not started, or not finished, because time ran out.
    pub left: usize,
    /// The first failure. Each of them has a log line of its own.
    pub first: Option<Box<E>>,
    /// Whether one of the failures may pass with time.
    pub retryable: bool,
}

impl<E> PartialFailure<E> {
    /// Whether a retry may help.
    pub fn is_retryable(&self) -> bool {
        self.retryable || self.left > 0
    }
}

impl<E: fmt::Display> fmt::Display for PartialFailure<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { failed, of, left, first, .. } = self;
        let Some(first) = first else {
            return write!(f, "no time was left for {left} of {of} certificates; the next sweep continues with them");
        };
        write!(f, "{failed} of {of} certificates failed")?;
        if *left > 0 {
            write!(f, " and no time was left for {left}")?;
        }
        write!(f, ", the first: {first}")
    }
}

/// Collects the results of a run over several certificates.
#[derive(Debug)]
pub struct Batch<T, E> {
    done: Vec<T>,
    failed: Vec<E>,
    /// How many were not started, or not finished, because time ran out.
    pub left: usize,
}

impl<T, E> Default for Batch<T, E> {
    fn default() -> Self {
        Self { done: Vec::new(), failed: Vec::new(), left: 0 }
    }
}

impl<T, E: RetryableError + From<PartialFailure<E>>> Batch<T, E> {
    /// Adds the result of one.
    pub fn add(&mut self, result: Result<T, E>) {
        match result {
            Ok(done) => self.done.push(done),
            Err(error) => self.failed.push(error),
        }
    }

    /// What was done so far.
    pub fn done(&self) -> &[T] {
        &self.done
    }

    /// Everything that was done. Failures are counted and logged.
    ///
    /// # Errors
    /// Some of the `of` certificates failed, or were not reached.
    pub fn finish(mut self, of: usize, metrics: &mut Metrics) -> Result<Vec<T>, E> {
        self.report_failures(of, metrics);
        let (failed, left) = (self.failed.len(), self.left);
        let retryable = self.failed.iter().any(RetryableError::is_retryable);
        match self.failed.pop() {
            None if left == 0 => Ok(self.done),
            Some(only) if of <= 1 => Err(only),
            last => {
                let first = self.failed.into_iter().next().or(last).map(Box::new);
                Err(PartialFailure { failed, of, left, first, retryable }.into())
            }
        }
    }

    fn report_failures(&self, of: usize, metrics: &mut Metrics) {
        if !self.failed.is_empty() {
            metrics.count("CertificatesFailed", self.failed.len() as u64);
        }
        // A single failure is the error of the whole run, which is logged anyway.
        for error in self.failed.iter().filter(|_| of > 1) {
            let reason = error.to_string();
            tracing::error!(certificate_arn = error.certificate_arn(), outcome = "failed", reason);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
    enum Failed {
        #[error("{0}")]
        One(&'static str, bool),
        #[error("{0}")]
        Some(PartialFailure<Failed>),
    }

    impl From<PartialFailure<Failed>> for Failed {
        fn from(partial: PartialFailure<Failed>) -> Self {
            Self::Some(partial)
        }
    }

    impl RetryableError for Failed {
        fn is_retryable(&self) -> bool {
            match self {
                Self::One(_, retryable) => *retryable,
                Self::Some(partial) => partial.is_retryable(),
            }
        }
    }

    #[test]
    fn what_a_run_comes_to() {
        let (lasting, passing) = (Failed::One("denied", false), Failed::One("throttled", true));
        for (of, failed, left, expected) in [
            (2, vec![], 0, None),
            (1, vec![lasting.clone()], 0, Some(("denied", false))),
            (3, vec![lasting.clone()], 0, Some(("1 of 3 certificates failed, the first: denied", false))),
            (3, vec![lasting.clone(), passing], 0, Some(("2 of 3 certificates failed, the first: denied", true))),
            (
                3,
                vec![lasting],
                1,
                Some(("1 of 3 certificates failed and no time was left for 1, the first: denied", true)),
            ),
            (
                3,
                vec![],
                2,
                Some(("no time was left for 2 of 3 certificates; the next sweep continues with them", true)),
            ),
        ] {
            let mut batch = Batch::<(), _> { left, ..Batch::default() };
            let mut metrics = Metrics::new("test");
            let count = failed.len();
            failed.into_iter().for_each(|error| batch.add(Err(error)));
            let error = batch.finish(of, &mut metrics).err();
            let shown = error.as_ref().map(|error| (error.to_string(), error.is_retryable()));
            assert_eq!(shown, expected.map(|(text, retryable)| (text.to_owned(), retryable)));
            let counted =
                metrics.line(jiff::Timestamp::UNIX_EPOCH).is_some_and(|line| line.contains("CertificatesFailed"));
            assert_eq!(counted, count > 0);
        }
    }
}
