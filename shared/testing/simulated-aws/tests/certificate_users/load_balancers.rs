//! Application and Network Load Balancers.

use aws_sdk_elasticloadbalancingv2::Client;
use aws_sdk_elasticloadbalancingv2::error::ProvideErrorMetadata;
use aws_sdk_elasticloadbalancingv2::types::{LoadBalancerTypeEnum, ProtocolEnum};
use simulated_aws::{Fault, LoadBalancer};

use super::{FIRST, SECOND, THIRD, start};

#[tokio::test]
async fn a_listener_shows_its_default_certificate_and_its_list_on_request() {
    let (aws, config) = start();
    let client = Client::new(&config);
    let web = aws.create_load_balancer(LoadBalancer::application("web").plain(80).secure(443, FIRST, &[SECOND, THIRD]));
    let tcp = aws.create_load_balancer(LoadBalancer::network("tcp").plain(80).secure(853, THIRD, &[]));

    let answer = client.describe_load_balancers().send().await.unwrap();
    let [application, network] = answer.load_balancers() else { panic!("{answer:?}") };
    assert_eq!((application.load_balancer_arn(), application.load_balancer_name()), (Some(web.as_str()), Some("web")));
    assert_eq!(network.r#type(), Some(&LoadBalancerTypeEnum::Network));
    assert_eq!((network.load_balancer_arn(), answer.next_marker()), (Some(tcp.as_str()), None));

    let answer = client.describe_listeners().load_balancer_arn(&web).send().await.unwrap();
    let [http, https] = answer.listeners() else { panic!("{answer:?}") };
    assert_eq!((http.port(), http.certificates().len()), (Some(80), 0));
    assert_eq!((https.port(), https.protocol()), (Some(443), Some(&ProtocolEnum::Https)));
    assert_eq!(https.certificates()[0].certificate_arn(), Some(FIRST));
    let arn = https.listener_arn().unwrap();
    assert!(arn.contains(":listener/app/web/"), "{arn}");

    let answer = client.describe_listener_certificates().listener_arn(arn).send().await.unwrap();
    let shown: Vec<_> =
        answer.certificates().iter().map(|it| (it.certificate_arn().unwrap(), it.is_default())).collect();
    assert_eq!(shown, [(FIRST, Some(true)), (SECOND, Some(false)), (THIRD, Some(false))]);
    let by_arn = client.describe_listeners().listener_arns(arn).send().await.unwrap();
    assert_eq!(by_arn.listeners().len(), 1);
    assert_eq!(aws.calls()[1].action(), "elasticloadbalancing:DescribeListeners");
}

#[tokio::test]
async fn pages_have_markers() {
    let (aws, config) = start();
    let client = Client::new(&config);
    for n in 0..410 {
        aws.create_load_balancer(LoadBalancer::application(&format!("web-{n:03}")));
    }
    let first = client.describe_load_balancers().send().await.unwrap();
    assert_eq!((first.load_balancers().len(), first.next_marker().is_some()), (400, true));
    let all = client.describe_load_balancers().page_size(100).into_paginator().items().send();
    assert_eq!(all.collect::<Result<Vec<_>, _>>().await.unwrap().len(), 410);
    for wrong in [client.describe_load_balancers().page_size(401), client.describe_load_balancers().marker("?")] {
        assert_eq!(wrong.send().await.unwrap_err().code(), Some("ValidationError"));
    }
}

#[tokio::test]
async fn what_is_not_there_is_refused() {
    let (_, config) = start();
    let client = Client::new(&config);
    let error = client.describe_listeners().load_balancer_arn("arn:aws:x").send().await.unwrap_err();
    assert_eq!(error.code(), Some("LoadBalancerNotFound"));
    let error = client.describe_listener_certificates().listener_arn("arn:aws:x").send().await.unwrap_err();
    assert_eq!(error.code(), Some("ListenerNotFound"));
    let error = client.describe_listeners().send().await.unwrap_err();
    assert_eq!(error.code(), Some("ValidationError"));
    let error = client.describe_rules().listener_arn("arn:aws:x").send().await.unwrap_err();
    assert_eq!(error.code(), Some("NotModelled"));
}

#[tokio::test]
async fn faults_rates_and_places() {
    let (aws, config) = start();
    let client = Client::new(&config);
    aws.scoped("123456789012", "eu-west-1").create_load_balancer(LoadBalancer::application("elsewhere"));
    aws.fail("DescribeLoadBalancers", 1, Fault::AccessDenied);
    let error = client.describe_load_balancers().send().await.unwrap_err();
    assert_eq!(error.code(), Some("AccessDenied"));
    aws.enforce_quotas();
    for _ in 0..40 {
        assert!(client.describe_load_balancers().send().await.unwrap().load_balancers().is_empty());
    }
    let error = client.describe_load_balancers().send().await.unwrap_err();
    assert_eq!(error.code(), Some("Throttling"));
    let classic = aws_sdk_elasticloadbalancing::Client::new(&config);
    classic.describe_load_balancers().send().await.unwrap();
}
