//! How many calls a check costs, and how many of them one after the other.

use std::time::Duration;

use aws_sdk_route53::config::AsyncSleep;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponentsBuilder;
use aws_smithy_runtime_api::shared::IntoShared;
use certificates::Target;
use dns_validation::{Config, Handler};
use jiff::{SignedDuration, Timestamp};
use lambda::{Invocation, Metrics};
use simulated_aws::Aws;

use super::world::{ALL_GRANTED, NOW, REQUESTED, World, sample};

/// Every answer takes this long, and calls at the same time take it together: the time of a check is the
/// number of its calls that wait for one another.
const ROUND_TRIP: Duration = Duration::from_secs(1);

#[derive(Debug, Clone)]
struct Slow {
    aws: Aws,
    inner: SharedHttpConnector,
}

impl HttpConnector for Slow {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let this = self.clone();
        HttpConnectorFuture::new(async move {
            this.aws.sleep_impl().sleep(ROUND_TRIP).await;
            this.inner.call(request).await
        })
    }
}

fn slow(aws: &Aws) -> SharedHttpClient {
    use aws_smithy_runtime_api::client::http::{HttpClient, HttpConnectorSettings};
    let components = RuntimeComponentsBuilder::for_tests().build().unwrap();
    let settings = HttpConnectorSettings::builder().build();
    let inner = aws.http_client().http_connector(&settings, &components);
    let connector: SharedHttpConnector = Slow { aws: aws.clone(), inner }.into_shared();
    http_client_fn(move |_, _| connector.clone())
}

/// An instance whose every call takes a second.
fn instance(world: &World, more: &[(&str, &str)]) -> Handler {
    let topic = "arn:aws:sns:us-east-1:123456789012:notices";
    let variables = [ALL_GRANTED, ("NOTICE_TOPIC_ARN", topic), ("DNS_LOOKUPS", "false")];
    let config = Config::read(&variables.into_iter().chain(more.iter().copied()).collect()).unwrap();
    let sdk = world.aws.sdk_config().into_builder().http_client(slow(&world.aws)).build();
    Handler::new(config, &sdk)
}

/// When the first change was answered: round trips from the event's arrival on.
async fn round_trips(world: &World, handler: &Handler, arn: &str) -> i64 {
    world.aws.forget_record();
    let start = world.aws.now();
    let home = Target { partition: "aws".into(), region: "us-east-1".into(), account: "123456789012".into() };
    let invocation = Invocation { home, deadline: start + SignedDuration::from_mins(5) };
    let event = sample(REQUESTED, arn);
    handler.handle(&event, &invocation, &mut Metrics::new("test")).await.unwrap();
    let calls = world.aws.calls();
    let changes = calls.iter().filter(|call| call.operation == "ChangeResourceRecordSets");
    let last: Timestamp = changes.map(|call| call.at).max().unwrap_or_else(|| panic!("no change: {calls:#?}"));
    last.duration_since(start).as_secs()
}

#[tokio::test]
async fn a_warm_check_waits_for_two_round_trips_besides_the_description() {
    let world = World::new();
    world.aws.create_hosted_zone("example.com");
    world.aws.create_hosted_zone("example.net");
    let handler = instance(&world, &[]);
    // Cold: the zones are listed while the certificate is described.
    let arn = world.request(&["example.com", "www.example.com", "example.net"]).await;
    assert_eq!(round_trips(&world, &handler, &arn).await, 3);
    assert_eq!(world.calls("ListHostedZones"), 1);
    // Warm.
    let arn = world.request(&["a.example.com", "b.example.com", "b.example.net"]).await;
    assert_eq!(round_trips(&world, &handler, &arn).await, 3);
    // A zone closer to the names may be new: that is found out at the same time.
    assert_eq!(world.calls("ListHostedZones"), 1);
    assert_eq!(world.calls("DescribeCertificate"), 1);
    assert_eq!((world.calls("ListResourceRecordSets"), world.calls("ChangeResourceRecordSets")), (2, 2));
}

#[tokio::test]
async fn another_account_costs_two_more_while_it_is_not_known() {
    let world = World::new();
    world.aws.create_hosted_zone_in("111122223333", "example.com");
    let roles = r#"[{"zone": "example.com", "role": "arn:aws:iam::111122223333:role/acm-autopilot-zones"}]"#;
    let handler = instance(&world, &[("ZONE_ROLES", roles)]);
    let arn = world.request(&["example.com"]).await;
    assert_eq!(round_trips(&world, &handler, &arn).await, 5, "AssumeRole and ListHostedZones come in between");
    let arn = world.request(&["www.example.com"]).await;
    assert_eq!(round_trips(&world, &handler, &arn).await, 3);
    assert_eq!((world.calls("AssumeRole"), world.calls("ListHostedZones")), (0, 2));
}

#[tokio::test]
async fn a_zone_of_many_pages_is_asked_by_name() {
    let world = World::new();
    let zone = world.aws.create_hosted_zone("example.com");
    for n in 0..3_000 {
        world.aws.set_record(&zone, &format!("host-{n:04}.example.com"), "A", "192.0.2.1");
    }
    let handler = instance(&world, &[]);
    let arn = world.request(&["example.com", "www.example.com", "zz.example.com"]).await;
    assert_eq!(round_trips(&world, &handler, &arn).await, 3);
    assert_eq!(world.calls("ListResourceRecordSets"), 3);
}

#[tokio::test]
async fn a_hundred_names_over_five_zones_are_five_changes() {
    let world = World::new();
    world.aws.set_name_quota(100);
    let zones: Vec<String> = (0..5).map(|n| world.aws.create_hosted_zone(&format!("example-{n}.com"))).collect();
    let names: Vec<String> = (0..100).map(|n| format!("host-{n}.example-{}.com", n % 5)).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let arn = world.request(&names).await;
    let handler = instance(&world, &[]);
    assert_eq!(round_trips(&world, &handler, &arn).await, 3);
    assert_eq!((world.calls("ChangeResourceRecordSets"), world.calls("ListResourceRecordSets")), (5, 5));
    assert!(zones.iter().all(|zone| world.cnames(zone).len() == 20));
    assert_eq!(world.status(&arn), "ISSUED");
    assert!(world.aws.now() > NOW.parse().unwrap());
}
