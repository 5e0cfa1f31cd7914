//! Certificates that are used outside AWS: those of ACME clients, and those that only clients present.

use certificates::{CertificateType, KeyPairOrigin, RenewalEligibility};
use expiry_events::policy::outlook::{self, Outlook};
use expiry_events::policy::{self, Look, Reason};
use notices::{Notice, Severity};

use super::world::{look, settings};

fn of_clients(not_after: &str) -> Look {
    let mut look = look(not_after, &[]);
    look.facts.certificate_type = CertificateType::AmazonIssued;
    look.facts.renewal_eligibility = Some(RenewalEligibility::Ineligible);
    look.facts.in_use = Some(false);
    look.facts.in_use_by.clear();
    look
}

fn acme(not_after: &str) -> Look {
    let mut look = of_clients(not_after);
    look.facts.key_pair_origin = Some(KeyPairOrigin::Acme);
    look.facts.acme_account = Some("acct-7".into());
    look.facts.acme_endpoint = Some("arn:aws:acm:us-east-1:123456789012:acme-endpoint/e1".into());
    look
}

fn notice(look: &Look) -> Notice {
    policy::decide(look, &settings()).publish.pop().unwrap()
}

#[test]
fn an_acme_client_renews_its_certificates_under_a_new_arn() {
    for (not_after, severity, steps) in [
        ("2027-01-03T12:00:00Z", Severity::Info, 0),
        ("2026-12-20T12:00:00Z", Severity::Warning, 2),
        ("2026-11-28T12:00:00Z", Severity::Critical, 2),
        ("2026-11-20T12:00:00Z", Severity::Warning, 2),
    ] {
        let look = acme(not_after);
        let of = outlook::of(&look, &settings(), &policy::renewal::decide(&look, &settings()));
        assert_eq!(of, Outlook::AcmeClient);
        let notice = notice(&look);
        assert_eq!((notice.severity, notice.what_to_do.len()), (severity, steps), "{not_after}");
        let client = "its ACME client (account acct-7 at endpoint arn:aws:acm:us-east-1:123456789012:acme-endpoint/e1)";
        assert!(notice.what_happens_next.contains(&format!("{client} requests the next certificate, under a new ARN")));
        let text = format!("{} {} {}", notice.what_happens_next, notice.why_it_matters, notice.what_to_do.join(" "));
        for wrong in ["delete", "import", "export", "equest a new", "No AWS resource uses it"] {
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
        let mut look = acme("2026-12-20T12:00:00Z");
        look.facts.acme_account = account.map(str::to_owned);
        look.facts.acme_endpoint = endpoint.map(str::to_owned);
        let next = notice(&look).what_happens_next;
        assert!(next.contains(expected), "{next}");
    }
}

#[test]
fn a_superseded_certificate_is_silent_unless_it_was_revoked() {
    let mut look = Look { superseded: true, ..acme("2026-11-28T12:00:00Z") };
    let plan = policy::decide(&look, &settings());
    assert!(plan.is_empty() && plan.reason == Reason::Superseded);
    look.facts.status = "REVOKED".into();
    let steps = notice(&look).what_to_do.join(" ");
    assert!(!steps.contains("delete-certificate"), "{steps}");
}

#[test]
fn a_certificate_for_clients_only_is_never_called_unused() {
    let mut look = of_clients("2026-11-28T12:00:00Z");
    assert!(notice(&look).what_to_do[0].starts_with("If it is not needed, delete it: "));
    look.facts.root_hierarchy = Some("N2_AMAZON_MANAGED".into());
    look.facts.usage = Some("CLIENT_AUTH_ONLY".into());
    let notice = notice(&look);
    assert_eq!(notice.severity, Severity::Critical, "whether it is in use is not known");
    let steps = notice.what_to_do.join(" ");
    assert!(!steps.contains("delete") && steps.contains("in every client"), "{steps}");
    assert_eq!(
        notice.why_it_matters,
        "It identifies clients, so AWS cannot see whether it is in use. From 2026-11-28 on, servers will refuse the \
         clients that present it."
    );
}

#[test]
fn acm_is_late_after_three_quarters_of_98_days() {
    let mut look = of_clients("2026-12-16T12:00:00Z");
    look.facts.renewal_eligibility = Some(RenewalEligibility::Eligible);
    look.facts.not_before = Some("2026-09-09T12:00:00Z".parse().unwrap());
    let of = |look: &Look| outlook::of(look, &settings(), &policy::renewal::decide(look, &settings()));
    assert_eq!(of(&look), Outlook::AcmInTime(24), "25 days are left");
    look.now = "2026-11-22T06:00:00Z".parse().unwrap();
    assert_eq!(of(&look), Outlook::AcmLate);
}
