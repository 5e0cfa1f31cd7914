//! Clients: one for the function's own account and one for each configured role.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use accounts::RoleArn;
use aws_config::SdkConfig;
use aws_sdk_route53::Client;

use crate::{DnsName, RoleIndex, ZoneOwner, ZoneRole};

/// A role, once, with all names that it answers for.
#[derive(Debug)]
struct Role {
    arn: RoleArn,
    external_id: Option<String>,
    suffixes: Vec<DnsName>,
}

/// The accounts, and their clients, each made when it is first needed and kept: the SDK keeps a role's
/// credentials with its client and assumes the role again before they expire.
pub struct ZoneAccounts {
    sdk: SdkConfig,
    session: &'static str,
    roles: Vec<Role>,
    clients: Mutex<BTreeMap<ZoneOwner, Client>>,
    listed: Mutex<BTreeSet<ZoneOwner>>,
}

impl std::fmt::Debug for ZoneAccounts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ZoneAccounts").field("roles", &self.roles).finish_non_exhaustive()
    }
}

impl ZoneAccounts {
    /// The function's own account and those that these roles open. `session` names the function in the CloudTrail of
    /// the others.
    pub fn new(sdk: &SdkConfig, zone_roles: Vec<ZoneRole>, session: &'static str) -> Self {
        let mut roles: Vec<Role> = Vec::new();
        for ZoneRole { zone, role, external_id } in zone_roles {
            match roles.iter_mut().find(|known| known.arn == role && known.external_id == external_id) {
                Some(known) => known.suffixes.push(zone),
                None => roles.push(Role { arn: role, external_id, suffixes: vec![zone] }),
            }
        }
        Self { sdk: sdk.clone(), session, roles, clients: Mutex::default(), listed: Mutex::default() }
    }

    /// The accounts in which a zone for one of these names may be.
    pub(crate) fn answering_for(&self, names: &[&DnsName]) -> Vec<ZoneOwner> {
        let answers = |role: &Role| names.iter().any(|name| role.suffixes.iter().any(|suffix| name.is_within(suffix)));
        let roles = self.roles.iter().enumerate().filter(|(_, role)| answers(role));
        std::iter::once(ZoneOwner::OwnAccount)
            .chain(roles.map(|(index, _)| ZoneOwner::Role(RoleIndex(index))))
            .collect()
    }

    /// Per role, the names that it answers for.
    pub(crate) fn suffixes(&self) -> Vec<Vec<DnsName>> {
        self.roles.iter().map(|role| role.suffixes.clone()).collect()
    }

    pub(crate) fn suffixes_of(&self, owner: ZoneOwner) -> &[DnsName] {
        match owner {
            ZoneOwner::OwnAccount => &[],
            ZoneOwner::Role(index) => self.roles.get(index.0).map_or(&[], |role| &role.suffixes),
        }
    }

    /// The same for all roles of one account: its quotas are.
    pub(crate) fn first_of_account(&self, owner: ZoneOwner) -> ZoneOwner {
        let ZoneOwner::Role(index) = owner else { return owner };
        let account = self.roles.get(index.0).map(|role| role.arn.account());
        let first = self.roles.iter().position(|role| Some(role.arn.account()) == account);
        first.map_or(owner, |first| ZoneOwner::Role(RoleIndex(first)))
    }

    pub(crate) fn described(&self, owner: ZoneOwner) -> String {
        match owner {
            ZoneOwner::OwnAccount => "this account".into(),
            ZoneOwner::Role(index) => {
                let role = self.roles.get(index.0);
                role.map_or_else(
                    || "another account".into(),
                    |role| format!("account {} (role {})", role.arn.account(), role.arn),
                )
            }
        }
    }

    /// The accounts whose zones this process has listed, and the function's own.
    pub(crate) fn listed_before(&self) -> BTreeSet<ZoneOwner> {
        let mut owners = lock(&self.listed).clone();
        owners.insert(ZoneOwner::OwnAccount);
        owners
    }

    pub(crate) fn remember_listed(&self, owner: ZoneOwner) {
        lock(&self.listed).insert(owner);
    }

    pub(crate) async fn client(&self, owner: ZoneOwner) -> Client {
        let known = lock(&self.clients).get(&owner).cloned();
        if let Some(client) = known {
            return client;
        }
        let client = self.make(owner).await;
        lock(&self.clients).entry(owner).or_insert(client).clone()
    }

    async fn make(&self, owner: ZoneOwner) -> Client {
        let ZoneOwner::Role(index) = owner else { return Client::new(&self.sdk) };
        let Some(role) = self.roles.get(index.0) else { return Client::new(&self.sdk) };
        Client::new(&accounts::with_role(&self.sdk, &role.arn, role.external_id.as_deref(), self.session).await)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
