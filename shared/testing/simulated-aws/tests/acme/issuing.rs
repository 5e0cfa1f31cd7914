//! From an order to a certificate.

use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, UnparsedPublicKey};
use instant_acme::{CertificateIdentifier, ExternalAccountKey, Identifier, NewOrder, OrderStatus};
use jiff::{SignedDuration, ToSpan};
use simulated_aws::{AcmeRenewalInfo, Aws};
use x509_parser::pem::Pem;
use x509_parser::prelude::*;

use crate::instant::{World, register};

fn chain(pem: &str) -> Vec<Vec<u8>> {
    Pem::iter_from_buffer(pem.as_bytes()).map(|block| block.unwrap().contents).collect()
}

fn is_signed_by(certificate: &X509Certificate<'_>, issuer: &X509Certificate<'_>) -> bool {
    let key = &issuer.public_key().subject_public_key.data;
    let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, key);
    key.verify(certificate.tbs_certificate.as_ref(), &certificate.signature_value.data).is_ok()
}

#[tokio::test]
async fn a_certificate_for_apex_and_wildcard_comes_with_its_chain() {
    let world = World::new().await;
    let pem = world.issue(&["*.example.com", "example.com"]).await;
    let root = chain(&world.ca.root_pem()).remove(0);
    let issued = chain(&pem);
    assert_eq!(issued.len(), 2);
    let (_, leaf) = X509Certificate::from_der(&issued[0]).unwrap();
    let (_, intermediate) = X509Certificate::from_der(&issued[1]).unwrap();
    let (_, root) = X509Certificate::from_der(&root).unwrap();
    assert!(is_signed_by(&leaf, &intermediate));
    assert!(is_signed_by(&intermediate, &root));
    assert_eq!(leaf.subject().to_string(), "CN=*.example.com");
    let ids: Vec<_> = leaf.extensions().iter().map(|extension| extension.oid.to_id_string()).collect();
    assert!(ids.contains(&"2.5.29.14".to_owned()), "the classic profile has a subject key identifier");
}

#[tokio::test]
async fn the_tlsserver_profile_leaves_out_name_and_key_identifier() {
    let world = World::new().await;
    let names = [Identifier::Dns("www.example.com".to_owned())];
    let mut order = world.account.new_order(&NewOrder::new(&names).profile("tlsserver")).await.unwrap();
    world.prove(&mut order).await;
    let pem = world.finalize(&mut order, &["www.example.com"]).await;
    let leaf = chain(&pem).remove(0);
    let (_, leaf) = X509Certificate::from_der(&leaf).unwrap();
    assert_eq!(leaf.subject().to_string(), "");
    let validity = leaf.validity();
    assert_eq!(validity.not_after.timestamp() - validity.not_before.timestamp(), 45 * 86_400 - 1);
    assert!(leaf.extensions().iter().all(|extension| extension.oid.to_id_string() != "2.5.29.14"));
    let wrong = world.account.new_order(&NewOrder::new(&names).profile("tlsclient")).await.err().unwrap();
    assert!(wrong.to_string().contains("invalidProfile"), "{wrong}");
}

#[tokio::test]
async fn a_cname_leads_to_the_value() {
    let world = World::new().await;
    let delegation = world.aws.create_hosted_zone("validation.example.net");
    world.aws.set_record(&world.zone, "_acme-challenge.www.example.com", "CNAME", "www.validation.example.net");
    let mut order = world.order(&["www.example.com"]).await;
    let mut authorizations = order.authorizations();
    let mut authorization = authorizations.next().await.unwrap().unwrap();
    let mut challenge = authorization.challenge(instant_acme::ChallengeType::Dns01).unwrap();
    let value = format!("\"{}\"", challenge.key_authorization().dns_value());
    world.aws.set_record(&delegation, "www.validation.example.net", "TXT", &value);
    challenge.set_ready().await.unwrap();
    world.aws.advance(10.seconds());
    assert_eq!(order.refresh().await.unwrap().status, OrderStatus::Ready);
}

#[tokio::test]
async fn the_window_is_around_two_thirds_of_the_lifetime_until_it_is_moved() {
    let world = World::new().await;
    world.issue(&["www.example.com"]).await;
    let certificate = world.ca.certificates().remove(0);
    let leaf = chain(&certificate.pem).remove(0);
    let id = CertificateIdentifier::try_from_der(&leaf);
    assert_eq!(id, certificate.id);
    let info = || async { renewal_info(&world, &certificate.id).await };
    let (start, end) = info().await;
    let ideal = certificate.not_after - SignedDuration::from_hours(30 * 24);
    assert!(start < ideal && ideal < end, "{start} {ideal} {end}");
    assert_eq!(world.ca.announce_revocation(&["other.example.com"]), 0);
    assert_eq!(world.ca.announce_revocation(&["www.example.com"]), 1);
    assert!(info().await.1 < world.aws.now());
}

/// instant-acme's own identifier is made of DER; the test compares it with the server's.
trait TryFromDer {
    fn try_from_der(der: &[u8]) -> String;
}

impl TryFromDer for CertificateIdentifier<'_> {
    fn try_from_der(der: &[u8]) -> String {
        let (_, certificate) = X509Certificate::from_der(der).unwrap();
        let key_id = certificate.iter_extensions().find_map(|extension| match extension.parsed_extension() {
            ParsedExtension::AuthorityKeyIdentifier(aki) => aki.key_identifier.as_ref().map(|id| id.0.to_vec()),
            _ => None,
        });
        let serial = certificate.tbs_certificate.raw_serial().to_vec();
        CertificateIdentifier::new(key_id.unwrap().as_slice().into(), serial.as_slice().into()).to_string()
    }
}

async fn renewal_info(world: &World, id: &str) -> (jiff::Timestamp, jiff::Timestamp) {
    let url = world.ca.directory_url().replace("directory", &format!("renewal-info/{id}"));
    let answer = crate::by_hand::get(&world.aws, &url).await;
    assert!(answer.header("retry-after").is_some());
    let window = &answer.json()["suggestedWindow"];
    (window["start"].as_str().unwrap().parse().unwrap(), window["end"].as_str().unwrap().parse().unwrap())
}

#[tokio::test]
async fn what_replaces_a_certificate_does_so_once() {
    let world = World::new().await;
    world.issue(&["www.example.com"]).await;
    let id = world.ca.certificates().remove(0).id;
    let replaces = serde_json::to_string(&id).unwrap();
    let names = [Identifier::Dns("www.example.com".to_owned())];
    let order = || NewOrder::new(&names).replaces(serde_json::from_str(&replaces).unwrap());
    world.account.new_order(&order()).await.unwrap();
    let again = world.account.new_order(&order()).await.err().unwrap();
    assert!(again.to_string().contains("alreadyReplaced"), "{again}");
    world.ca.configure(|settings| settings.renewal_info = AcmeRenewalInfo::NotEnabled);
    let never = world.account.new_order(&order()).await.err().unwrap();
    assert!(never.to_string().contains("not enabled"), "{never}");
}

#[tokio::test]
async fn an_external_account_is_good_for_one() {
    let aws = Aws::new("2026-11-20T08:00:00Z".parse().unwrap());
    let ca = aws.acme_server("google");
    ca.add_external_account("kid-1", b"a key of thirty-two bytes or more");
    let none = register(&aws, &ca, None).await.err().unwrap();
    assert!(none.to_string().contains("externalAccountRequired"), "{none}");
    let wrong = ExternalAccountKey::new("kid-1".to_owned(), b"another key of thirty-two bytes ...");
    assert!(register(&aws, &ca, Some(&wrong)).await.is_err());
    let right = ExternalAccountKey::new("kid-1".to_owned(), b"a key of thirty-two bytes or more");
    register(&aws, &ca, Some(&right)).await.unwrap();
    let again = register(&aws, &ca, Some(&right)).await.err().unwrap();
    assert!(again.to_string().contains("used already"), "{again}");
    assert_eq!(ca.accounts().len(), 1);
    assert!(!aws.record().contains("signature"), "no binding in the record");
}

#[tokio::test]
async fn the_next_intermediate_has_another_name_and_key() {
    let world = World::new().await;
    let one = chain(&world.issue(&["a.example.com"]).await);
    world.ca.rotate_intermediate();
    let two = chain(&world.issue(&["b.example.com"]).await);
    assert_ne!(one[1], two[1]);
    let (_, leaf) = X509Certificate::from_der(&two[0]).unwrap();
    let (_, intermediate) = X509Certificate::from_der(&two[1]).unwrap();
    assert!(is_signed_by(&leaf, &intermediate));
    assert_ne!(leaf.issuer(), X509Certificate::from_der(&one[0]).unwrap().1.issuer());
}

#[tokio::test]
async fn two_runs_have_the_same_record() {
    let record = async || {
        let world = World::new().await;
        world.issue(&["example.com", "*.example.com"]).await;
        let names = [Identifier::Dns("example.com".to_owned())];
        let id = world.ca.certificates().remove(0).id;
        renewal_info(&world, &id).await;
        let replaces = serde_json::to_string(&id).unwrap();
        let order = NewOrder::new(&names).replaces(serde_json::from_str(&replaces).unwrap());
        world.account.new_order(&order).await.unwrap();
        world.aws.record()
    };
    let one = record().await;
    assert_eq!(one, record().await);
    assert!(one.contains("acme:finalize") && one.contains("request [] names [DNSName(example.com)"), "{one}");
}
