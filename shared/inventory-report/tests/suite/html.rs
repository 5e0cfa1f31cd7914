//! The HTML page.

use inventory_report::{HtmlOptions, Report, Scope, write_html};
use proptest::prelude::*;

use crate::pages;

fn page(report: &Report, options: &HtmlOptions) -> String {
    let mut bytes = Vec::new();
    write_html(report, options, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}
