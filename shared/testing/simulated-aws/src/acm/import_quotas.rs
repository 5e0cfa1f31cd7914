//! How many certificates may be imported (user guide, "Quotas").

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};

use crate::Aws;
use crate::aws::State;
use crate::calls::ApiError;

/// "Imported certificates", per account and Region.
const MOST_IMPORTED: usize = 2_500;
/// "Imported certificates per year (last 365 days)".
const MOST_IN_A_YEAR: usize = 5_000;
const YEAR: SignedDuration = SignedDuration::from_hours(24 * 365);

/// The imports of the last 365 days, the oldest first.
#[derive(Debug, Default)]
pub(super) struct Imports {
    most: Option<usize>,
    at: VecDeque<Timestamp>,
}

impl Aws {
    /// How many imports ACM takes in 365 days (default: 5,000). A test that lets them be used up sets fewer.
    pub fn set_yearly_import_quota(&self, imports: usize) {
        self.state().acm.imports.most = Some(imports);
    }
}

/// API reference, ImportCertificate: "LimitExceededException: An ACM quota has been exceeded". The text is that of
/// RequestCertificate (hashicorp/terraform-provider-aws#14025); that of an import is unverified, as is that re-imports count.
pub(super) fn check_year(state: &mut State) -> Result<(), ApiError> {
    let now = state.now;
    let Imports { most, at } = &mut state.acm.imports;
    while at.front().is_some_and(|&import| now.duration_since(import) >= YEAR) {
        at.pop_front();
    }
    let most = most.unwrap_or(MOST_IN_A_YEAR);
    if at.len() >= most {
        let text = format!("Error: you have reached your limit of {most} certificates in the last year.");
        return Err(ApiError::new("LimitExceededException", text));
    }
    Ok(())
}

/// One more import took place.
pub(super) fn count(state: &mut State) {
    let now = state.now;
    state.acm.imports.at.push_back(now);
}

/// Those that are there count, re-imports do not.
pub(super) fn check_present(state: &State) -> Result<(), ApiError> {
    let imported = state.acm.certificates.values().filter(|entry| entry.kind == "IMPORTED").count();
    if imported >= MOST_IMPORTED {
        return Err(ApiError::new("LimitExceededException", "The quota of imported certificates is used up."));
    }
    Ok(())
}
