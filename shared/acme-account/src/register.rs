//! Registration of an account, in an order that loses nothing.

use acme::settings::AcmeDirectory;
use acme::{Registration, Server, StoredAccount};
use aws_client::Clock;
use aws_smithy_runtime_api::client::http::SharedHttpConnector;

use crate::account_secret::AccountSecret;
use crate::error::Error;

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Registered {
    /// The account exists since now.
    Now(String),
    /// The secret held a registered account, which was left alone.
    Before(String),
}

/// Registers accounts at one directory.
#[derive(Debug)]
pub(crate) struct Registrar {
    pub(crate) directory: AcmeDirectory,
    pub(crate) secret: AccountSecret,
    pub(crate) connector: SharedHttpConnector,
    pub(crate) clock: Clock,
}

impl Registrar {
    /// The key is stored before the CA knows it, and the account's URL when the CA has given it: whatever was interrupted,
    /// the same again finds the key, and by it the account.
    pub(crate) async fn register(&self, registration: &Registration) -> Result<Registered, Error> {
        let stored = self.secret.read().await?;
        if let Some(account) = &stored {
            self.check_directory(account)?;
            if let Some(url) = &account.account_url {
                return Ok(Registered::Before(url.clone()));
            }
        }
        let server = Server::open(self.connector.clone(), self.clock.clone(), &self.directory.url).await;
        let server = server.map_err(Error::Server)?;
        check_terms(&server, registration)?;
        let account = match stored {
            Some(account) => account,
            None => self.new_key(&server, registration).await?,
        };
        self.finish(&server, account, registration).await
    }

    /// The binding is checked here alone: a key that is stored may have been registered with one before.
    async fn new_key(&self, server: &Server, registration: &Registration) -> Result<StoredAccount, Error> {
        if server.requires_external_account() && registration.external_account.is_none() {
            return Err(Error::ExternalAccountRequired);
        }
        let account = StoredAccount::generate(&self.directory.url).map_err(Error::Server)?;
        self.secret.create(&self.directory.name, &account).await?;
        Ok(account)
    }

    async fn finish(
        &self,
        server: &Server,
        mut account: StoredAccount,
        registration: &Registration,
    ) -> Result<Registered, Error> {
        let is_bound = registration.external_account.is_some();
        let url = server.register(&account, registration).await;
        let url = url.map_err(|error| Error::of_registration(error, is_bound, &self.secret.name))?;
        account.account_url = Some(url.clone());
        self.secret.update(&account).await?;
        Ok(Registered::Now(url))
    }

    fn check_directory(&self, account: &StoredAccount) -> Result<(), Error> {
        if account.directory == self.directory.url {
            return Ok(());
        }
        Err(Error::OtherDirectory {
            secret: self.secret.name.clone(),
            stored: account.directory.clone(),
            wanted: self.directory.url.clone(),
        })
    }
}

fn check_terms(server: &Server, registration: &Registration) -> Result<(), Error> {
    match registration.agrees_to_terms {
        true => Ok(()),
        false => Err(Error::TermsNotAgreed { terms: server.terms_of_service().map(str::to_owned) }),
    }
}
