//! What tests do with the accounts of an organization.

use super::changes::Changed;
use super::tree::ROOT;
use super::{AccountState, Organization};

impl Organization {
    /// Creates an account in the root or a unit, which is active at once. It must not be in an organization.
    pub fn create_account(&self, id: &str, name: &str, parent: &str) {
        self.try_add(id, name, parent, "CREATED").unwrap_or_else(|why| panic!("{why}"));
    }

    /// An account accepts an invitation: it is in the root then. It must not be in an organization.
    pub fn join(&self, id: &str, name: &str) {
        self.try_add(id, name, ROOT, "INVITED").unwrap_or_else(|why| panic!("{why}"));
    }

    pub(super) fn try_add(&self, id: &str, name: &str, parent: &str, method: &'static str) -> Changed {
        self.aws.state().organizations.check_is_free(id)?;
        self.try_change(|tree, now| tree.add_account(id, name, parent, (now, method)))
    }

    /// A member account leaves the organization, or is removed from it.
    pub fn leave(&self, id: &str) {
        self.change(|tree, _| tree.remove_account(id));
    }

    /// Moves an account to the root or a unit.
    pub fn move_account(&self, id: &str, parent: &str) {
        self.change(|tree, _| tree.move_account(id, parent));
    }

    /// Renames an account.
    pub fn rename_account(&self, id: &str, name: &str) {
        self.change(|tree, _| {
            name.clone_into(&mut tree.account(id)?.name);
            Ok(())
        });
    }

    /// A member account is in this state from now on.
    pub fn set_account_state(&self, id: &str, state: AccountState) {
        self.change(|tree, _| tree.set_state(id, state));
    }

    /// Closes a member account. API reference, CloseAccount: it is PENDING_CLOSURE first, SUSPENDED a few minutes later, and
    /// gone after 90 days, which [`Organization::set_account_state`] and [`Organization::leave`] do.
    pub fn close_account(&self, id: &str) {
        self.set_account_state(id, AccountState::PendingClosure);
    }
}
