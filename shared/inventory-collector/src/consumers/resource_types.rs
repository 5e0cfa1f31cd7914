//! The types of resources whose certificates Cloud Control API shows, by their schemas.

use inventory::Source;
use serde_json::Value;

use crate::target_facts::TargetFacts;

/// A type.
#[derive(Debug)]
pub(super) struct ResourceType {
    pub(super) name: &'static str,
    /// As in ARNs.
    pub(super) service: &'static str,
    /// The permissions with which Cloud Control API lists and reads the type for its caller.
    pub(super) permissions: &'static str,
    /// The property that people call it by.
    pub(super) label: &'static str,
    /// Of a resource's identifier.
    pub(super) arn: fn(&TargetFacts, &str) -> String,
    /// Of a resource's properties. Empty where they are only some of them, too.
    pub(super) certificates: fn(&Value) -> Vec<&str>,
}

const APPSYNC_DOMAIN: ResourceType = ResourceType {
    name: "AWS::AppSync::DomainName",
    service: "appsync",
    permissions: "appsync:ListDomainNames and appsync:GetDomainName",
    label: "DomainName",
    arn: appsync_arn,
    certificates: |properties| properties["CertificateArn"].as_str().into_iter().collect(),
};

const LATTICE_SERVICE: ResourceType = ResourceType {
    name: "AWS::VpcLattice::Service",
    service: "vpc-lattice",
    permissions: "vpc-lattice:ListServices, vpc-lattice:GetService and vpc-lattice:ListTagsForResource",
    label: "Name",
    arn: identifier,
    certificates: |properties| properties["CertificateArn"].as_str().into_iter().collect(),
};

const TLS_INSPECTION: ResourceType = ResourceType {
    name: "AWS::NetworkFirewall::TLSInspectionConfiguration",
    service: "network-firewall",
    permissions: "network-firewall:ListTLSInspectionConfigurations, \
                  network-firewall:DescribeTLSInspectionConfiguration and network-firewall:ListTagsForResource",
    label: "TLSInspectionConfigurationName",
    arn: identifier,
    certificates: tls_inspection,
};

const TRANSFER_SERVER: ResourceType = ResourceType {
    name: "AWS::Transfer::Server",
    service: "transfer",
    permissions: "transfer:ListServers, transfer:DescribeServer and ec2:DescribeVpcEndpoints",
    label: "ServerId",
    arn: identifier,
    certificates: |properties| properties["Certificate"].as_str().into_iter().collect(),
};

/// The type that a source lists.
pub(super) fn of(source: Source) -> Option<&'static ResourceType> {
    match source {
        Source::AppSyncDomains => Some(&APPSYNC_DOMAIN),
        Source::LatticeServices => Some(&LATTICE_SERVICE),
        Source::TlsInspections => Some(&TLS_INSPECTION),
        Source::TransferServers => Some(&TRANSFER_SERVER),
        _ => None,
    }
}

/// Where it is the ARN.
fn identifier(_: &TargetFacts, identifier: &str) -> String {
    identifier.to_owned()
}

/// Service authorization reference, "AWS AppSync", resource type `domain`.
fn appsync_arn(of: &TargetFacts, name: &str) -> String {
    let target = &of.target;
    format!("arn:{}:appsync:{}:{}:domainnames/{name}", target.partition, target.region, target.account)
}

/// Of servers inside (inbound), and the CA that signs for those outside (outbound), which is a certificate in ACM.
fn tls_inspection(properties: &Value) -> Vec<&str> {
    let all = properties["TLSInspectionConfiguration"]["ServerCertificateConfigurations"].as_array();
    all.into_iter()
        .flatten()
        .flat_map(|one| {
            let servers = one["ServerCertificates"].as_array().into_iter().flatten();
            servers.map(|server| &server["ResourceArn"]).chain([&one["CertificateAuthorityArn"]])
        })
        .filter_map(Value::as_str)
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn both_kinds_of_inspection_use_certificates() {
        let configurations = json!([
            { "ServerCertificates": [{ "ResourceArn": "a" }, { "ResourceArn": "b" }], "Scopes": [] },
            { "CertificateAuthorityArn": "c" },
        ]);
        let whole = json!({ "TLSInspectionConfiguration": { "ServerCertificateConfigurations": configurations } });
        for (properties, expected) in [(whole, vec!["a", "b", "c"]), (json!({}), vec![]), (json!("odd"), vec![])] {
            assert_eq!(tls_inspection(&properties), expected, "{properties}");
        }
    }
}
