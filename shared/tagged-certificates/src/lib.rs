//! Finds certificates by a tag, and the tags of all certificates: with one call of the Resource Groups Tagging API for a
//! hundred of them, where ACM shows tags of one certificate at a time.
//!
//! AWS does not say how soon it shows a tag that was set, so an answer is where to check, never what is true: whoever finds
//! a certificate here reads its tags before anything is decided.

use std::collections::HashMap;

use aws_client::{CallError, RateLimiter};
use aws_sdk_resourcegroupstagging::Client;
use aws_sdk_resourcegroupstagging::types::{ResourceTagMapping, TagFilter};
use certificates::CertificateArn;
use certificates::tags::Tags;

const OPERATION: &str = "tag:GetResources";
const CERTIFICATES: &str = "acm:certificate";
/// The most that GetResources takes
/// ([ResourcesPerPage](https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html)).
pub const PAGE: u16 = 100;

/// The certificates of the client's account and Region whose tag has one of these values, at most 20.
///
/// # Errors
/// A page could not be read. Part of the list is never an answer.
pub async fn list(client: &Client, key: &str, values: &[&str]) -> Result<Vec<CertificateArn>, CallError> {
    let filter = values.iter().fold(TagFilter::builder().key(key), |filter, value| filter.values(*value)).build();
    let found = resources(client, Some(filter), None).await?;
    Ok(found.iter().filter_map(arn).collect())
}

/// The tags of all certificates of the client's account and Region that have or had tags. `pace` keeps the calls apart.
///
/// # Errors
/// A page could not be read. Part of the list is never an answer.
pub async fn list_tags(client: &Client, pace: &RateLimiter) -> Result<HashMap<CertificateArn, Tags>, CallError> {
    let found = resources(client, None, Some(pace)).await?;
    Ok(found.iter().filter_map(|resource| Some((arn(resource)?, tags(resource)))).collect())
}

async fn resources(
    client: &Client,
    filter: Option<TagFilter>,
    pace: Option<&RateLimiter>,
) -> Result<Vec<ResourceTagMapping>, CallError> {
    let (mut found, mut token) = (Vec::new(), None);
    loop {
        if let Some(pace) = pace {
            pace.acquire().await;
        }
        let call = client
            .get_resources()
            .resource_type_filters(CERTIFICATES)
            .set_tag_filters(filter.clone().map(|one| vec![one]));
        let call = call.resources_per_page(PAGE.into()).set_pagination_token(token);
        let page = call.send().await.map_err(|error| CallError::new(OPERATION, &error))?;
        found.extend(page.resource_tag_mapping_list.unwrap_or_default());
        // The last page has an empty one.
        token = page.pagination_token.filter(|token| !token.is_empty());
        if token.is_none() {
            return Ok(found);
        }
    }
}

fn arn(resource: &ResourceTagMapping) -> Option<CertificateArn> {
    resource.resource_arn()?.parse().ok()
}

fn tags(resource: &ResourceTagMapping) -> Tags {
    resource.tags().iter().map(|tag| (tag.key(), tag.value())).collect()
}
