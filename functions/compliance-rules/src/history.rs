//! Items that are too large for a notification.

use aws_client::CallError;
use aws_sdk_config::Client;
use aws_sdk_config::types::{ConfigurationItem, ResourceType};
use rules::facts::Item;
use serde_json::{Value, json};

use crate::Error;

/// Fetches the item of a summary.
pub(crate) async fn fetch(client: &Client, summary: &Item) -> Result<Item, Error> {
    let failed = |cause| Error::Fetch { resource: summary.resource_id.clone(), cause };
    let item = newest(client, summary).await.map_err(failed)?;
    // The history may lag behind the notification.
    if item.captured_at.as_second() < summary.captured_at.as_second() {
        return Err(failed(incomplete("item as new as the notification")));
    }
    Ok(item)
}

const OPERATION: &str = "config:GetResourceConfigHistory";

fn incomplete(missing: &str) -> CallError {
    CallError::incomplete_answer(OPERATION, missing)
}

async fn newest(client: &Client, summary: &Item) -> Result<Item, CallError> {
    let history = client
        .get_resource_config_history()
        .resource_type(ResourceType::from(summary.resource_type.as_str()))
        .resource_id(&summary.resource_id)
        .limit(1)
        .send()
        .await
        .map_err(|error| CallError::new(OPERATION, &error))?;
    let item = history.configuration_items().first().ok_or_else(|| incomplete("item"))?;
    Item::read(&spelled_as_api(item)).map_err(|error| incomplete(error.member))
}

/// The SDK's item, as the API writes it.
fn spelled_as_api(item: &ConfigurationItem) -> Value {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of this era fit into 53 bits")]
    let captured_at = item
        .configuration_item_capture_time()
        .and_then(|at| at.to_millis().ok())
        .map(|milliseconds| milliseconds as f64 / 1000.0);
    json!({
        "accountId": item.account_id(),
        "arn": item.arn(),
        "resourceType": item.resource_type().map(ResourceType::as_str),
        "resourceId": item.resource_id(),
        "configurationItemStatus": item.configuration_item_status().map(|status| status.as_str()),
        "configurationItemCaptureTime": captured_at,
        "configuration": item.configuration(),
        "supplementaryConfiguration": item.supplementary_configuration(),
        "tags": item.tags(),
    })
}
