//! SearchCertificates, ACM's lists of ACME endpoints, and CloudTrail's event history.
#![allow(clippy::unwrap_used, missing_docs)]

use aws_sdk_acm::error::ProvideErrorMetadata;
use aws_sdk_acm::types::{CertificateFilterStatement, CertificateManagedBy, CertificateSearchResult};
use aws_sdk_cloudtrail::types::{LookupAttribute, LookupAttributeKey};
use jiff::{Timestamp, ToSpan};
use simulated_aws::{Aws, CertificateSpec, TrailEvent};

fn start() -> (Aws, aws_sdk_acm::Client) {
    let aws = Aws::new("2026-11-20T08:00:00Z".parse::<Timestamp>().unwrap());
    let client = aws_sdk_acm::Client::new(&aws.sdk_config());
    (aws, client)
}

#[tokio::test]
async fn a_search_shows_names_in_parts_and_acms_metadata() {
    let (aws, acm) = start();
    let spec = CertificateSpec::amazon_issued("www.example.com").validated_by_http().managed_by("CLOUDFRONT");
    let arn = aws.insert_certificate(spec.renewal("PENDING_AUTO_RENEWAL", None));
    let found = acm.search_certificates().send().await.unwrap();
    let [result]: &[CertificateSearchResult] = found.results() else { panic!("{found:?}") };
    assert_eq!(result.certificate_arn(), Some(arn.as_str()));
    let attributes = result.x509_attributes().unwrap();
    assert_eq!(attributes.serial_number().unwrap(), aws.certificate(&arn).unwrap().serial);
    assert_eq!(attributes.subject().unwrap().common_name(), Some("www.example.com"));
    assert_eq!(attributes.issuer().unwrap().organization(), Some("Amazon"));
    let metadata = result.certificate_metadata().unwrap().as_acm_certificate_metadata().unwrap();
    assert_eq!(metadata.validation_method().unwrap().as_str(), "HTTP");
    assert_eq!(metadata.renewal_status().unwrap().as_str(), "PENDING_AUTO_RENEWAL");
    assert_eq!(metadata.managed_by(), Some(&CertificateManagedBy::Cloudfront));
}

#[tokio::test]
async fn a_search_pages_over_all_key_types_but_not_amazon_n2() {
    let (aws, acm) = start();
    for name in ["a", "b", "c"] {
        aws.insert_certificate(CertificateSpec::imported(name).key(simulated_aws::Key::P384).thin());
    }
    aws.insert_certificate(CertificateSpec::amazon_issued("n2.example.com").root_hierarchy("N2_AMAZON_MANAGED").thin());
    let first = acm.search_certificates().max_results(2).send().await.unwrap();
    let second = acm.search_certificates().set_next_token(first.next_token.clone()).send().await.unwrap();
    assert_eq!((first.results().len(), second.results().len(), second.next_token()), (2, 1, None));
    let code = |most| acm.search_certificates().max_results(most).send();
    assert_eq!(code(501).await.unwrap_err().code(), Some("ValidationException"));
    assert_eq!(code(0).await.unwrap_err().code(), Some("ValidationException"));
    let filter = CertificateFilterStatement::And(Vec::new());
    let filtered = acm.search_certificates().filter_statement(filter).send().await.unwrap_err();
    assert_eq!(filtered.code(), Some("NotModelled"));
}

#[tokio::test]
async fn a_certificate_that_is_not_issued_has_no_attributes() {
    let (aws, acm) = start();
    aws.insert_certificate(CertificateSpec::amazon_issued("www.example.com").status("PENDING_VALIDATION").thin());
    let found = acm.search_certificates().send().await.unwrap();
    assert!(found.results()[0].x509_attributes().is_none());
}

#[tokio::test]
async fn endpoints_are_listed_with_their_bindings_and_accounts() {
    let (aws, acm) = start();
    let endpoint = aws.create_acme_endpoint();
    let expires = aws.now() + 240.hours();
    let binding = aws.create_acme_binding(&endpoint, "arn:aws:iam::123456789012:role/acme", Some(expires));
    let account = aws.register_acme_account(&binding, "mailto:web@example.com");
    let endpoints = acm.list_acme_endpoints().send().await.unwrap();
    assert_eq!(endpoints.acme_endpoints()[0].acme_endpoint_arn(), Some(endpoint.as_str()));
    let bindings = acm.list_acme_external_account_bindings().acme_endpoint_arn(&endpoint).send().await.unwrap();
    let [shown] = bindings.external_account_bindings() else { panic!("{bindings:?}") };
    assert_eq!(shown.acme_external_account_binding_arn(), Some(binding.as_str()));
    assert_eq!(shown.expires_at().unwrap().secs(), expires.as_second());
    assert!(shown.last_used_at().is_some());
    let accounts = acm.list_acme_accounts().acme_endpoint_arn(&endpoint).send().await.unwrap();
    assert_eq!(accounts.acme_accounts()[0].account_url(), Some(account.as_str()));
    let other = "arn:aws:acm:us-east-1:123456789012:acme-endpoint/other";
    let missing = acm.list_acme_accounts().acme_endpoint_arn(other).send().await.unwrap_err();
    assert_eq!(missing.code(), Some("ResourceNotFoundException"));
    let malformed = acm.list_acme_accounts().acme_endpoint_arn("other").send().await.unwrap_err();
    assert_eq!(malformed.code(), Some("ValidationException"));
}

fn by_name(name: &str) -> LookupAttribute {
    LookupAttribute::builder().attribute_key(LookupAttributeKey::EventName).attribute_value(name).build().unwrap()
}

#[tokio::test]
async fn the_event_history_shows_ninety_days_the_latest_first() {
    let (aws, _) = start();
    let events = aws_sdk_cloudtrail::Client::new(&aws.sdk_config());
    let record = |name: &str, arn: &str| {
        aws.record_trail_event(TrailEvent::of_acm(name, "arn:aws:iam::123456789012:user/alice", arn));
    };
    record("ImportCertificate", "too old");
    aws.advance(2400.hours());
    record("ImportCertificate", "first");
    record("RequestCertificate", "other");
    aws.advance(1.hour());
    record("ImportCertificate", "second");
    let call = || events.lookup_events().lookup_attributes(by_name("ImportCertificate")).max_results(1);
    let page = call().send().await.unwrap();
    let record: serde_json::Value = serde_json::from_str(page.events()[0].cloud_trail_event().unwrap()).unwrap();
    assert_eq!(record["responseElements"]["certificateArn"], "second");
    assert_eq!(page.events()[0].username(), Some("alice"));
    let next = call().set_next_token(page.next_token.clone()).send().await.unwrap();
    assert!(next.events()[0].cloud_trail_event().unwrap().contains("first"));
    assert_eq!(next.next_token(), None);
    let other = events.lookup_events().lookup_attributes(by_name("RequestCertificate"));
    let refused = other.set_next_token(page.next_token).send().await.unwrap_err();
    assert_eq!(refused.code(), Some("InvalidNextTokenException"));
    let two = call().lookup_attributes(by_name("RequestCertificate")).send().await.unwrap_err();
    assert_eq!(two.code(), Some("InvalidLookupAttributesException"));
}
