//! The report as one HTML file that asks for nothing: style, script and data are in it.
//!
//! Everything is put into words here, once. The template shows the first rows, so that the page can be read without
//! JavaScript; the script shows all of them from the same words, which the file has as JSON.

mod cell;
mod choice;
mod data;
mod numbers;
mod outlook;
mod page;
mod policy;
mod row;
mod rules;
mod scope;
mod sections;
mod story;
mod timeline;
mod words;

use std::io::{self, Write};

use askama::Template;

use crate::Report;
pub use scope::Scope;

/// What a page has.
#[derive(Debug, Clone)]
pub struct HtmlOptions {
    /// At most this many rows are in it, those that matter most.
    pub most_rows: usize,
    /// At most this many bytes of rows are in it.
    pub most_bytes: usize,
    /// Only what one owner or one account has; `None`: everything.
    pub only: Option<Scope>,
    /// Where all rows are, such as `report.csv`: shown as text.
    pub all_rows_in: Vec<String>,
}

impl Default for HtmlOptions {
    fn default() -> Self {
        Self { most_rows: 10_000, most_bytes: 10_500_000, only: None, all_rows_in: Vec::new() }
    }
}

/// Writes the page.
///
/// # Errors
/// The storage failed.
pub fn write_html(report: &Report, options: &HtmlOptions, to: &mut impl Write) -> io::Result<()> {
    match &options.only {
        Some(scope) => page::Page::new(&scope::restrict(report, scope), options).write_into(to),
        None => page::Page::new(report, options).write_into(to),
    }
}
