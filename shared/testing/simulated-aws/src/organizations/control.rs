//! The control by which programs set up an organization on a served model.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::changes::Changed;
use super::policies::Policy;
use super::tree::{ROOT, Tree};
use super::{AccountState, Organization};
use crate::Aws;

/// What is to be there, or to happen. What is not named stays.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(crate) struct OrganizationControl {
    /// Creates the organization, when the management account is in none.
    id: Option<String>,
    /// The management account; the model's own without it.
    pub(crate) account: Option<String>,
    /// In an order in which parents come first.
    units: Vec<UnitControl>,
    /// Accounts that are members already are changed.
    accounts: Vec<AccountControl>,
    leave: Vec<String>,
    tags: BTreeMap<String, BTreeMap<String, String>>,
    delegate: Vec<Delegation>,
    trust: Vec<String>,
    deny: Vec<Denial>,
    delete_policies: Vec<String>,
    empty_pages: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct UnitControl {
    id: String,
    name: String,
    parent: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AccountControl {
    id: String,
    name: Option<String>,
    parent: Option<String>,
    state: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Delegation {
    account: String,
    service: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Denial {
    target: String,
    actions: Vec<String>,
    #[serde(default)]
    except: Vec<String>,
}

/// Does it, with the handle of the management account, and shows the whole organization.
pub(crate) fn apply(aws: &Aws, wanted: OrganizationControl) -> Changed<Value> {
    let organization = match (aws.organization(), &wanted.id) {
        (Some(present), Some(id)) if present.id() != id => return Err(format!("the account is in {}", present.id())),
        (Some(present), _) => present,
        (None, Some(id)) => aws.try_create_organization(id)?,
        (None, None) => return Err("the account is not in an organization: give an id".to_owned()),
    };
    for unit in &wanted.units {
        let parent = unit.parent.as_deref().unwrap_or(ROOT);
        organization.try_change(|tree, _| tree.insert_unit(&unit.id, parent, &unit.name))?;
    }
    for account in &wanted.accounts {
        change_account(&organization, account)?;
    }
    if let Some(pages) = wanted.empty_pages {
        aws.answer_empty_pages(pages);
    }
    organization.try_change(|tree, _| {
        change(tree, wanted)?;
        Ok(shown(tree))
    })
}

fn change_account(organization: &Organization, wanted: &AccountControl) -> Changed {
    let id = &wanted.id;
    let is_member = organization.try_change(|tree, _| Ok(tree.accounts.contains_key(id)))?;
    if !is_member {
        let name = wanted.name.as_deref().unwrap_or(id);
        organization.try_add(id, name, wanted.parent.as_deref().unwrap_or(ROOT), "CREATED")?;
    }
    organization.try_change(|tree, _| {
        if let Some(name) = &wanted.name {
            tree.account(id)?.name.clone_from(name);
        }
        if let Some(parent) = &wanted.parent {
            tree.move_account(id, parent)?;
        }
        let Some(name) = &wanted.state else { return Ok(()) };
        let state = AccountState::parse(name).ok_or_else(|| format!("{name} is not the state of an account"))?;
        tree.set_state(id, state)
    })
}

fn change(tree: &mut Tree, wanted: OrganizationControl) -> Changed {
    for id in &wanted.leave {
        tree.remove_account(id)?;
    }
    for (resource, tags) in wanted.tags {
        tree.set_tags(&resource, tags)?;
    }
    for Delegation { account, service } in &wanted.delegate {
        tree.delegate(account, service)?;
    }
    for Denial { target, actions, except } in wanted.deny {
        tree.attach(Policy { target, actions, except })?;
    }
    for id in &wanted.delete_policies {
        tree.policies.remove(id);
    }
    tree.trusted.extend(wanted.trust);
    Ok(())
}

fn shown(tree: &Tree) -> Value {
    let units = tree.units.iter().map(|(id, unit)| json!({ "id": id, "name": unit.name, "parent": unit.parent }));
    let accounts = tree
        .accounts
        .iter()
        .map(|(id, one)| json!({ "id": id, "name": one.name, "parent": one.parent, "state": one.state.as_str() }));
    json!({
        "id": tree.id,
        "root": ROOT,
        "managementAccount": tree.management,
        "units": units.collect::<Vec<_>>(),
        "accounts": accounts.collect::<Vec<_>>(),
        "policies": tree.policies.keys().collect::<Vec<_>>(),
    })
}
