//! AWS IAM: the one operation that tools ask before they start.

use serde_json::{Value, json};

use crate::aws::State;
use crate::calls::Answer;
use crate::connector::not_modelled;

/// Answers one operation. The account has no alias.
pub(crate) fn call(_: &mut State, operation: &str, _: &Value) -> Answer {
    match operation {
        "ListAccountAliases" => Ok(json!({ "AccountAliases": [], "IsTruncated": false })),
        other => Err(not_modelled("iam", other)),
    }
}
