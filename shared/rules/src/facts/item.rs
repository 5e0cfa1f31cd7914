//! Configuration items of AWS Config, as change notifications and GetResourceConfigHistory spell them.

use std::ops::RangeInclusive;

use certificates::rfc5280_time;
use certificates::tags::Tags;
use jiff::Timestamp;
use jiff::civil::DateTime;
use serde_json::Value;

use super::Fact;

/// A configuration item, or the summary of an oversized one
/// ([ConfigurationItem](https://docs.aws.amazon.com/config/latest/APIReference/API_ConfigurationItem.html)).
///
/// Change notifications spell `awsAccountId` and `ARN`, and `configuration` is an object there; the API
/// spells `accountId` and `arn`, and `configuration` is a text that holds JSON.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// Such as `AWS::ACM::Certificate`.
    pub resource_type: String,
    /// The resource's id in AWS Config, which an evaluation repeats unchanged.
    pub resource_id: String,
    pub arn: Option<String>,
    /// The account that it is in.
    pub account: Option<String>,
    /// `OK`, `ResourceDiscovered`, `ResourceDeleted` and so on.
    pub status: String,
    /// When the item was made.
    pub captured_at: Timestamp,
    /// The resource's description; null in a summary, and when the resource is gone.
    pub configuration: Value,
    pub tags: Fact<Tags>,
}

/// The longest resource id that an evaluation takes
/// ([ComplianceResourceId](https://docs.aws.amazon.com/config/latest/APIReference/API_Evaluation.html)).
const LONGEST: usize = 768;

/// The resource type of private CAs.
const CERTIFICATE_AUTHORITY: &str = "AWS::ACMPCA::CertificateAuthority";

/// What is wrong with an item: the member, and what about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{member}` {problem}")]
pub struct UnusableItem {
    pub member: &'static str,
    /// What is wrong with it.
    pub problem: &'static str,
}

impl Item {
    /// Reads an item in either spelling.
    ///
    /// # Errors
    /// A member is missing without which nothing can be said of the resource.
    pub fn read(item: &Value) -> Result<Self, UnusableItem> {
        let needed = |member: &'static str| match text(&item[member]) {
            Some(text) if text.len() > LONGEST => Err(UnusableItem { member, problem: "is too long" }),
            found => found.ok_or(UnusableItem { member, problem: "is missing or not a string" }),
        };
        let configuration = match &item["configuration"] {
            Value::String(json) => serde_json::from_str(json)
                .map_err(|_| UnusableItem { member: "configuration", problem: "is a string that is not JSON" })?,
            other => other.clone(),
        };
        Ok(Self {
            resource_type: needed("resourceType")?,
            resource_id: needed("resourceId")?,
            arn: text(&item["ARN"]).or_else(|| text(&item["arn"])),
            account: text(&item["awsAccountId"]).or_else(|| text(&item["accountId"])),
            status: needed("configurationItemStatus")?,
            captured_at: time(&item["configurationItemCaptureTime"])
                .ok_or(UnusableItem { member: "configurationItemCaptureTime", problem: "is missing or not a time" })?,
            configuration,
            tags: tags(item),
        })
    }

    /// Whether the item says that the resource was deleted.
    pub fn is_deleted(&self) -> bool {
        matches!(self.status.as_str(), "ResourceDeleted" | "ResourceDeletedNotRecorded")
    }

    /// Why the resource can no longer be evaluated, if that is so
    /// ([configurationItemStatus](https://docs.aws.amazon.com/config/latest/APIReference/API_ConfigurationItem.html)).
    /// A CA that was deleted is evaluated: for 7 to 30 days AWS Private CA describes it, and it can be restored
    /// ([deleting a CA](https://docs.aws.amazon.com/privateca/latest/userguide/PCADeleteCA.html)).
    pub fn gone_reason(&self) -> Option<&'static str> {
        match self.status.as_str() {
            "ResourceDeleted" if self.resource_type == CERTIFICATE_AUTHORITY => None,
            "ResourceDeleted" | "ResourceDeletedNotRecorded" => Some("It was deleted."),
            "ResourceNotRecorded" => Some("AWS Config does not record it."),
            _ => None,
        }
    }
}

/// `tags` is the place. An empty one is not proof that there are none: older items have them in
/// `supplementaryConfiguration` only, and items of some operations have none at all.
fn tags(item: &Value) -> Fact<Tags> {
    let found: Tags = item["tags"]
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(key, value)| Some((key.as_str(), value.as_str()?)))
        .collect();
    if found.iter().next().is_some() {
        return Fact::Known(found);
    }
    let supplementary = match &item["supplementaryConfiguration"]["Tags"] {
        Value::String(json) => serde_json::from_str(json).unwrap_or(Value::Null),
        other => other.clone(),
    };
    Fact::reported(supplementary.as_array().and_then(|tags| {
        tags.iter().map(|tag| Some((text(&tag["key"])?, text(&tag["value"]).unwrap_or_default()))).collect()
    }))
}

/// A text that says something.
pub(super) fn text(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}

/// A list of texts; `None` when it is not a list, or one of something else.
pub(super) fn texts(value: &Value) -> Option<Vec<String>> {
    value.as_array()?.iter().map(|entry| entry.as_str().map(str::to_owned)).collect()
}

/// A moment: ISO 8601, or seconds or milliseconds since 1970, as number or text. Which one it is depends
/// on the age of the item.
pub(super) fn time(value: &Value) -> Option<Timestamp> {
    /// Seconds of the year 5138, milliseconds of 1973.
    const LARGEST_SECOND: f64 = 1e11;
    /// The last day of 9999 in seconds, which no certificate means as milliseconds of January 1978.
    const LAST_DAY: RangeInclusive<f64> = 253_402_214_400.0..=253_402_300_799.0;
    let since_1970 = |number: f64| {
        if LAST_DAY.contains(&number) {
            return Some(Timestamp::MAX);
        }
        let milliseconds = if number.abs() < LARGEST_SECOND { number * 1000.0 } else { number };
        #[expect(clippy::cast_possible_truncation, reason = "what does not fit is saturated, and then no time")]
        let milliseconds = milliseconds as i64;
        let nanosecond = milliseconds.rem_euclid(1000).checked_mul(1_000_000)?.try_into().ok()?;
        rfc5280_time(milliseconds.div_euclid(1000), nanosecond)
    };
    // jiff has no timestamp for it.
    let last = |text: &str| {
        let date: DateTime = text.strip_suffix('Z')?.parse().ok()?;
        (date.year() == 9999).then_some(Timestamp::MAX)
    };
    match value {
        Value::Number(number) => since_1970(number.as_f64()?),
        Value::String(text) => text.parse().ok().or_else(|| last(text)).or_else(|| since_1970(text.parse().ok()?)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn item() -> Value {
        json!({
            "resourceType": "AWS::ACM::Certificate", "resourceId": "r", "awsAccountId": "123456789012", "ARN": "a",
            "configurationItemStatus": "OK", "configurationItemCaptureTime": "2026-11-21T06:10:50.837Z",
            "configuration": {"status": "ISSUED"}, "tags": {"Owner": "team-a"},
        })
    }

    #[test]
    fn both_spellings_are_one_item() {
        let mut other = item();
        let members = other.as_object_mut().unwrap();
        let account = members.remove("awsAccountId").unwrap();
        let arn = members.remove("ARN").unwrap();
        members.insert("accountId".into(), account);
        members.insert("arn".into(), arn);
        members.insert("configuration".into(), json!("{\"status\": \"ISSUED\"}"));
        members.insert("configurationItemCaptureTime".into(), json!(1_795_241_450.837));
        assert_eq!(Item::read(&other).unwrap(), Item::read(&item()).unwrap());
    }

    #[test]
    fn times_of_every_age() {
        let expected: Timestamp = "2026-11-21T06:10:50Z".parse().unwrap();
        for value in [
            json!("2026-11-21T06:10:50Z"),
            json!("2026-11-21T06:10:50.000Z"),
            json!(1_795_241_450),
            json!(1_795_241_450.0),
            json!(1_795_241_450_000_i64),
            json!("1795241450"),
        ] {
            assert_eq!(time(&value), Some(expected), "{value}");
        }
        for value in [
            json!("9999-12-31T23:59:59Z"),
            json!("9999-12-31T23:59:59.000Z"),
            json!(253_402_300_799_i64),
            json!(253_402_300_799_000_i64),
        ] {
            assert_eq!(time(&value), Some(Timestamp::MAX), "{value}");
        }
        for value in [json!(null), json!("soon"), json!({}), json!(1e300), json!("")] {
            assert_eq!(time(&value), None, "{value}");
        }
    }

    #[test]
    fn no_tags_are_no_proof_that_there_are_none() {
        let mut item = item();
        assert_eq!(Item::read(&item).unwrap().tags, Fact::Known([("Owner", "team-a")].into_iter().collect()));
        item["tags"] = json!({});
        assert_eq!(Item::read(&item).unwrap().tags, Fact::Unknown);
        item["supplementaryConfiguration"] = json!({ "Tags": "[{\"key\":\"Owner\",\"value\":\"team-a\"}]" });
        assert_eq!(Item::read(&item).unwrap().tags, Fact::Known([("Owner", "team-a")].into_iter().collect()));
        item["supplementaryConfiguration"] = json!({ "Tags": [] });
        assert_eq!(Item::read(&item).unwrap().tags, Fact::Known(Tags::default()));
    }

    #[test]
    fn an_unusable_item_names_its_member() {
        for member in ["resourceType", "resourceId", "configurationItemStatus", "configurationItemCaptureTime"] {
            let mut item = item();
            item[member] = json!(["?"]);
            assert_eq!(Item::read(&item).unwrap_err().member, member);
        }
        let mut item = item();
        item["resourceId"] = json!("r".repeat(769));
        assert_eq!(Item::read(&item).unwrap_err().to_string(), "`resourceId` is too long");
        item["resourceId"] = json!("r");
        item["configuration"] = json!("{");
        assert_eq!(Item::read(&item).unwrap_err().member, "configuration");
    }
}
