//! Classic Load Balancers.

use aws_client::CallError;
use aws_sdk_elasticloadbalancing::types::LoadBalancerDescription;

use super::clients::Clients;
use super::listed::{Listed, usage};
use crate::target_facts::TargetFacts;

const LIST: &str = "elasticloadbalancing:DescribeLoadBalancers";
/// The largest that the API takes.
const PAGE: i32 = 400;

pub(super) async fn read(clients: &Clients, of: &TargetFacts) -> Listed {
    let mut listed = Listed::default();
    if let Err(error) = list(clients, of, &mut listed).await {
        listed.fail(&error);
    }
    listed
}

async fn list(clients: &Clients, of: &TargetFacts, listed: &mut Listed) -> Result<(), CallError> {
    let mut pages = clients.classic_load_balancers.describe_load_balancers().page_size(PAGE).into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| CallError::new(LIST, &error))?;
        for load_balancer in page.load_balancer_descriptions() {
            add(load_balancer, of, listed)?;
        }
    }
    Ok(())
}

/// The answer has no ARNs. Their form: service authorization reference, "AWS Elastic Load Balancing".
fn add(load_balancer: &LoadBalancerDescription, of: &TargetFacts, listed: &mut Listed) -> Result<(), CallError> {
    let name = load_balancer.load_balancer_name();
    let name = name.ok_or_else(|| CallError::incomplete_answer(LIST, "LoadBalancerName"))?;
    let (target, listeners) = (&of.target, load_balancer.listener_descriptions());
    let place = format!("arn:{}:elasticloadbalancing:{}:{}", target.partition, target.region, target.account);
    let certificates = listeners.iter().filter_map(|it| it.listener()?.ssl_certificate_id());
    listed.found += 1;
    listed.add(&usage(&format!("{place}:loadbalancer/{name}"), "elasticloadbalancing", name), certificates);
    Ok(())
}
