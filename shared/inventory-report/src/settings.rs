//! What the verdicts of a report depend on besides what was read.

use std::collections::BTreeSet;

/// What the verdicts of a report depend on besides what was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportSettings {
    /// Purposes, in lower case, that mean production.
    pub production: BTreeSet<String>,
    /// Purposes, in lower case, that mean anything else, such as tests.
    pub tests: BTreeSet<String>,
    /// ACM's quota of imports in 365 days, for each account and Region: 5,000 unless it was raised
    /// ([ACM quotas](https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html)).
    pub imports_per_year: u64,
}

impl Default for ReportSettings {
    fn default() -> Self {
        let set = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        Self {
            production: set(&["production", "prod", "prd", "live"]),
            tests: set(&[
                "test",
                "tests",
                "testing",
                "dev",
                "development",
                "staging",
                "stage",
                "sandbox",
                "qa",
                "demo",
            ]),
            imports_per_year: 5_000,
        }
    }
}

impl ReportSettings {
    /// Whether a purpose means production (`true`) or something else (`false`), where it is known.
    pub(crate) fn is_production(&self, purpose: &str) -> Option<bool> {
        let purpose = purpose.trim().to_lowercase();
        if self.production.contains(&purpose) {
            return Some(true);
        }
        self.tests.contains(&purpose).then_some(false)
    }

    /// Whether a word of the text, such as the name of an account, means tests.
    pub(crate) fn speaks_of_tests(&self, text: &str) -> bool {
        text.to_lowercase().split(|c: char| !c.is_alphanumeric()).any(|word| self.tests.contains(word))
    }
}
