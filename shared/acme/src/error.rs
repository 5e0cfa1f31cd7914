//! What fails, what to do about it, and when.

use jiff::{SignedDuration, Timestamp};

use crate::problem::{Problem, ProblemKind};

/// When the server does not say: Let's Encrypt's buckets refill in minutes to a day.
const AFTER_LIMIT: SignedDuration = SignedDuration::from_hours(1);
const AFTER_OUTAGE: SignedDuration = SignedDuration::from_mins(10);

/// Why there is no certificate. No key and no signature is ever part of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The server understood the request and refused it.
    #[error("the ACME server refused {operation}: {problem}")]
    Refused {
        /// The resource, such as `newOrder`.
        operation: &'static str,
        /// What it said.
        problem: Box<Problem>,
        /// Whether the refused order said which certificate it replaces.
        replaces: bool,
        /// When to try again, if that helps.
        retry_at: Option<Timestamp>,
    },
    /// No answer, or one of a server that does not work. Whether the request took effect is not known.
    #[error("the ACME server is not available for {operation}: {why}")]
    Unavailable {
        /// The resource.
        operation: &'static str,
        /// What went wrong.
        why: String,
        /// When to try again.
        retry_at: Timestamp,
    },
    /// The server answered something that RFC 8555 does not allow.
    #[error("the ACME server's answer to {operation} cannot be used: {why}")]
    Unusable {
        /// The resource.
        operation: &'static str,
        /// What is wrong with it.
        why: String,
    },
    /// The order is invalid: validation or issuance failed, or it expired.
    #[error("the ACME order failed{}", Listed(.problems))]
    OrderFailed {
        /// What is wrong with each name, or with the order (with an empty name).
        problems: Vec<(String, Problem)>,
    },
    /// The CA offers no DNS-01 challenge for the name.
    #[error("the CA offers no DNS-01 challenge for {name}")]
    NoDns01 {
        /// The name.
        name: String,
    },
    /// The order was not done by the deadline; ordering again resumes it.
    #[error("the ACME order is still {status}")]
    Unfinished {
        /// The order's status.
        status: &'static str,
        /// When to ask again.
        retry_at: Timestamp,
    },
    /// An account that was never registered, or whose key cannot be read.
    #[error("the stored ACME account cannot be used: {0}")]
    Account(&'static str),
}

struct Listed<'a>(&'a [(String, Problem)]);

impl std::fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (number, (name, problem)) in self.0.iter().enumerate() {
            write!(
                f,
                "{}{name}{}{problem}",
                if number == 0 { ": " } else { "; " },
                if name.is_empty() { "" } else { ": " }
            )?;
        }
        Ok(())
    }
}

/// What to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Advice {
    /// Wait: the same succeeds later without anybody's help.
    Wait,
    /// Order again at once, without saying which certificate is replaced.
    OrderWithoutReplaces,
    /// Order again at once.
    OrderAgain,
    /// The DNS does not show what it should: the validation record, its delegation, or CAA.
    CheckDns,
    /// The account must be registered, or its owner must act on the CA's website.
    CheckAccount,
    /// The configuration asks for what this CA does not do: the profile, or a name.
    CheckConfiguration,
    /// The server, or this client, does not follow the protocol.
    Report,
}

impl Error {
    /// What to do about it.
    pub fn advice(&self) -> Advice {
        match self {
            Self::Refused { problem, replaces, .. } => refused(problem.kind, *replaces),
            Self::Unavailable { .. } | Self::Unfinished { .. } => Advice::Wait,
            Self::Unusable { .. } => Advice::Report,
            Self::OrderFailed { problems } => {
                problems.iter().map(|(_, one)| failed(one.kind)).max_by_key(weight).unwrap_or(Advice::OrderAgain)
            }
            Self::NoDns01 { .. } => Advice::CheckConfiguration,
            Self::Account(_) => Advice::CheckAccount,
        }
    }

    /// The kind of the problem that [`advice`](Self::advice) is about, if the server named one.
    pub fn kind(&self) -> Option<ProblemKind> {
        match self {
            Self::Refused { problem, .. } => Some(problem.kind),
            Self::OrderFailed { problems } => {
                problems.iter().map(|(_, one)| one.kind).max_by_key(|kind| weight(&failed(*kind)))
            }
            _ => None,
        }
    }

    /// Whether the same may succeed without anybody's help.
    pub fn is_retryable(&self) -> bool {
        matches!(self.advice(), Advice::Wait | Advice::OrderWithoutReplaces | Advice::OrderAgain)
    }

    /// Not before this moment, when the server said so or its kind of failure takes a while.
    pub fn retry_at(&self) -> Option<Timestamp> {
        match self {
            Self::Refused { retry_at, .. } => *retry_at,
            Self::Unavailable { retry_at, .. } | Self::Unfinished { retry_at, .. } => Some(*retry_at),
            _ => None,
        }
    }

    /// The pause after a refusal; a server that only says that a limit is reached gets an hour.
    pub(crate) fn pause(kind: ProblemKind, said: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
        match kind {
            ProblemKind::RateLimited => Some(said.unwrap_or(now + AFTER_LIMIT)),
            ProblemKind::ServerInternal | ProblemKind::BadNonce => Some(said.unwrap_or(now + AFTER_OUTAGE)),
            _ => said,
        }
    }

    pub(crate) fn unavailable(operation: &'static str, why: String, said: Option<Timestamp>, now: Timestamp) -> Self {
        Self::Unavailable { operation, why, retry_at: said.unwrap_or(now + AFTER_OUTAGE) }
    }

    pub(crate) fn unusable(operation: &'static str, why: impl Into<String>) -> Self {
        Self::Unusable { operation, why: why.into() }
    }
}

/// A CA that does not accept `replaces` (a server without ARI behind a directory that has it, a certificate of another
/// account) must not stop the renewal: without it the order costs a place in a rate limit, no more.
fn refused(kind: ProblemKind, replaces: bool) -> Advice {
    match kind {
        ProblemKind::AlreadyReplaced => Advice::OrderWithoutReplaces,
        ProblemKind::Malformed | ProblemKind::Unauthorized | ProblemKind::Other if replaces => {
            Advice::OrderWithoutReplaces
        }
        ProblemKind::RateLimited | ProblemKind::ServerInternal | ProblemKind::BadNonce => Advice::Wait,
        ProblemKind::OrderNotReady => Advice::OrderAgain,
        ProblemKind::Caa | ProblemKind::Dns | ProblemKind::Connection | ProblemKind::IncorrectResponse => {
            Advice::CheckDns
        }
        ProblemKind::AccountDoesNotExist
        | ProblemKind::ExternalAccountRequired
        | ProblemKind::UserActionRequired
        | ProblemKind::Unauthorized => Advice::CheckAccount,
        ProblemKind::InvalidProfile | ProblemKind::RejectedIdentifier | ProblemKind::UnsupportedIdentifier => {
            Advice::CheckConfiguration
        }
        ProblemKind::BadCsr | ProblemKind::Malformed | ProblemKind::Other => Advice::Report,
    }
}

/// In a failed order, `unauthorized` is about the record that validation found, not about the account.
fn failed(kind: ProblemKind) -> Advice {
    if kind == ProblemKind::Unauthorized { Advice::CheckDns } else { refused(kind, false) }
}

/// Of several problems, the one that a person must act on decides.
fn weight(advice: &Advice) -> u8 {
    match advice {
        Advice::Wait | Advice::OrderWithoutReplaces | Advice::OrderAgain => 0,
        Advice::Report => 1,
        Advice::CheckConfiguration => 2,
        Advice::CheckAccount => 3,
        Advice::CheckDns => 4,
    }
}
