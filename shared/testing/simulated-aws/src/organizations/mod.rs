//! AWS Organizations: the tree of an organization, as its management account and its delegated administrators read it.

mod accounts;
mod changes;
#[cfg(feature = "server")]
mod control;
mod lists;
mod members;
mod pages;
mod policies;
mod setup;
mod shown;
mod tree;

use serde_json::{Value, json};

use crate::aws::State;
use crate::calls::{Answer, ApiError};
use crate::connector::not_modelled;

pub use accounts::AccountState;
#[cfg(feature = "server")]
pub(crate) use control::{OrganizationControl, apply};
pub(crate) use policies::denying_policy;
pub use setup::Organization;
use tree::Tree;

/// The organizations: an account is in one of them, or in none.
#[derive(Debug, Default)]
pub(crate) struct Store {
    trees: Vec<Tree>,
    /// So many of the next pages are empty and have a token.
    empty_pages: u64,
}

impl Store {
    fn of_account(&self, account: &str) -> Option<&Tree> {
        self.trees.iter().find(|tree| tree.accounts.contains_key(account))
    }

    /// The organization's id, for `aws:PrincipalOrgID`.
    pub(crate) fn id_of_account(&self, account: &str) -> Option<&str> {
        self.of_account(account).map(|tree| tree.id.as_str())
    }

    /// Whether an account administers the other ones of its organization for a service, as management account or delegated
    /// administrator.
    pub(crate) fn administers(&self, account: &str, service: &str) -> bool {
        let delegated = |tree: &Tree| tree.delegated.contains(&(account.to_owned(), service.to_owned()));
        self.of_account(account).is_some_and(|tree| tree.management == account || delegated(tree))
    }

    pub(crate) fn is_management(&self, account: &str) -> bool {
        self.of_account(account).is_some_and(|tree| tree.management == account)
    }

    pub(crate) fn trusts(&self, account: &str, service: &str) -> bool {
        self.of_account(account).is_some_and(|tree| tree.trusted.contains(service))
    }

    pub(crate) fn are_together(&self, one: &str, other: &str) -> bool {
        self.of_account(one).is_some_and(|tree| tree.accounts.contains_key(other))
    }
}

/// Answers one operation.
pub(crate) fn call(state: &mut State, operation: &str, input: &Value) -> Answer {
    match operation {
        "DescribeOrganization" => describe_organization(state),
        "DescribeAccount" => describe_account(state, input),
        "ListAccounts" => lists::accounts(state, input),
        "ListAccountsForParent" => lists::accounts_for_parent(state, input),
        "ListOrganizationalUnitsForParent" => lists::units_for_parent(state, input),
        "ListParents" => lists::parents(state, input),
        "ListRoots" => lists::roots(state, input),
        "ListTagsForResource" => lists::tags(state, input),
        other => Err(not_modelled("organizations", other)),
    }
}

/// API reference, DescribeOrganization: "You can call this operation from any account in a organization."
fn describe_organization(state: &State) -> Answer {
    let tree = own(state)?;
    Ok(json!({ "Organization": tree.shown(state.partition()) }))
}

/// API reference, DescribeAccount.
fn describe_account(state: &State, input: &Value) -> Answer {
    let tree = readable(state)?;
    let id = input["AccountId"].as_str().unwrap_or_default();
    // The text is in getmoto/moto's `tests/test_organizations`, and people report it of MoveAccount.
    let unknown = || ApiError::new("AccountNotFoundException", "You specified an account that doesn't exist.");
    let account = tree.accounts.get(id).ok_or_else(unknown)?;
    Ok(json!({ "Account": account.shown(tree, id, state) }))
}

/// The caller's organization. The text is in cloud-custodian/cloud-custodian#8106.
fn own(state: &State) -> Result<&Tree, ApiError> {
    let none = "Your account is not a member of an organization.";
    let tree = state.organizations.of_account(state.caller_account());
    tree.ok_or_else(|| ApiError::new("AWSOrganizationsNotInUseException", none))
}

/// API reference, of each of these operations: "You can only call this operation from the management account or a member
/// account that is a delegated administrator", for whatever service. The text is terraform-provider-aws's users'.
fn readable(state: &State) -> Result<&Tree, ApiError> {
    let tree = own(state)?;
    let caller = state.caller_account();
    if tree.management == caller || tree.delegated.iter().any(|(account, _)| account == caller) {
        return Ok(tree);
    }
    Err(ApiError::new("AccessDeniedException", "You don't have permissions to access this resource."))
}
