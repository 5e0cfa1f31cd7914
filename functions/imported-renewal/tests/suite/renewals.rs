//! Renewals that succeed: what is kept, what is new, what is recorded.

use jiff::SignedDuration;
use serde_json::json;
use simulated_aws::{Certificate, CertificateSpec, Key};
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::world::{LOAD_BALANCER, Tagged, World, at, due};

const SUBJECT_ALT_NAME: &str = "2.5.29.17";

/// Subject, and value of the subject alternative names with their criticality, as the DER that they are.
fn names(certificate: &Certificate) -> (Vec<u8>, Option<(Vec<u8>, bool)>) {
    let (_, pem) = x509_parser::pem::parse_x509_pem(certificate.pem.as_ref().unwrap().as_bytes()).unwrap();
    let (_, parsed) = X509Certificate::from_der(&pem.contents).unwrap();
    let alt_names = parsed.extensions().iter().find(|extension| extension.oid.to_id_string() == SUBJECT_ALT_NAME);
    (parsed.subject().as_raw().to_vec(), alt_names.map(|found| (found.value.to_vec(), found.critical)))
}

#[tokio::test]
async fn every_type_of_key_is_kept_with_subject_names_tags_and_uses() {
    for key in [Key::Rsa2048, Key::Rsa3072, Key::Rsa4096, Key::P256, Key::P384, Key::P521] {
        let world = World::new();
        let arn = world.insert(
            due()
                .key(key)
                .multi_valued_subject(&[
                    &[("C", "DE")],
                    &[("O", "Müller & Söhne")],
                    &[("OU", "second"), ("CN", "pay.example.com")],
                    &[("OU", "first")],
                    &[("OU", "second")],
                    &[("serialNumber", "HRB 1234")],
                    &[("1.2.3.4.5", "unknown attribute")],
                ])
                .ip("10.0.0.7".parse().unwrap())
                .ip("2001:db8::7".parse().unwrap())
                .email("ops@example.com")
                .uri("spiffe://example.com/pay"),
        );
        let before = world.certificate(&arn);
        world.renew(&arn).await;
        let after = world.certificate(&arn);
        assert_ne!(after.serial, before.serial);
        assert_ne!(after.private_key.as_ref().unwrap().pem(), before.private_key.as_ref().unwrap().pem());
        assert!(after.not_after > before.not_after);
        assert_eq!((after.key, after.private_key.as_ref().unwrap().kind()), (key, key));
        assert_eq!(names(&after), names(&before));
        assert_eq!(after.operators_tags(), before.operators_tags());
        assert_eq!(after.in_use_by, before.in_use_by);
        assert_eq!(after.chain, world.aws.private_ca(&world.ca).map(|ca| ca.pem));
        world.check_messages();
    }
}

#[tokio::test]
async fn names_in_the_subject_only_and_in_the_extension_only_are_kept() {
    for spec in [
        CertificateSpec::imported("old.example.com"),
        CertificateSpec::imported("x").subject(&[]).dns("new.example.com"),
        CertificateSpec::imported("x").subject(&[]).ip("192.0.2.1".parse().unwrap()).dns("MiXed.example.com"),
    ] {
        let world = World::new();
        let arn = world.insert(spec.key(Key::P256).tag("acm-autopilot:renew-from", "private-ca"));
        let before = world.certificate(&arn);
        world.renew(&arn).await;
        assert_eq!(names(&world.certificate(&arn)), names(&before));
    }
}

#[tokio::test]
async fn extended_key_usages_are_kept() {
    const SERVER: &str = "TLS_WEB_SERVER_AUTHENTICATION";
    const CLIENT: &str = "TLS_WEB_CLIENT_AUTHENTICATION";
    for (present, new, template) in [
        (&[SERVER][..], &[SERVER][..], "EndEntityServerAuthCertificate"),
        (&[CLIENT], &[CLIENT], "EndEntityClientAuthCertificate"),
        (&[SERVER, CLIENT], &[SERVER, CLIENT], "EndEntityCertificate"),
        // No extension means every usage: the new one gets what a private CA's templates have.
        (&[], &[SERVER, CLIENT], "EndEntityCertificate"),
    ] {
        let world = World::new();
        let arn = world.insert(due().extended_key_usages(present));
        world.renew(&arn).await;
        assert_eq!(world.certificate(&arn).extended_key_usages, new, "{present:?}");
        let issue = world.aws.calls().into_iter().find(|call| call.operation == "IssueCertificate").unwrap();
        assert_eq!(issue.input["TemplateArn"], format!("arn:aws:acm-pca:::template/{template}/V1"));
    }
}

#[tokio::test]
async fn every_kind_of_ca_issues() {
    for key in [Key::Rsa2048, Key::Rsa3072, Key::Rsa4096, Key::P256, Key::P384, Key::P521] {
        let world = World::new();
        let ca = world.aws.create_private_ca(key);
        world.grant(&ca);
        let arn = world.aws.insert_certificate(due().issued_by(&ca).tag("acm-autopilot:private-ca", &ca));
        world.renew(&arn).await;
        assert_eq!(world.aws.private_ca(&ca).unwrap().issued, 1, "{key:?}");
    }
}

#[tokio::test]
async fn a_subordinate_cas_chain_goes_up_to_the_root() {
    let world = World::new();
    let middle = world.aws.insert_private_ca(simulated_aws::PrivateCaSpec::new(Key::P384).subordinate_of(&world.ca));
    world.grant(&middle);
    let arn = world.insert(due().tag("acm-autopilot:private-ca", &middle));
    world.renew(&arn).await;
    let (middle, root) = (world.aws.private_ca(&middle).unwrap().pem, world.aws.private_ca(&world.ca).unwrap().pem);
    assert_eq!(world.certificate(&arn).chain, Some(format!("{middle}{root}")));
}

#[tokio::test]
async fn validity_is_what_the_tag_says_or_what_it_was_and_never_past_the_cas_end() {
    let days = SignedDuration::from_hours(24);
    for (wanted, lifetime, ca_days, short_lived, expected) in [
        (None, 365, 3650, false, 365),
        (None, 90, 3650, false, 90),
        (Some("47"), 365, 3650, false, 47),
        (Some("nonsense"), 365, 3650, false, 365),
        (Some("1000"), 365, 100, false, 100),
        (Some("1000"), 365, 3650, false, 398),
        (None, 825, 3650, false, 398),
        (None, 30, 3650, true, 7),
        (Some("3"), 30, 3650, true, 3),
    ] {
        let world = World::new();
        let now = world.aws.now();
        let mut ca = simulated_aws::PrivateCaSpec::new(Key::P256).not_after(now + days * ca_days);
        if short_lived {
            ca = ca.short_lived();
        }
        let ca = world.aws.insert_private_ca(ca);
        world.grant(&ca);
        let end = now + days * 2;
        let mut spec = due().not_after(end).not_before(end - days * lifetime).tag("acm-autopilot:private-ca", &ca);
        spec = spec.issued_by(&ca);
        if let Some(wanted) = wanted {
            spec = spec.tag("acm-autopilot:validity-days", wanted);
        }
        let arn = world.aws.insert_certificate(spec);
        world.renew(&arn).await;
        let left = world.certificate(&arn).not_after.duration_since(now);
        assert!((left - days * expected).abs() <= SignedDuration::from_mins(1), "{wanted:?} {lifetime}: {left:?}");
        let notice = world.last_notice("renewal-complete")["whatHappened"].to_string();
        assert_eq!(notice.contains("maxValidityDays"), wanted == Some("1000") || lifetime > 398, "{notice}");
    }
}

#[tokio::test]
async fn the_tags_the_events_and_the_notice_say_what_happened() {
    let world = World::new();
    let arn = world.insert(due().tag("acm-autopilot:status", "pending-renewal"));
    let before = world.certificate(&arn);
    let answer = world.renew(&arn).await;
    let after = world.certificate(&arn);
    assert_eq!(
        answer,
        json!({
            "outcome": "renewed", "certificate": arn, "attempt": 1,
            "serialBefore": before.serial, "serialAfter": after.serial,
            "notAfterBefore": before.not_after, "notAfterAfter": after.not_after,
        })
    );
    assert_eq!(after.tag("status"), Some("renewal-complete"));
    assert_eq!(after.tag("status-since"), Some("2026-11-20T08:00:00Z"));
    for gone in ["status-reason", "attempts", "renewal-of"] {
        assert_eq!(after.tag(gone), None, "{gone}");
    }
    let events: Vec<_> = world.aws.events().into_iter().map(|event| event.detail).collect();
    let event = |from: &str, to: &str| {
        json!({
            "schemaVersion": 1, "certificateArn": arn, "from": from, "to": to, "reason": null, "attempt": 1,
            "renewFrom": "private-ca", "serialBefore": before.serial, "notAfterBefore": before.not_after,
            "serialAfter": null, "notAfterAfter": null,
        })
    };
    let mut complete = event("renewal-in-progress", "renewal-complete");
    complete["serialAfter"] = after.serial.as_str().into();
    complete["notAfterAfter"] = after.not_after.to_string().into();
    assert_eq!(events, [event("pending-renewal", "renewal-in-progress"), complete]);

    let notice = &world.aws.published()[0];
    assert_eq!(notice.subject.as_deref(), Some("[info] pay.example.com renewed, now valid until 2027-11-20"));
    assert_eq!(notice.attribute("owner"), Some("team-payments"));
    assert_eq!(notice.attribute("in_use"), Some("true"));
    let text = notice.for_protocol("email");
    for part in [&before.serial, &after.serial, LOAD_BALANCER, "What to do\n  Nothing."] {
        assert!(text.contains(part), "{part} in {text}");
    }
    world.check_messages();
}

#[tokio::test]
async fn deciding_again_after_a_renewal_does_nothing() {
    let world = World::new();
    let arn = world.insert(due());
    world.renew(&arn).await;
    let (calls, tags) = (world.aws.calls().len(), world.certificate(&arn).tags);
    for event in [world.requested(&arn), world.tags_added(&arn, &[("acm-autopilot:validity-days", "9")])] {
        let answer = world.give(&world.handler(), event).await.unwrap();
        assert_eq!(answer, json!({ "outcome": "ignored", "certificate": arn, "reason": "not-due" }));
    }
    assert_eq!(world.certificate(&arn).tags, tags);
    assert_eq!(world.aws.calls().len(), calls + 4, "two reads each");
}

#[tokio::test]
async fn an_operators_pending_renewal_is_renewed_whatever_its_end() {
    let world = World::new();
    let arn = world.insert(due().days_left(300).tag("acm-autopilot:status", "pending-renewal"));
    let event = world.tags_added(&arn, &[("acm-autopilot:status", "pending-renewal")]);
    let answer = world.give(&world.handler(), event).await.unwrap();
    assert_eq!(answer["outcome"], "renewed");
}

#[tokio::test]
async fn an_expired_certificate_is_renewed_too() {
    let world = World::new();
    let arn = world.insert(due().days_left(-10));
    world.renew(&arn).await;
    assert_eq!(world.certificate(&arn).status, "ISSUED");
}

#[tokio::test]
async fn tags_that_an_import_loses_are_put_back() {
    let world = World::new();
    let arn = world.insert(due());
    let before = world.certificate(&arn);
    let target = arn.clone();
    // The first list is that of the look, the second that after the import.
    world.aws.before("ListTagsForCertificate", 2, move |aws| {
        let tags = aws.certificate(&target).unwrap().tags;
        let none: Vec<(&str, Option<&str>)> = tags.keys().map(|key| (key.as_str(), None)).collect();
        aws.set_tags(&target, &none);
    });
    world.renew(&arn).await;
    assert_eq!(world.certificate(&arn).operators_tags(), before.operators_tags());
    assert_eq!(world.certificate(&arn).tag("status"), Some("renewal-complete"));
    assert_eq!(world.last_notice("renewal-complete")["severity"], "info");
    world.check_messages();
}

#[tokio::test]
async fn lost_tags_that_cannot_be_put_back_are_told() {
    let world = World::new();
    let arn = world.insert(due());
    let target = arn.clone();
    world.aws.before("ListTagsForCertificate", 2, move |aws| {
        let tags = aws.certificate(&target).unwrap().tags;
        let none: Vec<(&str, Option<&str>)> = tags.keys().map(|key| (key.as_str(), None)).collect();
        aws.set_tags(&target, &none);
        aws.fail("AddTagsToCertificate", 1, simulated_aws::Fault::AccessDenied);
    });
    world.renew(&arn).await;
    let notice = world.last_notice("renewal-complete");
    assert_eq!(notice["severity"], "warning");
    let steps = notice["whatToDo"].to_string();
    assert!(steps.contains("Cost, Owner, acm-autopilot:notified, acm-autopilot:renew-from"), "{steps}");
    assert_eq!(world.certificate(&arn).tag("status"), Some("renewal-complete"));
    world.check_messages();
}

#[tokio::test]
async fn a_tag_that_an_operator_removes_meanwhile_stays_removed() {
    let world = World::new();
    let arn = world.insert(due());
    let target = arn.clone();
    world.aws.before("ImportCertificate", 1, move |aws| aws.set_tags(&target, &[("Owner", None), ("New", Some("1"))]));
    world.renew(&arn).await;
    let tags = world.certificate(&arn).tags;
    assert_eq!((tags.get("Owner"), tags.get("New").map(String::as_str)), (None, Some("1")));
}

#[tokio::test]
async fn a_use_that_is_lost_is_told() {
    let world = World::new();
    let arn = world.insert(due());
    let target = arn.clone();
    world.aws.before("DescribeCertificate", 2, move |aws| aws.set_in_use_by(&target, &[]));
    world.renew(&arn).await;
    let notice = world.last_notice("renewal-complete");
    assert_eq!(notice["severity"], "warning");
    assert!(notice["whatToDo"][0].as_str().unwrap().contains(LOAD_BALANCER));
}

#[tokio::test]
async fn a_renewed_certificate_may_be_pending_at_its_ca_for_a_while() {
    let world = World::new();
    let arn = world.insert(due());
    world.aws.set_issuance_delay(SignedDuration::from_secs(40));
    world.renew(&arn).await;
    assert!(world.aws.now() >= at("2026-11-20T08:00:40Z"));
}
