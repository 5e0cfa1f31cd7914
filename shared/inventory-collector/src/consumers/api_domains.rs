//! Custom domain names of API Gateway. Version 1 of its API lists those of HTTP and WebSocket APIs too.

use aws_client::CallError;
use aws_sdk_apigateway::types::DomainName;

use super::clients::Clients;
use super::listed::{Listed, usage};
use crate::target_facts::TargetFacts;

/// The permission, whose resource is the path `/domainnames`.
const LIST: &str = "apigateway:GET";
/// [GetDomainNames](https://docs.aws.amazon.com/apigateway/latest/api/API_GetDomainNames.html) gives at most this many.
const PAGE: i32 = 500;

pub(super) async fn read(clients: &Clients, of: &TargetFacts) -> Listed {
    let mut listed = Listed::default();
    if let Err(error) = list(clients, of, &mut listed).await {
        listed.fail(&error);
    }
    listed
}

async fn list(clients: &Clients, of: &TargetFacts, listed: &mut Listed) -> Result<(), CallError> {
    let mut pages = clients.api_gateway.get_domain_names().limit(PAGE).into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| CallError::new(LIST, &error))?;
        for domain_name in page.items() {
            add(domain_name, of, listed)?;
        }
    }
    Ok(())
}

fn add(domain_name: &DomainName, of: &TargetFacts, listed: &mut Listed) -> Result<(), CallError> {
    let name = domain_name.domain_name().ok_or_else(|| CallError::incomplete_answer(LIST, "domainName"))?;
    let certificates = [
        domain_name.certificate_arn(),
        domain_name.regional_certificate_arn(),
        domain_name.ownership_verification_certificate_arn(),
    ];
    listed.found += 1;
    listed.add(&usage(&arn(domain_name, name, of), "apigateway", name), certificates.into_iter().flatten());
    Ok(())
}

/// Private ones are shown with their ARN. Its form: service authorization reference, "Amazon API Gateway Management".
fn arn(domain_name: &DomainName, name: &str, of: &TargetFacts) -> String {
    let target = &of.target;
    let made = || format!("arn:{}:apigateway:{}::/domainnames/{name}", target.partition, target.region);
    domain_name.domain_name_arn().map_or_else(made, str::to_owned)
}
