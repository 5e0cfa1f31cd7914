//! The Lambda function `imported-renewal`.

use std::process::ExitCode;

use imported_renewal::{Config, Handler};
use lambda::StartError;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    lambda::start(serve()).await
}

async fn serve() -> Result<(), StartError> {
    let config = lambda::configure(Config::read)?;
    let aws = aws_client::load(config.trust_store).await;
    let config = config.with_parameter(&aws).await?;
    let handler = Handler::new(config, &aws);
    lambda::run(async |event, invocation| handler.answer(event, invocation).await).await
}
