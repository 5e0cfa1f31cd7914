//! The missing records in forms that people paste: lines of a zone file, change batches of Route 53.

use std::collections::BTreeMap;

use notices::Paste;
use serde_json::json;

use crate::policy::{Blocked, Cause, DnsName, Record};

/// RFC 1035, section 5.1.
pub(super) fn zone_file(records: &[&Record], ttl: u32) -> String {
    let lines: Vec<String> =
        records.iter().map(|record| format!("{} {ttl} IN CNAME {}", record.name, record.value)).collect();
    lines.join("\n")
}

/// One for each domain: Route 53 refuses a whole batch in which one record belongs to another zone, or
/// exists.
pub(super) fn change_batches(blocked: &[Blocked], creatable: &[&Record], ttl: u32) -> Vec<Paste> {
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
/// in `co.uk`. Wrong only makes more batches of one domain, or one of what is delegated interval.
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
