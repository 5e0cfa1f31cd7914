//! When to stop asking.

use crate::LookupError;

/// After this many failures in a row the next call fails too: a permission is missing, or the service is down.
const TOO_MANY: usize = 5;

/// The failures of many calls of one kind, each about another resource.
#[derive(Debug, Default)]
pub struct Failures {
    /// The first one.
    pub first: Option<LookupError>,
    in_a_row: usize,
}

impl Failures {
    /// A call failed.
    pub fn add(&mut self, error: LookupError) {
        self.in_a_row = if error.is_throttled() { 0 } else { self.in_a_row.saturating_add(1) };
        self.first.get_or_insert(error);
    }

    /// A call succeeded.
    pub fn add_success(&mut self) {
        self.in_a_row = 0;
    }

    /// Whether to stop.
    pub fn are_too_many(&self) -> bool {
        self.in_a_row >= TOO_MANY
    }
}

#[cfg(test)]
mod tests {
    use aws_client::{CallError, CallErrorKind};

    use super::*;

    fn failed(kind: CallErrorKind) -> LookupError {
        let cause = CallError { kind, ..CallError::incomplete_answer("acm:DescribeCertificate", "Certificate") };
        LookupError::Read { resource: "arn".into(), cause }
    }

    #[test]
    fn only_a_row_of_failures_that_are_not_throttling_is_too_long() {
        let mut failures = Failures::default();
        (0..4).for_each(|_| failures.add(failed(CallErrorKind::Denied)));
        failures.add_success();
        (0..4).for_each(|_| failures.add(failed(CallErrorKind::Unavailable)));
        (0..10).for_each(|_| failures.add(failed(CallErrorKind::Throttled)));
        (0..4).for_each(|_| failures.add(failed(CallErrorKind::Denied)));
        assert!(!failures.are_too_many());
        failures.add(failed(CallErrorKind::Refused));
        assert!(failures.are_too_many());
        assert_eq!(failures.first, Some(failed(CallErrorKind::Denied)));
    }
}
