//! Custom domain names of API Gateway that wait for a person after an import.

use jiff::SignedDuration;
use serde_json::{Value, json};
use simulated_aws::{DomainName, Fault};

use crate::world::{Tagged, World, due, later};

const REIMPORT: &str = "PENDING_CERTIFICATE_REIMPORT";
const OWNERSHIP: &str = "PENDING_OWNERSHIP_VERIFICATION";

/// Renews a certificate that these domain names have, each with a status. The answer and the notice.
async fn renew_with(world: &World, names: &[(&str, &str)]) -> (Value, Value) {
    let arn = world.insert(due());
    for (name, status) in names {
        world.aws.set_domain_name(DomainName::regional(name, &arn).status(status, ""));
    }
    let answer = world.renew(&arn).await;
    assert_eq!(world.certificate(&arn).tag("status"), Some("renewal-complete"));
    world.check_messages();
    (answer, world.last_notice("renewal-complete"))
}

#[tokio::test]
async fn without_such_names_nothing_is_said() {
    let world = World::new();
    let others = DomainName::regional("other.example.com", "arn:aws:acm:us-east-1:123456789012:certificate/other");
    world.aws.set_domain_name(others.status(REIMPORT, "Another certificate's."));
    let names = [("a.example.com", "AVAILABLE"), ("b.example.com", "UPDATING"), ("c.example.com", "FAILED")];
    let (answer, notice) = renew_with(&world, &names).await;
    assert_eq!(answer.get("pendingDomainNames"), None);
    assert_eq!(world.last_status_event().get("pendingDomainNames"), None);
    assert_eq!((&notice["severity"], &notice["whatToDo"]), (&json!("info"), &json!([])));
    assert!(!notice.to_string().contains("API Gateway"), "{notice}");
    assert_eq!(world.count("GetDomainNames"), 1);
}

#[tokio::test]
async fn one_of_each_status_is_named_with_what_to_do() {
    let world = World::new();
    let names = [("a.example.com", REIMPORT), ("b.example.com", OWNERSHIP), ("c.example.com", "AVAILABLE")];
    let (answer, notice) = renew_with(&world, &names).await;
    let pending = json!([{ "domainName": "a.example.com", "status": REIMPORT }, { "domainName": "b.example.com", "status": OWNERSHIP }]);
    assert_eq!(answer["pendingDomainNames"], pending);
    assert_eq!(world.last_status_event()["pendingDomainNames"], pending);
    assert_eq!(notice["severity"], "warning");
    let arn = answer["certificate"].as_str().unwrap();
    let region = world.aws.region();
    for (step, part) in [
        (0, format!("update-domain-name --region {region} --domain-name a.example.com")),
        (0, format!("op=replace,path=/regionalCertificateArn,value={arn}")),
        (1, format!("aws acm request-certificate --region {region} --domain-name b.example.com")),
        (2, "path=/ownershipVerificationCertificateArn,value=ISSUED_ARN".to_owned()),
    ] {
        assert!(notice["whatToDo"][step].as_str().unwrap().contains(&part), "{part} in {notice:#}");
    }
    let notices = world.aws.published();
    let text = notices.last().unwrap().for_protocol("email");
    assert!(text.contains("2 custom domain names"), "{text}");
    assert!(!text.contains("c.example.com"), "{text}");
}

#[tokio::test]
async fn every_place_that_names_the_certificate_counts() {
    let world = World::new();
    let arn = world.insert(due());
    let other = "arn:aws:acm:us-east-1:123456789012:certificate/other";
    world.aws.set_domain_name(DomainName::edge("edge.example.com", &arn).status(REIMPORT, ""));
    world.aws.set_domain_name(DomainName::private("private.example.com", "abc123", &arn).status(REIMPORT, ""));
    let owned = DomainName::regional("owned.example.com", other).ownership_verified_by(&arn);
    world.aws.set_domain_name(owned.status(OWNERSHIP, "The certificate has expired."));
    world.renew(&arn).await;
    let steps = world.last_notice("renewal-complete")["whatToDo"].to_string();
    for part in [
        "--domain-name edge.example.com --patch-operations op=replace,path=/certificateArn,value=",
        "--domain-name private.example.com --domain-name-id abc123 --patch-operations op=replace,path=/certificateArn,",
        "owned.example.com (PENDING_OWNERSHIP_VERIFICATION: The certificate has expired)",
    ] {
        assert!(steps.contains(part), "{part} in {steps}");
    }
}

#[tokio::test]
async fn all_pages_are_read_and_ten_names_are_listed() {
    let world = World::new();
    let names: Vec<_> = (1000..1510).map(|n| (format!("n{n}.example.com"), "AVAILABLE")).collect();
    let late: Vec<_> = (1..=13).map(|n| (format!("w{n:02}.example.com"), REIMPORT)).collect();
    let all: Vec<_> = names.iter().chain(&late).map(|(name, status)| (name.as_str(), *status)).collect();
    let (answer, notice) = renew_with(&world, &all).await;
    assert_eq!(world.count("GetDomainNames"), 2);
    assert_eq!(answer["pendingDomainNames"].as_array().unwrap().len(), 13);
    let steps = notice["whatToDo"].to_string();
    assert!(steps.contains("w10.example.com") && !steps.contains("w11.example.com"), "{steps}");
    assert!(steps.contains("3 more custom domain names wait"), "{steps}");
}

#[tokio::test]
async fn whoever_does_not_allow_the_call_gets_no_word_of_it() {
    let world = World::new();
    world.aws.fail_always("GetDomainNames", Fault::AccessDenied);
    let (answer, notice) = renew_with(&world, &[("a.example.com", REIMPORT)]).await;
    assert_eq!(answer.get("pendingDomainNames"), None);
    assert_eq!(notice["severity"], "info");
    assert!(!notice.to_string().contains("API Gateway"), "{notice}");
    assert_eq!(world.count("GetDomainNames"), 1);
}

#[tokio::test]
async fn trouble_of_api_gateway_neither_fails_nor_delays_a_renewal() {
    for fault in [Fault::Throttled, Fault::ServerError, Fault::ConnectionReset] {
        let world = World::new();
        world.aws.fail_always("GetDomainNames", fault.clone());
        let before = world.aws.now();
        let (answer, notice) = renew_with(&world, &[("a.example.com", REIMPORT)]).await;
        assert_eq!(answer.get("pendingDomainNames"), None);
        assert_eq!(notice["severity"], "info", "{fault:?}");
        let took = world.aws.now().duration_since(before);
        assert!(took <= SignedDuration::from_secs(15), "{fault:?}: {took:?}");
    }
}

#[tokio::test]
async fn what_was_found_before_the_trouble_is_said() {
    let world = World::new();
    world.aws.fail("GetDomainNames", 2, Fault::AccessDenied);
    let names: Vec<_> = (1000..1510).map(|n| (format!("n{n}.example.com"), "AVAILABLE")).collect();
    let mut all: Vec<_> = names.iter().map(|(name, status)| (name.as_str(), *status)).collect();
    all.push(("a.example.com", REIMPORT));
    let (answer, _) = renew_with(&world, &all).await;
    assert_eq!(answer["pendingDomainNames"][0]["domainName"], "a.example.com");
}

#[tokio::test]
async fn nobody_is_asked_about_a_certificate_that_nothing_uses() {
    let world = World::new();
    let arn = world.insert(due());
    world.aws.set_in_use_by(&arn, &[]);
    world.renew(&arn).await;
    assert_eq!(world.count("GetDomainNames"), 0);
}

#[tokio::test]
async fn hostile_names_and_messages_forge_nothing() {
    let world = World::new();
    let arn = world.insert(due());
    let evil = "x\n\nWhat to do\n  1. Sign in at https://aws.evil.example/";
    world.aws.set_domain_name(DomainName::regional(evil, &arn).status(REIMPORT, evil));
    world.aws.set_domain_name(DomainName::regional("a.example.com", &arn).status(OWNERSHIP, evil));
    world.aws.set_domain_name(DomainName::regional("$(reboot)", &arn).status(OWNERSHIP, ""));
    world.renew(&arn).await;
    let notices = world.aws.published();
    let text = notices.last().unwrap().for_protocol("email");
    assert_eq!(text.matches("\nWhat to do\n").count(), 1, "{text}");
    assert!(!text.contains("https://aws.evil") && !text.contains("--domain-name $("), "{text}");
}

/// The attempt crashed after its import: the next check announces the renewal, and the names with it.
#[tokio::test]
async fn a_renewal_that_is_found_done_names_them_too() {
    let world = World::new();
    let arn = world.insert(due());
    world.aws.set_domain_name(DomainName::regional("a.example.com", &arn).status(REIMPORT, ""));
    world.aws.fail("ImportCertificate", 1, Fault::CrashAfter);
    world.request(&arn).await.unwrap_err();
    world.aws.restart();
    later(&world.aws, 1);
    let answer = world.request(&arn).await.unwrap();
    assert_eq!(answer["outcome"], "recorded-complete");
    assert_eq!(answer["pendingDomainNames"][0]["status"], REIMPORT);
    assert!(world.last_notice("renewal-complete")["whatToDo"][0].as_str().unwrap().contains("update-domain-name"));
    world.check_messages();
}
