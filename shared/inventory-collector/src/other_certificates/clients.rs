//! Client certificates of API Gateway, which it presents to HTTP backends.

use aws_client::CallError;
use aws_sdk_apigateway::Client;
use aws_sdk_apigateway::types::ClientCertificate;
use certificates::{Target, rfc5280_time};
use inventory::{Entry, Kind, Reading};
use jiff::Timestamp;

use super::body;
use crate::certificates::bare;

/// The permission is the HTTP method
/// ([Actions for API Gateway Management](https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonapigatewaymanagement.html)).
const ACTION: &str = "apigateway:GET";
/// The most that GetClientCertificates takes
/// ([limit](https://docs.aws.amazon.com/apigateway/latest/api/API_GetClientCertificates.html)).
const PAGE: i32 = 500;

/// All of them. The list has their certificates and tags.
///
/// # Errors
/// A page could not be read. Part of the list is never an answer.
pub(super) async fn list(client: &Client, target: &Target, at: Timestamp) -> Result<Vec<Entry>, CallError> {
    let (mut all, mut position) = (Vec::new(), None);
    loop {
        let call = client.get_client_certificates().limit(PAGE).set_position(position);
        let page = call.send().await.map_err(|error| CallError::new(ACTION, &error))?;
        all.extend(page.items().iter().filter_map(|one| entry(one, target, at)));
        position = page.position;
        if position.is_none() {
            return Ok(all);
        }
    }
}

/// API Gateway makes the names in them itself, so they are called by what people wrote.
fn entry(one: &ClientCertificate, target: &Target, at: Timestamp) -> Option<Entry> {
    let id = one.client_certificate_id()?;
    let Target { partition, region, .. } = target;
    let arn = format!("arn:{partition}:apigateway:{region}::/clientcertificates/{id}");
    let name = one.description().filter(|description| !description.trim().is_empty()).unwrap_or(id);
    let tags = one.tags().into_iter().flatten().map(|(key, value)| (key.clone(), value.clone())).collect();
    let mut entry = Entry {
        not_after: one.expiration_date().and_then(|at| rfc5280_time(at.secs(), 0)),
        created_at: one.created_date().and_then(|at| rfc5280_time(at.secs(), 0)),
        tags: Reading::Known { value: tags, as_of: at },
        ..bare(&arn, Kind::ApiClient, name)
    };
    body::set(&mut entry, ACTION, one.pem_encoded_certificate().unwrap_or_default(), None, at);
    Some(entry)
}
