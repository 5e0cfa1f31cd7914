//! A certificate as AWS Config's items describe it (`AWS::ACM::Certificate`).
//!
//! Members: [schema](https://github.com/awslabs/aws-config-resource-schema), camelCase. What an item
//! does not hold is not known, whatever the reason: its shape differs by age.

use certificates::{
    CertificateArn, CertificateType, DomainValidation, KeyAlgorithm, Renewal, RenewalEligibility, ResourceRecord,
    Validation,
};
use serde_json::Value;

use super::certificate::every_name;
use super::item::{text, texts, time};
use super::{Certificate, Fact, Item};

/// OIDs of extended key usages and ACM's names of them, for items that have only the OID
/// ([ExtendedKeyUsage](https://docs.aws.amazon.com/acm/latest/APIReference/API_ExtendedKeyUsage.html)).
pub(crate) const EXTENDED_KEY_USAGES: [(&str, &str); 10] = [
    ("1.3.6.1.5.5.7.3.1", "TLS_WEB_SERVER_AUTHENTICATION"),
    ("1.3.6.1.5.5.7.3.2", "TLS_WEB_CLIENT_AUTHENTICATION"),
    ("1.3.6.1.5.5.7.3.3", "CODE_SIGNING"),
    ("1.3.6.1.5.5.7.3.4", "EMAIL_PROTECTION"),
    ("1.3.6.1.5.5.7.3.8", "TIME_STAMPING"),
    ("1.3.6.1.5.5.7.3.9", "OCSP_SIGNING"),
    ("1.3.6.1.5.5.7.3.5", "IPSEC_END_SYSTEM"),
    ("1.3.6.1.5.5.7.3.6", "IPSEC_TUNNEL"),
    ("1.3.6.1.5.5.7.3.7", "IPSEC_USER"),
    ("2.5.29.37.0", "ANY"),
];

impl Certificate {
    /// From an item of AWS Config.
    pub fn from_item(arn: CertificateArn, item: &Item) -> Self {
        let configuration = &item.configuration;
        let reported = |member: &str| text(&configuration[member]);
        let optional = |member: &str| Fact::reported(reported(member).map(Some));
        let moment = |member: &str| Fact::reported(time(&configuration[member]).map(Some));
        let domain_name = reported("domainName");
        let names = texts(&configuration["subjectAlternativeNames"])
            .map(|alternative| every_name(domain_name.as_deref(), alternative));
        Self {
            certificate_type: Fact::reported(reported("type").map(|kind| CertificateType::from(kind.as_str()))),
            status: Fact::reported(reported("status")),
            names: Fact::reported(names),
            domain_name: Fact::reported(domain_name.map(Some)),
            key_algorithm: Fact::reported(reported("keyAlgorithm").map(|key| KeyAlgorithm::new(&key))),
            signature_algorithm: optional("signatureAlgorithm"),
            not_before: moment("notBefore"),
            not_after: moment("notAfter"),
            created_at: moment("createdAt"),
            issued_at: moment("issuedAt"),
            imported_at: moment("importedAt"),
            revoked_at: moment("revokedAt"),
            revocation_reason: optional("revocationReason"),
            failure_reason: optional("failureReason"),
            serial: optional("serial"),
            subject: optional("subject"),
            issuer: optional("issuer"),
            certificate_authority: optional("certificateAuthorityArn"),
            in_use: Fact::reported(texts(&configuration["inUseBy"]).map(|users| !users.is_empty())),
            renewal_eligibility: Fact::reported(
                reported("renewalEligibility").map(|value| Some(RenewalEligibility::from(value.as_str()))),
            ),
            renewal: Fact::reported(renewal(&configuration["renewalSummary"]).map(Some)),
            domain_validations: Fact::reported(
                domain_validations(&configuration["domainValidationOptions"]).filter(|all| all.iter().all(is_whole)),
            ),
            key_usages: Fact::reported(each(&configuration["keyUsages"], |usage| text(&usage["name"]))),
            extended_key_usages: Fact::reported(each(&configuration["extendedKeyUsages"], extended_key_usage)),
            transparency_logging: Fact::reported(
                text(&configuration["options"]["certificateTransparencyLoggingPreference"]).map(Some),
            ),
            export_option: Fact::reported(text(&configuration["options"]["export"]).map(Some)),
            tags: item.tags.clone(),
            ..Self::unknown(arn)
        }
    }
}

/// Every entry of a list; `None` when one of them cannot be read.
fn each<T>(list: &Value, read: impl Fn(&Value) -> Option<T>) -> Option<Vec<T>> {
    list.as_array()?.iter().map(read).collect()
}

fn extended_key_usage(usage: &Value) -> Option<String> {
    let oid = text(&usage["oID"]).or_else(|| text(&usage["oid"]));
    let name = text(&usage["name"]).filter(|name| name != "CUSTOM");
    let known = |oid: &String| EXTENDED_KEY_USAGES.iter().find(|(known, _)| known == oid).map(|(_, name)| *name);
    name.or_else(|| oid.as_ref().and_then(known).map(str::to_owned)).or(oid)
}

fn renewal(summary: &Value) -> Option<Renewal> {
    Some(Renewal {
        status: text(&summary["renewalStatus"])?,
        reason: text(&summary["renewalStatusReason"]),
        domains: domain_validations(&summary["domainValidationOptions"]).unwrap_or_default(),
    })
}

/// An item without the validation method of a domain, or its record, does not prove that ACM has none.
fn is_whole(domain: &DomainValidation) -> bool {
    !matches!(domain.validation, Validation::Dns(None) | Validation::Other(None))
}

fn domain_validations(list: &Value) -> Option<Vec<DomainValidation>> {
    each(list, |domain| {
        let record = &domain["resourceRecord"];
        let validation = match domain["validationMethod"].as_str() {
            Some("DNS") => Validation::Dns((|| {
                Some(ResourceRecord {
                    name: text(&record["name"])?,
                    kind: text(&record["type"])?,
                    value: text(&record["value"])?,
                })
            })()),
            Some("EMAIL") => Validation::Email(texts(&domain["validationEmails"]).unwrap_or_default()),
            other => Validation::Other(other.map(str::to_owned)),
        };
        Some(DomainValidation {
            domain_name: text(&domain["domainName"])?,
            succeeded: domain["validationStatus"].as_str().map(|status| status == "SUCCESS"),
            validation,
        })
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::facts::Lookup;

    const ARN: &str = "arn:aws:acm:us-east-1:123456789012:certificate/61f50cd4-45b9-4259-b049-d0a53682fa4b";

    fn of(configuration: Value) -> Certificate {
        let item = Item {
            resource_type: "AWS::ACM::Certificate".into(),
            resource_id: ARN.into(),
            arn: Some(ARN.into()),
            account: None,
            status: "OK".into(),
            captured_at: "2026-11-21T06:10:50Z".parse().unwrap(),
            configuration,
            tags: Fact::Unknown,
        };
        Certificate::from_item(ARN.parse().unwrap(), &item)
    }

    #[test]
    fn what_an_item_holds_is_known() {
        let certificate = of(json!({
            "domainName": "example.com", "subjectAlternativeNames": ["example.com", "www.example.com"],
            "type": "AMAZON_ISSUED", "status": "ISSUED", "keyAlgorithm": "RSA-2048", "inUseBy": [],
            "notAfter": "2026-11-20T23:59:59.000Z", "notBefore": 1_778_025_600,
            "extendedKeyUsages": [{"name": "TLS_WEB_SERVER_AUTHENTICATION", "oID": "1.3.6.1.5.5.7.3.1"},
                {"oID": "1.3.6.1.5.5.7.3.2"}, {"name": "CUSTOM", "oID": "1.2.3"}],
            "keyUsages": [{"name": "DIGITAL_SIGNATURE"}],
            "options": {"certificateTransparencyLoggingPreference": "ENABLED"},
        }));
        assert_eq!(certificate.key_algorithm().unwrap().as_str(), "RSA_2048");
        assert_eq!(certificate.names().unwrap(), &["example.com", "www.example.com"]);
        assert_eq!(certificate.in_use(), Ok(&false));
        assert_eq!(certificate.not_before().unwrap().unwrap().to_string(), "2026-05-06T00:00:00Z");
        assert_eq!(
            certificate.extended_key_usages().unwrap(),
            &["TLS_WEB_SERVER_AUTHENTICATION", "TLS_WEB_CLIENT_AUTHENTICATION", "1.2.3"]
        );
        assert_eq!(certificate.transparency_logging().unwrap().as_deref(), Some("ENABLED"));
        assert_eq!(certificate.display_name(), "example.com");
    }

    #[test]
    fn what_it_does_not_hold_is_not_known() {
        let certificate = of(json!({ "domainName": "example.com", "inUseBy": null, "notAfter": "soon" }));
        let missing = certificate.not_after().unwrap_err();
        assert_eq!((missing.fact, missing.lookup), ("NotAfter", Lookup::Description));
        let no_record = json!({ "domainName": "example.com", "validationMethod": "DNS" });
        assert!(of(json!({ "domainValidationOptions": [no_record] })).domain_validations().is_err());
        assert!(certificate.in_use().is_err() && certificate.renewal().is_err() && certificate.names().is_err());
        assert_eq!(certificate.tags().unwrap_err().lookup, Lookup::Tags);
        for odd in [json!(null), json!("x"), json!([1]), json!({"inUseBy": [1], "keyUsages": ["x"]})] {
            assert!(of(odd).in_use().is_err());
        }
    }
}
