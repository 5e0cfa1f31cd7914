//! Why a report cannot be read.

use std::io;

/// Why a report cannot be read. No rows follow one of these.
#[derive(Debug, thiserror::Error)]
pub enum RowError {
    /// The source failed. A later attempt may succeed.
    #[error("the audit report could not be read: {0}")]
    Source(#[from] io::Error),
    /// It is empty, or its header has not all of the columns.
    #[error("not an audit report in CSV: its header has no column {0}")]
    NoColumn(
        /// The column's name.
        &'static str,
    ),
    /// It does not begin as a report in JSON does.
    #[error("not an audit report in JSON: it is not an array")]
    NoArray,
    /// It ends within a row or, in JSON, before the end of the array: an upload or download that was interrupted.
    #[error("the audit report ends early, after {0} rows")]
    Truncated(
        /// How many whole rows there are.
        u64,
    ),
    /// A row is longer than the caller allows.
    #[error("row {row} of the audit report is longer than the {limit} bytes allowed")]
    TooLong {
        /// Its number; the first is 1, and a header is 0.
        row: u64,
        /// The limit, bytes.
        limit: usize,
    },
    /// A row is not as rows are.
    #[error("row {row} of the audit report is malformed: {problem}")]
    Malformed {
        /// Its number; the first is 1, and a header is 0.
        row: u64,
        /// What is wrong with it.
        problem: Problem,
    },
}

/// What is wrong with a row. Fields have the names of the report.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// It has more or fewer columns than the header.
    #[error("it has {found} columns, the header {expected}")]
    Columns {
        /// How many the header has.
        expected: usize,
        /// How many the row has.
        found: usize,
    },
    /// A field is absent or empty.
    #[error("it has no {0}")]
    Missing(
        /// The field's name.
        &'static str,
    ),
    /// A field is not a time such as `2020-02-26T18:39:57+0000`.
    #[error("its {field} is not a time: {text:?}")]
    Time {
        /// The field's name.
        field: &'static str,
        /// The beginning of what it is.
        text: String,
    },
    /// Its serial number is not hexadecimal.
    #[error("its serial is not hexadecimal: {0:?}")]
    Serial(
        /// The beginning of what it is.
        String,
    ),
    /// A quoted field is followed by something else than a comma, or a field has a quote in it.
    #[error("a field is quoted in part only")]
    Quote,
    /// It is not UTF-8.
    #[error("it is not UTF-8")]
    Utf8,
    /// It is not a JSON object with strings, or not followed by a comma or the end of the array.
    #[error("not JSON: {0}")]
    Json(
        /// What is wrong with it.
        String,
    ),
}
