//! The Lambda function `activity-guard`. What it does: see the library's documentation.

use std::process::ExitCode;

use activity_guard::{Config, Handler};
use lambda::StartError;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    lambda::start(serve()).await
}

async fn serve() -> Result<(), StartError> {
    let config = lambda::configure(Config::read)?;
    let sdk = aws_client::load(config.trust_store).await;
    let config = config.with_parameters(&sdk).await?;
    let handler = Handler::new(config, &sdk);
    lambda::run(async |event, invocation| handler.answer(event, invocation).await).await
}
