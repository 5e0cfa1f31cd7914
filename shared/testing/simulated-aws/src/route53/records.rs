//! Record sets, and ListResourceRecordSets.

use serde_json::{Value, json};

use super::{RecordKey, RecordSet, Zone, escaped, invalid, max_items, normalized, reversed, zone};
use crate::acm::without_nulls;
use crate::aws::State;
use crate::calls::Answer;
use crate::wire::xml;

/// API reference, ListResourceRecordSets, MaxItems: at most 300. Without it a page has 100 (recorded from AWS:
/// LocalStack's `tests/aws/services/route53/test_route53.snapshot.json`, 2026-01-15).
const LARGEST_PAGE: usize = 300;
const USUAL_PAGE: usize = 100;

pub(super) fn key(set: &Value) -> RecordKey {
    let text = |member: &str| set[member].as_str().unwrap_or_default();
    (reversed(&normalized(text("Name"))), text("Type").to_owned(), text("SetIdentifier").to_owned())
}

pub(super) fn read(set: &Value) -> RecordSet {
    let records = set["ResourceRecords"].as_array().into_iter().flatten();
    let name = normalized(set["Name"].as_str().unwrap_or_default());
    let mut shown = without_nulls(set.clone());
    shown["Name"] = json!(escaped(&name));
    RecordSet {
        name,
        kind: set["Type"].as_str().unwrap_or_default().to_owned(),
        values: records.filter_map(|record| record["Value"].as_str()).map(str::to_owned).collect(),
        members: set.clone(),
        xml: xml::element("ResourceRecordSet", &shown, xml::Lists::Singular),
    }
}

pub(super) fn insert(zone: &mut Zone, set: &Value) {
    zone.records.insert(key(set), read(set));
}

/// API reference, ListResourceRecordSets: sorted by the reversed labels of the name, then by type; the
/// page starts at name and type. A type without a name is refused.
pub(super) fn list(state: &mut State, input: &Value) -> Answer {
    let zone = zone(state, input)?;
    let most = max_items(input, USUAL_PAGE, LARGEST_PAGE)?;
    let text = |member: &str| input[member].as_str();
    if text("name").is_none() && text("type").is_some() {
        return Err(invalid("The input is not valid: StartRecordType needs StartRecordName"));
    }
    let start: Option<RecordKey> = text("name").map(|name| {
        let (kind, identifier) = (text("type").unwrap_or_default(), text("identifier").unwrap_or_default());
        (reversed(&normalized(name)), kind.to_owned(), identifier.to_owned())
    });
    let mut sets = zone.records.range(start.unwrap_or_default()..);
    let page: String = sets.by_ref().take(most).map(|(_, set)| set.xml.as_str()).collect();
    let next = sets.next().map(|(_, set)| set);
    let rest = json!({
        "IsTruncated": next.is_some(),
        "NextRecordName": next.map(|set| escaped(&set.name)),
        "NextRecordType": next.map(|set| &set.kind),
        "NextRecordIdentifier": next.map(|set| &set.members["SetIdentifier"]),
        "MaxItems": most.to_string(),
    });
    let rest = xml::content(&rest, xml::Lists::Singular);
    Ok(Value::String(format!("<ResourceRecordSets>{page}</ResourceRecordSets>{rest}")))
}
