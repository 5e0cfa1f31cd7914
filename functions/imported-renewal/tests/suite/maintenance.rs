//! Renewals that wait for a maintenance window or for the end of a freeze.

use imported_renewal::Handler;
use serde_json::{Value, json};
use simulated_aws::Fault;

use crate::from_secret::{NAME, from_secret, pem};
use crate::secret_events::label_updated;
use crate::world::{Tagged, World, at, batch, due, later};

/// The world starts on a Friday at 8:00.
const WINDOWS: &str = r#"{"windows": ["Mon-Thu 08:00-16:00"]}"#;
const OPENS: &str = "2026-11-23T08:00:00Z";

fn handler(world: &World, plan: &str) -> Handler {
    Handler::new(world.config(&[("MAINTENANCE", plan)]), &world.aws.sdk_config())
}

async fn give(world: &World, plan: &str, event: Value) -> Value {
    world.give(&handler(world, plan), event).await.unwrap()
}

fn postponed(arn: &str, until: &str) -> Value {
    json!({ "outcome": "ignored", "certificate": arn, "reason": "postponed", "possibleAfter": until })
}

#[tokio::test]
async fn a_renewal_waits_for_its_window_and_nobody_is_notified() {
    let world = World::new();
    let arn = world.insert(due());
    assert_eq!(give(&world, WINDOWS, world.requested(&arn)).await, postponed(&arn, OPENS));
    assert_eq!(give(&world, WINDOWS, batch(&world.requested(&arn))).await, json!({ "batchItemFailures": [] }));
    assert_eq!((world.notices("renewal-failed").len(), world.statuses()), (0, vec!["pending-renewal".to_owned()]));
    assert_eq!((world.count("IssueCertificate"), world.count("AddTagsToCertificate")), (0, 1));
    later(&world.aws, 72);
    assert_eq!(give(&world, WINDOWS, world.requested(&arn)).await["outcome"], "renewed");
}

/// A corrected setting would otherwise be tried at the next threshold of days left.
#[tokio::test]
async fn a_corrected_setting_becomes_a_request() {
    let world = World::new();
    let arn = world.insert(due().tag("acm-autopilot:validity-days", "90"));
    world.aws.set_ca_status(&world.ca, "DISABLED");
    world.fail(&arn, "ca-disabled").await;
    world.aws.set_ca_status(&world.ca, "ACTIVE");
    let event = world.tags_added(&arn, &[("acm-autopilot:validity-days", "90")]);
    assert_eq!(give(&world, WINDOWS, event).await["reason"], "postponed");
    let certificate = world.certificate(&arn);
    assert_eq!((certificate.tag("status"), certificate.tag("status-reason")), (Some("pending-renewal"), None));
    assert_eq!(certificate.tag("renewal-of"), Some(&*certificate.serial));
    later(&world.aws, 72);
    assert_eq!(give(&world, WINDOWS, world.requested(&arn)).await["attempt"], 2);
}

#[tokio::test]
async fn a_request_of_a_person_does_not_wait() {
    let freeze = r#"{"freezes": ["2026-11-20/2026-12-31"]}"#;
    let world = World::new();
    let arn = world.insert(due());
    assert_eq!(give(&world, freeze, world.requested(&arn)).await, postponed(&arn, "2026-12-02T00:00:00Z"));
    world.aws.set_tags(&arn, &[("acm-autopilot:status", Some("pending-renewal"))]);
    let event = world.tags_added(&arn, &[("acm-autopilot:status", "pending-renewal")]);
    assert_eq!(give(&world, freeze, event).await["outcome"], "renewed");
}

/// A certificate that is revoked in a freeze is of no use to anybody.
#[tokio::test]
async fn a_revocation_that_the_ca_announces_does_not_wait() {
    let freeze = r#"{"freezes": ["2026-11-20/2026-12-31"]}"#;
    let world = World::new();
    let arn = world.insert(due());
    assert_eq!(give(&world, freeze, world.requested(&arn)).await, postponed(&arn, "2026-12-02T00:00:00Z"));
    let mut urgent = world.requested(&arn);
    urgent["detail"]["why"] = "revocation-ahead".into();
    assert_eq!(give(&world, freeze, urgent).await["outcome"], "renewed");
}

#[tokio::test]
async fn what_a_secret_has_waits_and_what_it_lacks_is_not_requested() {
    let world = World::new();
    let arn = world.insert(from_secret().days_left(80));
    world.grant_secrets("web/*");
    let secret = world.create_secret(NAME, &arn).await;
    world.write("{}").await;
    let answer = give(&world, WINDOWS, label_updated(&secret)).await;
    assert_eq!((answer["reason"].as_str(), world.certificate(&arn).tag("status")), (Some("secret-not-ready"), None));
    world.write(&pem(&world.issue(due().days_left(90)))).await;
    assert_eq!(give(&world, WINDOWS, label_updated(&secret)).await, postponed(&arn, OPENS));
    assert_eq!(world.certificate(&arn).tag("status"), Some("pending-renewal"));
    world.aws.advance(at(OPENS).duration_since(world.aws.now()).try_into().unwrap());
    assert_eq!(give(&world, WINDOWS, world.requested(&arn)).await["outcome"], "renewed");
    assert_eq!(world.notices("renewal-failed").len(), 0);
}

#[tokio::test]
async fn refused_tags_are_reported_by_the_attempt() {
    let world = World::new();
    let arn = world.insert(due());
    world.aws.fail_always("AddTagsToCertificate", Fault::AccessDenied);
    assert_eq!(give(&world, WINDOWS, world.requested(&arn)).await, postponed(&arn, OPENS));
    later(&world.aws, 72);
    assert_eq!(give(&world, WINDOWS, world.requested(&arn)).await["reason"], "permission-missing");
}

#[tokio::test]
async fn a_notice_of_a_failure_says_that_retries_wait() {
    for (plan, waits) in [(WINDOWS, true), ("{}", false)] {
        let world = World::new();
        later(&world.aws, 72);
        let arn = world.insert(due());
        world.aws.fail_always("DescribeCertificateAuthority", Fault::Throttled);
        assert_eq!(give(&world, plan, world.requested(&arn)).await["reason"], "throttled");
        let next = world.last_notice("renewal-failed")["whatHappensNext"].to_string();
        assert_eq!(next.contains("maintenance windows and freezes"), waits, "{next}");
    }
}
