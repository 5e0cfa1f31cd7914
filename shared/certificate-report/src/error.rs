//! What goes wrong, and what to do about it.

use std::path::Path;

use aws_client::{CallError, CallErrorKind};
use lambda::ConfigurationError;
use notices::{foreign_message, foreign_up_to};

/// What people still read of a chain of causes.
const LONGEST_CAUSE: usize = 600;

/// Why there is no report, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There are no credentials.
    #[error(
        "no AWS credentials{}: {why}; sign in (`aws sso login{}`), or set them with \
         `eval \"$(aws configure export-credentials{} --format env)\"` and leave --profile out",
        Named(.profile), Argument(.profile), Argument(.profile)
    )]
    NoCredentials {
        /// The profile, if one was named.
        profile: Option<String>,
        /// Why.
        why: String,
    },
    /// An endpoint would have credentials sent in clear text.
    #[error("{0}")]
    Endpoint(ConfigurationError),
    /// There is no Region.
    #[error("no AWS Region is set: name Regions, such as `--regions eu-central-1,us-east-1`, or use `--regions all`")]
    NoRegion,
    /// AWS does not know the credentials.
    #[error("{}; {}", foreign_message(.0), advice(.0))]
    Identity(CallError),
    /// AWS does not say which Regions are enabled.
    #[error(
        "{}; allow account:ListRegions, or name the Regions yourself, such as `--regions eu-central-1,us-east-1`",
        foreign_message(.0)
    )]
    Regions(CallError),
    /// A file cannot be read or written.
    #[error("{file}: {why}")]
    File {
        /// Which one.
        file: String,
        /// Why.
        why: String,
    },
}

impl Error {
    pub(crate) fn file(file: &Path, error: &std::io::Error) -> Self {
        Self::File { file: file.display().to_string(), why: error.to_string() }
    }
}

struct Named<'a>(&'a Option<String>);

impl std::fmt::Display for Named<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.as_ref().map_or(Ok(()), |name| write!(f, " from the profile {name}"))
    }
}

struct Argument<'a>(&'a Option<String>);

impl std::fmt::Display for Argument<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.as_ref().map_or(Ok(()), |name| write!(f, " --profile {name}"))
    }
}

fn advice(error: &CallError) -> &'static str {
    match error.kind {
        CallErrorKind::Throttled | CallErrorKind::Unavailable => {
            "check the network and AWS_ENDPOINT_URL, and run it again"
        }
        CallErrorKind::Denied | CallErrorKind::Refused => "sign in again, and check that the Region is enabled",
    }
}

/// An error and its causes in one line. Those of credentials say little without them.
pub(crate) fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let words = error.to_string();
        if !text.contains(&words) {
            text = format!("{text}: {words}");
        }
        cause = error.source();
    }
    foreign_up_to(&text, LONGEST_CAUSE)
}
