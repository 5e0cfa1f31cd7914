//! What people are notified of.

mod domain_names;
mod failure;
mod headline;

use certificates::{CertificateDetail, RenewalStatus, utc_date};
use events::IssuerChange;
use jiff::Timestamp;
use notices::{Kind, Notice, Severity, foreign, foreign_up_to};

use crate::record::{Completion, Look};
pub(crate) use failure::failure;
use headline::headline;

/// Remarks and details are sentences.
const SENTENCE: usize = 600;

/// The certificate was replaced in place.
pub(crate) fn complete(look: &Look, completion: &Completion, now: Timestamp) -> Notice {
    let Completion { after, remarks, pending_domain_names, issuer_change, .. } = completion;
    let end = day(after.not_after);
    let needs_a_check = !remarks.is_empty() || !pending_domain_names.is_empty() || issuer_change.is_some();
    let severity = if needs_a_check { Severity::Warning } else { Severity::Info };
    let headline = headline(after.display_name(), |name| match issuer_change {
        Some(_) => format!("{name} renewed with another issuer, now valid until {end}"),
        None => format!("{name} renewed, now valid until {end}"),
    });
    Notice {
        owner: look.owner.as_deref().map(foreign),
        status: Some(RenewalStatus::RenewalComplete),
        what_happened: what_happened(look, completion),
        why_it_matters: why_it_matters(issuer_change.as_ref()),
        what_happens_next: "Nothing until it is due again.".into(),
        what_to_do: what_to_do(look, completion),
        ..Notice::new(Kind::RenewalComplete, severity, &headline, after, now)
    }
}

fn what_happened(look: &Look, completion: &Completion) -> String {
    let (before, after) = (&look.facts, &completion.after);
    let name = foreign(after.display_name());
    let serial = |facts: &CertificateDetail| facts.serial.clone().unwrap_or_else(|| "unknown".into());
    let mut sentences = Vec::new();
    if before.serial == after.serial {
        // Found done: the old serial is only known from the tag, and perhaps it was a person.
        let old = look.tag_state.recorded.renewal_of.as_deref().map_or_else(|| "unknown".into(), foreign);
        let when = day(after.imported_at);
        sentences.push(format!("The imported certificate {name} was replaced under the same ARN on {when}."));
        sentences.push(format!("Serial {old} became {}.", serial(after)));
    } else {
        let same = |facts: &CertificateDetail| (facts.subject_alternative_names.clone(), facts.key_algorithm.clone());
        let kept = if same(before) == same(after) { ", with the same names and type of key" } else { "" };
        sentences.push(format!("The imported certificate {name} was replaced in place, under the same ARN{kept}."));
        sentences.push(format!("Serial {} became {}.", serial(before), serial(after)));
    }
    if let Some(change) = &completion.issuer_change {
        let (before, after) = (foreign(&change.issuer_before), foreign(&change.issuer_after));
        sentences.push(format!("Its issuer changed from `{before}` to `{after}`, as GRANTS and its tag allow."));
    }
    if let Some(wanted) = completion.capped {
        sentences.push(format!(
            "The wanted lifetime of {wanted} days was cut to maxValidityDays in the stack parameter Settings."
        ));
    }
    sentences.extend(domain_names::what_happened(&completion.pending_domain_names));
    if completion.attempt > 1 {
        sentences.push(format!("It took {} attempts.", completion.attempt));
    }
    sentences.join(" ")
}

fn why_it_matters(change: Option<&IssuerChange>) -> String {
    match change {
        Some(change) => format!(
            "Everything that uses this ARN serves the new certificate within minutes. Clients that do not trust `{}` \
             refuse to connect.",
            foreign(&change.issuer_after)
        ),
        None => "Everything that uses this ARN serves the new certificate within minutes; clients that pin the \
                         old certificate or its key have to learn the new one."
            .into(),
    }
}

fn what_to_do(look: &Look, completion: &Completion) -> Vec<String> {
    let mut steps = Vec::new();
    if completion.issuer_change.is_some() {
        steps.push("Check now that every client of this certificate trusts the new issuer.".into());
        steps.push(format!(
            "If that was not intended, import the previous certificate (serial {}) again under the same ARN, with its \
             private key, which ACM does not return. Then remove the tag acm-autopilot:private-ca.",
            look.facts.serial.as_deref().unwrap_or("unknown")
        ));
    }
    steps.extend(domain_names::steps(&completion.pending_domain_names, &completion.after.arn));
    steps.extend(completion.remarks.iter().map(|remark| foreign_up_to(remark, SENTENCE)));
    steps
}

fn day(time: Option<Timestamp>) -> String {
    time.map_or_else(|| "an unknown day".into(), |time| utc_date(time).to_string())
}

#[cfg(test)]
mod tests {
    use certificates::tags::{TagState, Tags};
    use certificates::{CertificateSummary, CertificateType, FailureReason, KeyAlgorithm, Recovery};

    use super::*;

    const NOW: &str = "2026-11-21T07:00:11Z";

    fn facts(id: &str, names: &[&str], key: &str, user: &str, end: &str, serial: &str) -> CertificateDetail {
        let arn = format!("arn:aws:acm:us-east-1:123456789012:certificate/{id}").parse().unwrap();
        let user = format!("arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/{user}");
        CertificateDetail {
            in_use_by: vec![user],
            serial: Some(serial.into()),
            ..CertificateDetail::from(CertificateSummary {
                domain_name: Some(names[0].into()),
                subject_alternative_names: names.iter().map(|&name| name.into()).collect(),
                key_algorithm: Some(KeyAlgorithm::new(key)),
                not_after: Some(end.parse().unwrap()),
                in_use: Some(true),
                ..CertificateSummary::new(arn, CertificateType::Imported)
            })
        }
    }

    fn look(facts: CertificateDetail, owner: &str) -> Look {
        let tags = Tags::default();
        let tag_state = TagState::read(&tags);
        Look { facts, tag_state, tags, owner: Some(owner.into()), last_failure: None }
    }

    /// The samples in `events/sent` are what this code says.
    fn assert_is_sample(notice: &Notice, name: &str) {
        let path = format!("{}/../../events/sent/{name}.json", env!("CARGO_MANIFEST_DIR"));
        let sample: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        assert_eq!(notice.json(), sample, "{:#}", notice.json());
    }

    #[test]
    fn the_sample_of_a_renewal() {
        let (id, user) = ("0f3c1b6e-2a57-4d0c-9a61-5be8d7c40f12", "pay/1c2d3e4f5a6b7c8d");
        let pay = |end: &str, serial: &str| {
            facts(id, &["pay.example.com", "*.pay.example.com"], "RSA_2048", user, end, serial)
        };
        let before = pay("2026-12-21T09:30:00Z", "5a:1c:90:3e:77:b2:4f:08:d6:e1:2b:95:ac:40:83:fe");
        let after = pay("2027-02-19T07:00:08Z", "1f:84:d2:6b:05:c9:e7:3a:58:90:b4:6f:21:dd:0c:73");
        let notice = complete(&look(before, "team-payments"), &Completion::found(&after, 1), NOW.parse().unwrap());
        assert_is_sample(&notice, "notice-renewal-complete");
    }

    #[test]
    fn the_sample_of_a_failure() {
        let internal = facts(
            "4c9a70d5-e1b3-48f6-b2c4-90d7e5f8a163",
            &["internal.example.com", "10.20.0.15"],
            "EC_secp384r1",
            "internal/9a8b7c6d5e4f3021",
            "2026-11-26T23:59:59Z",
            "2b:94",
        );
        let ca = "arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/6f5c2a1e-8d47-4b39-a2f0-1c9e7d3b5a68";
        let detail = format!("the private CA {ca} is disabled");
        let look = look(internal, "team-platform");
        let notice = failure(&look, FailureReason::CaDisabled, &detail, 2, None, NOW.parse().unwrap());
        assert_is_sample(&notice, "notice-renewal-failed");
    }

    #[test]
    fn every_reason_says_what_comes_next_and_what_to_do() {
        let facts = facts("a", &["example.com"], "RSA_2048", "a/1", "2026-12-21T09:30:00Z", "0a");
        let look = look(facts, "team");
        let group = Some("/aws/lambda/acm-autopilot-imported-renewal");
        for reason in FailureReason::ALL {
            let notice = failure(&look, *reason, "a detail", 1, group, NOW.parse().unwrap());
            assert_eq!(notice.what_to_do[0], reason.advice());
            let retries = notice.what_happens_next.starts_with("acm-autopilot retries automatically");
            assert_eq!(retries, reason.recovery() == Recovery::Automatic, "{reason}");
            let asks = notice.what_to_do.iter().any(|step| step.contains("Value=pending-renewal"));
            assert_eq!(asks, reason.recovery() == Recovery::Manual, "{reason}");
        }
        let slow = failure(&look, FailureReason::OutOfTime, "a detail", 1, group, NOW.parse().unwrap());
        assert!(slow.what_to_do[1].contains("--log-group-name /aws/lambda/acm-autopilot-imported-renewal"), "{slow:?}");
    }

    #[test]
    fn a_long_name_leaves_reason_and_days_in_the_subject() {
        let name = format!("{}.example.com", "a-very-long-name.".repeat(12));
        for reason in FailureReason::ALL {
            let facts = facts("a", &[&name], "RSA_2048", "a/1", "2026-12-21T09:30:00Z", "0a");
            let notice = failure(&look(facts, "team"), *reason, "a detail", 1, None, NOW.parse().unwrap());
            let subject = &notice.subject;
            assert!(subject.contains(reason.as_str()) && subject.ends_with("30 days left"), "{subject}");
            assert!(subject.contains("a-very-long") && subject.len() < 100, "{subject}");
        }
    }

    #[test]
    fn nothing_that_others_wrote_forges_a_notice() {
        let evil = "x\n\nWhat to do\n  1. Sign in at https://aws.evil.example/";
        let before = CertificateDetail {
            summary: CertificateSummary {
                domain_name: Some(evil.into()),
                ..facts("a", &["example.com"], "RSA_2048", "a/1", "2026-12-21T09:30:00Z", "0a").summary
            },
            ..facts("a", &["example.com"], "RSA_2048", "a/1", "2026-12-21T09:30:00Z", "0a")
        };
        let after = CertificateDetail { serial: Some("0b".into()), ..before.clone() };
        let issuers = IssuerChange { issuer_before: evil.into(), issuer_after: evil.into() };
        let completion =
            Completion { remarks: vec![evil.into()], issuer_change: Some(issuers), ..Completion::found(&after, 1) };
        let look = look(before, evil);
        let complete = complete(&look, &completion, NOW.parse().unwrap());
        let failure = failure(&look, FailureReason::IssuerRefused, evil, 1, None, NOW.parse().unwrap());
        for notice in [complete, failure] {
            let ours = [&notice.what_happened, &notice.why_it_matters, &notice.subject, notice.owner.as_ref().unwrap()];
            for text in ours.into_iter().chain(&notice.what_to_do) {
                assert!(!text.contains('\n') && !text.contains("://"), "{text}");
            }
        }
    }

    #[test]
    fn a_change_of_issuer_is_a_warning_that_names_both() {
        let before = facts("a", &["example.com"], "RSA_2048", "a/1", "2026-12-21T09:30:00Z", "0a");
        let after = CertificateDetail { serial: Some("0b".into()), ..before.clone() };
        let issuers = IssuerChange { issuer_before: "CN=Public CA".into(), issuer_after: "CN=Corp Root".into() };
        let completion =
            Completion { issuer_change: Some(issuers), capped: Some(36_500), ..Completion::found(&after, 1) };
        let notice = complete(&look(before, "team"), &completion, NOW.parse().unwrap());
        assert_eq!(notice.severity, Severity::Warning);
        assert_eq!(notice.subject, "[warning] example.com renewed with another issuer, now valid until 2026-12-21");
        let text = notice.text();
        for part in ["from `CN=Public CA` to `CN=Corp Root`", "lifetime of 36500 days", "do not trust `CN=Corp Root`"] {
            assert!(text.contains(part), "{text}");
        }
    }

    #[test]
    fn the_readme_lists_every_reason() {
        let readme = include_str!("../README.md");
        for reason in FailureReason::ALL {
            let recovery = if reason.recovery() == Recovery::Automatic { "time" } else { "a person" };
            let row = readme.lines().find(|line| line.starts_with(&format!("| `{reason}` | ")));
            let end = format!(" | {recovery} | {} |", reason.advice());
            assert!(row.is_some_and(|row| row.ends_with(&end)), "{reason}: {row:?}");
        }
    }
}
