//! If-Match and If-None-Match (user guide, "Add preconditions to S3 operations with conditional requests").

use serde_json::Value;

use super::{Object, no_key};
use crate::calls::ApiError;

/// Before a write. `If-None-Match` takes `*` only, and `If-Match` the ETag of the object that is to be there.
pub(super) fn before_put(input: &Value, present: Option<&Object>) -> Result<(), ApiError> {
    match input["IfNoneMatch"].as_str() {
        None => {}
        Some("*") if present.is_some() => return Err(failed()),
        Some("*") => {}
        Some(_) => {
            let why = "A header you provided implies functionality that is not implemented";
            return Err(ApiError::new("NotImplemented", why).status(501));
        }
    }
    before_change(input, present)
}

/// "If the object ... doesn't exist: 404", "if the ETag doesn't match: 412 Precondition Failed".
pub(super) fn before_change(input: &Value, present: Option<&Object>) -> Result<(), ApiError> {
    let Some(wanted) = input["IfMatch"].as_str() else { return Ok(()) };
    let present = present.ok_or_else(no_key)?;
    if matches(wanted, present) { Ok(()) } else { Err(failed()) }
}

/// Before a read: a wrong `If-Match` gets 412, and an `If-None-Match` that matches 304 without a body.
pub(super) fn before_get(input: &Value, present: &Object) -> Result<(), ApiError> {
    before_change(input, Some(present))?;
    if input["IfNoneMatch"].as_str().is_some_and(|known| matches(known, present)) {
        return Err(ApiError::new("NotModified", "Not Modified").status(304));
    }
    Ok(())
}

fn matches(etag: &str, present: &Object) -> bool {
    etag == "*" || etag.trim_matches('"') == present.etag.trim_matches('"')
}

fn failed() -> ApiError {
    ApiError::new("PreconditionFailed", "At least one of the pre-conditions you specified did not hold").status(412)
}
