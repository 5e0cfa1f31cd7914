//! Acts on certificates and ACME endpoints
//! ([ACM's API in CloudTrail](https://docs.aws.amazon.com/acm/latest/userguide/cloudtrail.html)).

use certificates::tags;
use serde_json::Value;

use super::super::act::{Act, ActKind};
use super::{text, texts};
use crate::record::Record;

/// The tags by which an operator asks for something are an operator's to set. Taking them away ends renewals.
const OF_OPERATORS: [&str; 8] = [
    tags::RENEW_FROM,
    tags::PRIVATE_CA,
    tags::SECRET,
    tags::ACME,
    tags::ACME_PROFILE,
    tags::VALIDITY_DAYS,
    tags::NOTICES,
    tags::STATUS,
];
/// A tag that is no state and ends no renewal when it goes.
const HARMLESS: [&str; 2] = [tags::NOTICES, tags::STATUS];

pub(super) fn recognize(record: &Record<'_>) -> Option<Act> {
    let arn = || text(&record.request["certificateArn"]);
    if let Some(code) = record.error {
        let is_refused_deletion = record.name == "DeleteCertificate" && code == "ResourceInUseException";
        return is_refused_deletion.then(|| Act::new(ActKind::CertificateDeletionRefused, arn()));
    }
    match record.name {
        "RequestCertificate" => Some(
            Act::new(ActKind::CertificateRequested, text(&record.response["certificateArn"]))
                .names(names(record.request)),
        ),
        "ImportCertificate" => Some(Act::new(ActKind::CertificateImported, text(&record.response["certificateArn"]))),
        "DeleteCertificate" => Some(Act::new(ActKind::CertificateDeleted, arn())),
        "ExportCertificate" => Some(Act::new(ActKind::KeyExported, arn())),
        "RevokeCertificate" => {
            Some(Act::new(ActKind::CertificateRevoked, arn()).detail(text(&record.request["revocationReason"])))
        }
        "UpdateCertificateOptions" => Some(Act::new(ActKind::OptionsChanged, arn()).detail(options(record.request))),
        "AddTagsToCertificate" => tags_changed(record, |key| !OF_OPERATORS.contains(&key)),
        "RemoveTagsFromCertificate" => tags_changed(record, |key| !HARMLESS.contains(&key)),
        name => acme(name, record),
    }
}

fn acme(name: &str, record: &Record<'_>) -> Option<Act> {
    Some(match name {
        "CreateAcmeEndpoint" => Act::new(ActKind::AcmeEndpointCreated, text(&record.response["acmeEndpointArn"])),
        "CreateAcmeExternalAccountBinding" => {
            let binding = &record.response["externalAccountBinding"]["acmeExternalAccountBindingArn"];
            Act::new(ActKind::AcmeBindingCreated, text(binding)).detail(text(&record.request["roleArn"]))
        }
        "CreateAcmeDomainValidation" => Act::new(ActKind::AcmeDomainAllowed, text(&record.request["acmeEndpointArn"]))
            .names(vec![text(&record.request["domainName"])])
            .detail(scope(record.request)),
        "GetAcmeExternalAccountBindingCredentials" => {
            Act::new(ActKind::AcmeCredentialsRead, text(&record.request["acmeExternalAccountBindingArn"]))
        }
        _ => return None,
    })
}

fn names(request: &Value) -> Vec<String> {
    let mut names = vec![text(&request["domainName"])];
    names.extend(texts(&request["subjectAlternativeNames"]));
    names.retain(|name| !name.is_empty());
    names.dedup();
    names
}

/// Which options the request is about.
fn options(request: &Value) -> String {
    let members = request["options"].as_object().into_iter().flatten();
    members.map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ")
}

/// Below which names an ACME client may get certificates, besides the domain itself.
fn scope(request: &Value) -> String {
    let scope = &request["prevalidationOptions"]["dnsPrevalidation"]["domainScope"];
    let allowed = ["subdomains", "wildcards"].into_iter().filter(|name| scope[name] == "ENABLED");
    allowed.collect::<Vec<_>>().join(", ")
}

fn tags_changed(record: &Record<'_>, matters: impl Fn(&str) -> bool) -> Option<Act> {
    let tags = record.request["tags"].as_array()?;
    let keys = tags.iter().filter_map(|tag| tag["key"].as_str());
    let keys: Vec<&str> = keys.filter(|key| key.starts_with(tags::PREFIX) && matters(key)).collect();
    let act = || Act::new(ActKind::AutopilotTagsChanged, text(&record.request["certificateArn"]));
    (!keys.is_empty()).then(|| act().detail(keys.join(", ")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::record::tests::record;

    const ARN: &str = "arn:aws:acm:us-east-1:123456789012:certificate/a";

    fn kind(name: &str, request: &Value, response: &Value, error: Option<&str>) -> Option<(ActKind, String)> {
        let event = record("acm.amazonaws.com", name, request, response, error);
        recognize(&Record::read(&event).unwrap()).map(|act| (act.kind, act.subject))
    }

    #[test]
    fn calls_on_certificates_are_acts() {
        let (arn, none) = (json!({ "certificateArn": ARN }), json!(null));
        let request = json!({"domainName": "a.example", "subjectAlternativeNames": ["b.example"]});
        for (name, request, response, error, expected) in [
            ("RequestCertificate", &request, &arn, None, Some(ActKind::CertificateRequested)),
            ("RequestCertificate", &request, &none, Some("LimitExceededException"), None),
            ("ImportCertificate", &none, &arn, None, Some(ActKind::CertificateImported)),
            ("DeleteCertificate", &arn, &none, None, Some(ActKind::CertificateDeleted)),
            (
                "DeleteCertificate",
                &arn,
                &none,
                Some("ResourceInUseException"),
                Some(ActKind::CertificateDeletionRefused),
            ),
            ("DeleteCertificate", &arn, &none, Some("AccessDenied"), None),
            ("ExportCertificate", &arn, &none, None, Some(ActKind::KeyExported)),
            ("RevokeCertificate", &arn, &none, None, Some(ActKind::CertificateRevoked)),
            ("UpdateCertificateOptions", &arn, &none, None, Some(ActKind::OptionsChanged)),
            ("DescribeCertificate", &arn, &none, None, None),
        ] {
            let found = kind(name, request, response, error);
            assert_eq!(found.as_ref().map(|(kind, _)| *kind), expected, "{name} {error:?}");
            assert!(found.is_none_or(|(_, subject)| subject == ARN), "{name}");
        }
    }

    #[test]
    fn a_request_has_all_its_names_once() {
        let request = json!({"domainName": "a.example", "subjectAlternativeNames": ["a.example", "b.example", 7]});
        assert_eq!(names(&request), ["a.example", "b.example"]);
        assert!(names(&json!(null)).is_empty());
    }

    #[test]
    fn operators_may_ask_for_renewals_and_nobody_else_writes_their_state() {
        let tags = |keys: &[&str]| {
            let tags: Vec<_> = keys.iter().map(|key| json!({ "key": key })).collect();
            json!({"certificateArn": ARN, "tags": tags})
        };
        for (name, keys, acts) in [
            ("AddTagsToCertificate", &["acm-autopilot:status", "acm-autopilot:renew-from"][..], false),
            ("AddTagsToCertificate", &["acm-autopilot:status-since"], true),
            ("AddTagsToCertificate", &["acm-autopilot:notified", "Owner"], true),
            ("AddTagsToCertificate", &["Owner"], false),
            ("RemoveTagsFromCertificate", &["acm-autopilot:renew-from"], true),
            ("RemoveTagsFromCertificate", &["acm-autopilot:notices"], false),
            ("RemoveTagsFromCertificate", &["Owner"], false),
        ] {
            assert_eq!(kind(name, &tags(keys), &json!(null), None).is_some(), acts, "{name} {keys:?}");
        }
        assert_eq!(kind("AddTagsToCertificate", &json!({"tags": "many"}), &json!(null), None), None);
    }

    #[test]
    fn the_scope_of_a_domain_is_its_detail() {
        let wide = json!({"acmeEndpointArn": "e", "domainName": "example.com",
            "prevalidationOptions": {"dnsPrevalidation": {"hostedZoneId": "Z1", "domainScope":
                {"exactDomain": "ENABLED", "subdomains": "ENABLED", "wildcards": "ENABLED"}}}});
        let event = record("acm.amazonaws.com", "CreateAcmeDomainValidation", &wide, &json!(null), None);
        let act = recognize(&Record::read(&event).unwrap()).unwrap();
        assert_eq!((act.kind, act.detail.as_deref()), (ActKind::AcmeDomainAllowed, Some("subdomains, wildcards")));
        assert_eq!(act.names, ["example.com"]);
    }
}
