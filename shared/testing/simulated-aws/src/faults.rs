//! Faults armed by tests.

/// What goes wrong with a call.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The service answers `ThrottlingException` (SNS: `Throttling`; API Gateway, Organizations and Account Management:
    /// `TooManyRequestsException`; Resource Groups Tagging: `ThrottledException`); nothing happens.
    Throttled,
    /// The service answers HTTP 500; nothing happens.
    ServerError,
    /// The connection breaks before the service sees the request. The SDK tries again.
    ConnectionReset,
    /// The operation takes place, then the connection breaks. The SDK tries again.
    AnswerLost,
    /// IAM refuses the call: `AccessDeniedException` (SNS: `AuthorizationError`).
    AccessDenied,
    /// The service answers this error; nothing happens.
    Error {
        /// The error code, such as `LimitExceededException`.
        code: String,
        /// The message for people.
        message: String,
        /// The HTTP status.
        status: u16,
    },
    /// The calling process dies before the call: it and every later call fail, without effect, until
    /// [`Aws::restart`](crate::Aws::restart).
    Crash,
    /// The calling process dies after the call took effect: every later call fails until
    /// [`Aws::restart`](crate::Aws::restart).
    CrashAfter,
}

impl Fault {
    /// An organization's tag policy refuses the tags. API reference of ACM, AddTagsToCertificate: "TagPolicyException: A
    /// specified tag did not comply with an existing tag policy and was rejected."
    pub fn tag_policy() -> Self {
        Self::refusal("TagPolicyException", "The tag policy does not allow the specified value for the tag key.")
    }

    /// SNS cannot encrypt the message, since KMS throttles it. API reference of SNS, Publish: "KMSThrottling: The request
    /// was denied due to request throttling", HTTP 400. The SDK does not try again.
    pub fn kms_throttled() -> Self {
        Self::refusal("KMSThrottling", "The request was denied due to request throttling.")
    }

    fn refusal(code: &str, message: &str) -> Self {
        Self::Error { code: code.to_owned(), message: message.to_owned(), status: 400 }
    }
}

/// Which calls a fault meets.
#[derive(Debug, Clone)]
enum Aim {
    /// The n-th call from now, of this operation or of any.
    Nth { operation: Option<String>, left: u64 },
    /// The next n calls of this operation.
    Next { operation: String, left: u64 },
}

/// The armed faults.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    armed: Vec<(Aim, Fault)>,
    crashed: bool,
}

impl Faults {
    pub(crate) fn arm_nth(&mut self, operation: Option<&str>, n: u64, fault: Fault) {
        assert!(n > 0, "calls are counted from 1");
        self.armed.push((Aim::Nth { operation: operation.map(str::to_owned), left: n }, fault));
    }

    pub(crate) fn arm_next(&mut self, operation: &str, times: u64, fault: Fault) {
        self.armed.push((Aim::Next { operation: operation.to_owned(), left: times }, fault));
    }

    pub(crate) fn clear(&mut self) {
        self.armed.clear();
    }

    pub(crate) fn restart(&mut self) {
        self.crashed = false;
    }

    pub(crate) fn crashed(&self) -> bool {
        self.crashed
    }

    /// Counts this call against every armed fault, and gives the first one that meets it.
    pub(crate) fn meet(&mut self, operation: &str) -> Option<Fault> {
        if self.crashed {
            return Some(Fault::Crash);
        }
        let mut met = None;
        self.armed.retain_mut(|(aim, fault)| {
            let (hit, spent) = match aim {
                Aim::Nth { operation: wanted, left } => {
                    if wanted.as_deref().is_some_and(|wanted| wanted != operation) {
                        return true;
                    }
                    *left -= 1;
                    (*left == 0, *left == 0)
                }
                Aim::Next { operation: wanted, left } => {
                    // A fault that is already met by another one keeps its count.
                    if wanted != operation || *left == 0 || met.is_some() {
                        return *left > 0;
                    }
                    *left -= 1;
                    (true, *left == 0)
                }
            };
            if hit && met.is_none() {
                met = Some(fault.clone());
            }
            !spent
        });
        if matches!(met, Some(Fault::Crash | Fault::CrashAfter)) {
            self.crashed = true;
        }
        met
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nth_call_fails_once() {
        let mut faults = Faults::default();
        faults.arm_nth(None, 2, Fault::Throttled);
        assert_eq!(faults.meet("A"), None);
        assert_eq!(faults.meet("B"), Some(Fault::Throttled));
        assert_eq!(faults.meet("B"), None);
    }

    #[test]
    fn other_operations_do_not_count() {
        let mut faults = Faults::default();
        faults.arm_nth(Some("B"), 2, Fault::ServerError);
        faults.arm_next("C", 2, Fault::Throttled);
        assert_eq!(faults.meet("A"), None);
        assert_eq!(faults.meet("B"), None);
        assert_eq!(faults.meet("C"), Some(Fault::Throttled));
        assert_eq!(faults.meet("B"), Some(Fault::ServerError));
        assert_eq!(faults.meet("C"), Some(Fault::Throttled));
        assert_eq!(faults.meet("C"), None);
    }

    #[test]
    fn after_a_crash_nothing_works_until_the_restart() {
        let mut faults = Faults::default();
        faults.arm_nth(None, 1, Fault::CrashAfter);
        assert_eq!(faults.meet("A"), Some(Fault::CrashAfter));
        assert_eq!(faults.meet("B"), Some(Fault::Crash));
        faults.restart();
        assert_eq!(faults.meet("B"), None);
    }
}
