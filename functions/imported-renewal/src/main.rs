//! The Lambda function `imported-renewal`.

use imported_renewal::{Config, Handler};
use lambda::StartError;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), StartError> {
    lambda::start_logging();
    let config = lambda::configure(Config::read)?;
    let aws = sdk::load(config.trust_store).await;
    let handler = Handler::new(config, &aws);
    lambda::run(async |event, invocation| handler.answer(event, invocation).await).await
}
