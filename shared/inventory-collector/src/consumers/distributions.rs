//! CloudFront distributions. They are in no Region; their certificates are in us-east-1, or in IAM.

use aws_client::CallError;
use aws_sdk_cloudfront::types::DistributionSummary;

use super::clients::Clients;
use super::listed::{Listed, usage};

const LIST: &str = "cloudfront:ListDistributions";

pub(super) async fn read(clients: &Clients) -> Listed {
    let mut listed = Listed::default();
    if let Err(error) = list(clients, &mut listed).await {
        listed.fail(&error);
    }
    listed
}

async fn list(clients: &Clients, listed: &mut Listed) -> Result<(), CallError> {
    let mut pages = clients.cloudfront.list_distributions().into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| CallError::new(LIST, &error))?;
        let list = page.distribution_list();
        let list = list.ok_or_else(|| CallError::incomplete_answer(LIST, "DistributionList"))?;
        list.items().iter().for_each(|one| add(one, listed));
    }
    Ok(())
}

fn add(distribution: &DistributionSummary, listed: &mut Listed) {
    let aliases = distribution.aliases().map(|aliases| aliases.items()).unwrap_or_default();
    let name = aliases.first().map_or(distribution.domain_name(), String::as_str);
    listed.found += 1;
    listed.add(&usage(distribution.arn(), "cloudfront", name), certificates(distribution));
}

/// Of viewers, and those that are shown to origins.
fn certificates(distribution: &DistributionSummary) -> impl Iterator<Item = &str> {
    let viewers = distribution.viewer_certificate();
    let viewers = viewers.map(|it| [it.acm_certificate_arn(), it.iam_certificate_id()]).into_iter().flatten().flatten();
    let origins = distribution.origins().map(|origins| origins.items()).unwrap_or_default();
    viewers.chain(
        origins.iter().filter_map(|it| Some(it.custom_origin_config()?.origin_mtls_config()?.client_certificate_arn())),
    )
}
