//! Clients: one for the function's own account and one for each configured role.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error as StdError;
use std::sync::{Mutex, MutexGuard, PoisonError};

use aws_client::{CallError, CallErrorKind};
use aws_config::SdkConfig;
use aws_config::sts::AssumeRoleProvider;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_route53::Client;
use aws_sdk_route53::config::http::HttpResponse;
use aws_sdk_route53::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sts::operation::assume_role::AssumeRoleError;

use crate::policy::zones::RoleIndex;
use crate::policy::{DnsName, ZoneOwner};
use crate::zone_roles::{RoleArn, ZoneRole};

/// Names the session in the other account's CloudTrail.
const SESSION: &str = "acm-autopilot-dns-validation";
const ASSUME_ROLE: &str = "sts:AssumeRole";

/// A role, once, with all names that it answers for.
#[derive(Debug)]
struct Role {
    arn: RoleArn,
    external_id: Option<String>,
    suffixes: Vec<DnsName>,
}

/// The accounts, and their clients, each made when it is first needed and kept: the SDK keeps a role's
/// credentials with its client and assumes the role again before they expire.
pub(crate) struct Accounts {
    sdk: SdkConfig,
    roles: Vec<Role>,
    clients: Mutex<BTreeMap<ZoneOwner, Client>>,
    listed: Mutex<BTreeSet<ZoneOwner>>,
}

impl std::fmt::Debug for Accounts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Accounts").field("roles", &self.roles).finish_non_exhaustive()
    }
}

impl Accounts {
    pub(crate) fn new(sdk: &SdkConfig, zone_roles: Vec<ZoneRole>) -> Self {
        let mut roles: Vec<Role> = Vec::new();
        for ZoneRole { zone, role, external_id } in zone_roles {
            match roles.iter_mut().find(|known| known.arn == role && known.external_id == external_id) {
                Some(known) => known.suffixes.push(zone),
                None => roles.push(Role { arn: role, external_id, suffixes: vec![zone] }),
            }
        }
        Self { sdk: sdk.clone(), roles, clients: Mutex::default(), listed: Mutex::default() }
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
        let mut provider = AssumeRoleProvider::builder(role.arn.as_str()).session_name(SESSION).configure(&self.sdk);
        if let Some(id) = &role.external_id {
            provider = provider.external_id(id);
        }
        let credentials = SharedCredentialsProvider::new(provider.build().await);
        Client::new(&self.sdk.to_builder().credentials_provider(credentials).build())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a failed call means; when the role's credentials could not be had, what became of that.
pub(crate) fn call_error<E>(operation: &'static str, error: &SdkError<E, HttpResponse>) -> CallError
where
    E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
{
    let mut cause: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<SdkError<AssumeRoleError, HttpResponse>>() {
            return CallError::new(ASSUME_ROLE, error);
        }
        if let Some(error) = error.downcast_ref::<AssumeRoleError>() {
            return CallError {
                operation: ASSUME_ROLE,
                code: error.code().map(str::to_owned),
                message: error.message().unwrap_or("AWS gave no message").to_owned(),
                kind: CallErrorKind::Refused,
            };
        }
        cause = error.source();
    }
    CallError::new(operation, error)
}

/// Whether a role may not be assumed, which time does not fix.
pub(crate) fn is_role_refusal(error: &CallError) -> bool {
    error.operation == ASSUME_ROLE && !error.is_retryable()
}
