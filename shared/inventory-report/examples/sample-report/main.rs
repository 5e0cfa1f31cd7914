//! Writes sample pages for the browser tests: `cargo run -p inventory-report --example sample-report -- DIR`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "../../tests/suite/pages/mod.rs"]
mod pages;

use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use inventory_report::{HtmlOptions, Report, Scope, write_html};

/// Everything that markup, scripts and the direction of text can do.
const HOSTILE: [&str; 6] = [
    "</script><script>document.title='attacked'</script>",
    "<img src=x onerror=\"document.title='attacked'\">",
    "\"'><svg onload=document.title='attacked'>",
    "<!--<script>",
    "safe\u{202e}moc.elpmaxe\u{2066}\u{200b}",
    "${document.title='attacked'} {{ 7*7 }} $& \u{2028}",
];

fn main() {
    let directory = PathBuf::from(std::env::args().nth(1).expect("the directory to write to"));
    fs::create_dir_all(&directory).unwrap();
    let everything = HtmlOptions { all_rows_in: vec!["report.csv".into(), "report.json".into()], ..Default::default() };
    write(&directory, "small.html", &pages::report(60, true), &everything);
    write(&directory, "sample.html", &inventory_report::sample::report(), &everything);
    write(&directory, "complete.html", &pages::report(60, false), &everything);
    let large = pages::report(12_000, true);
    write(&directory, "large.html", &large, &everything);
    let only = |scope| HtmlOptions { only: Some(scope), ..everything.clone() };
    write(&directory, "owner.html", &large, &only(Scope::Owner("checkout".into())));
    write(&directory, "account.html", &large, &only(Scope::Account("111122223310".into())));
    let rows = HOSTILE.iter().map(|text| pages::hostile(text)).collect();
    write(&directory, "hostile.html", &pages::of_rows(rows, Vec::new()), &everything);
    write(&directory, "empty.html", &pages::of_rows(Vec::new(), Vec::new()), &everything);
}

fn write(directory: &Path, name: &str, report: &Report, options: &HtmlOptions) {
    let mut file = BufWriter::new(File::create(directory.join(name)).unwrap());
    write_html(report, options, &mut file).unwrap();
}
