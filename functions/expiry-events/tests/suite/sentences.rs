//! Sentences and steps, one case each.

use certificates::{CertificateType, DomainValidation, Renewal, RenewalEligibility, ResourceRecord, Validation};
use expiry_events::plan::plan;
use expiry_events::policy::Settings;
use expiry_events::{CertificateState, Occasion};
use notices::Notice;

use super::world::{at, settings, state};

const RENEW: (&str, &str) = ("acm-autopilot:renew-from", "private-ca");

fn notice(state: &CertificateState) -> Notice {
    notice_by(state, &settings())
}

fn notice_by(state: &CertificateState, settings: &Settings) -> Notice {
    plan(state, settings).publish.into_iter().next().unwrap()
}

fn amazon(not_after: &str) -> CertificateState {
    let mut state = state(not_after, &[]);
    state.certificate.certificate_type = CertificateType::AmazonIssued;
    state.certificate.renewal_eligibility = Some(RenewalEligibility::Eligible);
    state
}

fn unused(mut state: CertificateState) -> CertificateState {
    state.certificate.in_use = Some(false);
    state.certificate.in_use_by.clear();
    state
}

fn ineligible(mut state: CertificateState) -> CertificateState {
    state.certificate.renewal_eligibility = Some(RenewalEligibility::Ineligible);
    state
}

fn stuck(status: &str, reason: Option<&str>, domains: Vec<DomainValidation>) -> CertificateState {
    let mut state = amazon("2026-12-11T12:00:00Z");
    state.certificate.renewal = Some(Renewal { status: status.into(), reason: reason.map(str::to_owned), domains });
    state
}

fn domain(name: &str, validation: Validation) -> DomainValidation {
    DomainValidation { domain_name: name.into(), succeeded: Some(false), validation }
}

fn by_dns(n: usize) -> DomainValidation {
    let record = ResourceRecord {
        name: format!("_{n}.example.com."),
        kind: "CNAME".into(),
        value: "_1.acm-validations.aws.".into(),
    };
    domain(&format!("{n}.example.com"), Validation::Dns(Some(record)))
}

#[test]
fn why_it_matters_names_the_date() {
    let of = |state: &CertificateState| notice(state).why_it_matters;
    let used = "The certificate is in use by elasticloadbalancing loadbalancer/app/web/50dc6c495c0c9188.";
    let soon = || state("2026-12-11T12:00:00Z", &[]);
    let past = || state("2026-11-19T12:00:00Z", &[]);
    assert_eq!(
        of(&soon()),
        format!(
            "{used} Unless the certificate is renewed or replaced, clients will refuse to connect from 2026-12-11 on."
        )
    );
    assert_eq!(of(&past()), format!("{used} Clients have refused to connect since 2026-11-19."));
    let outside = "No AWS resource uses the certificate. If copies of the certificate are in use outside AWS, they";
    assert_eq!(of(&unused(soon())), format!("{outside} stop working on 2026-12-11."));
    assert_eq!(of(&unused(past())), format!("{outside} stopped working on 2026-11-19."));
    let mut unknown = soon();
    unknown.certificate.in_use = None;
    assert_eq!(
        of(&unknown),
        "ACM did not say whether AWS resources use the certificate. Unless the certificate is renewed or replaced, \
         clients will refuse to connect from 2026-12-11 on."
    );

    let mut renewed = CertificateState { occasion: Occasion::Renewed, ..amazon("2027-06-07T12:00:00Z") };
    renewed.certificate.not_before = Some(at("2026-11-20T00:00:00Z"));
    assert_eq!(of(&renewed), format!("{used} The AWS resources that use it get the new certificate automatically."));
    assert!(notice(&renewed).what_to_do.is_empty());
    let renewed = unused(renewed);
    assert!(of(&renewed).ends_with("Copies outside AWS, if there are any, are still the old certificate."));
    assert!(notice(&renewed).what_to_do[0].contains("export it again"));
}

#[test]
fn acm_has_renewed_when_it_shows_it() {
    let mut state = CertificateState { occasion: Occasion::Renewed, ..amazon("2027-06-07T12:00:00Z") };
    assert!(plan(&state, &settings()).is_empty(), "the event alone is not enough");
    for (issued, is_recent) in [("2026-11-19T06:51:08Z", true), ("2026-11-19T06:51:07Z", false)] {
        state.certificate.issued_at = Some(at(issued));
        assert_eq!(!plan(&state, &settings()).is_empty(), is_recent, "{issued}");
    }
    state.certificate.issued_at = Some(at("2026-11-20T00:00:00Z"));
    state.certificate.key_pair_origin = Some(certificates::KeyPairOrigin::Acme);
    assert!(plan(&state, &settings()).is_empty(), "ACM renews no certificate of an ACME client");
    state.certificate.key_pair_origin = None;
    state.certificate.certificate_type = CertificateType::Imported;
    assert!(plan(&state, &settings()).is_empty());
}

#[test]
fn who_renews_it_is_said_with_the_date() {
    let of = |state: &CertificateState| notice(state).what_happens_next;
    let cases = [
        (
            state("2026-12-30T12:00:00Z", &[RENEW]),
            "acm-autopilot renews the certificate from private-ca on 2026-11-30.",
        ),
        (
            amazon("2026-12-30T12:00:00Z"),
            "ACM renews the certificate automatically. If ACM has not renewed it by 2026-11-30, the next notice is a warning.",
        ),
        (
            ineligible(amazon("2026-11-19T12:00:00Z")),
            "Nothing renews the certificate: ACM does not renew a certificate that has expired.",
        ),
        (
            ineligible(amazon("2026-12-30T12:00:00Z")),
            "Nothing renews the certificate: ACM renews only certificates that AWS resources use or that were exported.",
        ),
        (
            state("2026-12-30T12:00:00Z", &[("acm-autopilot:renew-from", "see https://evil.example")]),
            "Nothing renews the certificate: the value of its tag acm-autopilot:renew-from is not a source that this version knows.",
        ),
    ];
    for (state, expected) in cases {
        assert_eq!(of(&state), expected);
    }
    let text =
        notice(&state("2026-12-30T12:00:00Z", &[("acm-autopilot:renew-from", "see https://evil.example")])).text();
    assert!(!text.contains("evil"), "{text}");
}

#[test]
fn a_renewal_that_time_fixes_is_tried_again() {
    let failed = [
        RENEW,
        ("acm-autopilot:status", "renewal-failed"),
        ("acm-autopilot:status-since", "2026-11-21T06:30:00Z"),
        ("acm-autopilot:status-reason", "throttled"),
    ];
    let next = notice(&state("2026-12-11T12:00:00Z", &failed)).what_happens_next;
    assert_eq!(next, "The renewal from private-ca failed (throttled). acm-autopilot tries again automatically.");
}

#[test]
fn what_acm_does_not_renew_is_deleted_or_replaced() {
    let delete = "If the certificate is not needed, delete it: ";
    for (state, is_unused) in [
        (unused(ineligible(amazon("2026-12-11T12:00:00Z"))), true),
        (ineligible(amazon("2026-12-11T12:00:00Z")), false),
        (unused(state("2026-12-11T12:00:00Z", &[])), true),
        (state("2026-12-11T12:00:00Z", &[]), false),
    ] {
        let steps = notice(&state).what_to_do;
        assert_eq!(steps[0].starts_with(delete), is_unused, "{steps:?}");
        assert_eq!(steps.iter().any(|step| step.contains("Value=off")), is_unused, "{steps:?}");
    }
}

#[test]
fn what_prevents_acm_from_renewing_it_is_named() {
    for (status, reason, expected) in [
        ("FAILED", Some("PCA_ACCESS_DENIED"), "its private CA does not issue (PCA_ACCESS_DENIED)"),
        ("FAILED", Some("OTHER"), "FAILED, OTHER"),
        ("FAILED", None, "FAILED"),
        ("FAILED", Some("CAA_ERROR"), "a CAA record does not allow Amazon to issue for one of its domains"),
        ("PENDING_VALIDATION", None, "PENDING_VALIDATION"),
        ("PENDING_VALIDATION", Some("PENDING_DOMAIN_VALIDATION"), "PENDING_VALIDATION, PENDING_DOMAIN_VALIDATION"),
    ] {
        let what = notice(&stuck(status, reason, Vec::new())).what_happened;
        assert_eq!(
            what,
            format!(
                "ACM cannot renew the certificate for example.com, which is valid until 2026-12-11 (20 days left): {expected}."
            )
        );
    }
    for (domains, expected) in [(1, "1 of its domains has"), (2, "2 of its domains have")] {
        let what = notice(&stuck("PENDING_VALIDATION", None, (0..domains).map(by_dns).collect())).what_happened;
        assert!(what.contains(&format!(": {expected} to be validated again.")), "{what}");
    }
    let steps = notice(&stuck("FAILED", Some("PCA_ACCESS_DENIED"), vec![by_dns(1)])).what_to_do;
    assert!(steps[0].starts_with("Bring the private CA to the state ACTIVE"), "{steps:?}");
    // The domains that wait, or all of them where ACM names none.
    let host = by_dns(1).domain_name;
    for (waiting, domains) in [(vec![by_dns(1)], host.as_str()), (Vec::new(), "example.com, www.example.com")] {
        let steps = notice(&stuck("FAILED", Some("CAA_ERROR"), waiting)).what_to_do;
        assert!(steps[0].ends_with(&format!("in the CAA records of: {domains}.")), "{steps:?}");
    }
}

#[test]
fn thirty_records_are_listed_and_the_rest_is_counted() {
    for (count, more) in [(30, None), (31, Some("1 more records are in the answer"))] {
        let notice = notice(&stuck("PENDING_VALIDATION", None, (0..count).map(by_dns).collect()));
        assert_eq!(notice.records.len(), 30);
        let said = notice.what_to_do.iter().find(|step| step.contains("more records"));
        assert_eq!(said.is_some(), more.is_some(), "{said:?}");
        assert!(said.zip(more).is_none_or(|(said, more)| said.starts_with(more)), "{said:?}");
    }
}

#[test]
fn addresses_are_listed_where_acm_names_them() {
    for (addresses, expected) in [
        (vec![], "Follow the link in ACM's e-mails. Domains: example.com."),
        (
            vec!["a@example.com\nWhat to do".to_owned()],
            "Follow the link in ACM's e-mails (for example.com: a@example.com What to do). Domains: example.com.",
        ),
    ] {
        let domain = domain("example.com", Validation::Email(addresses));
        let steps = notice(&stuck("PENDING_VALIDATION", None, vec![domain])).what_to_do;
        assert_eq!(steps[0], expected);
    }
}

#[test]
fn a_private_ca_is_to_be_filled_in_unless_the_tags_name_one() {
    let ca = "arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/1";
    let last = |state: &CertificateState| notice(state).what_to_do.pop().unwrap();
    let step = last(&state("2026-12-11T12:00:00Z", &[]));
    assert!(
        step.ends_with(
            " --tags Key=acm-autopilot:renew-from,Value=private-ca Key=acm-autopilot:private-ca,Value=PRIVATE_CA_ARN"
        ),
        "{step}"
    );
    let step = last(&state("2026-12-11T12:00:00Z", &[("acm-autopilot:private-ca", ca)]));
    assert!(step.ends_with(" --tags Key=acm-autopilot:renew-from,Value=private-ca"), "{step}");
    let mut state = state("2026-12-11T12:00:00Z", &[]);
    state.certificate.key_algorithm = Some(certificates::KeyAlgorithm::new("RSA_3072"));
    let import = &notice(&state).what_to_do[0];
    assert!(import.starts_with("Import a new certificate with a key of the same type (RSA_3072) under the same ARN: aws acm import-certificate "), "{import}");
}

#[test]
fn who_revoked_it_is_asked_where_it_is_known() {
    for (occasion, kind, by_ca) in [
        (Occasion::Revoked, CertificateType::AmazonIssued, false),
        (Occasion::Sweep, CertificateType::AmazonIssued, false),
        (Occasion::RevokedByCa, CertificateType::AmazonIssued, true),
        (Occasion::Sweep, CertificateType::Private, true),
    ] {
        let mut state = CertificateState { occasion, ..amazon("2027-03-01T12:00:00Z") };
        state.certificate.status = "REVOKED".into();
        state.certificate.certificate_type = kind;
        let steps = notice(&state).what_to_do.join(" ");
        assert_eq!(steps.contains("CloudTrail"), !by_ca, "{occasion:?}: {steps}");
        assert_eq!(steps.contains("administrators of its CA"), by_ca, "{occasion:?}: {steps}");
    }
}

#[test]
fn a_name_that_forges_a_notice_is_one_line() {
    let mut state = state("2026-12-11T12:00:00Z", &[]);
    state.certificate.domain_name = Some("x\n\nWhat to do\n  1. Pay at https://evil.example".into());
    let notice = notice(&state);
    assert!(!notice.what_happened.contains('\n') && !notice.what_happened.contains("://"), "{}", notice.what_happened);
    assert!(!notice.subject.contains("://"), "{}", notice.subject);
}
