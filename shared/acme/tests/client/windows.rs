//! ARI decides when it can, and stops nothing when it cannot.

use acme::{CertificateId, RenewalWindow};
use jiff::{SignedDuration, ToSpan};
use simulated_aws::{AcmeOutage, AcmeRenewalInfo, RetryAfter};

use crate::flow::certificates;
use crate::world::{World, order_for};

struct Asked {
    world: World,
    id: CertificateId,
}

impl Asked {
    async fn new() -> Self {
        let world = World::new().await;
        let chain = world.issue(&order_for(&["www.example.com"])).await.unwrap();
        let id = CertificateId::from_certificate(&certificates(&chain)[0]).unwrap();
        Self { world, id }
    }

    async fn ask(&self) -> RenewalWindow {
        let server = self.world.server().await.unwrap();
        server.renewal_window(&self.id, self.world.ca.certificates()[0].not_after).await
    }

    fn hours_to(&self, answer: &RenewalWindow) -> i64 {
        answer.ask_again_at.duration_since(self.world.aws.now()).as_hours()
    }
}

#[tokio::test]
async fn a_window_in_the_past_says_why() {
    let asked = Asked::new().await;
    let usual = asked.ask().await;
    let window = usual.window.clone().unwrap();
    assert!(window.start > asked.world.aws.now() && window.explanation.is_none());
    assert_eq!(asked.hours_to(&usual), 6);
    asked.world.ca.announce_revocation(&[]);
    let moved = asked.ask().await.window.unwrap();
    assert!(moved.end < asked.world.aws.now());
    assert!(moved.explanation.unwrap().starts_with("https://"));
}

#[tokio::test]
async fn what_is_missing_or_wrong_is_a_reason() {
    let asked = Asked::new().await;
    for (mode, reason) in [
        (AcmeRenewalInfo::Missing, "the server has no renewal information"),
        (AcmeRenewalInfo::NotEnabled, "ARI Feature not enabled"),
        (AcmeRenewalInfo::Reversed, "ends before it starts"),
        (AcmeRenewalInfo::TooLate, "after the certificate has expired"),
        (AcmeRenewalInfo::NotJson, "not the expected JSON"),
    ] {
        asked.world.ca.configure(|settings| settings.renewal_info = mode);
        let answer = asked.ask().await;
        assert!(answer.window.as_ref().unwrap_err().contains(reason), "{mode:?}: {answer:?}");
        assert_eq!(asked.hours_to(&answer), 6, "{mode:?}");
    }
}

#[tokio::test]
async fn the_next_question_is_between_a_minute_and_a_day_away() {
    let asked = Asked::new().await;
    for (form, hours) in
        [(RetryAfter::HttpDate, 6), (RetryAfter::Missing, 6), (RetryAfter::Wrong, 6), (RetryAfter::Past, 6)]
    {
        asked.world.ca.configure(|settings| settings.retry_after = form);
        assert_eq!(asked.hours_to(&asked.ask().await), hours, "{form:?}");
    }
    let server = asked.world.server().await.unwrap();
    asked.world.ca.configure(|settings| {
        settings.outage = Some(AcmeOutage::HtmlPage);
        settings.retry_after = RetryAfter::Seconds;
    });
    let answer = server.renewal_window(&asked.id, asked.world.aws.now() + SignedDuration::from_hours(1)).await;
    assert_eq!(answer.ask_again_at, asked.world.aws.now() + SignedDuration::from_mins(10));
    assert!(answer.window.unwrap_err().contains("503"));
    asked.world.aws.advance(1.hour());
}
