//! Let's Encrypt's limits, validation that fails, and CAA.

use instant_acme::{AuthorizationStatus, ChallengeType, Error, Order};
use jiff::ToSpan;

use crate::instant::World;

#[tokio::test]
async fn five_certificates_for_the_same_names_in_a_week_then_one_in_34_hours() {
    let world = World::new().await;
    for _ in 0..5 {
        world.issue(&["www.example.com"]).await;
    }
    let names = [instant_acme::Identifier::Dns("www.example.com".to_owned())];
    let order = async || world.account.new_order(&instant_acme::NewOrder::new(&names)).await;
    let refused = order().await.err().unwrap();
    assert!(refused.to_string().contains("exact set"), "{refused}");
    world.aws.advance(34.hours());
    order().await.unwrap();
    assert_eq!(world.ca.rate_limited(), 1);
}

async fn fail(order: &mut Order) {
    let mut authorizations = order.authorizations();
    let mut authorization = authorizations.next().await.unwrap().unwrap();
    authorization.challenge(ChallengeType::Dns01).unwrap().set_ready().await.unwrap();
}

async fn error(order: &mut Order) -> String {
    let mut authorizations = order.authorizations();
    let mut authorization = authorizations.next().await.unwrap().unwrap();
    authorization.refresh().await.unwrap();
    assert_eq!(authorization.status, AuthorizationStatus::Invalid);
    let error = authorization.challenges[0].error.clone().unwrap();
    format!("{} {}", error.r#type.unwrap().rsplit_once(':').unwrap().1, error.detail.unwrap())
}

#[tokio::test]
async fn five_failures_an_hour() {
    let world = World::new().await;
    for _ in 0..5 {
        let mut order = world.order(&["www.example.com"]).await;
        fail(&mut order).await;
        world.aws.advance(10.seconds());
        assert!(error(&mut order).await.starts_with("dns DNS problem: NXDOMAIN"));
    }
    let names = [instant_acme::Identifier::Dns("www.example.com".to_owned())];
    let refused = world.account.new_order(&instant_acme::NewOrder::new(&names)).await.err().unwrap();
    assert!(matches!(&refused, Error::Api(problem) if problem.status == Some(429)), "{refused}");
}

#[tokio::test]
async fn caa_names_the_ca_the_account_and_the_method() {
    let world = World::new().await;
    let account = world.account.id().to_owned();
    let other = account.replace("acct/0", "acct/1");
    let ours = format!("0 issue \"letsencrypt.org; accounturi={account}; validationmethods=dns-01\"");
    let theirs = format!("0 issue \"letsencrypt.org; accounturi={other}\"");
    for (caa, allowed) in [
        ("0 issue \"amazon.com\"", false),
        ("0 issue \"letsencrypt.org\"", true),
        (&ours, true),
        (&theirs, false),
        ("0 issue \"letsencrypt.org; validationmethods=http-01\"", false),
        ("0 issue \";\"", false),
    ] {
        world.aws.set_caa("example.com", &[caa]);
        world.ca.configure(|settings| settings.reuses = false);
        let mut order = world.order(&["www.example.com"]).await;
        world.prove(&mut order).await;
        let expected = if allowed { instant_acme::OrderStatus::Ready } else { instant_acme::OrderStatus::Invalid };
        assert_eq!(order.state().status, expected, "{caa}");
        if !allowed {
            assert!(error(&mut order).await.starts_with("caa While processing CAA"));
        }
        world.aws.advance(1.hours());
    }
}

#[tokio::test]
async fn a_value_counts_when_every_name_server_has_it() {
    let world = World::new().await;
    let route53 = aws_sdk_route53::Client::new(&world.aws.sdk_config());
    for (wait, expected) in [(30, "unauthorized No TXT record found at _acme-challenge.www.example.com"), (60, "")] {
        let mut order = world.order(&["www.example.com"]).await;
        let mut authorizations = order.authorizations();
        let mut authorization = authorizations.next().await.unwrap().unwrap();
        let mut challenge = authorization.challenge(ChallengeType::Dns01).unwrap();
        upsert(&route53, &world.zone, &challenge.key_authorization().dns_value()).await;
        world.aws.advance(wait.seconds());
        challenge.set_ready().await.unwrap();
        world.aws.advance(10.seconds());
        if expected.is_empty() {
            assert_eq!(order.refresh().await.unwrap().status, instant_acme::OrderStatus::Ready);
        } else {
            assert_eq!(error(&mut order).await, expected);
        }
    }
}

async fn upsert(route53: &aws_sdk_route53::Client, zone: &str, value: &str) {
    use aws_sdk_route53::types::{Change, ChangeAction, ChangeBatch, ResourceRecord, ResourceRecordSet, RrType};
    let record = ResourceRecord::builder().value(format!("\"{value}\"")).build().unwrap();
    let set = ResourceRecordSet::builder().name("_acme-challenge.www.example.com").r#type(RrType::Txt).ttl(60);
    let set = set.resource_records(record).build().unwrap();
    let change = Change::builder().action(ChangeAction::Upsert).resource_record_set(set).build().unwrap();
    let batch = ChangeBatch::builder().changes(change).build().unwrap();
    route53.change_resource_record_sets().hosted_zone_id(zone).change_batch(batch).send().await.unwrap();
}
