//! Pages of lists.

use serde_json::{Value, json};

use crate::aws::State;
use crate::calls::{Answer, ApiError, decode_blob};

/// API references, MaxResults: 1 to 20. That a page has 20 without it is unverified.
const LARGEST_PAGE: usize = 20;

/// A list before it is cut into pages.
pub(super) struct List {
    /// The member of the answer.
    pub(super) member: &'static str,
    /// What it is the list of: a token is good for this only.
    pub(super) of: String,
    /// What is listed, by its id and in its order. AWS documents no order; here it is by id.
    pub(super) items: Vec<(String, Value)>,
}

/// API references: "These operations can occasionally return an empty set of results even when more results are available.
/// Continue making requests until NextToken returns null." Tests say when that happens.
pub(super) fn page(state: &mut State, input: &Value, list: List) -> Answer {
    let List { member, of, items } = list;
    let after = position(input, &of)?;
    let mut rest =
        items.into_iter().filter(|(id, _)| after.as_deref().is_none_or(|last| id.as_str() > last)).peekable();
    let left = &mut state.organizations.empty_pages;
    let is_empty = *left > 0;
    *left = left.saturating_sub(1);
    let most = if is_empty { 0 } else { size(input) };
    let found: Vec<_> = rest.by_ref().take(most).collect();
    let has_more = is_empty || rest.peek().is_some();
    let last = found.last().map(|(id, _)| id.clone()).or_else(|| after.clone()).unwrap_or_default();
    let mut answer = json!({ member: found.into_iter().map(|(_, shown)| shown).collect::<Vec<_>>() });
    if has_more {
        answer["NextToken"] = json!(token(&of, &last));
    }
    Ok(answer)
}

fn size(input: &Value) -> usize {
    input["MaxResults"].as_u64().and_then(|most| usize::try_from(most).ok()).unwrap_or(LARGEST_PAGE)
}

/// Callers cannot read it.
fn token(of: &str, last: &str) -> String {
    aws_smithy_types::base64::encode(format!("{of} {last}"))
}

/// API reference, InvalidInputException, INVALID_NEXT_TOKEN: "Get the NextToken from the previous response". Its text is
/// unverified.
fn position(input: &Value, of: &str) -> Result<Option<String>, ApiError> {
    let Some(given) = input["NextToken"].as_str() else { return Ok(None) };
    let text = decode_blob(given).and_then(|bytes| String::from_utf8(bytes).ok());
    let last = text.as_deref().and_then(|text| text.strip_prefix(of)?.strip_prefix(' ').map(str::to_owned));
    last.map(Some)
        .ok_or_else(|| ApiError::new("InvalidInputException", "You specified an invalid value for NextToken."))
}
