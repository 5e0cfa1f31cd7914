//! What is wrong with a configuration.

/// A configuration with which a function does not start.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigurationError {
    /// A variable without which nothing works.
    #[error("the environment variable {name} is missing: set it to {meaning}")]
    Missing {
        /// The variable.
        name: &'static str,
        /// What it should hold.
        meaning: &'static str,
    },
    /// A value that cannot be used. A default in its place would hide the mistake.
    #[error("the environment variable {name} is `{value}`: {problem}")]
    Invalid {
        /// The variable.
        name: &'static str,
        /// Its value.
        value: String,
        /// What is wrong with it.
        problem: String,
    },
    /// An endpoint to which everything would go in clear text.
    #[error(
        "the environment variable {name} is `{value}`: use an https:// URL; http:// is only for an emulator on this \
         machine (127.0.0.1, [::1], localhost, localhost.localstack.cloud)"
    )]
    PlainEndpoint {
        /// The variable.
        name: String,
        /// Its value.
        value: String,
    },
}

impl ConfigurationError {
    /// A value that cannot be used, of which the start is shown.
    pub fn invalid(name: &'static str, value: &str, problem: &str) -> Self {
        Self::Invalid { name, value: value.chars().take(200).collect(), problem: problem.to_owned() }
    }
}
