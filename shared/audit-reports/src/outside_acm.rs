//! Certificates that nobody renews automatically.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::youngest::Youngest;
use crate::{Row, RowError};

/// How much is kept of a report before it is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Subjects of usable certificates. Each takes about 25 bytes, and 100 while its youngest certificate expires soon.
    pub subjects: usize,
    /// Certificates that expire soon, are outside ACM, and whose successor has not been read yet. Each takes about 1,000
    /// bytes. In a report that begins with the oldest certificates, as many are kept for a while as expire soon at all.
    pub expiring: usize,
    /// Requesters, and as many templates. Each takes about 200 bytes.
    pub groups: usize,
}

/// What a report says about certificates outside ACM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutsideAcm {
    /// Certificates that expire within the window, were not requested by ACM, and have no successor; those that expire
    /// first at the beginning.
    pub expiring: Vec<Row>,
    /// How many certificates there are by who requested them.
    pub requesters: BTreeMap<Requester, Count>,
    /// How many certificates there are by the ARN of their template; the empty one where the report does not say.
    pub templates: BTreeMap<String, Count>,
    /// How many rows the report has.
    pub rows: u64,
    /// How many subjects its usable certificates have.
    pub subjects: usize,
}

/// Who requested certificates.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Requester {
    /// The account.
    pub account: String,
    /// The service; `None` where a user or role of the account did.
    pub service: Option<String>,
}

/// How many certificates there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// All that were ever issued.
    pub issued: u64,
    /// Those that are neither revoked nor expired.
    pub usable: u64,
}

/// Why a report is refused.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// A row cannot be read.
    #[error(transparent)]
    Row(#[from] RowError),
    /// There are more subjects than the caller allows.
    #[error("the usable certificates of the audit report have more than the {0} subjects allowed")]
    TooManySubjects(
        /// The limit.
        usize,
    ),
    /// There are more certificates that expire than the caller allows: those of a CA for short-lived ones, perhaps.
    #[error("more than the {0} certificates allowed expire without a successor seen so far")]
    TooManyExpiring(
        /// The limit.
        usize,
    ),
    /// There are more requesters or templates than the caller allows.
    #[error("the audit report has more than the {0} requesters or templates allowed")]
    TooManyGroups(
        /// The limit.
        usize,
    ),
}

/// Finds the certificates that were not requested by ACM, expire within this many days of 24 hours, and have no
/// successor: no usable certificate of the same CA with the same subject that expires later, whoever requested it.
///
/// Memory grows with the subjects of usable certificates, as [`Limits`] says, not with the rows: 30 MB for a million.
/// Certificates that are revoked or expired are only counted.
///
/// # Errors
/// A row cannot be read, or there is more to keep than the limits allow.
pub fn outside_acm(
    rows: impl IntoIterator<Item = Result<Row, RowError>>,
    now: Timestamp,
    window_days: u16,
    limits: Limits,
) -> Result<OutsideAcm, Refused> {
    let window = SignedDuration::from_hours(24 * i64::from(window_days));
    let mut youngest = Youngest::new(now.checked_add(window).unwrap_or(Timestamp::MAX));
    let (mut requesters, mut templates, mut count) = (BTreeMap::new(), BTreeMap::new(), 0);
    for row in rows {
        let row = row?;
        count += 1;
        let requester = Requester { account: row.account.clone(), service: row.service.clone() };
        add(&mut requesters, requester, &row, now, limits)?;
        add(&mut templates, row.template_arn.clone().unwrap_or_default(), &row, now, limits)?;
        if row.is_usable(now) {
            youngest.take(row);
        }
        if youngest.subjects() > limits.subjects {
            return Err(Refused::TooManySubjects(limits.subjects));
        }
        if youngest.outside() > limits.expiring {
            return Err(Refused::TooManyExpiring(limits.expiring));
        }
    }
    let subjects = youngest.subjects();
    Ok(OutsideAcm { expiring: youngest.into_outside(), requesters, templates, rows: count, subjects })
}

fn add<K: Ord>(
    groups: &mut BTreeMap<K, Count>,
    group: K,
    row: &Row,
    now: Timestamp,
    limits: Limits,
) -> Result<(), Refused> {
    let count = groups.entry(group).or_default();
    count.issued += 1;
    count.usable += u64::from(row.is_usable(now));
    if groups.len() > limits.groups { Err(Refused::TooManyGroups(limits.groups)) } else { Ok(()) }
}
