//! Whatever a CA refuses says what to do, and when.

use acme::{Advice, Error, NewOrder, ProblemKind};
use jiff::{SignedDuration, ToSpan};
use simulated_aws::{AcmeOutage, Fault, RetryAfter};

use crate::world::{World, order_for};

fn refused(code: &str) -> Fault {
    Fault::Error { code: code.to_owned(), message: "refused by\nthe test".to_owned(), status: 400 }
}

/// README.md's table, with a type that nobody knows for "any other".
fn documented() -> Vec<(&'static str, &'static str)> {
    let readme = include_str!("../../README.md");
    let rows = readme.lines().skip_while(|line| !line.starts_with("| problem of a request")).skip(2);
    let rows = rows.map_while(|line| line.strip_prefix("| ")?.strip_suffix(" |")?.split_once(" | "));
    let rows: Vec<_> = rows.map(|(code, advice)| (code.trim_matches('`'), advice)).collect();
    assert!(rows.len() > 15);
    rows.into_iter().map(|(code, advice)| (if code == "any other" { "somethingNew" } else { code }, advice)).collect()
}

#[tokio::test]
async fn every_kind_of_refusal_has_its_advice() {
    let world = World::new().await;
    let account = world.account().await.unwrap();
    for (code, advice) in documented() {
        let times = if code == "badNonce" { 5 } else { 1 };
        world.aws.fail_next("newOrder", times, refused(code));
        let error = account.order(&order_for(&["www.example.com"])).await.unwrap_err();
        assert_eq!(format!("{:?}", error.advice()), advice, "{code}");
        let retryable = matches!(advice, "Wait" | "OrderAgain" | "OrderWithoutReplaces");
        assert_eq!(error.is_retryable(), retryable, "{code}");
        assert_eq!(error.retry_at().is_some(), advice == "Wait", "{code}");
        assert_eq!(error.to_string(), format!("the ACME server refused newOrder: {code}: refused by the test"));
    }
}

#[tokio::test]
async fn a_rate_limit_says_when_in_every_form() {
    let world = World::new().await;
    for _ in 0..5 {
        world.issue(&order_for(&["www.example.com"])).await.unwrap();
    }
    let hours = |error: &Error| error.retry_at().unwrap().duration_since(world.aws.now()).as_hours();
    for (form, expected) in [
        (RetryAfter::Seconds, 33),
        (RetryAfter::HttpDate, 33),
        (RetryAfter::Missing, 1),
        (RetryAfter::Wrong, 1),
        (RetryAfter::Past, 1),
    ] {
        world.ca.configure(|settings| settings.retry_after = form);
        let error = world.issue(&order_for(&["www.example.com"])).await.unwrap_err();
        assert_eq!((error.advice(), hours(&error)), (Advice::Wait, expected), "{form:?}");
        assert!(error.to_string().contains("exact set"), "{error}");
    }
}

#[tokio::test]
async fn outages_are_waited_for() {
    let world = World::new().await;
    for (outage, words) in [
        (AcmeOutage::HtmlPage, "HTTP 503"),
        (AcmeOutage::Maintenance, "HTTP 503, serverInternal: The service is down for maintenance"),
        (AcmeOutage::NoConnection, "simulated connection reset"),
    ] {
        world.ca.configure(|settings| settings.outage = Some(outage));
        let error = world.issue(&order_for(&["www.example.com"])).await.unwrap_err();
        assert!(matches!(error, Error::Unavailable { operation: "directory", .. }), "{error}");
        assert!(error.to_string().contains(words) && !error.to_string().contains("<html>"), "{error}");
        assert_eq!(error.retry_at().unwrap(), world.aws.now() + SignedDuration::from_mins(10));
    }
    world.ca.configure(|settings| settings.outage = None);
    let account = world.account().await.unwrap();
    world.ca.configure(|settings| settings.outage = Some(AcmeOutage::HtmlPage));
    let error = account.order(&order_for(&["www.example.com"])).await.unwrap_err();
    assert_eq!(error.advice(), Advice::Wait, "{error}");
}

#[tokio::test]
async fn a_failed_validation_names_the_names() {
    let world = World::new().await;
    world.aws.set_caa("example.com", &["0 issue \"amazon.com\""]);
    let account = world.account().await.unwrap();
    let mut order = account.order(&order_for(&["a.example.com", "b.example.com", "c.example.org"])).await.unwrap();
    let error = world_without_other_zone(&world, &account, &mut order).await;
    let Error::OrderFailed { problems } = &error else { panic!("{error}") };
    let kinds: Vec<_> = problems.iter().map(|(name, problem)| (name.as_str(), problem.kind)).collect();
    assert_eq!(
        kinds,
        [("a.example.com", ProblemKind::Caa), ("b.example.com", ProblemKind::Caa), ("c.example.org", ProblemKind::Dns)]
    );
    assert_eq!((error.advice(), error.is_retryable()), (Advice::CheckDns, false));
    assert!(
        error.to_string().starts_with("the ACME order failed: a.example.com: caa: While processing CAA"),
        "{error}"
    );
}

/// Records are in one zone only; the CA finds nothing for the other.
async fn world_without_other_zone(world: &World, account: &acme::Account, order: &mut acme::Order) -> Error {
    let challenges = account.challenges(order).await.unwrap();
    world.publish(&challenges.iter().filter(|one| one.name.ends_with("example.com")).cloned().collect::<Vec<_>>());
    for challenge in &challenges {
        account.ready(challenge).await.unwrap();
    }
    account.settle(order, world.in_minutes(5)).await.unwrap_err()
}

#[tokio::test]
async fn the_wrong_value_is_about_the_dns_and_not_the_account() {
    let world = World::new().await;
    let account = world.account().await.unwrap();
    let mut order = account.order(&order_for(&["www.example.com"])).await.unwrap();
    let challenges = account.challenges(&order).await.unwrap();
    world.aws.set_record(&world.zone, &challenges[0].record_name, "TXT", "\"another value\"");
    account.ready(&challenges[0]).await.unwrap();
    let error = account.settle(&mut order, world.in_minutes(5)).await.unwrap_err();
    assert!(error.to_string().contains("unauthorized: Incorrect TXT record"), "{error}");
    assert_eq!(error.advice(), Advice::CheckDns);
}

#[tokio::test]
async fn caa_that_changed_since_validation_fails_the_order() {
    let world = World::new().await;
    world.issue(&order_for(&["www.example.com"])).await.unwrap();
    world.aws.advance(8.hours());
    world.aws.set_caa("example.com", &["0 issue \";\""]);
    let error = world.issue(&order_for(&["www.example.com"])).await.unwrap_err();
    assert!(matches!(&error, Error::OrderFailed { problems } if problems[0].1.kind == ProblemKind::Caa), "{error}");
}

#[tokio::test]
async fn names_and_profiles_that_the_ca_does_not_do() {
    let world = World::new().await;
    let account = world.account().await.unwrap();
    assert!(account.server().has_profile("tlsserver") && !account.server().has_profile("tlsclient"));
    let profile = Some("tlsclient".to_owned());
    let error = account.order(&NewOrder { profile, ..order_for(&["www.example.com"]) }).await.unwrap_err();
    assert_eq!(error.advice(), Advice::CheckConfiguration, "{error}");
    let error = account.order(&order_for(&["under_score.example.com", "localhost"])).await.unwrap_err();
    assert_eq!(error.advice(), Advice::CheckConfiguration, "{error}");
    let Error::Refused { problem, .. } = error else { panic!() };
    assert_eq!(problem.subproblems.len(), 2);
    let error = account.order(&order_for(&["10.0.0.1"])).await.unwrap_err();
    assert_eq!(error.advice(), Advice::CheckConfiguration, "{error}");
}

#[tokio::test]
async fn an_address_has_no_dns_challenge() {
    let world = World::new().await;
    let account = world.account().await.unwrap();
    let profile = Some("shortlived".to_owned());
    let order = account.order(&NewOrder { profile, ..order_for(&["10.0.0.1"]) }).await.unwrap();
    let error = account.challenges(&order).await.unwrap_err();
    assert_eq!(
        (error.to_string().as_str(), error.advice()),
        ("the CA offers no DNS-01 challenge for 10.0.0.1", Advice::CheckConfiguration)
    );
}
