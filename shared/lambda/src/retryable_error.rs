//! What an error of a function has to say.

/// An error of a function: what happened, and whether the same event may succeed later.
pub trait RetryableError: std::error::Error {
    /// Whether the platform should deliver the same event again.
    fn is_retryable(&self) -> bool;

    /// The ARN of the one certificate that failed, for the log. Where several failed, each has a line of its own.
    fn certificate_arn(&self) -> Option<&str> {
        None
    }
}
