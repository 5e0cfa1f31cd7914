//! The words of a notice, and what it holds to paste.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use certificates::{Renewal, days_left, utc_date};
use notices::{Kind, Notice, Paste};
use serde_json::json;

use super::cause::{Blocked, Cause};
use super::name::DnsName;
use super::records::Record;
use super::wanted::{RENEWAL_WINDOW_DAYS, Waiting};
use super::{Look, Settings, severity};

/// Records beyond so many characters of names and values are counted, not listed: a message holds 256 KiB,
/// in six forms, each with the record in three places.
const LISTED_CHARACTERS: usize = 4_000;
/// Findings beyond so many are counted, not listed: a person reads this.
const LISTED_FINDINGS: usize = 10;
/// What a subject leaves for the name of a certificate.
const NAME_IN_SUBJECT: usize = 34;

/// The notice of what keeps the records from being in place.
pub(super) fn notice(look: &Look, waiting: Waiting, blocked: &[Blocked], settings: &Settings) -> Notice {
    let facts = &look.facts;
    let records: Vec<&Record> = blocked.iter().filter_map(|blocked| blocked.record.as_ref()).collect();
    let cause = blocked.iter().map(|blocked| blocked.cause).min().unwrap_or(Cause::NoZone);
    let headline = headline(facts.display_name(), cause, records.len());
    let mut notice = Notice::new(Kind::ValidationRecordsMissing, severity(facts, look.now), &headline, facts, look.now);
    notice.owner = look.tags.get(&settings.owner_tag_key).map(str::to_owned);
    notice.cause = Some(cause.as_str().to_owned());
    notice.what_happened = what_happened(look, blocked);
    notice.why_it_matters = why_it_matters(look, waiting);
    notice.what_happens_next = what_happens_next(waiting).to_owned();
    let creatable = listed(&records);
    notice.what_to_do = steps(look, waiting, blocked, &records, records.len() - creatable.len());
    if waiting == Waiting::RequestFailed {
        notice.what_to_do.push("Then request the certificate anew.".into());
    }
    notice.records = creatable.iter().map(|record| record.resource_record()).collect();
    if !creatable.is_empty() {
        let ttl = settings.record_ttl;
        notice.to_paste = vec![Paste { title: "For a zone file".into(), text: zone_file(&creatable, ttl) }];
        notice.to_paste.extend(change_batches(blocked, &creatable, ttl));
    }
    notice
}

/// The first records, as many as there is room for.
fn listed<'a>(records: &[&'a Record]) -> Vec<&'a Record> {
    let mut left = LISTED_CHARACTERS;
    let fits = |record: &&&Record| {
        let length = record.name.as_str().len() + record.value.as_str().len();
        let fits = length <= left;
        left = left.saturating_sub(length);
        fits
    };
    records.iter().take_while(fits).copied().collect()
}

fn headline(name: &str, cause: Cause, records: usize) -> String {
    let name = shortened(name);
    match (cause, records) {
        (Cause::CaaForbidsAmazon, _) => {
            format!("{name}: CAA forbids Amazon to issue ({cause})", cause = cause.as_str())
        }
        (Cause::NotDelegated, _) => format!("{name}: validation has no effect (not-delegated)"),
        (Cause::RecordsUnreadable, 0) => format!("{name}: ACM tells no records (records-unreadable)"),
        (_, 1) => format!("{name}: 1 validation record is missing ({})", cause.as_str()),
        (_, records) => format!("{name}: {records} validation records missing ({})", cause.as_str()),
    }
}

/// Each thing that was found, once. Names without a zone are found to be without one in one sentence.
fn what_happened(look: &Look, blocked: &[Blocked]) -> String {
    let name = look.facts.display_name();
    let mut text = format!("ACM cannot validate every domain of the certificate for {name}.");
    let (homeless, others): (Vec<&Blocked>, Vec<&Blocked>) =
        blocked.iter().partition(|blocked| blocked.cause == Cause::NoZone);
    let mut seen = BTreeSet::new();
    let details: Vec<&str> =
        others.into_iter().map(|blocked| blocked.detail.as_str()).filter(|detail| seen.insert(*detail)).collect();
    for detail in details.iter().take(LISTED_FINDINGS) {
        let _ = write!(text, " {detail}");
    }
    let more = details.len().saturating_sub(LISTED_FINDINGS);
    if more > 0 {
        let _ = write!(text, " The like holds for {more} more.");
    }
    let domains: Vec<&str> = homeless.iter().map(|blocked| blocked.domain.trim_start_matches("*.")).collect();
    if let Some((first, rest)) = domains.split_first() {
        let _ = write!(text, " No public hosted zone that this function can see holds {first}");
        for domain in rest.iter().take(LISTED_FINDINGS) {
            let _ = write!(text, ", {domain}");
        }
        let more = rest.len().saturating_sub(LISTED_FINDINGS);
        text.push_str(&if more > 0 { format!(" and {more} more.") } else { ".".to_owned() });
    }
    text
}

fn why_it_matters(look: &Look, waiting: Waiting) -> String {
    let end = look.facts.not_after.map(|end| utc_date(end).to_string());
    match (waiting, end) {
        (Waiting::RequestFailed, _) => {
            "The certificate was not issued, and whatever waits for it waits in vain.".into()
        }
        (Waiting::MethodChange(_), end) => {
            let end = end.filter(|_| is_near_its_end(look)).map(|end| {
                format!(" Unless it is renewed before, clients refuse to connect to what uses it from {end} on.")
            });
            format!(
                "The change to DNS validation waits for that. Without it the certificate stays validated by e-mail, and \
                 each renewal waits for a person's answer.{}",
                end.unwrap_or_default()
            )
        }
        (Waiting::Issuance(_), _) | (_, None) => {
            "The certificate is not issued before that, and whatever waits for it waits too (a CloudFormation stack \
             stays in CREATE_IN_PROGRESS)."
                .into()
        }
        (Waiting::Renewal, Some(end)) => {
            format!("Its renewal waits for that. From {end} on, clients refuse to connect to what uses it.")
        }
        (Waiting::No, Some(end)) => {
            format!("ACM cannot renew it without the record. From {end} on, clients refuse to connect to what uses it.")
        }
    }
}

/// Whether its renewal waits, or may be asked for.
fn is_near_its_end(look: &Look) -> bool {
    let near = |end| days_left(end, look.now) <= RENEWAL_WINDOW_DAYS;
    look.facts.renewal.as_ref().is_some_and(Renewal::is_stuck) || look.facts.not_after.is_some_and(near)
}

fn what_happens_next(waiting: Waiting) -> &'static str {
    match waiting {
        Waiting::Issuance(_) => {
            "ACM goes on by itself as soon as the cause is mended, for 72 hours after the request; then the certificate \
             has to be requested anew. acm-autopilot looks again at each sweep, and writes again when the cause changes."
        }
        Waiting::MethodChange(_) => {
            "ACM goes on by itself as soon as the cause is mended, for 72 hours after the change was requested; then it \
             has to be requested anew. acm-autopilot looks again at each sweep, and writes again when the cause changes."
        }
        Waiting::RequestFailed => "Nothing: ACM has ended this request.",
        Waiting::Renewal | Waiting::No => {
            "ACM goes on by itself as soon as the cause is mended. acm-autopilot looks again at each sweep, and writes \
             again when the cause changes."
        }
    }
}

fn steps(look: &Look, waiting: Waiting, blocked: &[Blocked], records: &[&Record], unlisted: usize) -> Vec<String> {
    let causes: BTreeSet<Cause> = blocked.iter().map(|blocked| blocked.cause).collect();
    let mut steps: Vec<String> = causes.iter().flat_map(|cause| cause.steps()).map(|step| (*step).to_owned()).collect();
    let all_records = all_records(look, waiting);
    if causes.contains(&Cause::RecordsUnreadable) {
        steps.push(format!("Or create the records yourself that are in the answer of {all_records}"));
    }
    if !records.is_empty() {
        steps.push("Keep the records for good: every later renewal needs them.".into());
    }
    if unlisted > 0 {
        steps.push(format!("{unlisted} more records are in the answer of {all_records}"));
    }
    steps
}

/// The command that shows the records which ACM asks for.
fn all_records(look: &Look, waiting: Waiting) -> String {
    let (command, query) = match waiting {
        Waiting::MethodChange(_) => ("list-certificate-domain-validations", ""),
        _ => ("describe-certificate", " --query Certificate.DomainValidationOptions"),
    };
    let arn = &look.facts.arn;
    format!("aws acm {command} --region {} --certificate-arn {arn}{query}", arn.region())
}

/// RFC 1035, section 5.1.
fn zone_file(records: &[&Record], ttl: u32) -> String {
    let lines: Vec<String> =
        records.iter().map(|record| format!("{} {ttl} IN CNAME {}", record.name, record.value)).collect();
    lines.join("\n")
}

/// One for each domain: Route 53 refuses a whole batch in which one record belongs to another zone, or
/// exists.
fn change_batches(blocked: &[Blocked], creatable: &[&Record], ttl: u32) -> Vec<Paste> {
    let exists = |record: &Record| {
        let occupied = |blocked: &&Blocked| blocked.cause == Cause::ExistingRecord;
        blocked.iter().filter(occupied).any(|blocked| blocked.record.as_ref() == Some(record))
    };
    let mut by_domain: BTreeMap<String, Vec<&Record>> = BTreeMap::new();
    for record in creatable.iter().copied().filter(|record| !exists(record)) {
        by_domain.entry(registered_domain(&record.name)).or_default().push(record);
    }
    let command = "aws route53 change-resource-record-sets --hosted-zone-id ZONE --change-batch file://records.json";
    let several = by_domain.len() > 1;
    let paste = |(domain, records): (String, Vec<&Record>)| {
        let of = if several { format!(", records of {domain}") } else { String::new() };
        Paste { title: format!("For Route 53{of}: {command}"), text: change_batch(&records, ttl) }
    };
    by_domain.into_iter().map(paste).collect()
}

/// Most likely the domain that somebody registered: two labels, or three where the second is as short as
/// in `co.uk`. Wrong only makes more batches of one domain, or one of what is delegated apart.
fn registered_domain(record: &DnsName) -> String {
    let labels: Vec<&str> = record.as_str().split('.').skip(1).collect();
    let count = match labels[..] {
        [.., second, top] if top.len() == 2 && second.len() <= 3 => 3,
        _ => 2,
    };
    labels[labels.len().saturating_sub(count)..].join(".")
}

/// CREATE, not UPSERT: pasted into the wrong place it overwrites nothing
/// ([Change](https://docs.aws.amazon.com/Route53/latest/APIReference/API_Change.html)).
fn change_batch(records: &[&Record], ttl: u32) -> String {
    let changes: Vec<String> = records
        .iter()
        .map(|record| {
            json!({
                "Action": "CREATE",
                "ResourceRecordSet": {
                    "Name": record.name, "Type": "CNAME", "TTL": ttl,
                    "ResourceRecords": [{ "Value": record.value }],
                },
            })
            .to_string()
        })
        .collect();
    format!("{{\"Changes\": [\n{}\n]}}", changes.join(",\n"))
}

fn shortened(name: &str) -> String {
    if name.chars().count() <= NAME_IN_SUBJECT {
        return name.to_owned();
    }
    name.chars().take(NAME_IN_SUBJECT - 3).chain("...".chars()).collect()
}

#[cfg(test)]
mod tests {
    use certificates::tags::Tags;
    use certificates::{CertificateArn, CertificateFacts, CertificateType};
    use jiff::{SignedDuration, Timestamp};

    use super::super::method_change::Requested;
    use super::*;
    use crate::Occasion;

    #[test]
    fn a_change_batch_holds_what_one_zone_takes() {
        let blocked = |cause, name: &str| Blocked {
            cause,
            domain: name.into(),
            record: Some(Record { name: DnsName::new(name), value: DnsName::new("_v.acm-validations.aws") }),
            detail: "x".into(),
            known_missing: false,
        };
        let all = [
            blocked(Cause::NoZone, "_a.www.example.org"),
            blocked(Cause::NoZone, "_b.example.org"),
            blocked(Cause::NoZone, "_c.example.co.uk"),
            blocked(Cause::NoZone, "_d.other.co.uk"),
            blocked(Cause::ExistingRecord, "_e.example.com"),
        ];
        let records: Vec<&Record> = all.iter().filter_map(|blocked| blocked.record.as_ref()).collect();
        let pastes = change_batches(&all, &records, 300);
        let held: Vec<usize> = pastes.iter().map(|paste| paste.text.matches("CREATE").count()).collect();
        assert_eq!(held, [1, 2, 1]);
        for (paste, domain) in pastes.iter().zip(["example.co.uk", "example.org", "other.co.uk"]) {
            assert!(paste.title.starts_with(&format!("For Route 53, records of {domain}: aws ")), "{}", paste.title);
        }
        assert!(!change_batches(&all[..2], &records[..2], 300)[0].title.contains("records of"));
        assert!(change_batches(&all[4..], &records[4..], 300).is_empty());
    }

    #[test]
    fn a_change_is_told_with_the_end_where_it_is_near() {
        let now: Timestamp = "2026-11-21T06:51:08Z".parse().unwrap();
        let arn: CertificateArn = "arn:aws:acm:us-east-1:123456789012:certificate/61f50cd4".parse().unwrap();
        let stuck = || Some(Renewal { status: "PENDING_VALIDATION".into(), reason: None, domains: Vec::new() });
        for (days, renewal, end) in
            [(61, None, None), (60, None, Some("2027-01-20")), (61, stuck(), Some("2027-01-21"))]
        {
            let facts = CertificateFacts {
                not_after: Some(now + SignedDuration::from_hours(24 * days)),
                renewal,
                ..CertificateFacts::new(arn.clone(), CertificateType::AmazonIssued)
            };
            let look = Look {
                occasion: Occasion::Sweep,
                change_asked_at: None,
                facts,
                requested: Requested::Nothing,
                tags: Tags::default(),
                now,
            };
            let text = why_it_matters(&look, Waiting::MethodChange(None));
            assert!(text.contains("stays validated by e-mail"), "{text}");
            assert_eq!(text.contains("refuse to connect"), end.is_some(), "{days} {text}");
            assert!(end.is_none_or(|end| text.contains(end)), "{days} {text}");
        }
    }

    #[test]
    fn every_headline_fits_into_a_subject() {
        for cause in Cause::ALL {
            for records in [0, 1, 100] {
                let headline = format!("[CRITICAL] {}", headline(&"n".repeat(300), cause, records));
                assert!(headline.len() < 100, "{} {headline}", headline.len());
            }
        }
    }
}
