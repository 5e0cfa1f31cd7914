//! Certificates that are used outside AWS: those of ACME clients, and those that only clients present.

use certificates::{CertificateType, KeyPairOrigin, RenewalEligibility};
use expiry_events::CertificateState;
use expiry_events::plan::{Reason, plan};
use expiry_events::policy::{AcmForecast, RenewalForecast, decide_renewal};
use notices::{Notice, Severity};

use super::world::{settings, state};

fn of_clients(not_after: &str) -> CertificateState {
    let mut state = state(not_after, &[]);
    state.certificate.certificate_type = CertificateType::AmazonIssued;
    state.certificate.renewal_eligibility = Some(RenewalEligibility::Ineligible);
    state.certificate.in_use = Some(false);
    state.certificate.in_use_by.clear();
    state
}

fn acme(not_after: &str) -> CertificateState {
    let mut state = of_clients(not_after);
    state.certificate.key_pair_origin = Some(KeyPairOrigin::Acme);
    state.certificate.acme_account = Some("acct-7".into());
    state.certificate.acme_endpoint = Some("arn:aws:acm:us-east-1:123456789012:acme-endpoint/e1".into());
    state
}

fn notice(state: &CertificateState) -> Notice {
    plan(state, &settings()).publish.pop().unwrap()
}

#[test]
fn an_acme_client_renews_its_certificates_under_a_new_arn() {
    for (not_after, severity, steps) in [
        ("2027-01-03T12:00:00Z", Severity::Info, 0),
        ("2026-12-20T12:00:00Z", Severity::Warning, 2),
        ("2026-11-28T12:00:00Z", Severity::Critical, 2),
        ("2026-11-20T12:00:00Z", Severity::Warning, 2),
    ] {
        let state = acme(not_after);
        let of = RenewalForecast::new(&state, &settings(), &decide_renewal(&state, &settings()));
        assert_eq!(of, RenewalForecast::AcmeClient);
        let notice = notice(&state);
        assert_eq!((notice.severity, notice.what_to_do.len()), (severity, steps), "{not_after}");
        let client = "its ACME client (account acct-7 at endpoint arn:aws:acm:us-east-1:123456789012:acme-endpoint/e1)";
        assert!(notice.what_happens_next.contains(&format!("{client} requests the next certificate, under a new ARN")));
        let text = format!("{} {} {}", notice.what_happens_next, notice.why_it_matters, notice.what_to_do.join(" "));
        for wrong in ["delete", "import", "export", "equest a new", "No AWS resource uses"] {
            assert!(!text.contains(wrong), "{wrong}: {text}");
        }
    }
}

#[test]
fn an_acme_client_is_named_as_far_as_it_is_known() {
    for (account, endpoint, expected) in [
        (None, None, "its ACME client requests"),
        (Some("a"), None, "its ACME client (account a) requests"),
        (None, Some("e"), "its ACME client (endpoint e) requests"),
    ] {
        let mut state = acme("2026-12-20T12:00:00Z");
        state.certificate.acme_account = account.map(str::to_owned);
        state.certificate.acme_endpoint = endpoint.map(str::to_owned);
        let next = notice(&state).what_happens_next;
        assert!(next.contains(expected), "{next}");
    }
}

#[test]
fn a_superseded_certificate_is_silent_unless_it_was_revoked() {
    let mut state = CertificateState { is_superseded: true, ..acme("2026-11-28T12:00:00Z") };
    let plan = plan(&state, &settings());
    assert!(plan.is_empty() && plan.reason == Reason::Superseded);
    state.certificate.status = "REVOKED".into();
    let steps = notice(&state).what_to_do.join(" ");
    assert!(!steps.contains("delete-certificate"), "{steps}");
}

#[test]
fn a_certificate_for_clients_only_is_never_called_unused() {
    let mut state = of_clients("2026-11-28T12:00:00Z");
    assert!(notice(&state).what_to_do[0].starts_with("If the certificate is not needed, delete it: "));
    state.certificate.root_hierarchy = Some("N2_AMAZON_MANAGED".into());
    state.certificate.usage = Some("CLIENT_AUTH_ONLY".into());
    let notice = notice(&state);
    assert_eq!(notice.severity, Severity::Critical, "whether it is in use is not known");
    let steps = notice.what_to_do.join(" ");
    assert!(!steps.contains("delete") && steps.contains("in every client"), "{steps}");
    assert_eq!(
        notice.why_it_matters,
        "The certificate identifies clients, so AWS cannot see whether it is in use. Unless the certificate is renewed or \
         replaced, servers will refuse the clients that present it from 2026-11-28 on."
    );
}

#[test]
fn acm_is_late_after_three_quarters_of_98_days() {
    let mut state = of_clients("2026-12-16T12:00:00Z");
    state.certificate.renewal_eligibility = Some(RenewalEligibility::Eligible);
    state.certificate.not_before = Some("2026-09-09T12:00:00Z".parse().unwrap());
    let of = |state: &CertificateState| RenewalForecast::new(state, &settings(), &decide_renewal(state, &settings()));
    assert_eq!(of(&state), RenewalForecast::Acm(AcmForecast::InTime { late_days: 24 }), "25 days are left");
    state.now = "2026-11-22T06:00:00Z".parse().unwrap();
    assert_eq!(of(&state), RenewalForecast::Acm(AcmForecast::Late));
}
