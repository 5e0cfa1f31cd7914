//! What the deployment template allows a function, to hold against what the function called.

mod allowed;
mod template;

use std::collections::BTreeSet;

pub(crate) use allowed::{action, like};
pub use template::{denied, granted, granted_actions};

/// A statement of a role's policies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Its `Sid`.
    pub sid: String,
    /// Its actions, such as `acm:DescribeCertificate`.
    pub actions: BTreeSet<String>,
    /// The actions that it is not about, while it is about all others: `NotAction`. [`Statement::allows`] does not read them.
    pub not_actions: BTreeSet<String>,
    /// Its resources, such as `*` or `arn:${AWS::Partition}:iam::*:role/zones`: the texts of `!Sub`, the names
    /// of `!Ref`.
    pub resources: BTreeSet<String>,
    /// Every text in its `Condition`, without the names of operators and keys.
    pub condition_values: BTreeSet<String>,
    /// Its `Condition`.
    pub conditions: Vec<Condition>,
}

/// One key of a statement's `Condition`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// Such as `ForAllValues:StringLike`.
    pub operator: String,
    /// Such as `route53:ChangeResourceRecordSetsActions`.
    pub key: String,
    /// The values, of which one has to match.
    pub values: BTreeSet<String>,
}
