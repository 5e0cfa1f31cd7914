//! What tests do with an organization.

use super::Store;
use super::changes::{Changed, is_organization_id};
use super::tree::{ROOT, Tree};
use crate::Aws;
use crate::aws::State;

/// An organization, and what its administrators do. Its methods panic where Organizations would refuse.
#[derive(Debug, Clone)]
pub struct Organization {
    pub(super) aws: Aws,
    pub(super) id: String,
}

impl Aws {
    /// This handle's account creates an organization with all features and becomes its management account, by the name
    /// `management`.
    ///
    /// # Panics
    /// When the id is not like `o-a1b2c3d4e5`, or the account is in an organization.
    pub fn create_organization(&self, id: &str) -> Organization {
        self.try_create_organization(id).unwrap_or_else(|why| panic!("{why}"))
    }

    pub(crate) fn try_create_organization(&self, id: &str) -> Changed<Organization> {
        let mut state = self.state();
        let (now, account) = (state.now, state.account.clone());
        state.organizations.check_is_free(&account)?;
        if !is_organization_id(id) || state.organizations.trees.iter().any(|tree| tree.id == id) {
            return Err(format!("{id} is taken, or not the id of an organization"));
        }
        let mut tree = Tree::new(id, &account);
        tree.add_account(&account, "management", ROOT, (now, "INVITED"))?;
        state.organizations.trees.push(tree);
        Ok(Organization { aws: self.clone(), id: id.to_owned() })
    }

    /// The organization that this handle's account is in.
    pub fn organization(&self) -> Option<Organization> {
        let state = self.state();
        let id = state.organizations.id_of_account(&state.account)?.to_owned();
        Some(Organization { aws: self.clone(), id })
    }

    /// The next pages of Organizations' lists, this many, are empty and have a token.
    pub fn answer_empty_pages(&self, pages: u64) {
        self.state().organizations.empty_pages = pages;
    }
}

impl Store {
    pub(super) fn check_is_free(&self, account: &str) -> Changed {
        self.of_account(account).map_or(Ok(()), |tree| Err(format!("{account} is in {}", tree.id)))
    }
}

impl Organization {
    /// Its id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The id of its root.
    pub fn root(&self) -> &'static str {
        ROOT
    }

    /// Creates an organizational unit in the root or in another unit, and gives its id.
    pub fn create_unit(&self, parent: &str, name: &str) -> String {
        self.change(|tree, _| {
            let id = tree.new_unit_id();
            tree.insert_unit(&id, parent, name).map(|()| id)
        })
    }

    /// Like [`Organization::create_unit`], with an id such as `ou-ab12-11111111`.
    pub fn insert_unit(&self, id: &str, parent: &str, name: &str) {
        self.change(|tree, _| tree.insert_unit(id, parent, name));
    }

    /// Deletes a unit, which must be empty.
    pub fn delete_unit(&self, id: &str) {
        self.change(|tree, _| tree.delete_unit(id));
    }

    /// The tags of the root, a unit or an account: these and no others.
    pub fn set_tags(&self, resource: &str, tags: &[(&str, &str)]) {
        let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
        self.change(|tree, _| tree.set_tags(resource, tags.iter().map(owned).collect()));
    }

    /// Makes a member account the delegated administrator of a service, such as
    /// `member.org.stacksets.cloudformation.amazonaws.com`, and gives that service trusted access.
    pub fn delegate(&self, account: &str, service: &str) {
        self.change(|tree, _| tree.delegate(account, service));
    }

    /// An account is no longer the delegated administrator of any service.
    pub fn revoke_delegation(&self, account: &str) {
        self.change(|tree, _| {
            tree.delegated.retain(|(delegated, _)| delegated != account);
            Ok(())
        });
    }

    /// Gives a service trusted access, such as `account.amazonaws.com`.
    pub fn trust(&self, service: &str) {
        self.change(|tree, _| {
            tree.trusted.insert(service.to_owned());
            Ok(())
        });
    }

    pub(super) fn change<T>(&self, change: impl FnOnce(&mut Tree, jiff::Timestamp) -> Changed<T>) -> T {
        self.try_change(change).unwrap_or_else(|why| panic!("{why}"))
    }

    pub(super) fn try_change<T>(&self, change: impl FnOnce(&mut Tree, jiff::Timestamp) -> Changed<T>) -> Changed<T> {
        let mut state = self.aws.state();
        let State { now, organizations, .. } = &mut *state;
        let tree = organizations.trees.iter_mut().find(|tree| tree.id == self.id);
        change(tree.ok_or_else(|| format!("there is no organization {}", self.id))?, *now)
    }
}
