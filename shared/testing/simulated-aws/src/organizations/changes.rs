//! What changes an organization's tree, and what Organizations would refuse.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::AccountState;
use super::policies::Policy;
use super::tree::{Account, Tree, UNIT_PREFIX, Unit};

/// Why something cannot be done, for whoever set it up.
pub(super) type Changed<T = ()> = Result<T, String>;

impl Tree {
    pub(super) fn new_unit_id(&mut self) -> String {
        format!("{UNIT_PREFIX}{:08}", self.next_number())
    }

    pub(super) fn insert_unit(&mut self, id: &str, parent: &str, name: &str) -> Changed {
        self.check_parent(parent)?;
        ensure(is_unit_id(id), || format!("{id} is not the id of a unit: {UNIT_PREFIX}, and 8 to 32 more"))?;
        ensure(!self.units.contains_key(id), || format!("there is a unit {id}"))?;
        self.units.insert(id.to_owned(), Unit { name: name.to_owned(), parent: parent.to_owned() });
        Ok(())
    }

    /// API reference, DeleteOrganizationalUnit: OrganizationalUnitNotEmptyException.
    pub(super) fn delete_unit(&mut self, id: &str) -> Changed {
        let mut parents =
            self.accounts.values().map(|one| &one.parent).chain(self.units.values().map(|one| &one.parent));
        ensure(parents.all(|parent| parent != id), || format!("{id} is not empty"))?;
        self.units.remove(id);
        self.tags.remove(id);
        Ok(())
    }

    /// That the account is in no other organization is checked before.
    pub(super) fn add_account(
        &mut self,
        id: &str,
        name: &str,
        parent: &str,
        joined: (Timestamp, &'static str),
    ) -> Changed {
        self.check_parent(parent)?;
        ensure(is_account_id(id), || format!("{id} is not the id of an account"))?;
        let (joined_at, joined_method) = joined;
        let (name, parent, state) = (name.to_owned(), parent.to_owned(), AccountState::Active);
        self.accounts.insert(id.to_owned(), Account { name, parent, state, joined_at, joined_method });
        Ok(())
    }

    /// API reference, LeaveOrganization: MasterCannotLeaveOrganizationException.
    pub(super) fn remove_account(&mut self, id: &str) -> Changed {
        ensure(self.management != id, || "the management account cannot leave".to_owned())?;
        self.account(id)?;
        self.accounts.remove(id);
        self.tags.remove(id);
        self.delegated.retain(|(account, _)| account != id);
        Ok(())
    }

    pub(super) fn move_account(&mut self, id: &str, parent: &str) -> Changed {
        self.check_parent(parent)?;
        parent.clone_into(&mut self.account(id)?.parent);
        Ok(())
    }

    /// API reference, CloseAccount: not the management account.
    pub(super) fn set_state(&mut self, id: &str, state: AccountState) -> Changed {
        let stays = self.management != id || state == AccountState::Active;
        ensure(stays, || "the management account stays active".to_owned())?;
        self.account(id)?.state = state;
        Ok(())
    }

    pub(super) fn set_tags(&mut self, resource: &str, tags: BTreeMap<String, String>) -> Changed {
        self.check_target(resource)?;
        self.tags.insert(resource.to_owned(), tags);
        Ok(())
    }

    /// API reference, RegisterDelegatedAdministrator: a member account; the service has trusted access.
    pub(super) fn delegate(&mut self, account: &str, service: &str) -> Changed {
        ensure(self.management != account, || "the management account is not a delegated administrator".to_owned())?;
        self.account(account)?;
        self.trusted.insert(service.to_owned());
        self.delegated.insert((account.to_owned(), service.to_owned()));
        Ok(())
    }

    /// Gives the policy's id.
    pub(super) fn attach(&mut self, policy: Policy) -> Changed<String> {
        self.check_target(&policy.target)?;
        let id = format!("p-{:08}", self.next_number());
        self.policies.insert(id.clone(), policy);
        Ok(id)
    }

    pub(super) fn account(&mut self, id: &str) -> Changed<&mut Account> {
        self.accounts.get_mut(id).ok_or_else(|| format!("{id} is not in the organization"))
    }

    fn check_parent(&self, id: &str) -> Changed {
        ensure(self.has_parent(id), || format!("there is no unit or root {id}"))
    }

    fn check_target(&self, id: &str) -> Changed {
        let is_there = self.has_parent(id) || self.accounts.contains_key(id);
        ensure(is_there, || format!("there is no account, unit or root {id}"))
    }
}

fn ensure(is_so: bool, why: impl FnOnce() -> String) -> Changed {
    if is_so { Ok(()) } else { Err(why()) }
}

/// API reference, Account, Id.
fn is_account_id(id: &str) -> bool {
    id.len() == 12 && id.bytes().all(|byte| byte.is_ascii_digit())
}

/// API reference, Organization, Id: `^o-[a-z0-9]{10,32}$`.
pub(super) fn is_organization_id(id: &str) -> bool {
    id.strip_prefix("o-").is_some_and(|rest| has_form(rest, 10))
}

/// API reference, OrganizationalUnit, Id: `^ou-[0-9a-z]{4,32}-[a-z0-9]{8,32}$`.
fn is_unit_id(id: &str) -> bool {
    id.strip_prefix(UNIT_PREFIX).is_some_and(|rest| has_form(rest, 8))
}

fn has_form(rest: &str, shortest: usize) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    (shortest..=32).contains(&rest.len()) && rest.bytes().all(allowed)
}
