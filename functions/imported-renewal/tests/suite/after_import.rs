//! What an import loses is restored, or reported.

use crate::world::{LOAD_BALANCER, Tagged, World, due};

#[tokio::test]
async fn tags_that_an_import_loses_are_restored() {
    let world = World::new();
    let arn = world.insert(due());
    let before = world.certificate(&arn);
    let target = arn.clone();
    // The first list is that of the check, the second that after the import.
    world.aws.before("ListTagsForCertificate", 2, move |aws| {
        let tags = aws.certificate(&target).unwrap().tags;
        let none: Vec<(&str, Option<&str>)> = tags.keys().map(|key| (key.as_str(), None)).collect();
        aws.set_tags(&target, &none);
    });
    world.renew(&arn).await;
    assert_eq!(world.certificate(&arn).operators_tags(), before.operators_tags());
    assert_eq!(world.certificate(&arn).tag("status"), Some("renewal-complete"));
    assert_eq!(world.last_notice("renewal-complete")["severity"], "info");
    world.check_messages();
}

#[tokio::test]
async fn lost_tags_that_cannot_be_restored_are_reported() {
    let world = World::new();
    let arn = world.insert(due());
    let target = arn.clone();
    world.aws.before("ListTagsForCertificate", 2, move |aws| {
        let tags = aws.certificate(&target).unwrap().tags;
        let none: Vec<(&str, Option<&str>)> = tags.keys().map(|key| (key.as_str(), None)).collect();
        aws.set_tags(&target, &none);
        aws.fail("AddTagsToCertificate", 1, simulated_aws::Fault::AccessDenied);
    });
    world.renew(&arn).await;
    let notice = world.last_notice("renewal-complete");
    assert_eq!(notice["severity"], "warning");
    let steps = notice["whatToDo"].to_string();
    assert!(steps.contains("Cost, Owner, acm-autopilot:notified, acm-autopilot:renew-from"), "{steps}");
    assert_eq!(world.certificate(&arn).tag("status"), Some("renewal-complete"));
    world.check_messages();
}

#[tokio::test]
async fn a_tag_that_an_operator_removes_meanwhile_stays_removed() {
    let world = World::new();
    let arn = world.insert(due());
    let target = arn.clone();
    world.aws.before("ImportCertificate", 1, move |aws| aws.set_tags(&target, &[("Owner", None), ("New", Some("1"))]));
    world.renew(&arn).await;
    let tags = world.certificate(&arn).tags;
    assert_eq!((tags.get("Owner"), tags.get("New").map(String::as_str)), (None, Some("1")));
}

#[tokio::test]
async fn a_use_that_is_lost_is_reported() {
    let world = World::new();
    let arn = world.insert(due());
    let target = arn.clone();
    world.aws.before("DescribeCertificate", 2, move |aws| aws.set_in_use_by(&target, &[]));
    world.renew(&arn).await;
    let notice = world.last_notice("renewal-complete");
    assert_eq!(notice["severity"], "warning");
    assert!(notice["whatToDo"][0].as_str().unwrap().contains(LOAD_BALANCER));
}
