//! The alternate contacts of accounts, as AWS Account Management has them
//! ([API reference](https://docs.aws.amazon.com/accounts/latest/reference/API_GetAlternateContact.html)).
//!
//! Of other accounts only the management account and administrators that are delegated for this service may ask, and only
//! where the organization trusts it. Everybody else gets no owner, and never a notice less.

use aws_client::{CallError, Clock};
use aws_config::SdkConfig;
use aws_sdk_account::Client;
use aws_sdk_account::types::AlternateContactType;
use futures::lock::Mutex;
use jiff::SignedDuration;
use notices::{AccountContact, ContactType};

use crate::cache::Cache;

const ASK: &str = "account:GetAlternateContact";
/// As long as the tags of accounts.
const KEPT: SignedDuration = SignedDuration::from_hours(24);
/// In this order.
const TYPES: [(ContactType, AlternateContactType); 2] = [
    (ContactType::Security, AlternateContactType::Security),
    (ContactType::Operations, AlternateContactType::Operations),
];

/// Asks for contacts, each once a day.
#[derive(Debug)]
pub(crate) struct Contacts {
    sdk: SdkConfig,
    clock: Clock,
    kept: Cache<Result<Option<AccountContact>, CallError>>,
    /// Notices about one account that are sent at the same time wait for one answer.
    asking: Mutex<()>,
}

impl Contacts {
    pub(crate) fn new(sdk: &SdkConfig) -> Self {
        Self { sdk: sdk.clone(), clock: Clock::of(sdk), kept: Cache::new(KEPT), asking: Mutex::default() }
    }

    /// The contact of an account. An error is kept too: no notice is worth a second refused call.
    ///
    /// # Errors
    /// AWS does not say.
    pub(crate) async fn of(&self, account: &str) -> Result<Option<AccountContact>, CallError> {
        let _asking = self.asking.lock().await;
        if let Some(kept) = self.kept.get(account, self.clock.now()) {
            return kept;
        }
        let contact = self.ask(account).await.inspect_err(|cause| {
            tracing::warn!(account, reason = "contact-not-read", %cause, "notices about it name no owner");
        });
        self.kept.keep(account, contact.clone(), self.clock.now());
        contact
    }

    async fn ask(&self, account: &str) -> Result<Option<AccountContact>, CallError> {
        // Made for each of the few calls: most processes need none.
        let client = Client::new(&self.sdk);
        for (kind, asked) in TYPES {
            let call = client.get_alternate_contact().account_id(account).alternate_contact_type(asked);
            match call.send().await {
                Ok(answer) => return Ok(answer.alternate_contact.and_then(|found| contact(kind, &found))),
                Err(error) => none_of_this_type(CallError::new(ASK, &error))?,
            }
        }
        Ok(None)
    }
}

fn none_of_this_type(error: CallError) -> Result<(), CallError> {
    if error.has_code("ResourceNotFoundException") { Ok(()) } else { Err(error) }
}

fn contact(kind: ContactType, found: &aws_sdk_account::types::AlternateContact) -> Option<AccountContact> {
    let name = found.name().unwrap_or_default().to_owned();
    Some(AccountContact { kind, name, address: found.email_address()?.to_owned() })
}

#[cfg(test)]
mod tests;
