//! What goes wrong, and what to do about it.

use std::path::Path;

use acme::ProblemKind;
use acme::settings::InvalidAcmeSettings;
use aws_client::CallError;

use crate::advice;

/// Why a command was not done, and what to do. No key is ever part of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The directory's name, URL or roots cannot be used.
    #[error("{0}")]
    Directory(String),
    /// Not a domain.
    #[error(
        "`{0}` is not a domain name of at most 253 characters: write it in ASCII (xn--...), such as www.example.com"
    )]
    Domain(String),
    /// A file cannot be read.
    #[error("{file}: {why}")]
    File {
        /// Which one.
        file: String,
        /// Why.
        why: String,
    },
    /// The environment has no credentials.
    #[error(
        "there are no AWS credentials in the environment: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, for instance with \
         `eval \"$(aws configure export-credentials --format env)\"`"
    )]
    NoCredentials,
    /// The environment has no Region.
    #[error("no AWS Region is set: set AWS_REGION to the Region of the stack")]
    NoRegion,
    /// The credentials do not allow a call.
    #[error("{error}; allow {} on the secret {secret}", .error.operation)]
    Denied {
        /// The secret.
        secret: String,
        /// The refused call.
        error: CallError,
    },
    /// Another failed call.
    #[error("{0}; {advice}", advice = advice::after_call(.0))]
    Aws(CallError),
    /// The secret holds something else.
    #[error(
        "the secret {secret} does not hold an ACME account: move what it holds to a secret of another name, delete it with \
         `aws secretsmanager delete-secret --force-delete-without-recovery --secret-id {secret}`, and run the command again"
    )]
    NotAnAccount {
        /// The secret.
        secret: String,
    },
    /// The secret is there, and has no value, or somebody has created it just now.
    #[error(
        "the secret {secret} was created by somebody else: run the command again; if it says the same, the secret has no \
         value: delete it with `aws secretsmanager delete-secret --force-delete-without-recovery --secret-id {secret}`"
    )]
    SecretExists {
        /// The secret.
        secret: String,
    },
    /// The secret is scheduled for deletion.
    #[error(
        "the secret {secret} is scheduled for deletion: restore it with `aws secretsmanager restore-secret --secret-id \
         {secret}`, or delete it at once with `aws secretsmanager delete-secret --force-delete-without-recovery --secret-id \
         {secret}` and wait a minute"
    )]
    SecretDeleted {
        /// The secret.
        secret: String,
    },
    /// The secret holds an account at another server.
    #[error(
        "the secret {secret} holds an account at {stored}, and not at {wanted}: give the directory another name, or that URL \
         with --url"
    )]
    OtherDirectory {
        /// The secret.
        secret: String,
        /// The directory of the stored account.
        stored: String,
        /// The directory of the command.
        wanted: String,
    },
    /// There is no account to show.
    #[error("no account is registered at {name}: run `acme-account register {name} --agree-to-terms`")]
    NotRegistered {
        /// The directory's name.
        name: String,
    },
    /// The operator has not agreed to the CA's terms.
    #[error("read the CA's terms of service{}, and agree to them with --agree-to-terms", At(.terms))]
    TermsNotAgreed {
        /// Where they are.
        terms: Option<String>,
    },
    /// The CA takes accounts of its customers only.
    #[error(
        "this CA registers accounts of its customers only: get an external account key (EAB) on its website, and give its id \
         with --eab-kid and the key with --eab-hmac-file"
    )]
    ExternalAccountRequired,
    /// The key is not base64url.
    #[error("the external account key is not base64url: give the HMAC key as the CA shows it, alone in the file")]
    ExternalAccountKey,
    /// The CA refused the external account key.
    #[error(
        "the CA refused the external account key: {problem}. Most CAs accept each key once: get a new one (EAB) on the CA's \
         website, and run the command again with it. The account's own key stays in the secret {secret}"
    )]
    ExternalAccountRefused {
        /// What the CA says.
        problem: String,
        /// The secret.
        secret: String,
    },
    /// The CA refused, or did not answer.
    #[error("{0}; {advice}", advice = advice::after_request(.0))]
    Server(acme::Error),
    /// An account could not be written as a text.
    #[error("the account could not be written as a text; report this")]
    Unwritable,
}

struct At<'a>(&'a Option<String>);

impl std::fmt::Display for At<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.as_ref().map_or(Ok(()), |terms| write!(f, " at {terms}"))
    }
}

impl Error {
    pub(crate) fn file(file: &Path, error: &std::io::Error) -> Self {
        Self::File { file: file.display().to_string(), why: error.to_string() }
    }

    /// The settings hold one directory here, which needs no number.
    pub(crate) fn of_settings(error: InvalidAcmeSettings) -> Self {
        Self::Directory(error.to_string().replace("directory 1: ", ""))
    }

    /// What the CA says of a new account. Servers have several types for a key that was used up.
    pub(crate) fn of_registration(error: acme::Error, is_bound: bool, secret: &str) -> Self {
        match &error {
            acme::Error::Refused { problem, .. }
                if problem.kind == ProblemKind::ExternalAccountRequired && !is_bound =>
            {
                Self::ExternalAccountRequired
            }
            acme::Error::Refused { problem, .. } if is_bound && is_about_the_binding(problem.kind) => {
                Self::ExternalAccountRefused { problem: problem.to_string(), secret: secret.to_owned() }
            }
            _ => Self::Server(error),
        }
    }
}

fn is_about_the_binding(kind: ProblemKind) -> bool {
    matches!(
        kind,
        ProblemKind::ExternalAccountRequired | ProblemKind::Malformed | ProblemKind::Unauthorized | ProblemKind::Other
    )
}
