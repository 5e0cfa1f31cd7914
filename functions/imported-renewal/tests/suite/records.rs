//! What the tags say is what is so, whoever wrote them.

use serde_json::json;
use simulated_aws::Fault;

use crate::world::{Tagged, World, batch, due, later};

#[tokio::test]
async fn a_claim_that_is_refused_is_announced_once_and_is_not_a_dead_letter() {
    let policy = Fault::Error { code: "TagPolicyException".into(), message: "not allowed".into(), status: 400 };
    for (fault, reason) in [(Fault::AccessDenied, "permission-missing"), (policy, "tagging-refused")] {
        let world = World::new();
        let arn = world.insert(due());
        world.aws.fail_always("AddTagsToCertificate", fault);
        let handler = world.handler();
        for _ in 0..3 {
            let answer = world.give(&handler, batch(&world.requested(&arn))).await.unwrap();
            assert_eq!(answer, json!({ "batchItemFailures": [] }));
        }
        assert_eq!(world.notices("renewal-failed").len(), 1);
        assert_eq!(world.last_notice("renewal-failed")["reason"], reason);
        assert_eq!((world.count("IssueCertificate"), world.certificate(&arn).tag("status")), (0, None));
        world.check_messages();
    }
}

#[tokio::test]
async fn a_claim_that_is_throttled_comes_again() {
    let world = World::new();
    let arn = world.insert(due());
    world.aws.fail_always("AddTagsToCertificate", Fault::Throttled);
    let answer = world.give(&world.handler(), batch(&world.requested(&arn))).await.unwrap();
    assert_eq!(answer["batchItemFailures"].as_array().unwrap().len(), 1);
    assert_eq!(world.notices("renewal-failed").len(), 0);
}

#[tokio::test]
async fn a_forged_serial_makes_no_success() {
    for (status, since) in [
        (None, None),
        (Some("renewal-in-progress"), Some("2026-11-20T07:30:00Z")),
        (Some("renewal-complete"), Some("2026-11-20T07:30:00Z")),
        (Some("renewal-failed"), Some("2026-11-18T07:30:00Z")),
        (Some("pending-renewal"), Some("2026-11-20T07:30:00Z")),
    ] {
        let world = World::new();
        let mut spec = due().tag("acm-autopilot:renewal-of", "ab");
        if let (Some(status), Some(since)) = (status, since) {
            spec = spec.tag("acm-autopilot:status", status).tag("acm-autopilot:status-since", since);
        }
        let arn = world.insert(spec);
        let answer = world.request(&arn).await.unwrap();
        assert_ne!(answer["outcome"], "recorded-complete", "{status:?}");
    }
}

/// How ACM spells a negative serial number is not known. Another spelling is not another certificate.
#[tokio::test]
async fn a_serial_number_that_acm_spells_otherwise_does_not_stop_a_renewal() {
    let world = World::new();
    let arn = world.insert(due());
    world.aws.set_shown_serial(&arn, "-05");
    let answer = world.renew(&arn).await;
    assert_eq!(answer["serialBefore"], "-05");
    assert_eq!(world.certificate(&arn).tag("renewal-of"), None);
}

/// The function was out for days after an attempt that crashed: nobody knows any more whose import it was.
#[tokio::test]
async fn a_replacement_of_days_ago_is_recorded_and_not_announced() {
    let world = World::new();
    let arn = world.insert(due());
    world.aws.fail("ImportCertificate", 1, Fault::CrashAfter);
    world.request(&arn).await.unwrap_err();
    world.aws.restart();
    later(&world.aws, 73);
    let announced = (world.aws.published().len(), world.aws.events().len());
    let answer = world.request(&arn).await.unwrap();
    assert_eq!(answer["outcome"], "record-corrected");
    let certificate = world.certificate(&arn);
    assert_eq!((certificate.tag("status"), certificate.tag("renewal-of")), (Some("renewal-complete"), None));
    assert_eq!((world.aws.published().len(), world.aws.events().len()), announced);
    assert_eq!(world.request(&arn).await.unwrap()["reason"], "not-due");
}
