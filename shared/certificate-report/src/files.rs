//! The files of a report.

use std::fs;
use std::path::{Path, PathBuf};

use inventory_report::{HtmlOptions, Report, write_csv, write_html, write_json};

use crate::arguments::Options;
use crate::error::Error;
use crate::plan::TargetPlan;

/// Writes them, and names them.
pub(crate) fn write(options: &Options, report: &Report, plans: &[TargetPlan]) -> Result<Vec<PathBuf>, Error> {
    let beside = |extension: &str| options.out.with_extension(extension);
    let mut files = vec![options.out.clone()];
    if !options.html_only {
        files.extend([beside("csv"), beside("json")]);
    }
    if options.plan {
        files.push(beside("plan.json"));
    }
    let all_rows_in: Vec<String> =
        files.iter().skip(1).filter(|_| !options.html_only).take(2).map(|file| name(file)).collect();
    for file in &files {
        let content = content(file, report, plans, &all_rows_in);
        content.and_then(|content| fs::write(file, content)).map_err(|error| Error::file(file, &error))?;
    }
    Ok(files)
}

fn content(file: &Path, report: &Report, plans: &[TargetPlan], all_rows_in: &[String]) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    match name(file) {
        name if name.ends_with(".plan.json") => serde_json::to_writer_pretty(&mut bytes, plans)?,
        name if name.ends_with(".csv") => write_csv(report, &mut bytes)?,
        name if name.ends_with(".json") => write_json(report, &mut bytes)?,
        _ => {
            let options = HtmlOptions { all_rows_in: all_rows_in.to_vec(), ..HtmlOptions::default() };
            write_html(report, &options, &mut bytes)?;
        }
    }
    Ok(bytes)
}

fn name(file: &Path) -> String {
    file.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
