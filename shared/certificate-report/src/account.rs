//! Whose credentials they are, and who answers for the account.

use aws_client::CallError;
use aws_config::SdkConfig;
use aws_sdk_account::types::AlternateContactType;
use certificates::Target;
use inventory::{Owner, OwnerSource, Reading, Unreadable};
use jiff::Timestamp;
use notices::{AccountContact, ContactType, foreign_message};

use crate::error::Error;

const IDENTITY: &str = "sts:GetCallerIdentity";
const CONTACT: &str = "account:GetAlternateContact";
/// In this order, as everywhere in this project.
const CONTACTS: [(ContactType, AlternateContactType); 2] = [
    (ContactType::Security, AlternateContactType::Security),
    (ContactType::Operations, AlternateContactType::Operations),
];

/// The account of these credentials.
#[derive(Debug, Clone)]
pub(crate) struct CallerAccount {
    pub(crate) partition: String,
    pub(crate) id: String,
}

impl CallerAccount {
    /// Asks AWS, which needs no permission.
    pub(crate) async fn find(sdk: &SdkConfig) -> Result<Self, Error> {
        let answer = aws_sdk_sts::Client::new(sdk).get_caller_identity().send().await;
        let answer = answer.map_err(|error| Error::Identity(CallError::new(IDENTITY, &error)))?;
        let partition = answer.arn().and_then(|arn| arn.split(':').nth(1)).unwrap_or_default().to_owned();
        match answer.account {
            Some(id) if !partition.is_empty() => Ok(Self { partition, id }),
            _ => Err(Error::Identity(CallError::incomplete_answer(IDENTITY, "account"))),
        }
    }

    pub(crate) fn target(&self, region: &str) -> Target {
        Target { partition: self.partition.clone(), region: region.to_owned(), account: self.id.clone() }
    }
}

/// Who answers for the account, by its own alternate contact. That nobody may say is not the same as nobody.
pub(crate) async fn contact(sdk: &SdkConfig, now: Timestamp) -> Reading<Option<Owner>> {
    let client = aws_sdk_account::Client::new(sdk);
    for (kind, asked) in CONTACTS {
        let answer = client.get_alternate_contact().alternate_contact_type(asked).send().await;
        match answer.map_err(|error| CallError::new(CONTACT, &error)) {
            Ok(answer) => {
                let owner = answer.alternate_contact.and_then(|found| owner(kind, &found));
                return Reading::Known { value: owner, as_of: now };
            }
            Err(error) if error.has_code("ResourceNotFoundException") => {}
            Err(error) => return Reading::Unreadable(unreadable(&error)),
        }
    }
    Reading::Known { value: None, as_of: now }
}

fn owner(kind: ContactType, found: &aws_sdk_account::types::AlternateContact) -> Option<Owner> {
    let name = found.name().unwrap_or_default().to_owned();
    let contact = AccountContact { kind, name, address: found.email_address()?.to_owned() };
    Some(Owner { name: contact.owner(), source: OwnerSource::AccountContact })
}

fn unreadable(error: &CallError) -> Unreadable {
    Unreadable {
        code: error.code.clone().unwrap_or_else(|| "NoAnswer".to_owned()),
        action: error.operation.to_owned(),
        explanation: format!(
            "The contact of the account could not be read, so it is not known who answers for what has no owner tag. Allow \
             {CONTACT}. AWS's message: {}",
            foreign_message(&error.message)
        ),
    }
}
