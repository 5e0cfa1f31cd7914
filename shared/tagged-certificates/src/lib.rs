//! Finds certificates by a tag: with one call of the Resource Groups Tagging API for a hundred of them, where ACM shows
//! tags of one certificate at a time.
//!
//! AWS does not say how soon it shows a tag that was set, so an answer is where to check, never what is true: whoever finds
//! a certificate here reads its tags before anything is decided.

use aws_client::CallError;
use aws_sdk_resourcegroupstagging::Client;
use aws_sdk_resourcegroupstagging::types::TagFilter;
use certificates::CertificateArn;

const OPERATION: &str = "tag:GetResources";
const CERTIFICATES: &str = "acm:certificate";
/// The most that GetResources takes
/// ([ResourcesPerPage](https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html)).
const PAGE: i32 = 100;

/// The certificates of the client's account and Region whose tag has one of these values, at most 20.
///
/// # Errors
/// A page could not be read. Part of the list is never an answer.
pub async fn list(client: &Client, key: &str, values: &[&str]) -> Result<Vec<CertificateArn>, CallError> {
    let filter = values.iter().fold(TagFilter::builder().key(key), |filter, value| filter.values(*value)).build();
    let (mut found, mut token) = (Vec::new(), None);
    loop {
        let call = client.get_resources().resource_type_filters(CERTIFICATES).tag_filters(filter.clone());
        let call = call.resources_per_page(PAGE).set_pagination_token(token);
        let page = call.send().await.map_err(|error| CallError::new(OPERATION, &error))?;
        let arns = page.resource_tag_mapping_list().iter().filter_map(|resource| resource.resource_arn());
        found.extend(arns.filter_map(|arn| arn.parse::<CertificateArn>().ok()));
        // The last page has an empty one.
        token = page.pagination_token.filter(|token| !token.is_empty());
        if token.is_none() {
            return Ok(found);
        }
    }
}
