//! Certificates that are renewed from a secret: what is said about them, and when a secret is checked again.

use certificates::tags::Tags;
use events::{Event, RenewalTrigger};
use expiry_events::plan::{Action, plan};
use expiry_events::policy::{AutopilotForecast, RenewalDecision, RenewalForecast, decide_renewal};
use expiry_events::{CertificateState, Obstacle};
use jiff::ToSpan;
use notices::Notice;

use super::world::{World, imported, later, retagged, settings, state};

const SOURCE: [(&str, &str); 2] = [("acm-autopilot:renew-from", "secret"), ("acm-autopilot:secret", "tls/www")];

/// A certificate whose renewal failed at this time, and what the tag `notified` says.
fn failed(reason: &str, since: &str, not_after: &str, notified: Option<&str>) -> CertificateState {
    let status = [
        ("acm-autopilot:status", "renewal-failed"),
        ("acm-autopilot:status-since", since),
        ("acm-autopilot:status-reason", reason),
    ];
    let notified = notified.map(|value| ("acm-autopilot:notified", value));
    state(not_after, &SOURCE.into_iter().chain(status).chain(notified).collect::<Vec<_>>())
}

fn undelivered(not_after: &str) -> CertificateState {
    failed("secret-not-renewed", "2026-11-20T00:00:00Z", not_after, Some("30@2026-12-11"))
}

fn decision(state: &CertificateState) -> RenewalDecision {
    decide_renewal(state, &settings())
}

#[test]
fn an_undelivered_secret_is_checked_again_each_day() {
    use RenewalDecision::{CheckSecret, Paused, Start};
    // 20 days are left on 2026-12-11, none of which is a threshold; in 15 days one is.
    for (name, since, not_after, notified, expected) in [
        ("on the next day", "2026-11-20T23:59:59Z", "2026-12-11T12:00:00Z", None, CheckSecret),
        ("on the day of the failure", "2026-11-21T00:00:00Z", "2026-12-11T12:00:00Z", None, Paused),
        (
            "checked today",
            "2026-11-20T00:00:00Z",
            "2026-12-11T12:00:00Z",
            Some("30@2026-12-11/secret-checked-2026-11-21"),
            Paused,
        ),
        (
            "checked yesterday",
            "2026-11-19T00:00:00Z",
            "2026-12-11T12:00:00Z",
            Some("30@2026-12-11/secret-checked-2026-11-20"),
            CheckSecret,
        ),
        (
            "about another certificate",
            "2026-11-20T00:00:00Z",
            "2026-12-11T12:00:00Z",
            Some("30@2025-12-11/secret-checked-2026-11-21"),
            CheckSecret,
        ),
        (
            "a threshold was crossed: its owner is notified again",
            "2026-11-20T00:00:00Z",
            "2026-12-06T12:00:00Z",
            None,
            Start(RenewalTrigger::ThresholdCrossed),
        ),
        ("before its window", "2026-11-20T00:00:00Z", "2026-12-22T12:00:00Z", None, Paused),
        ("after its expiry", "2026-11-20T00:00:00Z", "2026-11-10T12:00:00Z", None, CheckSecret),
        ("long after its expiry", "2026-11-20T00:00:00Z", "2026-10-21T12:00:00Z", None, Paused),
    ] {
        for reason in ["secret-not-renewed", "secret-not-ready"] {
            assert_eq!(decision(&failed(reason, since, not_after, notified)), expected, "{name}: {reason}");
        }
    }
}

#[test]
fn only_an_undelivered_secret_is_checked_each_day() {
    for reason in ["secret-not-granted", "secret-unreadable", "ca-disabled"] {
        let state = failed(reason, "2026-11-19T00:00:00Z", "2026-12-11T12:00:00Z", None);
        assert_eq!(decision(&state), RenewalDecision::Paused, "{reason}");
    }
    let undelivered = undelivered("2026-12-11T12:00:00Z");
    let other = retagged(&undelivered, undelivered.tags.clone().with("acm-autopilot:renew-from", "private-ca"));
    assert_eq!(decision(&other), RenewalDecision::Paused, "another source since");
}

#[test]
fn a_check_leaves_the_tags_of_the_renewal_and_remembers_the_day() {
    let undelivered = undelivered("2026-12-11T12:00:00Z");
    let plan = plan(&undelivered, &settings());
    assert_eq!((plan.publish.len(), &plan.record_notified), (0, &None), "quietly");
    let request = plan.request.clone().unwrap();
    assert_eq!((request.why, request.pending_tags), (RenewalTrigger::Retry, None));
    assert!(matches!(&request.send[..], [Event::RenewalRequested(_)]));
    let checked = request.secret_checked.unwrap().to_string();
    assert_eq!(checked, "30@2026-12-11/secret-checked-2026-11-21");
    assert!(matches!(&plan.actions()[..], [Action::RecordNotified { .. }, Action::SendEvent { .. }]));

    let after = retagged(&undelivered, undelivered.tags.clone().with("acm-autopilot:notified", checked));
    assert_eq!(decision(&after), RenewalDecision::Paused);
    assert_eq!(decision(&later(&after, "2026-11-21T23:59:59Z")), RenewalDecision::Paused);
    assert_eq!(decision(&later(&after, "2026-11-22T00:00:00Z")), RenewalDecision::CheckSecret);
}

#[test]
fn a_notice_of_the_same_day_does_not_forget_the_check() {
    let state = failed("secret-not-renewed", "2026-11-20T00:00:00Z", "2026-12-11T12:00:00Z", None);
    let plan = plan(&state, &settings());
    let text = plan.record_notified.unwrap().to_string();
    assert_eq!((plan.publish.len(), text.as_str()), (1, "30@2026-12-11/secret-checked-2026-11-21"));
}

#[test]
fn without_its_tag_a_secret_is_checked_when_the_day_starts() {
    let mut state = undelivered("2026-12-11T12:00:00Z");
    state.obstacle = Some(Obstacle::TagsRefused("no".into()));
    for (now, expected) in
        [("2026-11-21T00:59:59Z", RenewalDecision::CheckSecret), ("2026-11-21T01:00:00Z", RenewalDecision::Paused)]
    {
        let state = later(&state, now);
        assert_eq!(decision(&state), expected, "{now}");
        let request = plan(&state, &settings()).request;
        assert!(request.is_none_or(|request| request.secret_checked.is_none()));
    }
}

/// Whatever the schedule of sweeps is.
#[tokio::test]
async fn sweeps_check_a_secret_once_a_day() {
    let world = World::new();
    let mut spec = imported(20);
    for (key, value) in undelivered("2026-12-11T12:00:00Z").tags.iter() {
        spec = spec.tag(key, value);
    }
    let arn = world.insert(spec);
    for (hours, expected) in [(0, 1), (6, 1), (10, 1), (6, 2), (24, 3)] {
        world.aws.advance(hours.hours());
        world.sweep().await;
        assert_eq!(world.sent(), vec!["Certificate Renewal Requested"; expected]);
    }
    assert_eq!(world.tag(&arn, "acm-autopilot:status-since").as_deref(), Some("2026-11-20T00:00:00Z"));
    assert_eq!(world.kinds(), Vec::<String>::new());
    let written = world.effects().iter().filter(|name| *name == "AddTagsToCertificate").count();
    assert_eq!(written, 3, "one tag a day: {:?}", world.effects());
}

fn notice(state: &CertificateState) -> Notice {
    plan(state, &settings()).publish.into_iter().next().unwrap()
}

#[test]
fn it_is_renewed_when_the_tool_writes_it() {
    let of = |not_after: &str, tags: &[(&str, &str)]| notice(&state(not_after, tags)).what_happens_next;
    assert_eq!(
        of("2026-12-30T12:00:00Z", &SOURCE),
        "acm-autopilot renews the certificate from the secret tls/www as soon as the tool that writes the secret has \
         written a new certificate. If there is none on 2026-11-30, you will be notified."
    );
    assert_eq!(
        of("2026-12-11T12:00:00Z", &SOURCE),
        "acm-autopilot has just requested the renewal from the secret tls/www. You will be notified of the result."
    );
    let unnamed = [SOURCE[0], ("acm-autopilot:secret", "see https://evil.example")];
    let text = of("2026-12-11T12:00:00Z", &unnamed);
    assert!(text.contains("from a secret.") && !text.contains("evil"), "{text}");
}

#[test]
fn what_is_missing_in_a_secret_is_for_the_tool_that_writes_it() {
    for (reason, lack) in
        [("secret-not-renewed", "a new certificate"), ("secret-not-ready", "a complete certificate with its key")]
    {
        let state = failed(reason, "2026-11-21T00:00:00Z", "2026-12-11T12:00:00Z", None);
        let forecast = RenewalForecast::new(&state, &settings(), &decision(&state));
        assert!(matches!(forecast, RenewalForecast::Autopilot(AutopilotForecast::NotDelivered(_))), "{forecast:?}");
        assert_eq!(
            notice(&state).what_happens_next,
            format!(
                "Nothing else renews the certificate: the secret tls/www does not have {lack} yet ({reason}). \
                 acm-autopilot imports the new certificate as soon as the tool that writes the secret has written it."
            )
        );
    }
}

/// The value of a secret is a private key.
#[test]
fn no_notice_shows_how_to_read_a_secret() {
    for reason in certificates::FailureReason::ALL {
        for not_after in ["2026-12-11T12:00:00Z", "2026-11-24T12:00:00Z", "2026-11-20T12:00:00Z"] {
            let text = notice(&failed(reason.as_str(), "2026-11-21T00:00:00Z", not_after, None)).text();
            assert!(!text.contains("get-secret-value"), "{text}");
        }
    }
}

#[test]
fn a_failure_of_the_secret_comes_with_what_aws_knows_about_it() {
    for (reason, expected) in [("secret-unreadable", true), ("secret-consent-missing", true), ("import-refused", false)]
    {
        let steps = notice(&failed(reason, "2026-11-21T00:00:00Z", "2026-12-11T12:00:00Z", None)).what_to_do;
        assert_eq!(steps.iter().any(|step| step.contains("describe-secret")), expected, "{steps:?}");
    }
}

#[test]
fn a_check_that_could_not_be_requested_is_not_said_to_have_been() {
    let mut state = failed("secret-not-renewed", "2026-11-20T00:00:00Z", "2026-12-11T12:00:00Z", None);
    state.obstacle = Some(Obstacle::RequestFailed("events:PutEvents failed".into()));
    let next = notice(&state).what_happens_next;
    assert!(next.starts_with("acm-autopilot could not start the renewal from the secret tls/www"), "{next}");
}

#[test]
fn a_tag_of_others_is_not_a_check() {
    let tags: Tags =
        undelivered("2026-12-11T12:00:00Z").tags.with("acm-autopilot:notified", "secret-checked-2026-11-21");
    let state = retagged(&undelivered("2026-12-11T12:00:00Z"), tags);
    assert_eq!(decision(&state), RenewalDecision::CheckSecret, "it is not of the tag's form");
}
