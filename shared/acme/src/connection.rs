//! How the servers are reached.

use aws_client::Clock;
use aws_smithy_runtime_api::client::http::SharedHttpConnector;

use crate::directory::Server;
use crate::error::Error;
use crate::https::https_connector;
use crate::settings::AcmeDirectory;

/// How ACME servers are reached.
#[derive(Debug, Clone, Default)]
pub enum Connection {
    /// Over HTTPS, with the trust store that the directory's settings ask for.
    #[default]
    Https,
    /// Through this connector, whatever the settings say: for simulated servers in the same process.
    Through(SharedHttpConnector),
}

impl Connection {
    /// Opens a configured server.
    ///
    /// # Errors
    /// When the server does not answer with a directory.
    pub async fn open(&self, directory: &AcmeDirectory, clock: Clock) -> Result<Server, Error> {
        let connector = match self {
            Self::Https => https_connector(directory.roots.as_deref())
                .map_err(|error| Error::unusable("directory", error.to_string()))?,
            Self::Through(connector) => connector.clone(),
        };
        Server::open(connector, clock, &directory.url).await
    }
}
