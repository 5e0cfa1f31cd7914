//! What people are told of a renewal.

use certificates::{CertificateFacts, FailureReason, Remedy, RenewalStatus, days_left, utc_date};
use jiff::Timestamp;
use notices::{Kind, Notice, Severity};

use crate::record::Look;

/// Fewer days than this, and a failed renewal cannot wait for office hours.
const URGENT_DAYS: i64 = 7;

/// The certificate was replaced in place.
pub(crate) fn complete(
    look: &Look,
    after: &CertificateFacts,
    attempt: u32,
    remarks: &[String],
    now: Timestamp,
) -> Notice {
    let name = after.display_name();
    let end = after.not_after.map_or_else(|| "an unknown day".into(), |end| utc_date(end).to_string());
    let headline = format!("{name} renewed, now valid until {end}");
    let severity = if remarks.is_empty() { Severity::Info } else { Severity::Warning };
    let serial = |facts: &CertificateFacts| facts.serial.clone().unwrap_or_else(|| "unknown".into());
    // Found done: the old serial is only known from the tag, and perhaps it was a person.
    let found_done = look.facts.serial == after.serial;
    let before = if found_done {
        look.instructions.recorded.renewal_of.clone().unwrap_or_else(|| "unknown".into())
    } else {
        serial(&look.facts)
    };
    let same = |facts: &CertificateFacts| (facts.subject_alternative_names.clone(), facts.key_algorithm.clone());
    let kept =
        if !found_done && same(&look.facts) == same(after) { ", with the same names and type of key" } else { "" };
    let attempts = if attempt > 1 { format!(" It took {attempt} attempts.") } else { String::new() };
    Notice {
        owner: look.owner.clone(),
        status: Some(RenewalStatus::RenewalComplete),
        what_happened: format!(
            "The imported certificate {name} was replaced in place, under the same ARN{kept}. Serial {before} became \
             {}.{attempts}",
            serial(after)
        ),
        why_it_matters:
            "Everything that uses this ARN serves the new certificate within minutes; clients that pin the \
                         old certificate or its key have to learn the new one."
                .into(),
        what_happens_next: "Nothing until it is due again.".into(),
        what_to_do: remarks.to_vec(),
        ..Notice::new(Kind::RenewalComplete, severity, &headline, after, now)
    }
}

/// An attempt failed.
pub(crate) fn failure(look: &Look, reason: FailureReason, detail: &str, attempt: u32, now: Timestamp) -> Notice {
    let facts = &look.facts;
    let name = facts.display_name();
    // Where no end is known, the worst is assumed.
    let left = facts.not_after.map_or(0, |end| days_left(end, now));
    let headline = match left {
        ..0 => format!("renewal of {name} failed ({reason}); it has expired"),
        0 => format!("renewal of {name} failed ({reason}); it expires today"),
        1 => format!("renewal of {name} failed ({reason}); 1 day left"),
        _ => format!("renewal of {name} failed ({reason}); {left} days left"),
    };
    let in_use = facts.in_use != Some(false);
    let severity = if in_use && left <= URGENT_DAYS { Severity::Critical } else { Severity::Warning };
    let next = match reason.remedy() {
        Remedy::Retry => "It is tried again by itself: after one hour, then four hours, then daily.",
        Remedy::Person => {
            "It is tried again when a tag that steers it changes (acm-autopilot:renew-from, private-ca, secret, \
             validity-days), or when the next threshold of days left is crossed. Until then nothing happens by itself."
        }
    };
    let mut steps = vec![reason.advice().to_owned()];
    if reason.remedy() == Remedy::Person {
        steps.push(format!(
            "Then ask for a new attempt: aws acm add-tags-to-certificate --region {} --certificate-arn {} --tags \
             Key=acm-autopilot:status,Value=pending-renewal",
            facts.arn.region(),
            facts.arn
        ));
    }
    Notice {
        owner: look.owner.clone(),
        status: Some(RenewalStatus::RenewalFailed),
        reason: Some(reason),
        what_happened: format!(
            "Attempt {attempt} to renew the imported certificate {name} failed: {}. {}",
            detail.trim_end_matches('.'),
            if reason == FailureReason::VerificationFailed {
                "A valid certificate is in place in any case: the old or the new one."
            } else {
                "The certificate in place was not touched."
            }
        ),
        why_it_matters: match (in_use, left < 0) {
            (true, false) => {
                format!("When it ends on {}, clients of everything that uses it see errors.", end_of(facts))
            }
            (true, true) => format!("It ended on {}: clients of everything that uses it see errors.", end_of(facts)),
            (false, false) => format!("It ends on {}. Nothing in AWS uses it at the moment.", end_of(facts)),
            (false, true) => format!("It ended on {}. Nothing in AWS uses it at the moment.", end_of(facts)),
        },
        what_happens_next: next.into(),
        what_to_do: steps,
        ..Notice::new(Kind::RenewalFailed, severity, &headline, facts, now)
    }
}

fn end_of(facts: &CertificateFacts) -> String {
    facts.not_after.map_or_else(|| "an unknown day".into(), |end| utc_date(end).to_string())
}

#[cfg(test)]
mod tests {
    use certificates::tags::{Instructions, Tags};
    use certificates::{CertificateType, KeyAlgorithm};

    use super::*;

    const NOW: &str = "2026-11-21T07:00:11Z";

    fn facts(id: &str, names: &[&str], key: &str, user: &str, end: &str, serial: &str) -> CertificateFacts {
        let arn = format!("arn:aws:acm:us-east-1:123456789012:certificate/{id}").parse().unwrap();
        let user = format!("arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/{user}");
        CertificateFacts {
            domain_name: Some(names[0].into()),
            subject_alternative_names: names.iter().map(|&name| name.into()).collect(),
            key_algorithm: Some(KeyAlgorithm::new(key)),
            not_after: Some(end.parse().unwrap()),
            in_use: Some(true),
            in_use_by: vec![user],
            serial: Some(serial.into()),
            ..CertificateFacts::new(arn, CertificateType::Imported)
        }
    }

    fn look(facts: CertificateFacts, owner: &str) -> Look {
        let tags = Tags::default();
        Look { facts, instructions: Instructions::read(&tags), tags, owner: Some(owner.into()) }
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
        let notice = complete(&look(before, "team-payments"), &after, 1, &[], NOW.parse().unwrap());
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
        let notice = failure(&look, FailureReason::CaDisabled, &detail, 2, NOW.parse().unwrap());
        assert_is_sample(&notice, "notice-renewal-failed");
    }

    #[test]
    fn every_reason_says_what_comes_next_and_what_to_do() {
        let facts = facts("a", &["example.com"], "RSA_2048", "a/1", "2026-12-21T09:30:00Z", "0a");
        let look = look(facts, "team");
        for reason in FailureReason::ALL {
            let notice = failure(&look, *reason, "a detail", 1, NOW.parse().unwrap());
            assert_eq!(notice.what_to_do[0], reason.advice());
            let by_itself = notice.what_happens_next.starts_with("It is tried again by itself");
            assert_eq!(by_itself, reason.remedy() == Remedy::Retry, "{reason}");
            assert_eq!(notice.what_to_do.len(), if by_itself { 1 } else { 2 }, "{reason}");
        }
    }

    #[test]
    fn the_readme_lists_every_reason() {
        let readme = include_str!("../README.md");
        for reason in FailureReason::ALL {
            let remedy = if reason.remedy() == Remedy::Retry { "time" } else { "person" };
            let row = readme.lines().find(|line| line.starts_with(&format!("| `{reason}` | ")));
            let end = format!(" | {remedy} | {} |", reason.advice());
            assert!(row.is_some_and(|row| row.ends_with(&end)), "{reason}: {row:?}");
        }
    }
}
