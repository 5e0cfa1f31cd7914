//! Renewals that succeed: what is kept and what is new.

use jiff::SignedDuration;
use simulated_aws::{Certificate, CertificateSpec, Key};
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::world::{Tagged, World, due};

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
async fn validity_is_what_the_tag_says_or_what_it_was_and_never_past_the_cas_expiry() {
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
