//! Where a shard is of.

use certificates::Target;
use inventory::{Account, Owner, Reading};

/// An account and Region, and what is known of them from elsewhere.
#[derive(Debug, Clone)]
pub struct TargetFacts {
    /// The account and Region.
    pub target: Target,
    /// The account, as the shard shows it.
    pub account: Account,
    /// Who answers for what nobody else answers for: by a tag of the account, or its contact.
    pub account_owner: Reading<Option<Owner>>,
    /// What certificates are for that do not say it.
    pub account_purpose: Option<String>,
    /// Whether services without Regions (IAM, CloudFront) are read here: in one Region of each account.
    pub has_global_services: bool,
}
