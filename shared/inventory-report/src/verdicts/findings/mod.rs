//! What else people should know of a row: one file each. What is not known is never a finding.

mod chain_expires_first;
mod expired_in_use;
mod exported_copies;
mod mixed_purposes;
mod no_grant;
mod pinned;
mod same_certificate;
mod same_names;
mod wildcard_would_do;

use std::collections::BTreeSet;

use jiff::Timestamp;
use notices::foreign;

use crate::model::{Finding, FindingKind, Row};
use crate::settings::ReportSettings;

/// What findings need of all rows.
#[derive(Debug)]
pub(crate) struct Shared<'a> {
    now: Timestamp,
    with_grants: &'a BTreeSet<String>,
    same_certificates: same_certificate::Index<'a>,
    same_names: same_names::Index<'a>,
    wildcards: wildcard_would_do::Index<'a>,
    purposes: mixed_purposes::Index<'a>,
}

impl<'a> Shared<'a> {
    /// `with_grants`: the targets whose grants were read.
    pub(crate) fn new(
        rows: &'a [Row],
        settings: &'a ReportSettings,
        with_grants: &'a BTreeSet<String>,
        now: Timestamp,
    ) -> Self {
        Self {
            now,
            with_grants,
            same_certificates: same_certificate::Index::new(rows),
            same_names: same_names::Index::new(rows, now),
            wildcards: wildcard_would_do::Index::new(rows, settings, now),
            purposes: mixed_purposes::Index::new(rows, settings),
        }
    }
}

/// What people should know of a row.
pub(crate) fn findings(row: &Row, shared: &Shared<'_>) -> Vec<Finding> {
    let texts = [
        (FindingKind::ExpiredInUse, expired_in_use::find(row, shared.now)),
        (FindingKind::SameCertificate, shared.same_certificates.find(row)),
        (FindingKind::SameNames, shared.same_names.find(row)),
        (FindingKind::WildcardWouldDo, shared.wildcards.find(row)),
        (FindingKind::Pinned, pinned::find(row)),
        (FindingKind::MixedPurposes, shared.purposes.find(row)),
        (FindingKind::ExportedCopies, exported_copies::find(row, shared.now)),
        (FindingKind::NoGrant, no_grant::find(row, shared.with_grants)),
        (FindingKind::ChainExpiresFirst, chain_expires_first::find(row, shared.now)),
    ];
    texts.into_iter().filter_map(|(kind, text)| text.map(|text| Finding { kind, text })).collect()
}

/// Others of a group, named by account, Region and id: two of them, and how many more there are.
fn others<'a>(row: &Row, group: &[&'a Row]) -> Option<String> {
    let others: Vec<&'a Row> = group.iter().copied().filter(|other| other.entry.arn != row.entry.arn).collect();
    let is_here = |other: &Row| other.account.id == row.account.id && other.region == row.region;
    let name = |other: &&Row| {
        let id = foreign(other.entry.arn.rsplit('/').next().unwrap_or_default());
        if is_here(other) { id } else { format!("{id} in {}/{}", foreign(&other.account.id), foreign(&other.region)) }
    };
    let named: Vec<String> = others.iter().take(2).map(name).collect();
    match others.len() {
        0 => None,
        count if count > 2 => Some(format!("{} and {} more", named.join(", "), count - 2)),
        _ => Some(named.join(" and ")),
    }
}
