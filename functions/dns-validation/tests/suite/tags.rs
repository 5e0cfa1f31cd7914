//! A tag that AWS refuses is like one that there is no room for.

use dns_validation::Outcome;
use simulated_aws::Fault;

use super::world::{NOTIFIED, REQUESTED, World, sample};

fn refusals() -> [Fault; 2] {
    let policy = Fault::Error {
        code: "TagPolicyException".into(),
        message: "the tag policy does not allow the value".into(),
        status: 400,
    };
    [Fault::AccessDenied, policy]
}

#[tokio::test]
async fn without_the_tag_only_the_event_is_reported_and_the_run_does_not_fail() {
    for refusal in refusals() {
        let world = World::new();
        let arn = world.request(&["example.org"]).await;
        world.aws.fail_always("AddTagsToCertificate", refusal);
        let report = world.on(REQUESTED, &arn).await;
        assert_eq!((report.outcome, report.notified_tag.is_refused()), (Outcome::Notified, true));
        for _ in 0..3 {
            let (swept, metrics) = world.counted(&sample("sweep-requested", ""), world.deadline()).await;
            assert!(swept.is_ok(), "{swept:?}");
            assert_eq!(metrics["TagsRefused"], 1, "{metrics}");
        }
        assert_eq!(world.causes(), ["no-zone"]);

        // The function itself knows for an hour what it has sent.
        assert_ne!(world.on(REQUESTED, &arn).await.outcome, Outcome::Notified);
        assert_eq!(world.causes(), ["no-zone"]);

        // When the tag can be written again, a sweep does so.
        world.aws.clear_faults();
        assert_eq!((world.sweep().await.notices, world.sweep().await.notices), (0, 0));
        assert!(world.tag(&arn, NOTIFIED).unwrap().starts_with("no-zone/"));
    }
}

#[tokio::test]
async fn a_tag_that_cannot_be_removed_fails_nothing() {
    let world = World::new();
    let arn = world.request(&["example.org"]).await;
    world.on(REQUESTED, &arn).await;
    world.aws.create_hosted_zone("example.org");
    world.aws.fail_always("RemoveTagsFromCertificate", Fault::AccessDenied);
    assert_eq!(world.sweep().await.records_created, 1);
    assert!(world.sweep().await.notices == 0 && world.tag(&arn, NOTIFIED).is_some());
}

/// A sweep tries first whether it can remember; a notice that could not be published is published later.
#[tokio::test]
async fn a_notice_that_was_not_published_is_not_remembered() {
    let world = World::new();
    let arn = world.request(&["example.org"]).await;
    world.aws.fail_always("Publish", Fault::ServerError);
    assert!(world.try_sweep().await.is_err());
    assert_eq!(world.tag(&arn, NOTIFIED).as_deref(), Some("unsent"));
    world.aws.clear_faults();
    assert_eq!((world.sweep().await.notices, world.sweep().await.notices), (1, 0));
}

#[tokio::test]
async fn without_the_tag_the_event_is_reported_again_after_an_hour() {
    let world = World::new();
    let arn = world.request(&["example.org"]).await;
    world.aws.fail_always("AddTagsToCertificate", Fault::AccessDenied);
    for (minutes, outcome) in [(0, Outcome::Notified), (59, Outcome::Blocked), (1, Outcome::Notified)] {
        world.aws.advance(jiff::Span::new().minutes(minutes));
        assert_eq!(world.on(REQUESTED, &arn).await.outcome, outcome, "{minutes}");
    }
}
