//! A renewal that waits for a maintenance window is requested again by the sweep, and takes place in the window.

use certificates::Target;
use jiff::{SignedDuration, Timestamp, ToSpan};
use lambda::{Environment, Invocation};
use serde_json::{Value, json};
use simulated_aws::{Aws, CertificateSpec, Key};

const ACCOUNT: &str = "123456789012";
const SWEEP: &str = include_str!("../../../../events/expiry-events/sweep-requested.json");
const TAG: &str = "acm-autopilot:";

struct Both {
    aws: Aws,
    sweep: expiry_events::Handler,
    renewal: imported_renewal::Handler,
    delivered: usize,
}

impl Both {
    fn new(now: &str, region: &str, settings: &Value, ca: impl Fn(&Aws) -> String) -> (Self, String) {
        let aws = Aws::in_account(now.parse().unwrap(), ACCOUNT, region);
        let (ca, topic, settings) = (ca(&aws), aws.create_topic("notices"), settings.to_string());
        let variables =
            [("NOTICE_TOPIC_ARN", topic.as_str()), ("DEFAULT_PRIVATE_CA_ARN", &ca), ("SETTINGS", &settings)];
        let environment: Environment = variables.into_iter().collect();
        let sweep = expiry_events::Handler::new(expiry_events::Config::read(&environment).unwrap(), &aws.sdk_config());
        let config = imported_renewal::Config::read(&environment).unwrap();
        let renewal = imported_renewal::Handler::new(config, &aws.sdk_config());
        (Self { aws, sweep, renewal, delivered: 0 }, ca)
    }

    fn invocation(&self) -> Invocation {
        let home = Target { partition: "aws".into(), region: self.aws.region(), account: ACCOUNT.into() };
        Invocation { home, deadline: self.aws.now() + SignedDuration::from_secs(300) }
    }

    /// A sweep, and the renewals that it requests.
    async fn sweep(&mut self) -> usize {
        self.sweep.answer(serde_json::from_str(SWEEP).unwrap(), self.invocation()).await.unwrap();
        let requests: Vec<Value> = self.aws.events()[self.delivered..]
            .iter()
            .filter(|event| event.detail_type == "Certificate Renewal Requested")
            .map(|event| event.event.clone())
            .collect();
        for request in &requests {
            self.renewal.answer(request.clone(), self.invocation()).await.unwrap();
        }
        self.delivered = self.aws.events().len();
        requests.len()
    }

    /// Sweeps this often until the certificate is renewed, which it says when.
    async fn renewed_at(&mut self, arn: &str, hours: i64) -> Timestamp {
        for _ in 0..24 * 40 / hours {
            let requests = self.sweep().await;
            if self.status(arn).as_deref() == Some("renewal-complete") {
                return self.aws.now();
            }
            assert!(requests > 0 || self.status(arn).as_deref() != Some("pending-renewal") || hours == 1);
            self.aws.advance(hours.hours());
        }
        panic!("never renewed: {:?}", self.aws.certificate(arn));
    }

    fn status(&self, arn: &str) -> Option<String> {
        self.aws.certificate(arn).unwrap().tags.get(&format!("{TAG}status")).cloned()
    }

    fn notices(&self, kind: &str) -> usize {
        self.aws.published().iter().filter(|notice| notice.attribute("kind") == Some(kind)).count()
    }
}

fn due(days_left: i64, ca: &str) -> CertificateSpec {
    let spec = CertificateSpec::imported("pay.example.com").key(Key::P256).dns("pay.example.com").issued_by(ca);
    spec.days_left(days_left)
        .tag(&format!("{TAG}renew-from"), "private-ca")
        .in_use_by("arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/web/1c2d3e4f5a6b7c8d")
}

async fn renewed(region: &str, maintenance: Value, hours: i64) -> (String, Both) {
    let settings = json!({ "maintenance": maintenance });
    // On a Friday.
    let (mut both, ca) = Both::new("2026-11-20T17:00:00Z", region, &settings, |aws| aws.create_private_ca(Key::P256));
    let arn = both.aws.insert_certificate(due(20, &ca));
    let at = both.renewed_at(&arn, hours).await;
    assert_eq!(both.notices("renewal-failed"), 0);
    (at.to_string()[..13].to_owned(), both)
}

#[tokio::test]
async fn it_is_renewed_in_the_first_hours_of_the_window() {
    let windows = json!({ "windows": ["Mon-Thu 08:00-16:00"] });
    let (at, both) = renewed("us-east-701", windows, 1).await;
    assert_eq!(at, "2026-11-23T08");
    assert_eq!(both.notices("renewal-complete"), 1);
}

#[tokio::test]
async fn it_is_renewed_when_a_freeze_ends() {
    let freeze = json!({ "freezes": ["2026-11-20/2026-11-30"] });
    assert_eq!(renewed("us-east-702", freeze, 1).await.0, "2026-12-01T00");
}

/// Nothing is reported as critical until then.
#[tokio::test]
async fn a_long_freeze_ends_for_what_expires_soon() {
    let freeze = json!({ "freezes": ["2026-11-01/2026-12-31"] });
    let (at, both) = renewed("us-east-703", freeze, 1).await;
    assert_eq!(at, "2026-12-02T00");
    let critical = |notice: &&simulated_aws::Notice| notice.attribute("severity") == Some("critical");
    assert_eq!(both.aws.published().iter().filter(critical).count(), 0);
}

/// A sweep every day at 17:00 never meets the window.
#[tokio::test]
async fn where_no_sweep_meets_the_window_it_is_renewed_all_the_same() {
    let windows = json!({ "windows": ["Mon-Thu 08:00-16:00"] });
    assert_eq!(renewed("us-east-704", windows, 24).await.0, "2026-12-02T17");
}
