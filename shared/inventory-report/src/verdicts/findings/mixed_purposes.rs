//! Certificates of production and of tests are in one account. Those of tests are named: they are easier to move.

use std::collections::HashMap;

use notices::foreign;

use crate::model::Row;
use crate::settings::ReportSettings;

/// Accounts that have certificates of production, with how many.
#[derive(Debug)]
pub(super) struct Index<'a> {
    settings: &'a ReportSettings,
    production: HashMap<&'a str, u32>,
}

impl<'a> Index<'a> {
    pub(super) fn new(rows: &'a [Row], settings: &'a ReportSettings) -> Self {
        let mut production: HashMap<&'a str, u32> = HashMap::new();
        for row in rows.iter().filter(|row| is_production(row, settings) == Some(true)) {
            *production.entry(&row.account.id).or_default() += 1;
        }
        Self { settings, production }
    }

    pub(super) fn find(&self, row: &Row) -> Option<String> {
        if is_production(row, self.settings) != Some(false) {
            return None;
        }
        let count = self.production.get(row.account.id.as_str())?;
        let purpose = foreign(row.entry.purpose.as_deref().unwrap_or_default());
        Some(format!("It is for {purpose}, and {count} of the same account are for production: separate the accounts."))
    }
}

fn is_production(row: &Row, settings: &ReportSettings) -> Option<bool> {
    settings.is_production(row.entry.purpose.as_deref()?)
}
