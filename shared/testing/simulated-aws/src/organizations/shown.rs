//! What Organizations shows of an organization, its root and its units. The forms of ARNs: service authorization reference,
//! "Resource types defined by AWS Organizations".

use serde_json::{Value, json};

use super::accounts::email;
use super::tree::{ROOT, Tree, Unit};

impl Tree {
    pub(super) fn arn(&self, partition: &str, kind: &str, id: &str) -> String {
        format!("arn:{partition}:organizations::{}:{kind}/{}/{id}", self.management, self.id)
    }

    /// API reference, Organization. AvailablePolicyTypes are deprecated: "Do not use".
    pub(super) fn shown(&self, partition: &str) -> Value {
        json!({
            "Id": self.id,
            "Arn": format!("arn:{partition}:organizations::{}:organization/{}", self.management, self.id),
            "FeatureSet": "ALL",
            "MasterAccountArn": self.arn(partition, "account", &self.management),
            "MasterAccountId": self.management,
            "MasterAccountEmail": email(&self.management),
            "AvailablePolicyTypes": [{ "Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED" }],
        })
    }

    /// API reference, Root: the types of policies that are enabled.
    pub(super) fn root_shown(&self, partition: &str) -> Value {
        let enabled = json!([{ "Type": "SERVICE_CONTROL_POLICY", "Status": "ENABLED" }]);
        json!({
            "Id": ROOT,
            "Arn": self.arn(partition, "root", ROOT),
            "Name": "Root",
            "PolicyTypes": if self.policies.is_empty() { json!([]) } else { enabled },
        })
    }
}

impl Unit {
    /// API reference, OrganizationalUnit.
    pub(super) fn shown(&self, tree: &Tree, id: &str, partition: &str) -> Value {
        json!({ "Id": id, "Arn": tree.arn(partition, "ou", id), "Name": self.name })
    }
}
