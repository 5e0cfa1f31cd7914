//! Audit reports of AWS Private CA: every certificate that a CA ever issued, one row each, in CSV or JSON
//! ([Use audit reports with your private CA](https://docs.aws.amazon.com/privateca/latest/userguide/PcaAuditReport.html)).
//! A CA with a million certificates has a report of some 400 MB, so that rows are read one by one, and forgotten.
//!
//! Reports have no names, keys or issuers of certificates, only subjects: [`outside_acm`] can tell by these alone whether
//! a certificate has a successor.
//!
//! ```no_run
//! use std::io::BufReader;
//!
//! use audit_reports::{CsvRows, Limits, MAX_ROW, outside_acm};
//!
//! # fn watch(now: jiff::Timestamp) -> Result<(), Box<dyn std::error::Error>> {
//! let rows = CsvRows::new(BufReader::new(std::fs::File::open("report.csv")?), MAX_ROW)?;
//! let limits = Limits { subjects: 1_000_000, expiring: 10_000, groups: 1_000 };
//! let found = outside_acm(rows, now, 45, limits)?;
//! println!("{} of {} expire without a successor", found.expiring.len(), found.rows);
//! # Ok(())
//! # }
//! ```

mod bounded;
mod csv;
mod error;
mod json;
mod outside_acm;
mod row;
#[cfg(test)]
mod tests;
mod youngest;

pub use csv::CsvRows;
pub use error::{Problem, RowError};
pub use json::JsonRows;
pub use outside_acm::{Count, Limits, OutsideAcm, Refused, Requester, outside_acm};
pub use row::{ACM, Revocation, Row};

/// A limit for rows, bytes. A row has about 450; a subject with all of its attributes, in hexadecimal, some thousands.
pub const MAX_ROW: usize = 65_536;
