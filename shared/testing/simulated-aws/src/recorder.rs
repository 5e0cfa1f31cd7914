//! AWS Config's recorder and the history of resources.

use serde_json::{Value, json};

use crate::acm::{epoch, without_nulls};
use crate::aws::State;
use crate::calls::{Answer, ApiError};
use crate::{Aws, config};

impl Aws {
    /// Puts an item into a resource's history: the members of ConfigurationItem as the API spells them
    /// (`resourceType`, `resourceId`, `configurationItemCaptureTime` in seconds since 1970).
    pub fn insert_configuration_item(&self, item: Value) {
        self.state().config.items.push(item);
    }

    /// From now on a recorder runs in every account and Region: a certificate's or private CA's newest item is what it
    /// is now, and older ones are those that were inserted. Without it there are only these.
    pub fn record_configuration(&self) {
        self.state().records_configuration = true;
    }
}

/// API reference, GetResourceConfigHistory: newest first unless chronologicalOrder is Forward; limit up to
/// 100, by default 10; ResourceNotDiscoveredException for what was never recorded.
pub(crate) fn history(state: &mut State, input: &Value) -> Answer {
    let limit = match input["limit"].as_u64() {
        None | Some(0) => 10,
        Some(limit @ 1..=100) => usize::try_from(limit).unwrap_or(100),
        Some(_) => return Err(ApiError::new("InvalidLimitException", "The limit is at most 100.")),
    };
    let of_resource =
        |item: &&Value| item["resourceType"] == input["resourceType"] && item["resourceId"] == input["resourceId"];
    let mut items: Vec<_> = state.config.items.iter().filter(of_resource).cloned().collect();
    items.extend(recorded(state, input));
    if items.is_empty() {
        return Err(ApiError::new("ResourceNotDiscoveredException", "The resource was not discovered."));
    }
    if input["chronologicalOrder"].as_str() != Some("Forward") {
        items.reverse();
    }
    items.truncate(limit);
    Ok(json!({ "configurationItems": items }))
}

/// Developer guide, "Supported resource types": AWS::ACM::Certificate and AWS::ACMPCA::CertificateAuthority. How long
/// AWS Config takes is not documented; here it is done at once.
fn recorded(state: &mut State, input: &Value) -> Option<Value> {
    if !state.records_configuration {
        return None;
    }
    let id = input["resourceId"].as_str()?;
    let item = match input["resourceType"].as_str()? {
        "AWS::ACM::Certificate" => config::certificate_item(state, id)?,
        "AWS::ACMPCA::CertificateAuthority" => config::private_ca_item(state, id)?,
        _ => return None,
    };
    Some(spelled_as_api(state, &item))
}

/// API reference, ConfigurationItem: other names than in notifications, times of the protocol, and the configuration as
/// a text that holds JSON.
fn spelled_as_api(state: &State, item: &Value) -> Value {
    without_nulls(json!({
        "version": item["configurationItemVersion"],
        "accountId": item["awsAccountId"],
        "arn": item["ARN"],
        "awsRegion": item["awsRegion"],
        "resourceType": item["resourceType"],
        "resourceId": item["resourceId"],
        "configurationItemCaptureTime": epoch(state.now),
        "configurationItemStatus": item["configurationItemStatus"],
        "configurationStateId": item["configurationStateId"].to_string(),
        "configuration": item["configuration"].to_string(),
        "supplementaryConfiguration": {},
        "relationships": [],
        "relatedEvents": [],
        "tags": item["tags"],
    }))
}
