//! What the service models say about parameters: members that must be there, types, lengths, ranges, patterns, enums.
//! Services check this before anything else of a request, and report all that is wrong at once.
//!
//! `parameter-rules/generate.py` writes the rules. Members that the models do not know are ignored, as AWS's protocols
//! ignore them; what only documents say (127 characters of a tag's key) is checked where the operation is.

mod check;
mod constraints;
mod report;
mod rules;
#[cfg(test)]
mod single_violations;
mod types;

use serde_json::Value;

use crate::calls::ApiError;
use crate::connector::not_modelled;
use crate::services::{SERVICES, Service};
use check::Walk;

/// Checks what a test sets up with an operation of a service.
pub(crate) fn check_named(service: &str, operation: &str, input: &Value) -> Result<(), ApiError> {
    let service = SERVICES.iter().find(|one| one.name == service);
    service.map_or(Ok(()), |service| check(service, operation, input))
}

/// Checks a request of an operation. One without rules is not modelled.
pub(crate) fn check(service: &Service, operation: &str, input: &Value) -> Result<(), ApiError> {
    let rules = rules::of(service);
    let Some((rules, input_shape)) = rules.and_then(|rules| Some((rules, rules.operations.get(operation)?))) else {
        return Err(not_modelled(service.name, operation));
    };
    let Some(shape) = *input_shape else { return Ok(()) };
    let mut walk = Walk::new(&rules.shapes, service.protocol.is_text());
    walk.structure(shape, input).map_err(|wrong| report::wrong_type(service, &wrong))?;
    if walk.violations.is_empty() { Ok(()) } else { Err(report::refusal(service, operation, &walk.violations)) }
}
