//! The accounts of the organization, as AWS Organizations has them
//! ([API reference](https://docs.aws.amazon.com/organizations/latest/APIReference/Welcome.html)).
//!
//! Only the management account and delegated administrators may ask.

use std::collections::BTreeMap;

use aws_client::{CallError, Clock};
use aws_config::SdkConfig;
use aws_sdk_organizations::Client;
use aws_sdk_organizations::types::{AccountState, ParentType};
use jiff::SignedDuration;
use notices::AccountContact;

use crate::account::Account;
use crate::cache::Cache;
use crate::contacts::Contacts;

/// An account that was moved, closed or invited is seen after this time at the latest.
const KEPT: SignedDuration = SignedDuration::from_mins(60);
/// Every account's tags are a call of their own.
const TAGS_KEPT: SignedDuration = SignedDuration::from_hours(24);

/// Asks for accounts, and keeps the answers for an hour.
#[derive(Debug)]
pub(crate) struct Directory {
    client: Client,
    clock: Clock,
    /// Of the tags that matter; without any, none are read.
    tag_keys: Vec<String>,
    /// `None`: there is no active account of this id.
    accounts: Cache<Option<Account>>,
    tags: Cache<BTreeMap<String, String>>,
    contacts: Contacts,
}

impl Directory {
    /// `sdk` has the hub's own credentials.
    pub(crate) fn new(sdk: &SdkConfig, tag_keys: Vec<String>) -> Self {
        let (client, clock, contacts) = (Client::new(sdk), Clock::of(sdk), Contacts::new(sdk));
        Self { client, clock, tag_keys, accounts: Cache::new(KEPT), tags: Cache::new(TAGS_KEPT), contacts }
    }

    /// Who is asked about an account, where AWS says so.
    pub(crate) async fn contact(&self, id: &str) -> Result<Option<AccountContact>, CallError> {
        self.contacts.of(id).await
    }

    /// The account, if it is an active one of the organization.
    pub(crate) async fn account(&self, id: &str) -> Result<Option<Account>, CallError> {
        if let Some(kept) = self.accounts.get(id, self.clock.now()) {
            return Ok(kept);
        }
        let account = self.describe(id).await?;
        self.accounts.keep(id, account.clone(), self.clock.now());
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
        for account in &mut found {
            account.tags = self.tags(&account.id).await?;
            self.accounts.keep(&account.id, Some(account.clone()), self.clock.now());
        }
        Ok(found)
    }

    async fn tags(&self, id: &str) -> Result<BTreeMap<String, String>, CallError> {
        if self.tag_keys.is_empty() {
            return Ok(BTreeMap::new());
        }
        if let Some(kept) = self.tags.get(id, self.clock.now()) {
            return Ok(kept);
        }
        let mut tags = BTreeMap::new();
        let mut pages = self.client.list_tags_for_resource().resource_id(id).into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| CallError::new("organizations:ListTagsForResource", &error))?;
            let wanted = page.tags().iter().filter(|tag| self.tag_keys.iter().any(|key| key == tag.key()));
            tags.extend(wanted.map(|tag| (tag.key().to_owned(), tag.value().to_owned())));
        }
        self.tags.keep(id, tags.clone(), self.clock.now());
        Ok(tags)
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
        Ok(Some(Account { name, units: self.units_above(id).await?, tags: self.tags(id).await?, ..Account::new(id) }))
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
                let name = account.name.unwrap_or_default();
                Some(Account { name, units: units.to_vec(), ..Account::new(&account.id?) })
            }));
        }
        Ok(accounts)
    }
}

fn is_active(account: &aws_sdk_organizations::types::Account) -> bool {
    account.state() == Some(&AccountState::Active)
}
