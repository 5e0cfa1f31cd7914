//! The operations that list.

use serde_json::{Value, json};

use super::pages::{List, page};
use super::readable;
use super::tree::{ROOT, Tree};
use crate::aws::State;
use crate::calls::{Answer, ApiError};

/// API reference, ListRoots: there is one (user guide, "Quotas").
pub(super) fn roots(state: &mut State, input: &Value) -> Answer {
    let root = readable(state)?.root_shown(state.partition());
    page(state, input, List { member: "Roots", of: "roots".to_owned(), items: vec![(ROOT.to_owned(), root)] })
}

/// API reference, ListOrganizationalUnitsForParent: the children, not their children.
pub(super) fn units_for_parent(state: &mut State, input: &Value) -> Answer {
    let (tree, parent) = parent(state, input)?;
    let children = tree.units.iter().filter(|(_, unit)| unit.parent == parent);
    let items = children.map(|(id, unit)| (id.clone(), unit.shown(tree, id, state.partition()))).collect();
    let of = format!("units {parent}");
    page(state, input, List { member: "OrganizationalUnits", of, items })
}

/// API reference, ListAccountsForParent: "If you specify an OU, you get a list of all the accounts in only that OU and not in
/// any child OUs."
pub(super) fn accounts_for_parent(state: &mut State, input: &Value) -> Answer {
    let (tree, parent) = parent(state, input)?;
    let items = accounts_of(state, tree, Some(parent));
    let of = format!("accounts {parent}");
    page(state, input, List { member: "Accounts", of, items })
}

/// API reference, ListAccounts.
pub(super) fn accounts(state: &mut State, input: &Value) -> Answer {
    let items = accounts_of(state, readable(state)?, None);
    page(state, input, List { member: "Accounts", of: "accounts".to_owned(), items })
}

fn accounts_of(state: &State, tree: &Tree, parent: Option<&str>) -> Vec<(String, Value)> {
    let wanted = tree.accounts.iter().filter(|(_, account)| parent.is_none_or(|parent| account.parent == parent));
    wanted.map(|(id, account)| (id.clone(), account.shown(tree, id, state))).collect()
}

/// API reference, ListParents: "In the current release, a child can have only a single parent." The text of the error is
/// unverified.
pub(super) fn parents(state: &mut State, input: &Value) -> Answer {
    let child = input["ChildId"].as_str().unwrap_or_default();
    let unknown = || ApiError::new("ChildNotFoundException", "You specified a child that doesn't exist.");
    let parent = readable(state)?.parent_of(child).ok_or_else(unknown)?.to_owned();
    let kind = if parent == ROOT { "ROOT" } else { "ORGANIZATIONAL_UNIT" };
    let shown = json!({ "Id": parent, "Type": kind });
    let of = format!("parents {child}");
    page(state, input, List { member: "Parents", of, items: vec![(parent, shown)] })
}

/// API reference, ListTagsForResource: of accounts, units, roots and policies. The text is in getmoto/moto's
/// `tests/test_organizations`.
pub(super) fn tags(state: &mut State, input: &Value) -> Answer {
    let tree = readable(state)?;
    let id = input["ResourceId"].as_str().unwrap_or_default();
    if !(tree.has_parent(id) || tree.accounts.contains_key(id) || tree.policies.contains_key(id)) {
        return Err(ApiError::new("TargetNotFoundException", "You specified a target that doesn't exist."));
    }
    let tags = tree.tags.get(id).into_iter().flatten();
    let items = tags.map(|(key, value)| (key.clone(), json!({ "Key": key, "Value": value }))).collect();
    let of = format!("tags {id}");
    page(state, input, List { member: "Tags", of, items })
}

/// The organization and the root or unit that is asked for. The text is in getmoto/moto's `tests/test_organizations`.
fn parent<'a>(state: &'a State, input: &'a Value) -> Result<(&'a Tree, &'a str), ApiError> {
    let tree = readable(state)?;
    let id = input["ParentId"].as_str().unwrap_or_default();
    if tree.has_parent(id) {
        return Ok((tree, id));
    }
    Err(ApiError::new("ParentNotFoundException", "You specified parent that doesn't exist."))
}
