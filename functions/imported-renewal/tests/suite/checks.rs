//! What holds of everything that is sent.

use std::sync::LazyLock;

use serde_json::Value;

use crate::world::{World, read};

impl World {
    /// Everything sent keeps to its schema, and nothing but ImportCertificate carries a private key.
    pub(crate) fn check_messages(&self) {
        for event in self.aws.events() {
            assert_eq!(event.source, "acm-autopilot");
            assert_eq!(event.resources, [event.detail["certificateArn"].as_str().unwrap()]);
            valid(&STATUS_CHANGED, &event.detail);
            no_key(&event.event.to_string());
        }
        for notice in self.aws.published() {
            valid(&NOTICE, &serde_json::from_str(notice.for_protocol("sqs")).unwrap());
            no_key(&format!("{notice:?}"));
        }
        for call in self.aws.calls() {
            assert!(call.operation == "ImportCertificate" || call.input.get("PrivateKey").is_none());
            no_key(&call.input.to_string());
        }
        for certificate in self.aws.certificates() {
            no_key(&format!("{:?}", certificate.tags));
        }
    }
}

/// Neither as PEM nor as a blob of the JSON protocol.
pub(crate) fn no_key(text: &str) {
    for trace in ["PRIVATE KEY", "UFJJVkFURSBLRV", "BSSVZBVEUgS0VZ", "QUklWQVRFIEtFW"] {
        assert!(!text.contains(trace), "a private key in: {text}");
    }
}

static NOTICE: LazyLock<jsonschema::Validator> = LazyLock::new(|| schema("notice"));
static STATUS_CHANGED: LazyLock<jsonschema::Validator> = LazyLock::new(|| schema("certificate-renewal-status-changed"));

fn schema(name: &str) -> jsonschema::Validator {
    jsonschema::validator_for(&read(&format!("schemas/{name}.schema.json"))).unwrap()
}

fn valid(schema: &jsonschema::Validator, instance: &Value) {
    let errors: Vec<String> =
        schema.iter_errors(instance).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{errors:?} in {instance:#}");
}
