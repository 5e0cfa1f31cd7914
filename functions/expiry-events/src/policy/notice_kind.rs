//! What this function reports.

use notices::Kind;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeKind {
    /// It expires soon.
    Expiring,
    Expired,
    /// ACM's own renewal waits for a person.
    ActionRequired,
    /// ACM renewed it.
    Renewed,
    /// ACM rotated it.
    Rotated,
    Revoked,
    /// Its CA asks to replace it at once.
    RevocationAhead,
}

impl NoticeKind {
    pub fn kind(self) -> Kind {
        match self {
            Self::Expiring => Kind::Expiring,
            Self::Expired => Kind::Expired,
            Self::ActionRequired => Kind::RenewalActionRequired,
            Self::Renewed => Kind::Renewed,
            Self::Rotated => Kind::Rotated,
            Self::Revoked => Kind::Revoked,
            Self::RevocationAhead => Kind::RevocationAhead,
        }
    }

    /// As it is in the tag `notified`, in answers and in logs.
    pub fn as_str(self) -> &'static str {
        self.kind().as_str()
    }
}
