//! Application and Network Load Balancers.
//!
//! Listeners can be listed for one load balancer a call, and their certificate lists (SNI) for one listener a call, ten
//! calls a second in all. So only load balancers that grants do not explain are asked.

use std::collections::BTreeSet;

use aws_client::CallError;
use aws_sdk_elasticloadbalancingv2::types::{Listener, LoadBalancer, LoadBalancerTypeEnum, ProtocolEnum};
use futures::{StreamExt, stream};
use inventory::{Reading, Usage};

use super::clients::{AT_ONCE, Clients};
use super::listed::{Listed, usage};

const LIST: &str = "elasticloadbalancing:DescribeLoadBalancers";
const LISTENERS: &str = "elasticloadbalancing:DescribeListeners";
const CERTIFICATES: &str = "elasticloadbalancing:DescribeListenerCertificates";
/// The largest that the API takes.
const PAGE: i32 = 400;

/// The load balancers whose certificates are known without a call for each.
///
/// ACM makes a grant on `aws/acm` for each certificate and each load balancer that it is given to, for those of SNI lists
/// too, and names both in it
/// ([Data protection](https://docs.aws.amazon.com/acm/latest/userguide/data-protection.html#kms)). A load balancer with a
/// grant is one that grants explain. IAM server certificates have no grants: where there are some, or it is not known
/// that there are none, nothing is explained.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Explained(BTreeSet<String>);

impl Explained {
    /// By uses that were seen in grants, and the number of IAM server certificates of the account.
    pub(crate) fn by_grants<'a>(
        grants: impl IntoIterator<Item = &'a Usage>,
        server_certificates: &Reading<u64>,
    ) -> Self {
        if server_certificates.known() != Some(&0) {
            return Self::default();
        }
        Self(grants.into_iter().map(|usage| usage.resource.clone()).collect())
    }
}

/// The certificates of one load balancer, and why some may be missing.
struct Answer {
    usage: Usage,
    certificates: Vec<String>,
    error: Option<CallError>,
}

pub(super) async fn read(clients: &Clients, explained: &Explained) -> Listed {
    let mut listed = Listed::default();
    let mut load_balancers = Vec::new();
    if let Err(error) = list(clients, &mut load_balancers).await {
        listed.fail(&error);
    }
    listed.found = load_balancers.len().try_into().unwrap_or(u64::MAX);
    let unexplained = load_balancers.into_iter().filter(|usage| !explained.0.contains(&usage.resource));
    let mut answers = stream::iter(unexplained).map(|usage| answer(clients, usage)).buffered(AT_ONCE);
    while let Some(answer) = answers.next().await {
        listed.add(&answer.usage, answer.certificates);
        if answer.error.is_some_and(|error| !listed.fail(&error)) {
            break;
        }
    }
    listed
}

/// Gateway Load Balancers have no certificates.
async fn list(clients: &Clients, found: &mut Vec<Usage>) -> Result<(), CallError> {
    let mut pages = clients.load_balancers.describe_load_balancers().page_size(PAGE).into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = page.map_err(|error| CallError::new(LIST, &error))?;
        let with_tls = page.load_balancers().iter().filter(|it| it.r#type() != Some(&LoadBalancerTypeEnum::Gateway));
        for load_balancer in with_tls {
            found.push(shown(load_balancer)?);
        }
    }
    Ok(())
}

fn shown(load_balancer: &LoadBalancer) -> Result<Usage, CallError> {
    let arn = load_balancer.load_balancer_arn();
    let arn = arn.ok_or_else(|| CallError::incomplete_answer(LIST, "LoadBalancerArn"))?;
    Ok(usage(arn, "elasticloadbalancing", load_balancer.load_balancer_name().unwrap_or(arn)))
}

async fn answer(clients: &Clients, usage: Usage) -> Answer {
    let mut certificates = Vec::new();
    let error = read_listeners(clients, &usage.resource, &mut certificates).await.err();
    // What was deleted meanwhile uses nothing.
    let error = error.filter(|error| !error.has_code("LoadBalancerNotFound") && !error.has_code("ListenerNotFound"));
    Answer { usage, certificates, error }
}

async fn read_listeners(clients: &Clients, arn: &str, found: &mut Vec<String>) -> Result<(), CallError> {
    let request = clients.load_balancers.describe_listeners().load_balancer_arn(arn).page_size(PAGE);
    let mut pages = request.into_paginator().send();
    let mut secure = Vec::new();
    loop {
        clients.listeners_pace.acquire().await;
        let Some(page) = pages.next().await else { break };
        let page = page.map_err(|error| CallError::new(LISTENERS, &error))?;
        for listener in page.listeners() {
            found.extend(listener.certificates().iter().filter_map(|it| it.certificate_arn().map(str::to_owned)));
            secure.extend(listener.listener_arn().filter(|_| has_list(listener)).map(str::to_owned));
        }
        if page.next_marker().is_none() {
            break;
        }
    }
    for listener in secure {
        read_list(clients, &listener, found).await?;
    }
    Ok(())
}

/// Only these protocols have certificate lists.
fn has_list(listener: &Listener) -> bool {
    matches!(listener.protocol(), Some(ProtocolEnum::Https | ProtocolEnum::Tls))
}

async fn read_list(clients: &Clients, listener: &str, found: &mut Vec<String>) -> Result<(), CallError> {
    let request = clients.load_balancers.describe_listener_certificates().listener_arn(listener).page_size(PAGE);
    let mut pages = request.into_paginator().send();
    loop {
        clients.listeners_pace.acquire().await;
        let Some(page) = pages.next().await else { return Ok(()) };
        let page = page.map_err(|error| CallError::new(CERTIFICATES, &error))?;
        found.extend(page.certificates().iter().filter_map(|it| it.certificate_arn().map(str::to_owned)));
        if page.next_marker().is_none() {
            return Ok(());
        }
    }
}
