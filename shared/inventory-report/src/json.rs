//! The report as JSON: one object, by the schema in `infra/inventory-report.schema.json`.

use std::io::{self, Write};

use crate::model::Report;

/// Writes the report as JSON in one line.
///
/// # Errors
/// The storage failed.
pub fn write_json(report: &Report, to: &mut impl Write) -> io::Result<()> {
    serde_json::to_writer(&mut *to, report)?;
    to.write_all(b"\n")
}
