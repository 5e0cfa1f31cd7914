//! The result of many checks in one run: a failure of one does not stop the others, and is not lost either.

use crate::{Metrics, RetryableError};

/// Why a run over several certificates is not complete.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BatchError<E: RetryableError> {
    /// The only one failed.
    #[error("{0}")]
    One(Box<E>),
    /// Some failed; the others were done. Each failure has a log line of its own.
    #[error("{failed} of {of} certificates failed{}, the first: {first}", not_reached(*left))]
    Several {
        /// How many failed.
        failed: usize,
        /// How many there were.
        of: usize,
        /// How many were not reached, because time ran out.
        left: usize,
        /// The first failure.
        #[source]
        first: Box<E>,
        /// Whether one of the failures may be resolved by a retry.
        retryable: bool,
    },
    /// All that were reached were done.
    #[error(
        "time ran out before {left} of {of} certificates were checked; the next run continues elsewhere in the list"
    )]
    OutOfTime {
        /// How many were not reached.
        left: usize,
        /// How many there were.
        of: usize,
    },
}

fn not_reached(left: usize) -> String {
    if left == 0 { String::new() } else { format!(", and {left} were not reached in time") }
}

impl<E: RetryableError> BatchError<E> {
    /// Whether a retry may resolve it.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::One(error) => error.is_retryable(),
            Self::Several { left, retryable, .. } => *retryable || *left > 0,
            Self::OutOfTime { .. } => true,
        }
    }
}

/// Collects what came of the certificates of one run.
#[derive(Debug)]
pub struct Batch<T, E> {
    of: usize,
    done: Vec<T>,
    failed: Vec<E>,
    left: usize,
}

impl<T, E: RetryableError> Batch<T, E> {
    /// A run over this many certificates.
    pub fn new(of: usize) -> Self {
        Self { of, done: Vec::new(), failed: Vec::new(), left: 0 }
    }

    /// Adds what came of one.
    pub fn add(&mut self, result: Result<T, E>) {
        match result {
            Ok(done) => self.done.push(done),
            Err(error) => self.failed.push(error),
        }
    }

    /// Counts some that were not reached, because time ran out.
    pub fn add_left(&mut self, left: usize) {
        self.left += left;
    }

    /// What was done so far.
    pub fn done(&self) -> &[T] {
        &self.done
    }

    /// What was done, if that is all.
    ///
    /// # Errors
    /// Some failed, or were not reached.
    pub fn finish(mut self, metrics: &mut Metrics) -> Result<Vec<T>, BatchError<E>> {
        let (failed, left, of) = (self.failed.len(), self.left, self.of);
        if failed > 0 {
            metrics.count("CertificatesFailed", failed as u64);
        }
        // A single failure is the error of the whole run, which is logged anyway.
        for error in self.failed.iter().filter(|_| of > 1) {
            let reason = error.to_string();
            tracing::error!(certificate_arn = error.certificate_arn(), outcome = "failed", reason);
        }
        let retryable = self.failed.iter().any(RetryableError::is_retryable);
        if self.failed.is_empty() {
            return if left == 0 { Ok(self.done) } else { Err(BatchError::OutOfTime { left, of }) };
        }
        let first = self.failed.swap_remove(0);
        if of <= 1 {
            return Err(BatchError::One(Box::new(first)));
        }
        Err(BatchError::Several { failed, of, left, first: Box::new(first), retryable })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
    #[error("{0}")]
    struct Failed(&'static str, bool);

    impl RetryableError for Failed {
        fn is_retryable(&self) -> bool {
            self.1
        }
    }

    #[test]
    fn table() {
        let (lasting, passing) = (Failed("denied", false), Failed("throttled", true));
        for (name, of, failed, left, expected) in [
            ("all were done", 2, vec![], 0, None),
            ("the only one failed", 1, vec![lasting.clone()], 0, Some(("denied", false))),
            (
                "one of three failed",
                3,
                vec![lasting.clone()],
                0,
                Some(("1 of 3 certificates failed, the first: denied", false)),
            ),
            (
                "two failed, of which a retry may resolve one",
                3,
                vec![lasting.clone(), passing],
                0,
                Some(("2 of 3 certificates failed, the first: denied", true)),
            ),
            (
                "and one was not reached",
                3,
                vec![lasting],
                1,
                Some(("1 of 3 certificates failed, and 1 were not reached in time, the first: denied", true)),
            ),
            (
                "time ran out",
                3,
                vec![],
                2,
                Some((
                    "time ran out before 2 of 3 certificates were checked; the next run continues elsewhere in the list",
                    true,
                )),
            ),
        ] {
            let mut batch = Batch::<(), _>::new(of);
            failed.into_iter().for_each(|error| batch.add(Err(error)));
            batch.add_left(left);
            let error = batch.finish(&mut Metrics::new("test")).err();
            let shown = error.as_ref().map(|error| (error.to_string(), error.is_retryable()));
            assert_eq!(shown, expected.map(|(text, retryable)| (text.to_owned(), retryable)), "{name}");
        }
    }
}
