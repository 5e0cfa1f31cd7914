//! What the certificates of some accounts may obtain.

use std::collections::BTreeSet;

use grants::{Grants, WrittenGrants};
use serde::Deserialize;

use crate::account::{Account, Selection};

/// A row of the table.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct GrantRow {
    accounts: Vec<String>,
    units: Vec<String>,
    domains: Vec<String>,
    exportable_domains: Vec<String>,
    private_cas: Vec<String>,
    acme_directories: Vec<String>,
    /// Names of secrets beside the certificate, in which `*` is any text.
    secrets: Vec<String>,
    issuer_change: bool,
}

/// What all rows about an account allow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccountGrants {
    /// As in a single account. The domains are granted to ACME directories too.
    pub grants: Grants,
    /// The names of ACME directories that may issue.
    pub acme_directories: BTreeSet<String>,
}

impl GrantRow {
    pub(super) fn selection(&self) -> Selection {
        Selection::new(self.accounts.clone(), self.units.clone())
    }

    /// What the texts of the row mean is checked when the settings are read.
    pub(super) fn check(&self) -> Result<(), String> {
        let written = self.written("aws", "us-east-1", "123456789012");
        Grants::try_from(written).map(|_| ()).map_err(|error| format!("in `grants`: {error}"))
    }

    fn written(&self, partition: &str, region: &str, account: &str) -> WrittenGrants {
        let secret = |name: &String| format!("arn:{partition}:secretsmanager:{region}:{account}:secret:{name}");
        WrittenGrants {
            domains: self.domains.clone(),
            exportable_domains: self.exportable_domains.clone(),
            private_cas: self.private_cas.clone(),
            secrets: self.secrets.iter().map(secret).collect(),
            issuer_change: self.issuer_change,
        }
    }
}

/// What these rows allow together. A change of issuer is for the whole account once a row says so.
pub(super) fn together(rows: &[&GrantRow], partition: &str, region: &str, account: &Account) -> AccountGrants {
    let mut all = WrittenGrants::default();
    for row in rows {
        let row = row.written(partition, region, &account.id);
        all.domains.extend(row.domains);
        all.exportable_domains.extend(row.exportable_domains);
        all.private_cas.extend(row.private_cas);
        all.secrets.extend(row.secrets);
        all.issuer_change |= row.issuer_change;
    }
    AccountGrants {
        // Every row was checked; what cannot be read grants nothing.
        grants: Grants::try_from(all).unwrap_or_default(),
        acme_directories: rows.iter().flat_map(|row| row.acme_directories.iter().cloned()).collect(),
    }
}
