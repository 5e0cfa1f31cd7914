//! From credentials to files.

use std::path::PathBuf;

use aws_client::Clock;
use aws_config::SdkConfig;
use futures::{StreamExt, stream};
use inventory_report::{Report, ReportSettings, reduce};

use crate::account::{CallerAccount, contact};
use crate::arguments::Options;
use crate::collect::Collection;
use crate::error::Error;
use crate::kept::Kept;
use crate::plan::{Planner, TargetPlan};
use crate::progress::{Display, Progress};
use crate::read_only::ReadOnly;
use crate::regions::{GLOBAL, home, in_region, wanted};
use crate::verdict::Verdict;
use crate::{files, plan, summary};

/// Accounts and Regions that are planned at the same time.
const PLANS_AT_ONCE: usize = 4;

/// What a run came to.
#[derive(Debug, Clone)]
pub struct Finished {
    /// For standard output.
    pub text: String,
    /// What `--fail-on` says.
    pub verdict: Verdict,
    /// The files that were written.
    pub files: Vec<PathBuf>,
}

/// Reads the account of these credentials, and writes its report. Nothing can be changed with the clients that it makes.
///
/// # Errors
/// There is no account or Region, or a file could not be written. What could not be read besides is in the report.
pub async fn run(sdk: &SdkConfig, options: &Options, display: Display) -> Result<Finished, Error> {
    let (sdk, calls) = ReadOnly::wrap(sdk);
    let sdk = home(&sdk, &options.regions)?;
    let progress = Progress::new(display, &calls, &Clock::of(&sdk));
    let finished = read(&sdk, options, &progress).await;
    progress.clear();
    finished
}

async fn read(sdk: &SdkConfig, options: &Options, progress: &Progress) -> Result<Finished, Error> {
    let (clock, kept) = (Clock::of(sdk), Kept::new(options.keep.as_deref()));
    let account = CallerAccount::find(sdk).await?;
    let regions = wanted(sdk, &options.regions).await?;
    progress.regions(regions.len());
    let owner = contact(sdk, clock.now()).await;
    let (global, fast) = (global(&regions), options.fast);
    let collection = Collection { sdk, account: &account, owner: &owner, global, fast, kept: &kept, progress };
    let shards = collection.run(&regions).await?;
    let previous = kept.snapshot(&account.id)?;
    let shards = shards.into_iter().map(Ok);
    let report = reduce(shards, &ReportSettings::default(), previous.as_ref(), clock.now());
    let plans = if options.plan { plans(sdk, &account, &regions, progress).await } else { Vec::new() };
    let files = files::write(options, &report, &plans)?;
    kept.keep_snapshot(&account.id, &report.snapshot(previous.as_ref()))?;
    Ok(finished(options, &report, &plans, files))
}

/// One Region of the account reads IAM and CloudFront: where the certificates of CloudFront are, if it is read.
fn global(regions: &[String]) -> &str {
    regions.iter().find(|region| *region == GLOBAL).or(regions.first()).map_or("", String::as_str)
}

async fn plans(sdk: &SdkConfig, account: &CallerAccount, regions: &[String], progress: &Progress) -> Vec<TargetPlan> {
    progress.doing("asking the functions what they would do");
    let plans = stream::iter(regions).map(|region| async move {
        let (sdk, target) = (in_region(sdk, region), account.target(region));
        Planner { sdk: &sdk, target }.run().await
    });
    plans.buffered(PLANS_AT_ONCE).collect().await
}

fn finished(options: &Options, report: &Report, plans: &[TargetPlan], files: Vec<PathBuf>) -> Finished {
    let verdict = Verdict::of(report, &options.fail_on);
    let mut text = String::new();
    if !options.quiet {
        text += &summary::text(report);
        if options.plan {
            text += &format!("\n{}", plan::text(plans));
        }
        text += "\n";
    }
    text += &summary::verdict(&verdict);
    text.extend(files.iter().map(|file| format!("{}\n", file.display())));
    Finished { text, verdict, files }
}
