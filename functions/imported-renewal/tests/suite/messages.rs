//! Notices: muted, urgent, without an owner.

use crate::world::{World, due};

#[tokio::test]
async fn muted_certificates_are_silent_but_for_failures() {
    let world = World::new();
    let arn = world.insert(due().tag("acm-autopilot:notices", "off"));
    world.renew(&arn).await;
    assert_eq!(world.aws.published().len(), 0);
    assert_eq!(world.statuses(), ["renewal-in-progress", "renewal-complete"]);

    world.aws.set_ca_status(&world.ca, "DISABLED");
    let arn = world.insert(due().tag("acm-autopilot:notices", "off"));
    world.fail(&arn, "ca-disabled").await;
    assert_eq!(world.aws.published().len(), 1);
}

#[tokio::test]
async fn urgency_follows_days_and_use() {
    for (days, in_use, severity, subject) in [
        (20, true, "warning", "[warning] renewal of pay.example.com failed (ca-disabled); 20 days left"),
        (7, true, "critical", "[CRITICAL] renewal of pay.example.com failed (ca-disabled); 7 days left"),
        (1, false, "warning", "[warning] renewal of pay.example.com failed (ca-disabled); 1 day left"),
        (0, true, "critical", "[CRITICAL] renewal of pay.example.com failed (ca-disabled); it expires today"),
        (-2, true, "critical", "[CRITICAL] renewal of pay.example.com failed (ca-disabled); it has expired"),
    ] {
        let world = World::new();
        world.aws.set_ca_status(&world.ca, "DISABLED");
        let arn = world.insert(due().days_left(days));
        if !in_use {
            world.aws.set_in_use_by(&arn, &[]);
        }
        world.fail(&arn, "ca-disabled").await;
        let notice = world.last_notice("renewal-failed");
        assert_eq!((notice["severity"].as_str(), notice["subject"].as_str()), (Some(severity), Some(subject)));
        assert_eq!(notice["daysLeft"], days);
        let why = notice["whyItMatters"].as_str().unwrap();
        assert_eq!(why.starts_with("It expired on"), days < 0, "{why}");
        assert_eq!(why.contains("Nothing in AWS uses it"), !in_use, "{why}");
    }
}

#[tokio::test]
async fn a_notice_of_a_failure_says_what_to_do() {
    let world = World::new();
    world.aws.set_ca_status(&world.ca, "DISABLED");
    let arn = world.insert(due());
    world.fail(&arn, "ca-disabled").await;
    let steps = world.last_notice("renewal-failed")["whatToDo"].clone();
    assert!(steps[0].as_str().unwrap().contains("Enable the private CA again"), "{steps}");
    let command = steps[1].as_str().unwrap();
    for part in ["aws acm add-tags-to-certificate", &arn, &world.aws.region(), "Value=pending-renewal"] {
        assert!(command.contains(part), "{command}");
    }
}

#[tokio::test]
async fn the_owner_comes_from_the_configured_tag() {
    let world = World::new();
    let arn = world.insert(due());
    let handler = imported_renewal::Handler::new(world.config(&[("OWNER_TAG_KEY", "Team")]), &world.aws.sdk_config());
    world.give(&handler, world.requested(&arn)).await.unwrap();
    assert_eq!(world.aws.published()[0].attribute("owner"), None);
    world.check_messages();
}

#[tokio::test]
async fn events_go_to_the_configured_bus() {
    let world = World::new();
    world.aws.create_event_bus("certificates");
    let arn = world.insert(due());
    let handler =
        imported_renewal::Handler::new(world.config(&[("EVENT_BUS_NAME", "certificates")]), &world.aws.sdk_config());
    world.give(&handler, world.requested(&arn)).await.unwrap();
    assert!(world.aws.events().iter().all(|event| event.bus == "certificates"));
    assert_eq!(world.aws.events().len(), 2);
}
