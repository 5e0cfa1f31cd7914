//! Records by which ACM validates domains.

use serde_json::Value;

use super::super::act::{Act, ActKind};
use super::text;
use crate::record::Record;

/// Where ACM's validation records point to
/// ([DNS validation](https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html)).
const VALIDATIONS: &str = ".acm-validations.aws";

pub(super) fn recognize(record: &Record<'_>) -> Option<Act> {
    if record.name != "ChangeResourceRecordSets" || record.error.is_some() {
        return None;
    }
    let changes = record.request["changeBatch"]["changes"].as_array()?;
    let of = |action: &str| -> Vec<String> {
        let wanted = changes.iter().filter(|change| change["action"] == action);
        wanted.map(|change| &change["resourceRecordSet"]).filter(|set| is_validation(set)).map(name).collect()
    };
    // A record that the same batch makes again is still there.
    let kept: Vec<String> = ["CREATE", "UPSERT"].into_iter().flat_map(of).collect();
    let names: Vec<String> = of("DELETE").into_iter().filter(|name| !kept.contains(name)).collect();
    let act = || Act::new(ActKind::ValidationRecordDeleted, text(&record.request["hostedZoneId"]));
    (!names.is_empty()).then(|| act().names(names))
}

fn is_validation(set: &Value) -> bool {
    let values = set["resourceRecords"].as_array().into_iter().flatten();
    let mut values = values.filter_map(|record| record["value"].as_str());
    set["type"] == "CNAME"
        && values.any(|value| value.trim_end_matches('.').to_ascii_lowercase().ends_with(VALIDATIONS))
}

fn name(set: &Value) -> String {
    text(&set["name"]).trim_end_matches('.').to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::record::tests::record;

    fn change(action: &str, name: &str, value: &str) -> Value {
        json!({"action": action, "resourceRecordSet": {"name": name, "type": "CNAME", "tTL": 300,
            "resourceRecords": [{ "value": value }]}})
    }

    fn deleted(changes: &[Value]) -> Option<Vec<String>> {
        let request = json!({"hostedZoneId": "Z1", "changeBatch": {"changes": changes}});
        let event = record("route53.amazonaws.com", "ChangeResourceRecordSets", &request, &json!(null), None);
        recognize(&Record::read(&event).unwrap()).map(|act| act.names)
    }

    #[test]
    fn deleted_validation_records_are_acts() {
        let to = "_x.jkddzztszm.acm-validations.aws.";
        let gone = Some(vec!["_a.example.com".to_owned()]);
        for (changes, expected) in [
            (vec![change("DELETE", "_a.Example.com.", to)], gone.clone()),
            (vec![change("DELETE", "_a.example.com", to.trim_end_matches('.'))], gone.clone()),
            (vec![change("DELETE", "www.example.com", "a.example.net")], None),
            (vec![change("UPSERT", "_a.example.com", to)], None),
            (vec![change("DELETE", "_a.example.com", to), change("CREATE", "_a.example.com", to)], None),
            (vec![change("DELETE", "_a.example.com", to), change("CREATE", "_a.example.com", "evil.example")], gone),
            (vec![json!(7), json!({})], None),
        ] {
            assert_eq!(deleted(&changes), expected, "{changes:?}");
        }
    }
}
