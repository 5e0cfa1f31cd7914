//! The secret that holds an account.

use acme::StoredAccount;
use aws_client::{CallError, CallErrorKind};
use aws_config::SdkConfig;
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::types::Tag;
use zeroize::Zeroizing;

use crate::error::Error;

/// So that the secrets can be found, and policies can be about them.
const TAG: &str = "acm-autopilot:acme-account";

/// The secret of one directory's account.
#[derive(Debug)]
pub(crate) struct AccountSecret {
    client: Client,
    pub(crate) name: String,
}

impl AccountSecret {
    pub(crate) fn new(aws: &SdkConfig, name: String) -> Self {
        Self { client: Client::new(aws), name }
    }

    /// The account, if there is one.
    pub(crate) async fn read(&self) -> Result<Option<StoredAccount>, Error> {
        let answer = self.client.get_secret_value().secret_id(&self.name).send().await;
        match answer.map_err(|error| CallError::new("secretsmanager:GetSecretValue", &error)) {
            Ok(answer) => {
                let text = Zeroizing::new(answer.secret_string.unwrap_or_default());
                let account = StoredAccount::parse(&text);
                account.map(Some).map_err(|_| Error::NotAnAccount { secret: self.name.clone() })
            }
            Err(error) if error.has_code("ResourceNotFoundException") => Ok(None),
            Err(error) => Err(self.failed(error)),
        }
    }

    /// Makes the secret, with the key of an account that is not registered yet.
    pub(crate) async fn create(&self, directory: &str, account: &StoredAccount) -> Result<(), Error> {
        let tag = Tag::builder().key(TAG).value(directory).build();
        let answer = self
            .client
            .create_secret()
            .name(&self.name)
            .description(format!("ACME account at {}, kept by acme-account", account.directory))
            .secret_string(text(account)?)
            .tags(tag)
            .send()
            .await;
        match answer.map_err(|error| CallError::new("secretsmanager:CreateSecret", &error)) {
            Ok(_) => Ok(()),
            Err(error) if error.has_code("ResourceExistsException") => {
                Err(Error::SecretExists { secret: self.name.clone() })
            }
            Err(error) => Err(self.failed(error)),
        }
    }

    /// Stores the account as it is now.
    pub(crate) async fn update(&self, account: &StoredAccount) -> Result<(), Error> {
        let value = self.client.put_secret_value().secret_id(&self.name).secret_string(text(account)?);
        let answer = value.send().await.map_err(|error| CallError::new("secretsmanager:PutSecretValue", &error));
        answer.map(drop).map_err(|error| self.failed(error))
    }

    fn failed(&self, error: CallError) -> Error {
        let secret = self.name.clone();
        match error.kind {
            // API reference, GetSecretValue, InvalidRequestException: "The secret is scheduled for deletion."
            _ if error.has_code("InvalidRequestException") => Error::SecretDeleted { secret },
            CallErrorKind::Denied => Error::Denied { secret, error },
            _ => Error::Aws(error),
        }
    }
}

/// The SDK takes a text of its own, which it drops without overwriting it: the process ends soon after.
fn text(account: &StoredAccount) -> Result<String, Error> {
    account.to_secret().map(|text| text.to_string()).map_err(|_| Error::Unwritable)
}
