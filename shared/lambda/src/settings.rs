//! Settings that few need: fields of a JSON object in one variable, so that a deployment template needs no parameter for each.

use serde_json::{Map, Value};

use crate::configuration_error::ConfigurationError;

/// The variable that holds the object.
pub(crate) const SETTINGS: &str = "SETTINGS";

/// What JSON a field is.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Number,
    Numbers,
    Flag,
    Text,
    Object,
}

/// A field, and the variable that it stands for.
#[derive(Debug, Clone, Copy)]
struct Field {
    name: &'static str,
    /// As errors name it.
    path: &'static str,
    variable: &'static str,
    kind: Kind,
}

macro_rules! field {
    ($name:literal, $variable:literal, $kind:ident) => {
        Field { name: $name, path: concat!("SETTINGS.", $name), variable: $variable, kind: Kind::$kind }
    };
}

/// `infra/settings.schema.json` has the same, with limits and defaults.
const FIELDS: [Field; 9] = [
    field!("noticeThresholds", "NOTICE_THRESHOLDS", Numbers),
    field!("ownerTagKey", "OWNER_TAG_KEY", Text),
    field!("purposeTagKey", "PURPOSE_TAG_KEY", Text),
    field!("renewBeforeDays", "RENEW_BEFORE_DAYS", Number),
    field!("maxValidityDays", "MAX_VALIDITY_DAYS", Number),
    field!("maintenance", "MAINTENANCE", Object),
    field!("endpointCheck", "ENDPOINT_CHECK", Object),
    field!("recordTtl", "RECORD_TTL", Number),
    field!("dnsLookups", "DNS_LOOKUPS", Flag),
];

/// A setting as the variable that it stands for.
pub(crate) struct Setting {
    pub(crate) variable: &'static str,
    pub(crate) path: &'static str,
    pub(crate) value: String,
}

/// Reads the object. Which values a field may have is for the function to say that needs it.
pub(crate) fn read(text: &str) -> Result<Vec<Setting>, ConfigurationError> {
    let object: Map<String, Value> = serde_json::from_str(text).map_err(|error| {
        invalid(SETTINGS, text, format!("use a JSON object such as {{\"renewBeforeDays\": 45}}: {error}"))
    })?;
    object.iter().map(|(name, value)| setting(name, value, text)).collect()
}

fn setting(name: &str, value: &Value, text: &str) -> Result<Setting, ConfigurationError> {
    let Some(field) = FIELDS.iter().find(|field| field.name == name) else {
        let names = FIELDS.map(|field| field.name).join(", ");
        return Err(invalid(SETTINGS, text, format!("there is no setting `{name}`; use {names}")));
    };
    match field.kind.as_variable(value) {
        Some(value) => Ok(Setting { variable: field.variable, path: field.path, value }),
        None => Err(invalid(field.path, &value.to_string(), format!("use {}", field.kind.wanted()))),
    }
}

impl Kind {
    fn as_variable(self, value: &Value) -> Option<String> {
        match (self, value) {
            (Self::Number, Value::Number(number)) => Some(number.to_string()),
            (Self::Flag, Value::Bool(flag)) => Some(flag.to_string()),
            (Self::Text, Value::String(text)) if !text.trim().is_empty() => Some(text.clone()),
            (Self::Object, Value::Object(_)) => Some(value.to_string()),
            (Self::Numbers, Value::Array(items)) if !items.is_empty() => {
                let numbers: Option<Vec<String>> = items.iter().map(|item| Self::Number.as_variable(item)).collect();
                Some(numbers?.join(","))
            }
            _ => None,
        }
    }

    fn wanted(self) -> &'static str {
        match self {
            Self::Number => "a number",
            Self::Numbers => "a list of numbers, such as [45, 30, 15, 7, 3, 1, 0]",
            Self::Flag => "true or false, without quotation marks",
            Self::Text => "a text that is not empty",
            Self::Object => "a JSON object",
        }
    }
}

fn invalid(name: &'static str, value: &str, problem: String) -> ConfigurationError {
    ConfigurationError::Invalid { name, value: value.chars().take(200).collect(), problem }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Environment;

    fn with(settings: &str) -> Result<Environment, ConfigurationError> {
        [(SETTINGS, settings)].into_iter().collect::<Environment>().with_settings()
    }

    #[test]
    fn fields_are_read_as_their_variables() {
        let all = r#"{"noticeThresholds": [30, 7], "ownerTagKey": "Cost Center", "purposeTagKey": "Service", "recordTtl": 60, "dnsLookups": false, "maintenance": {"windows": []}}"#;
        let environment = with(all).unwrap();
        for (variable, value) in [
            ("NOTICE_THRESHOLDS", "30,7"),
            ("OWNER_TAG_KEY", "Cost Center"),
            ("PURPOSE_TAG_KEY", "Service"),
            ("RECORD_TTL", "60"),
            ("DNS_LOOKUPS", "false"),
            ("MAINTENANCE", r#"{"windows":[]}"#),
        ] {
            assert_eq!(environment.optional(variable), Some(value));
        }
        assert_eq!(environment.optional("RENEW_BEFORE_DAYS"), None);
        assert_eq!(with("{}").unwrap().optional("RECORD_TTL"), None);
    }

    #[test]
    fn a_variable_that_is_set_itself_wins() {
        let variables = [(SETTINGS, r#"{"recordTtl": 60}"#), ("RECORD_TTL", "3600")];
        let environment = variables.into_iter().collect::<Environment>().with_settings().unwrap();
        assert_eq!(environment.number("RECORD_TTL", 60..=172_800, 300), Ok(3600));
    }

    #[test]
    fn a_mistake_names_its_field() {
        for (settings, says) in [
            ("renewBeforeDays=45", "SETTINGS is `renewBeforeDays=45`: use a JSON object such as"),
            ("[]", "SETTINGS is `[]`: use a JSON object"),
            (r#"{"renewBefore": 45}"#, "there is no setting `renewBefore`; use noticeThresholds, ownerTagKey, purpose"),
            (r#"{"renewBeforeDays": "soon"}"#, "SETTINGS.renewBeforeDays is `\"soon\"`: use a number"),
            (r#"{"noticeThresholds": 45}"#, "SETTINGS.noticeThresholds is `45`: use a list of numbers"),
            (r#"{"noticeThresholds": []}"#, "SETTINGS.noticeThresholds is `[]`: use a list"),
            (r#"{"dnsLookups": "false"}"#, "SETTINGS.dnsLookups is `\"false\"`: use true or false, without"),
            (r#"{"maintenance": "never"}"#, "SETTINGS.maintenance is `\"never\"`: use a JSON object"),
            (r#"{"ownerTagKey": ""}"#, "SETTINGS.ownerTagKey is `\"\"`: use a text"),
        ] {
            let error = with(settings).unwrap_err().to_string();
            assert!(error.contains(says), "{error}");
        }
    }

    #[test]
    fn a_value_that_a_function_refuses_names_its_field_too() {
        let environment = with(r#"{"renewBeforeDays": 400, "noticeThresholds": [400]}"#).unwrap();
        let error = environment.number("RENEW_BEFORE_DAYS", 1..=365, 30).unwrap_err().to_string();
        assert!(error.contains("SETTINGS.renewBeforeDays is `400`: use a whole number from 1 to 365"), "{error}");
        let error = environment.parsed("NOTICE_THRESHOLDS", certificates::Thresholds::default()).unwrap_err();
        assert!(error.to_string().contains("SETTINGS.noticeThresholds is `400`"), "{error}");
    }

    #[test]
    fn the_schema_has_the_same_fields() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../infra/settings.schema.json");
        let schema: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let properties = schema["properties"].as_object().unwrap();
        assert_eq!(properties.len(), FIELDS.len());
        for field in FIELDS {
            let kind = match field.kind {
                Kind::Number => "integer",
                Kind::Numbers => "array",
                Kind::Flag => "boolean",
                Kind::Text => "string",
                Kind::Object => "object",
            };
            assert_eq!(properties[field.name]["type"], kind, "{}", field.name);
        }
    }
}
