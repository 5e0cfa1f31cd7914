//! TagResource, UntagResource. How many tags there may be is not checked.

use serde_json::{Value, json};

use super::find_active;
use crate::aws::State;
use crate::calls::Answer;

/// API reference, TagResource: "appends tags to the existing list of tags"; a key that is there gets the new value.
pub(super) fn tag(state: &mut State, input: &Value) -> Answer {
    let now = state.now;
    let secret = find_active(state, input)?;
    let tags = secret.tags.get_or_insert_default();
    for tag in input["Tags"].as_array().into_iter().flatten() {
        match tags.iter_mut().find(|present| present["Key"] == tag["Key"]) {
            Some(present) => *present = tag.clone(),
            None => tags.push(tag.clone()),
        }
    }
    secret.changed_at = now;
    Ok(json!({}))
}

/// API reference, UntagResource: "If a requested tag is not attached to the secret, no error is returned". The last tag
/// leaves an empty list (recorded from AWS: LocalStack's `tests/aws/services/secretsmanager/
/// test_secretsmanager.snapshot.json`, test_secret_tags, 2024-04-05).
pub(super) fn untag(state: &mut State, input: &Value) -> Answer {
    let now = state.now;
    let secret = find_active(state, input)?;
    let keys = input["TagKeys"].as_array().map_or(&[][..], Vec::as_slice);
    if let Some(tags) = &mut secret.tags {
        tags.retain(|tag| !keys.contains(&tag["Key"]));
    }
    secret.changed_at = now;
    Ok(json!({}))
}
