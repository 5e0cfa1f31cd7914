//! RequestCertificate and DeleteCertificate.
#![allow(clippy::unwrap_used, missing_docs)]

use aws_sdk_acm::Client;
use aws_sdk_acm::error::ProvideErrorMetadata;
use aws_sdk_acm::types::{DomainValidation, ExpiryEventsConfiguration, ValidationMethod};
use jiff::{SignedDuration, ToSpan};
use simulated_aws::{Aws, CertificateSpec, Key};

fn start() -> (Aws, Client) {
    let aws = Aws::new("2026-11-20T08:00:00Z".parse().unwrap());
    let client = Client::new(&aws.sdk_config());
    (aws, client)
}

#[tokio::test]
async fn a_request_waits_for_its_validation() {
    let (aws, acm) = start();
    let request = || {
        acm.request_certificate()
            .domain_name("example.com")
            .subject_alternative_names("*.example.com")
            .validation_method(ValidationMethod::Dns)
            .idempotency_token("t")
    };
    let first = request().send().await.unwrap();
    let again = request().send().await.unwrap();
    assert_eq!(first.certificate_arn(), again.certificate_arn());
    aws.advance(1.hour());
    let later = request().send().await.unwrap();
    assert_ne!(first.certificate_arn(), later.certificate_arn());
}

async fn options(acm: &Client, arn: &str) -> (String, Vec<DomainValidation>) {
    let described = acm.describe_certificate().certificate_arn(arn).send().await.unwrap();
    let certificate = described.certificate().unwrap();
    (certificate.status().unwrap().as_str().to_owned(), certificate.domain_validation_options().to_vec())
}

async fn request(acm: &Client, names: &[&str]) -> String {
    let request = acm.request_certificate().domain_name(names[0]).validation_method(ValidationMethod::Dns);
    let others = names[1..].iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let request = request.set_subject_alternative_names((!others.is_empty()).then_some(others));
    request.send().await.unwrap().certificate_arn().unwrap().to_owned()
}

#[tokio::test]
async fn records_appear_seconds_later_one_after_the_other() {
    let (aws, acm) = start();
    let arn = request(&acm, &["example.com", "*.example.com", "www.example.com"]).await;
    let with_records = async || {
        let (status, options) = options(&acm, &arn).await;
        assert_eq!(status, "PENDING_VALIDATION");
        assert_eq!(options.len(), 3);
        options.iter().filter(|option| option.resource_record().is_some()).count()
    };
    assert_eq!(with_records().await, 0);
    aws.advance(5.seconds());
    assert_eq!(with_records().await, 1);
    aws.advance(2.seconds());
    assert_eq!(with_records().await, 3);
    let (_, options) = options(&acm, &arn).await;
    assert_eq!(options[0].resource_record(), options[1].resource_record(), "apex and wildcard share one");
    assert_ne!(options[0].resource_record(), options[2].resource_record());
}

#[tokio::test]
async fn a_certificate_is_issued_when_every_record_is_in_the_public_dns() {
    let (aws, acm) = start();
    let arn = request(&acm, &["example.com", "www.example.net"]).await;
    aws.advance(1.minute());
    let (_, records) = options(&acm, &arn).await;
    let records: Vec<_> = records.iter().map(|option| option.resource_record().unwrap().clone()).collect();
    let zones = [aws.create_private_hosted_zone("example.com"), aws.create_hosted_zone("example.net")];
    for (zone, record) in zones.iter().zip(&records) {
        aws.set_record(zone, record.name(), "CNAME", record.value());
    }
    let (status, validated) = options(&acm, &arn).await;
    assert_eq!(status, "PENDING_VALIDATION", "a private zone is not public");
    let statuses: Vec<_> = validated.iter().map(|one| one.validation_status().unwrap().as_str()).collect();
    assert_eq!(statuses, ["PENDING_VALIDATION", "SUCCESS"]);

    let public = aws.create_hosted_zone("example.com");
    aws.set_record(&public, records[0].name(), "CNAME", "wrong.acm-validations.aws.");
    assert_eq!(options(&acm, &arn).await.0, "PENDING_VALIDATION");
    aws.set_record(&public, records[0].name(), "CNAME", records[0].value());
    assert_eq!(options(&acm, &arn).await.0, "ISSUED");
    let issued = aws.certificate(&arn).unwrap();
    assert_eq!(issued.names, ["example.com", "www.example.net"]);
    assert_eq!(issued.not_after.duration_since(aws.now()), SignedDuration::from_hours(198 * 24));
    assert!(issued.pem.is_some());
}

#[tokio::test]
async fn after_72_hours_a_request_times_out() {
    let (aws, acm) = start();
    let arn = request(&acm, &["example.com"]).await;
    aws.advance(71.hours().minutes(59));
    assert_eq!(options(&acm, &arn).await.0, "PENDING_VALIDATION");
    aws.advance(1.minute());
    assert_eq!(options(&acm, &arn).await.0, "VALIDATION_TIMED_OUT");
}

#[tokio::test]
async fn a_private_certificate_needs_an_active_authority() {
    let (aws, acm) = start();
    let ca = aws.create_private_ca(Key::P256);
    let ask = async || {
        let asked = acm.request_certificate().domain_name("db.internal").certificate_authority_arn(&ca).send().await;
        aws.certificate(asked.unwrap().certificate_arn().unwrap()).unwrap()
    };
    let issued = ask().await;
    assert_eq!((issued.kind.as_str(), issued.status.as_str()), ("PRIVATE", "ISSUED"));
    aws.set_ca_status(&ca, "DISABLED");
    assert_eq!(ask().await.status, "FAILED");

    let renew = async || acm.renew_certificate().certificate_arn(&issued.arn).send().await;
    assert_eq!(renew().await.unwrap_err().code(), Some("ValidationException"), "not in use");
    aws.set_in_use_by(&issued.arn, &["arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/a/1"]);
    aws.advance(300.days());
    aws.set_ca_status(&ca, "ACTIVE");
    renew().await.unwrap();
    let asked = aws.certificate(&issued.arn).unwrap();
    assert_eq!((asked.renewal_status.as_deref(), asked.serial), (Some("PENDING_AUTO_RENEWAL"), issued.serial.clone()));
    aws.advance(1.minute());
    let renewed = aws.certificate(&issued.arn).unwrap();
    assert_eq!(renewed.renewal_status.as_deref(), Some("SUCCESS"));
    assert!(renewed.not_after > issued.not_after && renewed.serial != issued.serial);

    renew().await.unwrap();
    aws.set_ca_status(&ca, "DISABLED");
    aws.advance(1.minute());
    let failed = aws.certificate(&issued.arn).unwrap();
    assert_eq!((failed.renewal_status.as_deref(), failed.serial), (Some("FAILED"), renewed.serial));
}

#[tokio::test]
async fn a_request_by_email_shows_its_addresses_after_a_while() {
    let (aws, acm) = start();
    let request = acm.request_certificate().domain_name("*.example.com").validation_method(ValidationMethod::Email);
    let arn = request.send().await.unwrap().certificate_arn.unwrap();
    let option = async || {
        let answer = acm.describe_certificate().certificate_arn(&arn).send().await.unwrap();
        answer.certificate().unwrap().domain_validation_options()[0].clone()
    };
    assert_eq!(option().await.validation_emails.as_deref(), Some(&[][..]));
    aws.advance(5.seconds());
    let shown = option().await;
    assert_eq!((shown.validation_domain(), shown.validation_emails().len()), (Some("*.example.com"), 5));
    assert_eq!(shown.validation_emails()[4], "admin@example.com");
}

/// The SDK does not have the two members yet.
async fn request_n2(acm: &Client, method: ValidationMethod, members: &[(&str, &str)]) -> Result<String, String> {
    let more = members.iter().map(|(name, value)| format!(",\"{name}\":\"{value}\"")).collect::<String>() + "}";
    let request = acm.request_certificate().domain_name("example.com").validation_method(method).customize();
    let request = request.mutate_request(move |request| {
        let body =
            std::str::from_utf8(request.body().bytes().unwrap()).unwrap().trim_end_matches('}').to_owned() + &more;
        request.headers_mut().insert("content-length", body.len().to_string());
        *request.body_mut() = body.into();
    });
    let sent = request.send().await.map_err(|error| error.code().unwrap().to_owned())?;
    Ok(sent.certificate_arn.unwrap())
}

#[tokio::test]
async fn amazon_n2_certificates_have_lifetimes_of_their_own() {
    let hierarchy = |value| ("RootHierarchyType", value);
    let usage = |value| ("CertificateUsage", value);
    let (n2, cross_signed) = (hierarchy("N2_AMAZON_MANAGED"), hierarchy("N2_SFG2_AMAZON_MANAGED"));
    for (method, members, days) in [
        (ValidationMethod::Dns, vec![n2], Some(395)),
        (ValidationMethod::Dns, vec![n2, usage("CLIENT_AUTH_ONLY")], Some(395)),
        (ValidationMethod::Dns, vec![cross_signed, usage("CLIENT_AND_SERVER_AUTH")], Some(98)),
        (ValidationMethod::Dns, vec![cross_signed, usage("CLIENT_AUTH_ONLY")], None),
        (ValidationMethod::Dns, vec![usage("CLIENT_AUTH_ONLY")], None),
        (ValidationMethod::Dns, vec![hierarchy("N3")], None),
        (ValidationMethod::Email, vec![n2], None),
    ] {
        let (aws, acm) = start();
        let zone = aws.create_hosted_zone("example.com");
        let record = aws.validation_record("example.com");
        aws.set_record(&zone, &record.name, "CNAME", &record.values[0]);
        let arn = request_n2(&acm, method, &members).await;
        assert_eq!(arn.is_ok(), days.is_some(), "{members:?}");
        let Ok(arn) = arn else { continue };
        aws.advance(5.seconds());
        let issued = aws.certificate(&arn).unwrap();
        assert_eq!(Some(issued.not_after.duration_since(aws.now()).as_hours() / 24), days, "{members:?}");
        let is_for_servers = issued.extended_key_usages.iter().any(|usage| usage.contains("SERVER"));
        assert_eq!(is_for_servers, !members.contains(&usage("CLIENT_AUTH_ONLY")));
    }
}

#[tokio::test]
async fn the_account_says_when_expiry_events_start() {
    let (aws, acm) = start();
    let days = async |days| {
        let events = ExpiryEventsConfiguration::builder().days_before_expiry(days).build();
        acm.put_account_configuration().expiry_events(events).idempotency_token("t").send().await
    };
    assert_eq!(aws.expiry_event_days(), 45);
    days(30).await.unwrap();
    assert_eq!(days(46).await.unwrap_err().code(), Some("ValidationException"));
    let shown = acm.get_account_configuration().send().await.unwrap();
    assert_eq!(shown.expiry_events().unwrap().days_before_expiry(), Some(30));
}

#[tokio::test]
async fn requests_are_checked() {
    let (_, acm) = start();
    let request = || acm.request_certificate().domain_name("example.com");
    let names = (0..10).map(|n| format!("{n}.example.com")).collect();
    for (request, code) in [
        (request().domain_name(format!("{}.example", "x".repeat(60))), "InvalidDomainValidationOptionsException"),
        (request().idempotency_token("with-hyphen"), "ValidationException"),
        (request().set_subject_alternative_names(Some(names)), "LimitExceededException"),
    ] {
        assert_eq!(request.send().await.unwrap_err().code(), Some(code));
    }
}

#[tokio::test]
async fn the_quota_of_names_can_be_raised() {
    let (aws, acm) = start();
    let request = async |count: usize| {
        let names = (1..count).map(|n| format!("{n}.example.com")).collect();
        acm.request_certificate().domain_name("example.com").set_subject_alternative_names(Some(names)).send().await
    };
    aws.set_name_quota(100);
    request(100).await.unwrap();
    assert_eq!(request(101).await.unwrap_err().code(), Some("LimitExceededException"));
}

#[tokio::test]
async fn a_certificate_in_use_is_not_deleted() {
    let (aws, acm) = start();
    let arn = aws.insert_certificate(CertificateSpec::imported("example.com").in_use_by("arn:aws:x").thin());
    let delete = || acm.delete_certificate().certificate_arn(&arn);
    assert_eq!(delete().send().await.unwrap_err().code(), Some("ResourceInUseException"));
    aws.set_in_use_by(&arn, &[]);
    delete().send().await.unwrap();
    assert!(aws.certificate(&arn).is_none());
}

#[tokio::test]
async fn operators_change_what_they_like() {
    let (aws, _) = start();
    let arn = aws.insert_certificate(CertificateSpec::imported("example.com").tag("a", "1").thin());
    aws.set_tags(&arn, &[("a", None), ("b", Some("2"))]);
    let before = aws.certificate(&arn).unwrap();
    aws.set_certificate(&arn, CertificateSpec::imported("example.com").days_left(300).thin());
    let after = aws.certificate(&arn).unwrap();
    assert_eq!(after.tags, before.tags);
    assert_eq!(after.tags.keys().collect::<Vec<_>>(), ["b"]);
    assert!(after.not_after > before.not_after);
    assert_ne!(after.serial, before.serial);
}

/// API reference, DomainName: its pattern.
#[tokio::test]
async fn names_have_to_be_domain_names() {
    let (_, acm) = start();
    let long = "a".repeat(64) + ".example";
    for name in ["no-dot", "größe.example", "-a.example", "a-.example", "a..example", "a.*.example", "a.x", &long] {
        for request in [
            acm.request_certificate().domain_name(name),
            acm.request_certificate().domain_name("example.com").subject_alternative_names(name),
        ] {
            assert_eq!(request.send().await.unwrap_err().code(), Some("ValidationException"), "{name}");
        }
    }
    for name in ["example.com", "*.example.com", "a-b.EXAMPLE", "0.example"] {
        acm.request_certificate().domain_name(name).send().await.unwrap();
    }
}
