//! Whole notices, as people read them. `INSTA_UPDATE=always cargo test -p expiry-events wording`
//! writes them again.

use simulated_aws::CertificateSpec;

use super::world::{World, amazon, imported, managed};

const DISTRIBUTION: &str = "arn:aws:cloudfront::123456789012:distribution/E1A2B3C4D5E6F7";

async fn notice(event: &str, certificate: CertificateSpec) -> String {
    let world = World::new();
    let arn = world.insert(certificate);
    world.occasion(event, &arn).await;
    let published = world.aws.published();
    let [notice] = &published[..] else { panic!("{} notices", published.len()) };
    format!("Subject: {}\n\n{}", notice.subject.as_deref().unwrap(), notice.for_protocol("email"))
}

#[tokio::test]
async fn expiring_and_nobody_renews_it() {
    let certificate = imported(7).dns("www.example.com").tag("Owner", "team-web").in_use_by(DISTRIBUTION);
    insta::assert_snapshot!(notice("certificate-approaching-expiration", certificate).await);
}

#[tokio::test]
async fn expiring_and_just_requested() {
    insta::assert_snapshot!(notice("certificate-approaching-expiration", managed(30)).await);
}

#[tokio::test]
async fn expiring_after_a_failed_renewal() {
    let certificate = managed(15)
        .tag("acm-autopilot:status", "renewal-failed")
        .tag("acm-autopilot:status-since", "2026-11-21T06:00:00Z")
        .tag("acm-autopilot:status-reason", "ca-disabled")
        .tag("acm-autopilot:notified", "30@2026-12-06");
    insta::assert_snapshot!(notice("certificate-approaching-expiration", certificate).await);
}

#[tokio::test]
async fn expiring_and_the_secret_was_not_written() {
    let certificate = imported(7)
        .tag("acm-autopilot:renew-from", "secret")
        .tag("acm-autopilot:secret", "tls/www")
        .tag("acm-autopilot:status", "renewal-failed")
        .tag("acm-autopilot:status-since", "2026-11-21T06:00:00Z")
        .tag("acm-autopilot:status-reason", "secret-not-renewed")
        .tag("acm-autopilot:notified", "15@2026-11-28");
    insta::assert_snapshot!(notice("certificate-approaching-expiration", certificate).await);
}

#[tokio::test]
async fn expired_and_not_in_use() {
    let certificate = CertificateSpec::imported("old.example.com").days_left(-3);
    insta::assert_snapshot!(notice("certificate-expired", certificate).await);
}

#[tokio::test]
async fn renewal_waits_for_dns_records() {
    let certificate = amazon(20)
        .dns("*.example.com")
        .dns("www.example.com")
        .validation_status("PENDING_VALIDATION")
        .renewal("PENDING_VALIDATION", Some("PENDING_DOMAIN_VALIDATION"));
    insta::assert_snapshot!(notice("certificate-renewal-action-required", certificate).await);
}

#[tokio::test]
async fn a_record_that_is_created_automatically_is_not_to_be_made_by_hand() {
    let world = World::configured(&[("RECORDS_ARE_KEPT", "true")]);
    let arn = world.insert(amazon(20).validation_status("PENDING_VALIDATION").renewal("PENDING_VALIDATION", None));
    world.occasion("certificate-renewal-action-required", &arn).await;
    let text = world.aws.published()[0].for_protocol("email").to_owned();
    assert!(text.contains("Only then create them by hand"), "{text}");
    assert!(!text.contains("Make sure that the CNAME"), "{text}");
}

#[tokio::test]
async fn renewal_waits_for_an_email() {
    let certificate =
        amazon(20).validated_by_email().validation_status("PENDING_VALIDATION").renewal("PENDING_VALIDATION", None);
    insta::assert_snapshot!(notice("certificate-renewal-action-required", certificate).await);
}

#[tokio::test]
async fn renewed_by_acm() {
    insta::assert_snapshot!(notice("certificate-available-renewal", amazon(198).renewal("SUCCESS", None)).await);
}

#[tokio::test]
async fn revoked_in_use() {
    insta::assert_snapshot!(notice("certificate-revoked", amazon(100).status("REVOKED")).await);
}
