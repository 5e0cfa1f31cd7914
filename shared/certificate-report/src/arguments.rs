//! The command line.

use std::path::PathBuf;

use crate::fail_on::FailOn;

/// What `--help` prints.
pub const USAGE: &str = "\
certificate-report [--profile NAME] [--regions all|REGION,...] [--out FILE.html] [--format all|html] [--deep|--fast]
                   [--keep FOLDER] [--plan] [--fail-on CONDITION,...] [--quiet]

Reads the certificates of an AWS account, what uses them and who renews them, and writes a report. It changes nothing in
AWS, and needs only the permissions of infra/certificate-report-policy.json. What it may not read, the report says.

  --profile NAME      the profile of the AWS CLI, with SSO too; without it, what AWS_PROFILE or the environment says
  --regions all       all Regions that are enabled in the account
  --regions A,B       these Regions; without --regions, the profile's Region
  --out FILE.html     where the report goes (certificate-report.html); beside it, FILE.csv and FILE.json
  --format html       the HTML file only
  --fast              lists only: seconds, but not every use, chain and reason is known
  --deep              describes every certificate too, ten a second as ACM allows (default)
  --keep FOLDER       keeps what was read, for the next run: it is faster, shows changes, and knows what is unused, which
                      takes two runs at least a day apart
  --plan              also what expiry-events, imported-renewal and dns-validation would do now with their defaults
  --fail-on LIST      exit code 3 for any of expiring=DAYS, unready, unused, expired, unreadable
  --quiet             no progress, and only errors and the paths of the files

Exit codes: 0 done, 1 not done or --fail-on cannot be decided, 2 the command line cannot be used, 3 --fail-on applies.

Examples:
  certificate-report --profile production --regions all --out report.html
  certificate-report --regions eu-central-1,us-east-1 --fast --fail-on expiring=14,expired
  AWS_ENDPOINT_URL=http://127.0.0.1:4577 certificate-report --plan";

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Make a report.
    Report(Options),
    /// Explain the command line.
    Help,
}

/// The Regions of a report.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Regions {
    /// That of the profile or the environment.
    #[default]
    Configured,
    /// All that are enabled in the account.
    All,
    /// These.
    Named(Vec<String>),
}

/// A report to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The profile, unless the environment decides.
    pub profile: Option<String>,
    /// Where to look.
    pub regions: Regions,
    /// The HTML file.
    pub out: PathBuf,
    /// No CSV and no JSON.
    pub html_only: bool,
    /// No certificate is described.
    pub fast: bool,
    /// The folder with what earlier runs read.
    pub keep: Option<PathBuf>,
    /// Ask the functions what they would do.
    pub plan: bool,
    /// When a pipeline is to stop.
    pub fail_on: FailOn,
    /// No progress and no table.
    pub quiet: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            profile: None,
            regions: Regions::default(),
            out: "certificate-report.html".into(),
            html_only: false,
            fast: false,
            keep: None,
            plan: false,
            fail_on: FailOn::default(),
            quiet: false,
        }
    }
}

/// The command line cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct UsageError(String);

impl Command {
    /// Reads the command line, without the program's name.
    ///
    /// # Errors
    /// It has something that is not known, or lacks something.
    pub fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Self, UsageError> {
        let arguments: Vec<String> = arguments.into_iter().collect();
        if arguments.iter().any(|one| matches!(one.as_str(), "--help" | "-h" | "help")) {
            return Ok(Self::Help);
        }
        let (mut options, mut passes) = (Options::default(), Vec::new());
        let mut rest = arguments.into_iter();
        while let Some(argument) = rest.next() {
            match argument.as_str() {
                "--fast" | "--deep" => passes.push(argument == "--fast"),
                "--plan" => options.plan = true,
                "--quiet" => options.quiet = true,
                name => options.set(name, rest.next())?,
            }
        }
        if passes.contains(&true) && passes.contains(&false) {
            return Err(wrong("--fast and --deep exclude each other"));
        }
        options.fast = passes.contains(&true);
        Ok(Self::Report(options))
    }
}

impl Options {
    fn set(&mut self, name: &str, value: Option<String>) -> Result<(), UsageError> {
        if !["--profile", "--regions", "--out", "--format", "--keep", "--fail-on"].contains(&name) {
            return Err(not_known(name));
        }
        let value = value.filter(|value| !value.is_empty() && !value.starts_with("--"));
        let value = value.ok_or_else(|| wrong(format!("{name} needs a value")))?;
        match name {
            "--profile" => self.profile = Some(value),
            "--regions" => self.regions = regions(&value)?,
            "--out" => self.out = html_file(&value)?,
            "--format" => self.html_only = is_html_only(&value)?,
            "--keep" => self.keep = Some(value.into()),
            _ => self.fail_on = value.parse().map_err(|why| wrong(format!("--fail-on {value}: {why}")))?,
        }
        Ok(())
    }
}

/// A Region's name becomes part of a host's name, so it has only what such names have.
fn regions(list: &str) -> Result<Regions, UsageError> {
    if list == "all" {
        return Ok(Regions::All);
    }
    let is_region = |name: &str| {
        name.contains('-') && name.bytes().all(|c| c == b'-' || c.is_ascii_lowercase() || c.is_ascii_digit())
    };
    let mut found: Vec<String> = Vec::new();
    for name in list.split(',').map(str::trim) {
        if !is_region(name) || name.len() > 30 {
            return Err(wrong(format!("--regions {list}: write all, or names such as eu-central-1,us-east-1")));
        }
        if !found.iter().any(|other| other == name) {
            found.push(name.to_owned());
        }
    }
    Ok(Regions::Named(found))
}

fn html_file(path: &str) -> Result<PathBuf, UsageError> {
    let path = PathBuf::from(path);
    match path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("html")) {
        true => Ok(path),
        false => Err(wrong("--out needs the name of a file that ends in .html")),
    }
}

fn is_html_only(format: &str) -> Result<bool, UsageError> {
    match format {
        "html" => Ok(true),
        "all" => Ok(false),
        _ => Err(wrong("--format is html, or all for HTML, CSV and JSON")),
    }
}

fn not_known(argument: &str) -> UsageError {
    match argument.split_once('=') {
        Some((name, _)) if name.starts_with("--") => {
            wrong(format!("{name} takes its value as the next argument, without ="))
        }
        _ => wrong(format!("{argument} is not known")),
    }
}

fn wrong(why: impl Into<String>) -> UsageError {
    UsageError(why.into())
}

#[cfg(test)]
mod tests;
