//! What the operator configures: which accounts and Regions, and what each may have.

mod grant_row;

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use serde::Deserialize;

pub use self::grant_row::AccountGrants;
use self::grant_row::{GrantRow, together};
use crate::account::{Account, Selection, is_account_id, is_unit_id};

/// The settings: a JSON object as `infra/organization.schema.json` describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrganizationSettings {
    /// `o-` and the rest of the organization's id.
    pub id: String,
    /// With which the roles of spokes are assumed.
    pub external_id: String,
    /// The accounts, where AWS Organizations is not asked.
    pub accounts: Option<Vec<Account>>,
    /// In this Region or these Regions certificates are.
    pub regions: BTreeSet<String>,
    /// The tag of accounts that are left alone.
    excluded_tag: Option<Tag>,
    /// The tag of accounts that names the owner of certificates without one.
    owner_tag: Option<String>,
    /// The tag of accounts that says what certificates without a purpose are for.
    purpose_tag: Option<String>,
    regions_by_account: BTreeMap<String, BTreeSet<String>>,
    excluded: Selection,
    read_only: Selection,
    grants: Vec<GrantRow>,
    rings: Vec<Ring>,
}

/// The text does not hold organization settings.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidSettings(String);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Written {
    id: String,
    external_id: Option<String>,
    accounts: Option<Vec<Account>>,
    regions: BTreeSet<String>,
    #[serde(default)]
    regions_by_account: BTreeMap<String, BTreeSet<String>>,
    #[serde(default)]
    excluded_accounts: Vec<String>,
    #[serde(default)]
    excluded_units: Vec<String>,
    excluded_tag: Option<Tag>,
    owner_tag: Option<String>,
    purpose_tag: Option<String>,
    #[serde(default)]
    read_only: Selection,
    #[serde(default)]
    grants: Vec<GrantRow>,
    #[serde(default)]
    rings: Vec<Ring>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tag {
    key: String,
    value: String,
}

/// Accounts whose certificates are renewed before those of the others, so that what goes wrong is seen there first.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Ring {
    #[serde(default)]
    accounts: Vec<String>,
    #[serde(default)]
    units: Vec<String>,
    renew_days_earlier: u16,
}

impl Ring {
    fn selection(&self) -> Selection {
        Selection::new(self.accounts.clone(), self.units.clone())
    }
}

impl OrganizationSettings {
    /// The Regions in which this account is watched.
    pub fn regions_of(&self, account: &str) -> &BTreeSet<String> {
        self.regions_by_account.get(account).unwrap_or(&self.regions)
    }

    /// Whether the account is left alone.
    pub fn is_excluded(&self, account: &Account) -> bool {
        let has_tag = |tag: &Tag| account.tags.get(&tag.key) == Some(&tag.value);
        self.excluded.contains(account) || self.excluded_tag.as_ref().is_some_and(has_tag)
    }

    /// Who owns certificates of this account that name no owner.
    pub fn owner<'a>(&self, account: &'a Account) -> Option<&'a str> {
        account.tags.get(self.owner_tag.as_ref()?).map(String::as_str)
    }

    /// What certificates of this account are for that do not say it.
    pub fn purpose<'a>(&self, account: &'a Account) -> Option<&'a str> {
        account.tags.get(self.purpose_tag.as_ref()?).map(String::as_str)
    }

    /// The keys of the tags of accounts that matter.
    pub(crate) fn tag_keys(&self) -> Vec<String> {
        let excluded = self.excluded_tag.iter().map(|tag| &tag.key);
        excluded.chain(&self.owner_tag).chain(&self.purpose_tag).cloned().collect()
    }

    /// Whether functions only show what they would do in this account.
    pub fn is_read_only(&self, account: &Account) -> bool {
        self.read_only.contains(account)
    }

    /// How many days earlier than configured certificates of this account are renewed.
    pub fn renew_days_earlier(&self, account: &Account) -> u16 {
        self.rings
            .iter()
            .filter(|ring| ring.selection().contains(account))
            .map(|ring| ring.renew_days_earlier)
            .max()
            .unwrap_or(0)
    }

    /// What a certificate of this account in a Region may obtain: what all rows about it say, together.
    pub fn grants(&self, account: &Account, partition: &str, region: &str) -> AccountGrants {
        let rows: Vec<_> = self.grants.iter().filter(|row| row.selection().contains(account)).collect();
        together(&rows, partition, region, account)
    }

    fn check(&self) -> Result<(), String> {
        let known = self.accounts.iter().flatten();
        let ids = known.clone().map(|account| &account.id).chain(self.regions_by_account.keys());
        if let Some(id) = ids.into_iter().find(|id| !is_account_id(id)) {
            return Err(format!("`{id}` is not an account id of twelve digits"));
        }
        if let Some(unit) = known.flat_map(|account| &account.units).find(|unit| !is_unit_id(unit)) {
            return Err(format!("`{unit}` is not the id of an organizational unit, such as ou-ab12-cdef3456"));
        }
        let rings = self.rings.iter().map(Ring::selection);
        let rows = self.grants.iter().map(GrantRow::selection);
        let mut selections = [self.excluded.clone(), self.read_only.clone()].into_iter().chain(rings).chain(rows);
        if let Some(entry) = selections.find_map(|selection| selection.malformed().map(str::to_owned)) {
            return Err(format!(
                "`{entry}` is neither an account id of twelve digits nor the id of an organizational unit"
            ));
        }
        let all_regions = self.regions.iter().chain(self.regions_by_account.values().flatten());
        if let Some(region) = all_regions.into_iter().find(|region| !is_region(region)) {
            return Err(format!("`{region}` is not a Region, such as eu-central-1"));
        }
        self.grants.iter().try_for_each(GrantRow::check)
    }
}

impl FromStr for OrganizationSettings {
    type Err = InvalidSettings;

    fn from_str(text: &str) -> Result<Self, InvalidSettings> {
        let written: Written = serde_json::from_str(text).map_err(|error| {
            InvalidSettings(format!(
                "use JSON such as {{\"id\": \"o-a1b2c3d4e5\", \"regions\": [\"eu-central-1\"]}}: {error}"
            ))
        })?;
        if !is_organization_id(&written.id) {
            let id = &written.id;
            return Err(InvalidSettings(format!("`{id}` is not the id of an organization, such as o-a1b2c3d4e5")));
        }
        let settings = Self {
            external_id: written.external_id.unwrap_or_else(|| written.id.clone()),
            id: written.id,
            accounts: written.accounts,
            regions: written.regions,
            excluded_tag: written.excluded_tag,
            owner_tag: written.owner_tag,
            purpose_tag: written.purpose_tag,
            regions_by_account: written.regions_by_account,
            excluded: Selection::new(written.excluded_accounts, written.excluded_units),
            read_only: written.read_only,
            grants: written.grants,
            rings: written.rings,
        };
        settings.check().map_err(InvalidSettings)?;
        Ok(settings)
    }
}

/// The pattern of [Organization](https://docs.aws.amazon.com/organizations/latest/APIReference/API_Organization.html).
fn is_organization_id(text: &str) -> bool {
    text.strip_prefix("o-").is_some_and(|rest| {
        (10..=32).contains(&rest.len()) && rest.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    })
}

fn is_region(text: &str) -> bool {
    text.split('-').count() >= 3
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

#[cfg(test)]
mod tests;
