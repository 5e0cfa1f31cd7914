//! The commands.

use acme::{InvalidRoot, Registration, Server};
use aws_client::Clock;
use aws_config::SdkConfig;
use aws_credential_types::provider::ProvideCredentials;
use aws_smithy_runtime_api::client::http::SharedHttpConnector;

use crate::account_secret::AccountSecret;
use crate::arguments::{Command, Register, Show, USAGE};
use crate::directory::configured;
use crate::error::Error;
use crate::register::{Registered, Registrar};
use crate::{inputs, show};

/// Makes a connector that trusts these roots (PEM), or the system's.
pub type Connect = Box<dyn Fn(Option<&str>) -> Result<SharedHttpConnector, InvalidRoot>>;

/// Where commands run: an AWS account and Region, and the network.
pub struct Session {
    aws: SdkConfig,
    connect: Connect,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("region", &self.aws.region()).finish_non_exhaustive()
    }
}

impl Session {
    /// In the account and Region of these clients.
    pub fn new(aws: &SdkConfig, connect: Connect) -> Self {
        Self { aws: aws.clone(), connect }
    }

    /// Whether there are a Region and credentials.
    ///
    /// # Errors
    /// When one is missing; the error says how to set it.
    pub async fn check(&self) -> Result<(), Error> {
        if self.aws.region().is_none() {
            return Err(Error::NoRegion);
        }
        let provider = self.aws.credentials_provider().ok_or(Error::NoCredentials)?;
        provider.provide_credentials().await.map(drop).map_err(|_| Error::NoCredentials)
    }

    /// Runs a command, and gives what is printed.
    ///
    /// # Errors
    /// When it could not be done; the error says what to do.
    pub async fn run(&self, command: &Command) -> Result<String, Error> {
        match command {
            Command::Register(options) => self.register(options).await,
            Command::Show(options) => self.show(options).await,
            Command::Help => Ok(format!("{USAGE}\n")),
        }
    }

    async fn register(&self, options: &Register) -> Result<String, Error> {
        let roots = inputs::roots(options.roots.as_deref())?;
        let directory = configured(&options.name, options.url.as_deref(), roots.as_deref())?;
        let registration = Registration {
            contacts: options.contacts.clone(),
            external_account: inputs::external_account(options.external_account.as_ref())?,
            agrees_to_terms: options.agrees_to_terms,
        };
        let registrar = Registrar {
            secret: AccountSecret::new(&self.aws, directory.account_secret()),
            connector: self.connector(roots.as_deref())?,
            clock: Clock::of(&self.aws),
            directory,
        };
        Ok(match registrar.register(&registration).await? {
            Registered::Now(url) => {
                format!("Registered the account {url}\nIt is in the secret {}\n", registrar.secret.name)
            }
            Registered::Before(url) => {
                format!("The account {url} is registered already\nNothing was changed\n")
            }
        })
    }

    async fn show(&self, options: &Show) -> Result<String, Error> {
        let secret = AccountSecret::new(&self.aws, acme::settings::account_secret(&options.name));
        let not_registered = || Error::NotRegistered { name: options.name.clone() };
        let stored = secret.read().await?.ok_or_else(not_registered)?;
        let url = stored.account_url.as_ref().ok_or_else(not_registered)?;
        let mut text = show::account(&stored, url, &secret.name);
        if !options.domains.is_empty() {
            let connector = self.connector(inputs::roots(options.roots.as_deref())?.as_deref())?;
            let server =
                Server::open(connector, Clock::of(&self.aws), &stored.directory).await.map_err(Error::Server)?;
            text.push_str(&show::recommended(options, &server, url)?);
        }
        Ok(text)
    }

    fn connector(&self, roots: Option<&str>) -> Result<SharedHttpConnector, Error> {
        (self.connect)(roots).map_err(|error| Error::Directory(error.to_string()))
    }
}
