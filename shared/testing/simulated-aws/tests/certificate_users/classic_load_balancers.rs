//! Classic Load Balancers.

use aws_sdk_elasticloadbalancing::Client;
use aws_sdk_elasticloadbalancing::error::ProvideErrorMetadata;

use super::{FIRST, THIRD, start};

#[tokio::test]
async fn listeners_show_certificates_of_acm_and_iam() {
    let (aws, config) = start();
    let client = Client::new(&config);
    aws.create_classic_load_balancer("old", &[FIRST, THIRD]);
    let answer = client.describe_load_balancers().send().await.unwrap();
    let [old] = answer.load_balancer_descriptions() else { panic!("{answer:?}") };
    assert_eq!(old.load_balancer_name(), Some("old"));
    let listeners: Vec<_> = old.listener_descriptions().iter().map(|it| it.listener().unwrap()).collect();
    let shown: Vec<_> = listeners.iter().map(|it| (it.load_balancer_port(), it.ssl_certificate_id())).collect();
    assert_eq!(shown, [(80, None), (443, Some(FIRST)), (444, Some(THIRD))]);
    assert_eq!(aws.calls()[0].action(), "elasticloadbalancing:DescribeLoadBalancers");
}

#[tokio::test]
async fn pages_and_names() {
    let (aws, config) = start();
    let client = Client::new(&config);
    for n in 0..5 {
        aws.create_classic_load_balancer(&format!("old-{n}"), &[]);
    }
    let all = client.describe_load_balancers().page_size(2).into_paginator().items().send();
    assert_eq!(all.collect::<Result<Vec<_>, _>>().await.unwrap().len(), 5);
    assert_eq!(aws.calls().len(), 3);
    let one = client.describe_load_balancers().load_balancer_names("old-3").send().await.unwrap();
    assert_eq!(one.load_balancer_descriptions().len(), 1);
    let error = client.describe_load_balancers().load_balancer_names("new").send().await.unwrap_err();
    assert_eq!(error.code(), Some("LoadBalancerNotFound"));
}
