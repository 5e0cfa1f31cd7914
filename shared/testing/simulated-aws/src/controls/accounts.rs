//! Controls of accounts, their roles and Regions.

use serde::Deserialize;
use serde_json::json;

use super::{Controlled, Where};
use crate::{AlternateContact, Aws, RoleRule, RoleTrust};

/// The members of AlternateContact, for an account.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Contact {
    /// `OPERATIONS`, `SECURITY` or `BILLING`.
    #[serde(rename = "type")]
    kind: String,
    name: String,
    email: String,
    title: Option<String>,
    phone: Option<String>,
    #[serde(flatten)]
    place: Where,
}

pub(super) fn alternate_contact(aws: &Aws, wanted: Contact) -> Controlled {
    let usual = AlternateContact::new(&wanted.name, &wanted.email);
    let (title, phone) = (wanted.title.unwrap_or(usual.title), wanted.phone.unwrap_or(usual.phone));
    let contact = AlternateContact { name: usual.name, email: usual.email, title, phone };
    if !AlternateContact::KINDS.contains(&wanted.kind.as_str()) {
        return Err((400, format!("{} is not a type of contact", wanted.kind)));
    }
    wanted.place.scope(aws).set_alternate_contact(&wanted.kind, contact);
    Ok(json!({}))
}

/// Whom a role trusts, and what it allows. What is not named stays.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Role {
    role_arn: String,
    #[serde(default)]
    refused: bool,
    trust: Option<Trust>,
    actions: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Trust {
    account: Option<String>,
    principal_like: Option<String>,
    external_id: Option<String>,
    organization: Option<String>,
}

pub(super) fn role(aws: &Aws, wanted: &Role) -> Controlled {
    match (&wanted.trust, wanted.refused) {
        (Some(_), true) => return Err((400, "a role that is refused trusts nobody".to_owned())),
        (Some(trust), false) => aws.set_role(&wanted.role_arn, RoleRule::Trust(trust.read())),
        (None, true) => aws.set_role(&wanted.role_arn, RoleRule::Refused),
        (None, false) => {}
    }
    if let Some(actions) = &wanted.actions {
        aws.limit_role(&wanted.role_arn, &actions.iter().map(String::as_str).collect::<Vec<_>>());
    }
    Ok(json!({}))
}

impl Trust {
    fn read(&self) -> RoleTrust {
        let with = |trust: RoleTrust, value: &Option<String>, set: fn(RoleTrust, &str) -> RoleTrust| match value {
            Some(value) => set(trust, value),
            None => trust,
        };
        let trust = with(RoleTrust::default(), &self.account, RoleTrust::account);
        let trust = with(trust, &self.principal_like, RoleTrust::principal_like);
        let trust = with(trust, &self.external_id, RoleTrust::external_id);
        with(trust, &self.organization, RoleTrust::organization)
    }
}

/// Whether a Region is on in an account.
#[derive(Deserialize)]
pub(super) struct Region {
    enabled: bool,
    #[serde(flatten)]
    place: Where,
}

pub(super) fn region(aws: &Aws, wanted: &Region) -> Controlled {
    let scoped = wanted.place.scope(aws);
    if wanted.enabled {
        scoped.enable_region();
    } else {
        scoped.try_disable_region().map_err(|why| (400, why))?;
    }
    Ok(json!({}))
}
