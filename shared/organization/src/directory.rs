//! The accounts of the organization, as AWS Organizations has them
//! ([API reference](https://docs.aws.amazon.com/organizations/latest/APIReference/Welcome.html)).
//!
//! Only the management account and delegated administrators may ask.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use aws_client::{CallError, Clock};
use aws_sdk_organizations::Client;
use aws_sdk_organizations::types::{AccountState, ParentType};
use jiff::{SignedDuration, Timestamp};

use crate::account::Account;

/// An account that was moved, closed or invited is seen after this time at the latest.
const KEPT: SignedDuration = SignedDuration::from_mins(60);
/// So many answers are kept: ten times the accounts that most organizations have.
const MOST_KEPT: usize = 10_000;

/// Asks for accounts, and keeps the answers for an hour.
#[derive(Debug)]
pub(crate) struct Directory {
    client: Client,
    clock: Clock,
    kept: Mutex<HashMap<String, Kept>>,
}

/// `None`: there is no active account of this id.
#[derive(Debug, Clone)]
struct Kept {
    account: Option<Account>,
    since: Timestamp,
}

impl Directory {
    pub(crate) fn new(client: Client, clock: Clock) -> Self {
        Self { client, clock, kept: Mutex::default() }
    }

    /// The account, if it is an active one of the organization.
    pub(crate) async fn account(&self, id: &str) -> Result<Option<Account>, CallError> {
        let now = self.clock.now();
        if let Some(kept) = self.kept().get(id).filter(|kept| now.duration_since(kept.since) < KEPT) {
            return Ok(kept.account.clone());
        }
        let account = self.describe(id).await?;
        self.keep(id, account.clone());
        Ok(account)
    }

    /// All active accounts: units from the root down, since accounts say nothing of the units above theirs.
    pub(crate) async fn all(&self) -> Result<Vec<Account>, CallError> {
        let mut found = Vec::new();
        let mut open: Vec<(String, Vec<String>)> = self.roots().await?.into_iter().map(|id| (id, Vec::new())).collect();
        while let Some((parent, path)) = open.pop() {
            found.extend(self.accounts_below(&parent, &path).await?);
            for unit in self.units_below(&parent).await? {
                let path = path.iter().cloned().chain([unit.clone()]).collect();
                open.push((unit, path));
            }
        }
        found.iter().for_each(|account| self.keep(&account.id, Some(account.clone())));
        Ok(found)
    }

    /// The value of a tag of the account.
    pub(crate) async fn tag(&self, id: &str, key: &str) -> Result<Option<String>, CallError> {
        let mut pages = self.client.list_tags_for_resource().resource_id(id).into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| CallError::new("organizations:ListTagsForResource", &error))?;
            if let Some(tag) = page.tags().iter().find(|tag| tag.key() == key) {
                return Ok(Some(tag.value().to_owned()));
            }
        }
        Ok(None)
    }

    async fn describe(&self, id: &str) -> Result<Option<Account>, CallError> {
        let described = match self.client.describe_account().account_id(id).send().await {
            Ok(answer) => answer.account,
            Err(error) => {
                let error = CallError::new("organizations:DescribeAccount", &error);
                return if error.has_code("AccountNotFoundException") { Ok(None) } else { Err(error) };
            }
        };
        let active = described.filter(is_active);
        let Some(account) = active else { return Ok(None) };
        let name = account.name().unwrap_or_default().to_owned();
        Ok(Some(Account { id: id.to_owned(), name, units: self.units_above(id).await? }))
    }

    /// From the one below the root down to the account's own.
    async fn units_above(&self, id: &str) -> Result<Vec<String>, CallError> {
        let mut units = Vec::new();
        let mut child = id.to_owned();
        loop {
            let answer = self.client.list_parents().child_id(&child).send().await;
            let answer = answer.map_err(|error| CallError::new("organizations:ListParents", &error))?;
            // A child has one parent (ListParents).
            let parent =
                answer.parents().first().filter(|parent| parent.r#type() == Some(&ParentType::OrganizationalUnit));
            let Some(unit) = parent.and_then(|parent| parent.id()) else { break };
            unit.clone_into(&mut child);
            units.push(child.clone());
        }
        units.reverse();
        Ok(units)
    }

    async fn roots(&self) -> Result<Vec<String>, CallError> {
        let mut pages = self.client.list_roots().into_paginator().send();
        let mut roots = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| CallError::new("organizations:ListRoots", &error))?;
            roots.extend(page.roots().iter().filter_map(|root| root.id().map(str::to_owned)));
        }
        Ok(roots)
    }

    async fn units_below(&self, parent: &str) -> Result<Vec<String>, CallError> {
        let mut pages = self.client.list_organizational_units_for_parent().parent_id(parent).into_paginator().send();
        let mut units = Vec::new();
        while let Some(page) = pages.next().await {
            let page =
                page.map_err(|error| CallError::new("organizations:ListOrganizationalUnitsForParent", &error))?;
            units.extend(page.organizational_units().iter().filter_map(|unit| unit.id().map(str::to_owned)));
        }
        Ok(units)
    }

    async fn accounts_below(&self, parent: &str, units: &[String]) -> Result<Vec<Account>, CallError> {
        let mut pages = self.client.list_accounts_for_parent().parent_id(parent).into_paginator().send();
        let mut accounts = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| CallError::new("organizations:ListAccountsForParent", &error))?;
            accounts.extend(page.accounts.unwrap_or_default().into_iter().filter(is_active).filter_map(|account| {
                Some(Account { id: account.id?, name: account.name.unwrap_or_default(), units: units.to_vec() })
            }));
        }
        Ok(accounts)
    }

    fn keep(&self, id: &str, account: Option<Account>) {
        let mut kept = self.kept();
        if kept.len() >= MOST_KEPT {
            kept.clear();
        }
        kept.insert(id.to_owned(), Kept { account, since: self.clock.now() });
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, HashMap<String, Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn is_active(account: &aws_sdk_organizations::types::Account) -> bool {
    account.state() == Some(&AccountState::Active)
}
