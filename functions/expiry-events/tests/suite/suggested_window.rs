//! What a window that a CA suggests leads to, by the policy alone.

use events::RenewalTrigger;
use expiry_events::plan::plan;
use expiry_events::policy::renewal::depends_on_suggested_window;
use expiry_events::policy::suggested_window::moment;
use expiry_events::policy::{AutopilotForecast, RenewalDecision, RenewalForecast, Settings, decide_renewal};
use expiry_events::{CertificateState, SuggestedWindow};
use notices::Notice;
use serde_json::Value;

use super::world::{at, later, settings, state};

const FROM_ACME: [(&str, &str); 2] = [("acm-autopilot:renew-from", "acme"), ("acm-autopilot:acme", "letsencrypt")];
const PAGE: &str = "https://ca.example/why";

/// A certificate of the year that ends on 2027-05-21, half of which is over on 2026-11-19, with this window.
fn suggested(start: &str, end: &str, explanation: Option<&str>) -> CertificateState {
    let mut state = state("2027-05-21T12:00:00Z", &FROM_ACME);
    let (start, end, explanation) = (at(start), at(end), explanation.map(str::to_owned));
    state.suggested_window = Some(SuggestedWindow { start, end, explanation, certificate_id: "AKI.serial".into() });
    state
}

fn decision(state: &CertificateState) -> RenewalDecision {
    decide_renewal(state, &settings())
}

/// It is 2026-11-21T06:51:08Z.
#[test]
fn the_table_of_windows() {
    use RenewalDecision::{NotDue, Start};
    use RenewalTrigger::{RevocationAhead, SuggestedWindow};
    for (name, start, end, explanation, expected) in [
        ("ahead", "2027-01-20T00:00:00Z", "2027-01-22T00:00:00Z", None, NotDue),
        ("ahead, explained", "2027-01-20T00:00:00Z", "2027-01-22T00:00:00Z", Some(PAGE), NotDue),
        ("just started", "2026-11-21T06:51:07Z", "2027-11-21T06:51:07Z", None, NotDue),
        ("nearly over", "2025-11-21T06:51:07Z", "2026-11-21T06:51:09Z", None, Start(SuggestedWindow)),
        ("over", "2026-11-20T00:00:00Z", "2026-11-21T06:51:08Z", None, Start(SuggestedWindow)),
        ("over, explained", "2026-11-20T00:00:00Z", "2026-11-21T06:51:08Z", Some(PAGE), Start(RevocationAhead)),
        (
            "over in the first half of its life",
            "2026-11-01T00:00:00Z",
            "2026-11-19T00:00:00Z",
            None,
            Start(RevocationAhead),
        ),
        ("over before its life", "2020-01-01T00:00:00Z", "2020-01-02T00:00:00Z", None, Start(RevocationAhead)),
    ] {
        assert_eq!(decision(&suggested(start, end, explanation)), expected, "{name}");
    }
}

#[test]
fn the_moment_decides_to_the_second() {
    let state = suggested("2027-01-20T00:00:00Z", "2027-01-22T00:00:00Z", None);
    let moment = moment(state.suggested_window.as_ref().unwrap());
    for (seconds, expected) in
        [(-1, RenewalDecision::NotDue), (0, RenewalDecision::Start(RenewalTrigger::SuggestedWindow))]
    {
        let now = moment + jiff::SignedDuration::from_secs(seconds);
        assert_eq!(decision(&later(&state, &now.to_string())), expected, "{seconds}");
    }
}

/// A CA can make a renewal earlier, and nothing else.
#[test]
fn no_window_delays_a_renewal_or_restarts_one() {
    let window = suggested("2027-05-01T00:00:00Z", "2027-05-20T00:00:00Z", None);
    let due = later(&window, "2027-04-21T00:00:00Z");
    assert_eq!(decision(&due), RenewalDecision::Start(RenewalTrigger::Due));
    let past = suggested("2026-11-20T00:00:00Z", "2026-11-20T12:00:00Z", Some(PAGE));
    for (status, expected) in
        [("pending-renewal", RenewalDecision::InProgress), ("renewal-in-progress", RenewalDecision::InProgress)]
    {
        let tags = past.tags.clone().with("acm-autopilot:status", status);
        let tags = tags.with("acm-autopilot:status-since", "2026-11-21T06:50:00Z");
        let state =
            CertificateState { suggested_window: past.suggested_window.clone(), ..super::world::retagged(&past, tags) };
        assert_eq!(decision(&state), expected, "{status}");
    }
}

/// The same state with these tags.
fn tagged(state: &CertificateState, tags: &[(&str, &str)]) -> CertificateState {
    let tags =
        tags.iter().fold(state.tags.clone(), |all, (key, value)| all.with(&format!("acm-autopilot:{key}"), *value));
    CertificateState { suggested_window: state.suggested_window.clone(), ..super::world::retagged(state, tags) }
}

/// There may be no time until the next threshold of days left.
#[test]
fn a_failure_that_waits_for_a_person_is_tried_again_once_when_a_revocation_is_announced() {
    use RenewalDecision::{Paused, Start};
    let past = suggested("2026-11-20T00:00:00Z", "2026-11-20T12:00:00Z", Some(PAGE));
    let ahead = suggested("2027-01-20T00:00:00Z", "2027-01-22T00:00:00Z", None);
    let failed = |reason: &'static str| {
        [("status", "renewal-failed"), ("status-since", "2026-11-21T06:00:00Z"), ("status-reason", reason)]
    };
    for reason in ["not-longer", "acme-zone-missing", "import-quota-reached", "gremlins"] {
        let state = tagged(&past, &failed(reason));
        assert_eq!(decision(&state), Start(RenewalTrigger::RevocationAhead), "{reason}");
        let plan = plan(&state, &settings());
        assert_eq!(plan.publish[0].kind.as_str(), "revocation-ahead");
        assert!(plan.request.unwrap().pending_tags.unwrap().clear_reason);
        let reported = tagged(&state, &[("notified", "-@2027-05-21/revocation-ahead")]);
        assert_eq!(decision(&reported), Paused, "{reason}: once");
        let unknown = tagged(&CertificateState { suggested_window: None, ..past.clone() }, &failed(reason));
        assert!(depends_on_suggested_window(&unknown, &settings()), "{reason}: the CA is asked");
        assert_eq!(decision(&unknown), Paused, "{reason}");
        assert!(!depends_on_suggested_window(&reported, &settings()), "{reason}: the CA is not asked again");
    }
    assert_eq!(decision(&tagged(&past, &failed("throttled"))), Paused, "time resolves it");
    assert_eq!(decision(&tagged(&ahead, &failed("not-longer"))), Paused);
}

/// It may wait for a maintenance window, which imported-renewal knows.
#[test]
fn a_request_that_waits_is_repeated_with_the_announced_revocation() {
    let past = suggested("2026-11-20T00:00:00Z", "2026-11-20T12:00:00Z", Some(PAGE));
    let waiting = [("status", "pending-renewal"), ("status-since", "2026-11-21T05:00:00Z")];
    assert_eq!(decision(&tagged(&past, &waiting)), RenewalDecision::Repeat(RenewalTrigger::RevocationAhead));
    let unknown = tagged(&CertificateState { suggested_window: None, ..past }, &waiting);
    assert_eq!(decision(&unknown), RenewalDecision::Repeat(RenewalTrigger::LostRequest));
    assert!(depends_on_suggested_window(&unknown, &settings()));
}

#[test]
fn a_renewal_that_the_ca_suggests_is_a_new_one() {
    let mut state = suggested("2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z", None);
    state.certificate.serial = Some("2c:3d".into());
    let request = plan(&state, &settings()).request.unwrap();
    assert_eq!(request.pending_tags.unwrap().renewal_of.as_deref(), Some("2c:3d"));
}

#[test]
fn a_revocation_ahead_is_reported_with_its_reason() {
    let state = suggested("2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z", Some(PAGE));
    let plan = plan(&state, &settings());
    let notice = &plan.publish[0];
    assert_eq!(notice.subject, "[warning] example.com: its CA asks to replace it at once (expires 2027-05-21)");
    assert_eq!(
        notice.what_happened,
        "The CA of the certificate for example.com asks to replace it at once, so the CA may revoke it soon. The CA \
         explains why: https[:]//ca.example/why"
    );
    assert!(
        notice.why_it_matters.ends_with(" Once the certificate is revoked, whoever checks for revocation refuses it.")
    );
    assert_eq!(
        notice.what_happens_next,
        "acm-autopilot has just requested the renewal from the ACME directory letsencrypt. You will be notified of the \
         result."
    );
    assert_eq!(notice.what_to_do.len(), 1);
    assert_eq!(plan.record_notified.unwrap().to_string(), "-@2027-05-21/revocation-ahead");
}

#[test]
fn the_sample_is_what_is_sent() {
    let mut state = suggested("2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z", Some(PAGE));
    state.certificate.issuer = Some("Example CA".into());
    state.certificate.serial = Some("2b:91:0c:5e:7f:d4:38:a6:e0:13:4d:b7:92:6c:f5:08".into());
    let notice = plan(&state, &settings()).publish.remove(0);
    let notice = Notice { sent_by: Some("acm-autopilot-expiry-events".into()), ..notice };
    let sample = include_str!("../../../../events/sent/notice-revocation-ahead.json");
    let sample: Value = serde_json::from_str(sample).unwrap();
    assert_eq!(notice.json(), sample, "{:#}", notice.json());
}

#[test]
fn who_renews_it_is_the_directory_that_the_tag_names() {
    let of = |not_after: &str, tags: &[(&str, &str)]| {
        plan(&state(not_after, tags), &settings()).publish[0].what_happens_next.clone()
    };
    assert_eq!(
        of("2026-12-30T12:00:00Z", &FROM_ACME),
        "acm-autopilot renews the certificate from the ACME directory letsencrypt on 2026-11-30 at the latest, and earlier \
         if the CA suggests it."
    );
    for tags in [&FROM_ACME[..1], &[FROM_ACME[0], ("acm-autopilot:acme", "https://evil.example")][..]] {
        let state = state("2026-12-30T12:00:00Z", tags);
        let forecast = RenewalForecast::new(&state, &settings(), &decision(&state));
        assert_eq!(forecast, RenewalForecast::Autopilot(AutopilotForecast::UnknownDirectory));
        let text = plan(&state, &settings()).publish[0].text();
        assert!(text.contains("does not name a directory of the stack parameter AcmeSettings"), "{text}");
        assert!(text.contains("Key=acm-autopilot:acme,Value=DIRECTORY") && !text.contains("evil"), "{text}");
    }
    let nothing = Settings { acme_directories: Default::default(), ..settings() };
    let state = state("2026-12-30T12:00:00Z", &FROM_ACME);
    let forecast = RenewalForecast::new(&state, &nothing, &decision(&state));
    assert_eq!(forecast, RenewalForecast::Autopilot(AutopilotForecast::UnknownDirectory));
}
