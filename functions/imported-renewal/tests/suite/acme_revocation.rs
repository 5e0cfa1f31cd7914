//! A CA that announces that it will revoke what it has issued (RFC 9773).

use simulated_aws::Certificate;

use crate::from_acme::NOT_OURS;
use crate::world::{Tagged, World, later};

/// Let's Encrypt's certificates live for 90 days until 2027-02-10, and then for 64: what is issued then expires earlier.
async fn renewed_for_90_days() -> (World, String) {
    let world = World::new();
    let arn = world.ordered().await;
    world.renew(&arn).await;
    later(&world.aws, 24 * 81);
    world.renew(&arn).await;
    later(&world.aws, 24 * 2);
    (world, arn)
}

/// A request of expiry-events, whenever the certificate expires.
fn request(world: &World, arn: &str) -> Certificate {
    world.aws.set_tags(arn, &[("acm-autopilot:status", Some("pending-renewal"))]);
    world.certificate(arn)
}

#[tokio::test]
async fn what_will_be_revoked_is_replaced_by_what_expires_earlier() {
    let (world, arn) = renewed_for_90_days().await;
    world.letsencrypt().announce_revocation(&[]);
    let before = request(&world, &arn);
    let answer = world.renew(&arn).await;
    let after = world.certificate(&arn);
    assert!(after.not_after < before.not_after && after.serial != before.serial, "{answer}");
    assert_eq!(after.tag("status"), Some("renewal-complete"));
    assert_eq!(after.operators_tags(), before.operators_tags());
    assert_eq!(world.txt_values(), [NOT_OURS]);
    world.check_messages();
}

#[tokio::test]
async fn without_an_announcement_nothing_expires_earlier() {
    let (world, arn) = renewed_for_90_days().await;
    world.letsencrypt().announce_revocation(&["another.example.com"]);
    request(&world, &arn);
    world.fail(&arn, "not-longer").await;
    assert_eq!(world.txt_values(), [NOT_OURS]);
}
