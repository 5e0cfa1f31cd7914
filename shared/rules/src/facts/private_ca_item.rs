//! A private CA as AWS Config's items describe it (`AWS::ACMPCA::CertificateAuthority`).
//!
//! Members: [schema](https://github.com/awslabs/aws-config-resource-schema), PascalCase, as the resource
//! is written in CloudFormation. Status and validity are not among them.

use certificates::{KeyAlgorithm, PrivateCaArn};
use private_ca::{Crl, Ocsp};
use serde_json::Value;

use super::item::text;
use super::{Fact, Item, PrivateCa};

impl PrivateCa {
    /// From an item of AWS Config. One of a deletion says that the CA is deleted, and not until when it can be restored.
    pub fn from_item(arn: PrivateCaArn, item: &Item) -> Self {
        let configuration = &item.configuration;
        let reported = |member: &str| text(&configuration[member]);
        let revocation = &configuration["RevocationConfiguration"];
        let deleted_at = item.is_deleted().then_some(item.captured_at);
        Self {
            status: Fact::reported(deleted_at.map(|_| "DELETED".to_owned())),
            deletion_recorded_at: Fact::Known(deleted_at),
            ca_type: Fact::reported(reported("Type")),
            usage_mode: Fact::reported(reported("UsageMode").map(Some)),
            key_algorithm: Fact::reported(reported("KeyAlgorithm").map(|key| KeyAlgorithm::new(&key))),
            signing_algorithm: Fact::reported(reported("SigningAlgorithm")),
            common_name: Fact::reported(text(&configuration["Subject"]["CommonName"]).map(Some)),
            key_storage_standard: Fact::reported(reported("KeyStorageSecurityStandard").map(Some)),
            crl: Fact::reported(crl(&revocation["CrlConfiguration"]).map(Some)),
            ocsp: Fact::reported(ocsp(&revocation["OcspConfiguration"]).map(Some)),
            tags: item.tags.clone(),
            ..Self::unknown(arn)
        }
    }
}

fn crl(crl: &Value) -> Option<Crl> {
    Some(Crl {
        enabled: flag(&crl["Enabled"])?,
        bucket: text(&crl["S3BucketName"]),
        object_acl: text(&crl["S3ObjectAcl"]),
        expiration_days: crl["ExpirationInDays"].as_i64().and_then(|days| days.try_into().ok()),
        custom_cname: text(&crl["CustomCname"]),
    })
}

fn ocsp(ocsp: &Value) -> Option<Ocsp> {
    Some(Ocsp { enabled: flag(&ocsp["Enabled"])?, custom_cname: text(&ocsp["OcspCustomCname"]) })
}

fn flag(value: &Value) -> Option<bool> {
    value.as_bool().or_else(|| value.as_str()?.parse().ok())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_item_has_neither_status_nor_validity() {
        let arn: PrivateCaArn = "arn:aws:acm-pca:us-east-1:123456789012:certificate-authority/6f5".parse().unwrap();
        let item = Item {
            resource_type: "AWS::ACMPCA::CertificateAuthority".into(),
            resource_id: arn.as_str().into(),
            arn: None,
            account: None,
            status: "OK".into(),
            captured_at: "2026-11-21T06:10:50Z".parse().unwrap(),
            configuration: json!({
                "Type": "ROOT", "KeyAlgorithm": "RSA_4096", "SigningAlgorithm": "SHA512WITHRSA",
                "Subject": {"CommonName": "Example Root"},
                "RevocationConfiguration": {"CrlConfiguration": {"Enabled": true, "S3BucketName": "crl"}},
            }),
            tags: Fact::Unknown,
        };
        let ca = PrivateCa::from_item(arn, &item);
        assert_eq!(ca.ca_type().unwrap(), "ROOT");
        assert!(ca.status().is_err() && ca.not_after().is_err() && ca.ocsp().is_err());
        let crl = ca.crl().unwrap().clone().unwrap();
        assert_eq!((crl.enabled, crl.bucket.as_deref(), crl.object_acl), (true, Some("crl"), None));
        assert_eq!(ca.display_name(), "Example Root");
    }
}
