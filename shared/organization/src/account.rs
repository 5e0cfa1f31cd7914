//! Accounts of an organization, and lists that choose among them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// An account of the organization.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// Twelve digits.
    pub id: String,
    /// For people; empty where nobody gave one.
    #[serde(default)]
    pub name: String,
    /// The organizational units that it is in, from the one below the root down to its own.
    #[serde(default)]
    pub units: Vec<String>,
    /// Of its tags those that the settings ask for.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
}

impl Account {
    /// Of which nothing else is known.
    pub fn new(id: &str) -> Self {
        Self { id: id.to_owned(), name: String::new(), units: Vec::new(), tags: BTreeMap::new() }
    }
}

/// Some of the accounts: by their ids, or by a unit that they are in, at any depth.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Selection {
    accounts: Vec<String>,
    units: Vec<String>,
}

impl Selection {
    pub(crate) fn new(accounts: Vec<String>, units: Vec<String>) -> Self {
        Self { accounts, units }
    }

    /// Whether the account is one of them.
    pub fn contains(&self, account: &Account) -> bool {
        self.accounts.contains(&account.id) || self.units.iter().any(|unit| account.units.contains(unit))
    }

    /// An entry that is neither the id of an account nor of a unit.
    pub(crate) fn malformed(&self) -> Option<&str> {
        let accounts = self.accounts.iter().filter(|id| !is_account_id(id));
        accounts.chain(self.units.iter().filter(|id| !is_unit_id(id))).map(String::as_str).next()
    }
}

pub(crate) fn is_account_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `ou-`, the root's id and the unit's own
/// ([OrganizationalUnit](https://docs.aws.amazon.com/organizations/latest/APIReference/API_OrganizationalUnit.html)).
pub(crate) fn is_unit_id(text: &str) -> bool {
    let is_part = |part: &str, lengths: std::ops::RangeInclusive<usize>| {
        lengths.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    let parts = text.strip_prefix("ou-").and_then(|rest| rest.split_once('-'));
    parts.is_some_and(|(root, unit)| is_part(root, 4..=32) && is_part(unit, 8..=32))
}
