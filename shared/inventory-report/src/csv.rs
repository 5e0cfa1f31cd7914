//! The report as CSV: a header, each row, and each gap, so that what is missing is in the same file.

mod cell;
mod columns;

use std::io::{self, Write};

use notices::foreign_up_to;
use safe_csv::write_line;

use crate::model::{Gap, Report};
use columns::COLUMNS;

/// Writes the report as CSV.
///
/// # Errors
/// The storage failed.
pub fn write_csv(report: &Report, to: &mut impl Write) -> io::Result<()> {
    write_line(to, COLUMNS.iter().map(|(name, _)| (*name).to_owned()))?;
    for row in &report.rows {
        write_line(to, COLUMNS.iter().map(|(_, cell)| cell(row)))?;
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
    write_line(to, COLUMNS.iter().map(|(name, _)| cell(name)))
}
