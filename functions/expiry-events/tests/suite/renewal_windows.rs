//! CAs that are asked when their certificates should be replaced (ARI, RFC 9773).

use acme::Connection;
use aws_smithy_runtime_api::client::http::{HttpConnector, HttpConnectorFuture, SharedHttpConnector};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use jiff::{SignedDuration, ToSpan};
use simulated_aws::{AcmeOutage, AcmeRenewalInfo, Fault};

use super::from_acme::FromAcme;
use super::world::imported;

#[tokio::test]
async fn a_window_that_is_ahead_is_awaited() {
    let from = FromAcme::new();
    from.import("www.example.com", "letsencrypt").await;
    for _ in 0..4 * 58 {
        let swept = from.world.acme_sweep().await;
        assert_eq!((swept.checked, swept.renewals_requested), (1, 0));
        from.world.aws.advance(6.hours());
    }
    assert_eq!((from.requested(), from.world.kinds()), (vec![], vec![]));
}

/// Let's Encrypt's is around two thirds of 90 days, which is long before the 10 days of this account.
#[tokio::test]
async fn a_renewal_starts_in_the_window() {
    let from = FromAcme::new();
    let arn = from.import("www.example.com", "letsencrypt").await;
    from.world.aws.advance(58.days());
    let start = from.world.aws.now();
    for _ in 0..16 {
        from.world.acme_sweep().await;
        from.world.aws.advance(6.hours());
        if !from.requested().is_empty() {
            break;
        }
    }
    let hours = from.world.aws.now().duration_since(start).as_hours();
    assert!((24..96).contains(&hours), "{hours}");
    assert_eq!(from.requested(), ["suggested-window"]);
    assert_eq!(from.world.tag(&arn, "acm-autopilot:status").as_deref(), Some("pending-renewal"));
    assert!(!from.world.kinds().contains(&"revocation-ahead".to_owned()), "{:?}", from.world.kinds());
}

#[tokio::test]
async fn a_window_that_passed_while_nobody_asked_is_no_alarm() {
    let from = FromAcme::new();
    from.import("www.example.com", "letsencrypt").await;
    from.world.aws.advance(65.days());
    from.world.acme_sweep().await;
    assert_eq!((from.requested(), from.world.kinds()), (vec!["suggested-window".to_owned()], vec![]));
}

#[tokio::test]
async fn a_mass_revocation_renews_all_at_once_and_says_why() {
    let from = FromAcme::new();
    for n in 0..3 {
        from.import(&format!("{n}.example.com"), "letsencrypt").await;
    }
    from.world.aws.advance(5.days());
    assert_eq!(from.world.acme_sweep().await.renewals_requested, 0);
    from.ca.announce_revocation(&[]);
    from.world.aws.advance(6.hours());
    assert_eq!(from.world.acme_sweep().await.renewals_requested, 3);
    assert_eq!(from.requested(), ["revocation-ahead"; 3]);
    assert_eq!(from.world.kinds(), ["revocation-ahead"; 3]);
    let notice = from.world.aws.published()[0].for_protocol("email").to_owned();
    for text in
        ["may revoke it soon", "https[:]//community.letsencrypt.org/t/revocation", "has just requested the renewal"]
    {
        assert!(notice.contains(text), "{text}: {notice}");
    }
    for _ in 0..4 {
        from.world.aws.advance(6.hours());
        from.world.acme_sweep().await;
    }
    assert_eq!(from.world.kinds().len(), 3, "once");
}

#[tokio::test]
async fn what_is_missing_or_wrong_changes_nothing() {
    use AcmeRenewalInfo::{Missing, NotEnabled, NotJson, Reversed, TooLate};
    for mode in [Missing, NotEnabled, Reversed, TooLate, NotJson] {
        let from = FromAcme::new();
        from.import("www.example.com", "letsencrypt").await;
        from.ca.configure(|settings| settings.renewal_info = mode);
        assert_renewed_by_its_lifetime(&from, &format!("{mode:?}")).await;
    }
}

#[tokio::test]
async fn a_server_that_does_not_work_changes_nothing() {
    for outage in [AcmeOutage::HtmlPage, AcmeOutage::Maintenance, AcmeOutage::NoConnection] {
        let from = FromAcme::new();
        from.import("www.example.com", "letsencrypt").await;
        from.ca.configure(|settings| settings.outage = Some(outage));
        assert_renewed_by_its_lifetime(&from, &format!("{outage:?}")).await;
    }
}

#[tokio::test]
async fn a_certificate_that_may_not_be_read_is_renewed_by_its_lifetime() {
    let from = FromAcme::new();
    from.import("www.example.com", "letsencrypt").await;
    from.world.aws.fail_always("GetCertificate", Fault::AccessDenied);
    assert_renewed_by_its_lifetime(&from, "denied").await;
    assert_eq!(from.asked(), 0);
}

async fn assert_renewed_by_its_lifetime(from: &FromAcme, name: &str) {
    for (days, expected) in [(0, vec![]), (65, vec![]), (15, vec!["due"])] {
        from.world.aws.advance(days.days());
        from.world.acme_sweep().await;
        assert_eq!(from.requested(), expected, "{name} after {days} more days");
    }
}

/// A server that takes the connection and never answers.
#[derive(Debug)]
struct Silent;

impl HttpConnector for Silent {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::new(std::future::pending())
    }
}

#[tokio::test]
async fn a_slow_server_delays_no_other_certificate() {
    let from = FromAcme::new();
    for n in 0..8 {
        from.import(&format!("{n}.example.com"), "letsencrypt").await;
    }
    let from = from.connected(Connection::Through(SharedHttpConnector::new(Silent)));
    let due = imported(5).tag("acm-autopilot:renew-from", "acme").tag("acm-autopilot:acme", "letsencrypt");
    from.world.insert(due);
    let start = from.world.aws.now();
    let swept = from.world.acme_sweep().await;
    assert_eq!((swept.checked, swept.renewals_requested), (9, 1));
    assert!(from.world.aws.now().duration_since(start) < SignedDuration::from_secs(10));
}

/// One of the process, and one of the server, which may want to be asked less often.
#[tokio::test]
async fn a_server_is_asked_every_six_hours() {
    let from = FromAcme::new();
    from.import("www.example.com", "letsencrypt").await;
    from.import("api.example.com", "letsencrypt").await;
    // A schedule is not exact.
    let six_hours_less = SignedDuration::from_secs(6 * 3_600 - 10);
    for (wait, requests) in [
        (SignedDuration::ZERO, 2),
        (SignedDuration::from_hours(1), 2),
        (SignedDuration::from_hours(4), 2),
        (six_hours_less - SignedDuration::from_hours(5), 4),
        (six_hours_less, 6),
    ] {
        from.world.aws.set_time(from.world.aws.now() + wait);
        from.world.acme_sweep().await;
        assert_eq!(from.asked(), requests, "after {wait:?}");
    }
    let certificates = 2;
    assert_eq!(
        (from.world.calls("GetCertificate"), from.world.calls("directory") - certificates),
        (2, 1),
        "once for all"
    );
}

#[tokio::test]
async fn another_certificate_under_the_same_arn_is_asked_about_at_once() {
    let from = FromAcme::new();
    let arn = from.import("www.example.com", "letsencrypt").await;
    from.world.acme_sweep().await;
    from.world.aws.set_certificate(&arn, simulated_aws::CertificateSpec::imported("www.example.com").days_left(80));
    from.world.acme_sweep().await;
    assert_eq!((from.asked(), from.world.calls("GetCertificate")), (2, 2));
}

#[tokio::test]
async fn only_certificates_of_configured_directories_are_asked_about() {
    let from = FromAcme::new();
    from.import("www.example.com", "another").await;
    from.world.insert(imported(60).tag("acm-autopilot:renew-from", "private-ca"));
    assert_eq!(from.world.acme_sweep().await.checked, 1);
    assert_eq!((from.asked(), from.world.calls("GetCertificate")), (0, 0));
}

/// It runs every hour, and knows nothing of the sweep before it.
#[tokio::test]
async fn the_sweep_of_all_certificates_asks_nobody() {
    let from = FromAcme::new();
    from.import("www.example.com", "letsencrypt").await;
    from.world.aws.advance(60.days());
    from.world.sweep().await;
    assert_eq!((from.asked(), from.world.calls("GetResources")), (0, 0));
}

/// A listing, the look-up by tag, and for each certificate its tags: an answer that is known costs nothing more.
#[tokio::test]
async fn a_check_costs_few_calls() {
    let from = FromAcme::new();
    for n in 0..3 {
        from.import(&format!("{n}.example.com"), "letsencrypt").await;
    }
    let calls = || from.world.aws.calls().len();
    let before = calls();
    from.world.acme_sweep().await;
    let (listing, by_tag, directory) = (2, 1, 1);
    assert_eq!(calls() - before, listing + by_tag + directory + 3 * 3, "tags, certificate and window of each");
    let before = calls();
    from.world.acme_sweep().await;
    assert_eq!(calls() - before, listing + by_tag + 3);
}
