//! `certificate-report`: shows the certificates of an AWS account, what uses them, and who renews them.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for the terminal")]

use std::io::IsTerminal;
use std::process::ExitCode;

use certificate_report::{Command, Display, Error, Finished, Options, USAGE, load, run};

const NOT_DONE: u8 = 1;
const WRONG_USAGE: u8 = 2;
const FAIL_ON_APPLIES: u8 = 3;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match Command::parse(std::env::args().skip(1)) {
        Ok(Command::Help) => {
            println!("{USAGE}");
            ExitCode::SUCCESS
        }
        Ok(Command::Report(options)) => finish(report(&options).await),
        Err(error) => {
            eprintln!("{error}\n\n{USAGE}");
            ExitCode::from(WRONG_USAGE)
        }
    }
}

async fn report(options: &Options) -> Result<Finished, Error> {
    let sdk = load(options.profile.as_deref()).await?;
    run(&sdk, options, display(options)).await
}

fn display(options: &Options) -> Display {
    match (options.quiet, std::io::stderr().is_terminal()) {
        (true, _) => Display::Nothing,
        (false, true) => Display::Line,
        (false, false) => Display::Log,
    }
}

fn finish(result: Result<Finished, Error>) -> ExitCode {
    match result {
        Ok(Finished { text, verdict, .. }) => {
            print!("{text}");
            match (verdict.applies.is_empty(), verdict.undecided.is_empty()) {
                (false, _) => ExitCode::from(FAIL_ON_APPLIES),
                (true, false) => ExitCode::from(NOT_DONE),
                (true, true) => ExitCode::SUCCESS,
            }
        }
        Err(error) => {
            eprintln!("certificate-report: {error}");
            ExitCode::from(NOT_DONE)
        }
    }
}
