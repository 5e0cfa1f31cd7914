//! What an attempt came to.

use certificates::{CertificateDetail, Failure};

use crate::completion::Completion;
use crate::policy::SkipReason;

#[derive(Debug)]
pub(crate) enum AttemptOutcome {
    /// The certificate was replaced.
    Renewed(Box<Completion>),
    /// Another attempt at the same time replaced it, or a person.
    ReplacedByAnother(Box<CertificateDetail>),
    /// There is nothing to be done now, or nothing new. Nothing was claimed.
    Skipped(SkipReason),
    /// It was replaced before this attempt wrote anything, or another attempt recorded why it failed.
    LeftToAnother,
    /// The certificate was deleted in the meantime.
    Deleted,
    /// The certificate in place is untouched, or ACM does not show what it has.
    Failed(Failure),
}
