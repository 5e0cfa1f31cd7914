//! CSV, JSON and metrics of one report.

use serde_json::Value;

use crate::model::*;
use crate::{metric_values, sample, write_csv, write_json};

const SCHEMA: &str = include_str!("../../../../infra/inventory-report.schema.json");

/// The lines of a CSV, its cells without quotes. There are no line breaks in cells.
pub(super) fn cells(csv: &str) -> Vec<Vec<String>> {
    let line = |line: &str| {
        let (mut cells, mut cell, mut quoted) = (Vec::new(), String::new(), false);
        let mut chars = line.chars().peekable();
        while let Some(c) = chars.next() {
            match (c, quoted) {
                ('"', true) if chars.peek() == Some(&'"') => cell.extend(chars.next()),
                ('"', _) => quoted = !quoted,
                (',', false) => cells.push(std::mem::take(&mut cell)),
                _ => cell.push(c),
            }
        }
        cells.push(cell);
        cells
    };
    csv.split_terminator("\r\n").map(line).collect()
}

pub(super) fn csv(report: &Report) -> Vec<Vec<String>> {
    let mut to = Vec::new();
    write_csv(report, &mut to).unwrap();
    cells(&String::from_utf8(to).unwrap())
}

fn json(report: &Report) -> Value {
    let mut to = Vec::new();
    write_json(report, &mut to).unwrap();
    serde_json::from_slice(&to).unwrap()
}

#[test]
fn json_is_as_its_schema_says_and_can_be_read_again() {
    let validator = jsonschema::validator_for(&serde_json::from_str(SCHEMA).unwrap()).unwrap();
    for report in [sample::report(), crate::reduce(Vec::new(), &crate::ReportSettings::default(), None, sample::now())]
    {
        let json = json(&report);
        let problems: Vec<String> =
            validator.iter_errors(&json).map(|problem| format!("{}: {problem}", problem.instance_path())).collect();
        assert_eq!(problems, [""; 0]);
        assert_eq!(serde_json::from_value::<Report>(json).unwrap(), report);
    }
}

#[test]
fn the_schema_refuses_what_the_report_does_not_have() {
    let validator = jsonschema::validator_for(&serde_json::from_str(SCHEMA).unwrap()).unwrap();
    let whole = json(&sample::report());
    for (path, value) in [
        ("/totals/entries", Value::from(-1)),
        ("/rows/0/renewal/who", Value::from("somebody")),
        ("/rows/0/extra", Value::from(1)),
        ("/rows/0/entry/tags", Value::Null),
        ("/gaps/0/what", Value::from("list")),
        ("/schema", Value::from(2)),
    ] {
        let mut broken = whole.clone();
        match broken.pointer_mut(path) {
            Some(place) => *place = value,
            None => drop(broken["rows"][0].as_object_mut().unwrap().insert("extra".into(), value)),
        }
        assert!(!validator.is_valid(&broken), "{path}");
    }
}

#[test]
fn totals_are_the_same_everywhere() {
    let report = sample::report();
    let lines = csv(&report);
    let column = |name: &str| lines[0].iter().position(|cell| cell == name).unwrap();
    let rows: Vec<&Vec<String>> = lines[1..].iter().filter(|line| line[column("kind")] != "gap").collect();
    let count = |name: &str, value: &str| rows.iter().filter(|line| line[column(name)] == value).count() as u64;
    let totals = report.totals;
    assert_eq!(rows.len() as u64, totals.entries);
    assert_eq!(count("47 days", "notReady"), totals.not_ready);
    assert_eq!(count("47 days", "unknown"), totals.readiness_unknown);
    assert_eq!(count("use", "unused"), totals.unused);
    assert_eq!(count("use", "unknown"), totals.use_unknown);
    let expired_in_use = rows.iter().filter(|line| line[column("findings")].contains("expiredInUse")).count() as u64;
    assert_eq!(expired_in_use, totals.expired_in_use);
    let json: Totals = serde_json::from_value(json(&report)["totals"].clone()).unwrap();
    assert_eq!(json, totals);
    let metric = |name: &str| {
        metric_values(&report).into_iter().find(|one| one.metric == name && one.owner.is_none()).unwrap().value
    };
    assert_eq!(Some(metric("NearestExpiryDays")), totals.nearest_expiry_days);
    assert_eq!(metric("ExpiringUnhandled"), totals.expiring_unhandled as i64);
    assert_eq!(metric("ExpiredInUse"), totals.expired_in_use as i64);
    assert_eq!(metric("NotReadyFor47Days"), totals.not_ready as i64);
    for sums in
        [report.owners.values().copied().collect::<Vec<_>>(), report.targets.iter().map(|one| one.totals).collect()]
    {
        let mut sum = Totals::default();
        sums.iter().for_each(|one| sum.merge(one));
        assert_eq!(sum, totals);
    }
}

#[test]
fn csv_says_what_could_not_be_read() {
    let report = sample::report();
    let lines = csv(&report);
    let column = |name: &str| lines[0].iter().position(|cell| cell == name).unwrap();
    let cell =
        |name: &str, of: &str| lines.iter().find(|line| line[0] == of).map(|line| line[column(name)].clone()).unwrap();
    assert_eq!(cell("tags", "tags-denied.example.com"), "unreadable: AccessDeniedException (tag:GetResources)");
    assert_eq!(
        cell("owner", "owner-denied.example.com"),
        "unreadable: AccessDeniedException (organizations:ListTagsForResource)"
    );
    assert_eq!(cell("used by", "not-described-yet.example.com"), "not read yet");
    assert_eq!(cell("owner", "nobodys.example.com"), "");
    let gaps: Vec<&Vec<String>> = lines.iter().filter(|line| line[column("kind")] == "gap").collect();
    assert_eq!(gaps.len(), report.gaps.len());
    assert!(lines.iter().all(|line| line.len() == lines[0].len()));
}

#[test]
fn metrics_have_at_most_fifty_series() {
    let mut report = sample::report();
    report.owners = (0..100u64)
        .map(|number| {
            (
                format!("team-{number:02}"),
                Totals { entries: number, not_ready: 1, nearest_expiry_days: Some(number as i64), ..Totals::default() },
            )
        })
        .collect();
    report.owners.insert(String::new(), Totals { entries: 500, ..Totals::default() });
    report.owners.insert("Größe".into(), Totals { entries: 501, ..Totals::default() });
    let values = metric_values(&report);
    assert!(values.len() <= 50, "{}", values.len());
    let of = |owner: &str, metric: &str| {
        values.iter().find(|one| one.owner.as_deref() == Some(owner) && one.metric == metric).map(|one| one.value)
    };
    assert_eq!(of("team-99", "NotReadyFor47Days"), Some(1));
    assert_eq!(of("(others)", "NotReadyFor47Days"), Some(92));
    assert_eq!(of("(others)", "NearestExpiryDays"), Some(0));
    assert_eq!(of("(nobody)", "ExpiredInUse"), Some(0));
    assert_eq!(of("(nobody)", "NearestExpiryDays"), None);
    assert_eq!(of("Gr??e", "ExpiredInUse"), Some(0));
}
