//! The tree of an organization: root, organizational units, accounts.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::AccountState;
use super::policies::Policy;

/// The root's id: ids of roots and units are "unique to the organization only" (API reference, Root).
pub(super) const ROOT: &str = "r-ab12";
/// What the ids of this root's units begin with: "the ID of the root that contains the OU" (API reference, OrganizationalUnit).
pub(super) const UNIT_PREFIX: &str = "ou-ab12-";

/// An organization.
#[derive(Debug)]
pub(super) struct Tree {
    pub(super) id: String,
    pub(super) management: String,
    pub(super) units: BTreeMap<String, Unit>,
    pub(super) accounts: BTreeMap<String, Account>,
    /// By the id of what has them: root, unit or account.
    pub(super) tags: BTreeMap<String, BTreeMap<String, String>>,
    /// Accounts and the services that they administer.
    pub(super) delegated: BTreeSet<(String, String)>,
    /// The services with trusted access, such as `account.amazonaws.com`.
    pub(super) trusted: BTreeSet<String>,
    pub(super) policies: BTreeMap<String, Policy>,
    pub(super) last_number: u64,
}

#[derive(Debug)]
pub(super) struct Unit {
    pub(super) name: String,
    pub(super) parent: String,
}

#[derive(Debug)]
pub(super) struct Account {
    pub(super) name: String,
    pub(super) parent: String,
    pub(super) state: AccountState,
    pub(super) joined_at: Timestamp,
    /// `CREATED` or `INVITED`.
    pub(super) joined_method: &'static str,
}

impl Tree {
    pub(super) fn new(id: &str, management: &str) -> Self {
        Self {
            id: id.to_owned(),
            management: management.to_owned(),
            units: BTreeMap::new(),
            accounts: BTreeMap::new(),
            tags: BTreeMap::new(),
            delegated: BTreeSet::new(),
            trusted: BTreeSet::new(),
            policies: BTreeMap::new(),
            last_number: 0,
        }
    }

    /// Whether this is the root or a unit.
    pub(super) fn has_parent(&self, id: &str) -> bool {
        id == ROOT || self.units.contains_key(id)
    }

    /// The parent of an account or a unit.
    pub(super) fn parent_of(&self, child: &str) -> Option<&str> {
        let of_account = self.accounts.get(child).map(|account| account.parent.as_str());
        of_account.or_else(|| self.units.get(child).map(|unit| unit.parent.as_str()))
    }

    /// What is above an account, from itself up to the root.
    pub(super) fn path_up<'a>(&'a self, account: &'a str) -> impl Iterator<Item = &'a str> {
        std::iter::successors(Some(account), |child| self.parent_of(child))
    }

    pub(super) fn next_number(&mut self) -> u64 {
        self.last_number += 1;
        self.last_number
    }
}
