//! `acme-account`: registers accounts at CAs that speak ACME, and shows the DNS records for them.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program for the terminal")]

use std::process::ExitCode;

use acme_account::{Command, Error, Session, USAGE};
use aws_client::TrustStore;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match Command::parse(std::env::args().skip(1)) {
        Ok(Command::Help) => {
            println!("{USAGE}");
            ExitCode::SUCCESS
        }
        Ok(command) => finish(run(&command).await),
        Err(error) => {
            eprintln!("{error}\n\n{USAGE}");
            ExitCode::from(2)
        }
    }
}

async fn run(command: &Command) -> Result<String, Error> {
    let aws = aws_client::load(TrustStore::System).await;
    let session = Session::new(&aws, Box::new(acme::https_connector));
    session.check().await?;
    session.run(command).await
}

fn finish(result: Result<String, Error>) -> ExitCode {
    match result {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("acme-account: {error}");
            ExitCode::FAILURE
        }
    }
}
