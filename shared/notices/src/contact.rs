//! The contact of an account, which is asked for only when a notice that nobody owns is sent.

use std::fmt::Debug;
use std::pin::Pin;
use std::sync::Arc;

use aws_client::CallError;

use serde::Serialize;

use crate::foreign::foreign_up_to;

/// API reference, AlternateContact: 64 characters for the name, 254 for the address. SNS and readers get both as a whole but
/// for addresses that nobody has.
const LONGEST_NAME: usize = 64;
const LONGEST_ADDRESS: usize = 180;

/// Which of an account's alternate contacts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ContactType {
    /// For questions of security.
    Security,
    /// For questions of operations.
    Operations,
}

impl ContactType {
    /// The word in notices.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Security => "security",
            Self::Operations => "operations",
        }
    }
}

/// An alternate contact of an account: what the account wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountContact {
    /// Which one.
    pub kind: ContactType,
    /// The person or team.
    pub name: String,
    /// The e-mail address.
    pub address: String,
}

impl AccountContact {
    /// The owner that notices and the inventory name.
    pub fn owner(&self) -> String {
        let (name, address) = (foreign_up_to(&self.name, LONGEST_NAME), foreign_up_to(&self.address, LONGEST_ADDRESS));
        if name.is_empty() { address } else { format!("{name} <{address}>") }
    }
}

/// Finds the contact of an account.
pub trait FindContact: Debug + Send + Sync {
    /// The account's id.
    fn account(&self) -> &str;

    /// The contact; `None` where the account has none.
    ///
    /// # Errors
    /// AWS does not say.
    fn find(&self) -> Pin<Box<dyn Future<Output = Result<Option<AccountContact>, CallError>> + Send + '_>>;
}

/// The contact of one account, whatever it is.
#[derive(Debug, Clone)]
pub struct Contact(Arc<dyn FindContact>);

impl Contact {
    /// The one that this finds.
    pub fn new(find: impl FindContact + 'static) -> Self {
        Self(Arc::new(find))
    }

    /// What it is; `None` where the account has none.
    ///
    /// # Errors
    /// AWS does not say.
    pub async fn find(&self) -> Result<Option<AccountContact>, CallError> {
        self.0.find().await
    }
}

impl PartialEq for Contact {
    fn eq(&self, other: &Self) -> bool {
        self.0.account() == other.0.account()
    }
}

impl Eq for Contact {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contact_is_foreign_text_of_bounded_length() {
        let contact = |name: &str, address: &str| {
            let (name, address) = (name.to_owned(), address.to_owned());
            AccountContact { kind: ContactType::Security, name, address }.owner()
        };
        assert_eq!(contact("Security Team", "sec@example.com"), "Security Team <sec@example.com>");
        assert_eq!(contact("", "sec@example.com"), "sec@example.com");
        assert_eq!(contact("x\nWhat to do", "https://evil.example"), "x What to do <https[:]//evil.example>");
        // The JSON Schema allows an owner of 255 characters.
        assert!(contact(&"é".repeat(300), &"é".repeat(300)).chars().count() <= 255);
    }
}
