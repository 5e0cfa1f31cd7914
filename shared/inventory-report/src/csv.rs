//! The report as CSV: a header, each row, and each gap, so that what is missing is in the same file.
//!
//! Quoted as [RFC 4180](https://www.rfc-editor.org/rfc/rfc4180) says. A cell that a spreadsheet would take for a formula
//! gets an apostrophe ([OWASP](https://owasp.org/www-community/attacks/CSV_Injection)).

mod cell;
mod columns;

use std::io::{self, Write};

use notices::foreign_up_to;

use crate::model::{Gap, Report};
use columns::COLUMNS;

/// Writes the report as CSV.
///
/// # Errors
/// The storage failed.
pub fn write_csv(report: &Report, to: &mut impl Write) -> io::Result<()> {
    line(to, COLUMNS.iter().map(|(name, _)| (*name).to_owned()))?;
    for row in &report.rows {
        line(to, COLUMNS.iter().map(|(_, cell)| cell(row)))?;
    }
    report.gaps.iter().try_for_each(|gap| self::gap(to, gap))
}

/// A gap is a line of its own kind. The column of names says what is missing, and that of AWS's answers why.
fn gap(to: &mut impl Write, gap: &Gap) -> io::Result<()> {
    let rows = gap.rows.map_or("an unknown number of rows".to_owned(), |rows| format!("{rows} rows"));
    let cell = |column: &str| match column {
        "kind" => "gap".to_owned(),
        "name" => format!("{} of {rows}", columns::word(&gap.what)),
        "status" => cell::unreadable(&gap.why),
        "account" => gap.targets.join(" "),
        "steps" => foreign_up_to(&gap.why.explanation, usize::MAX),
        _ => String::new(),
    };
    line(to, COLUMNS.iter().map(|(name, _)| cell(name)))
}

fn line(to: &mut impl Write, cells: impl Iterator<Item = String>) -> io::Result<()> {
    for (index, cell) in cells.enumerate() {
        if index > 0 {
            to.write_all(b",")?;
        }
        cell::write(to, &cell)?;
    }
    to.write_all(b"\r\n")
}
