//! What is not ordered.

use serde_json::{Value, json};
use simulated_aws::CertificateSpec;

use crate::from_acme::from_acme;
use crate::world::World;

/// The renewal fails for this reason before anything is ordered, and nothing is written into the DNS.
async fn refused(world: &World, spec: CertificateSpec, reason: &str) -> Value {
    let arn = world.insert(spec);
    let before = world.txt_values();
    let answer = world.fail(&arn, reason).await;
    assert_eq!((world.count("newOrder"), world.count("ImportCertificate")), (0, 0), "{reason}");
    assert_eq!(world.count("ChangeResourceRecordSets"), 0, "{reason}");
    assert_eq!(world.txt_values(), before);
    answer
}

async fn ready() -> World {
    let world = World::new();
    let arn = world.ordered().await;
    world.aws.remove_certificate(&arn);
    world
}

#[tokio::test]
async fn a_directory_must_be_configured() {
    let world = ready().await;
    refused(&world, from_acme().tag("acm-autopilot:acme", ""), "acme-not-configured").await;
    refused(&world, from_acme().tag("acm-autopilot:acme", "google"), "acme-not-configured").await;
    let url = world.letsencrypt().directory_url();
    let answer = refused(&world, from_acme().tag("acm-autopilot:acme", &url), "acme-not-configured").await;
    assert!(!answer.to_string().contains(&url), "what a tag says is not repeated");
}

/// Whoever may import and tag gets no certificate for a name that is not the account's.
#[tokio::test]
async fn a_name_must_be_among_the_domains_of_the_directory() {
    let world = ready().await;
    world.create_zone("bank.example");
    let answer = refused(&world, from_acme().dns("login.bank.example"), "acme-name-not-granted").await;
    assert!(answer.to_string().contains("login.bank.example"), "{answer}");
    refused(&world, from_acme().dns("example.com.bank.example"), "acme-name-not-granted").await;
}

/// A self-signed certificate that somebody imported is not replaced by one that the world trusts.
#[tokio::test]
async fn the_present_issuer_must_be_among_those_of_the_directory() {
    let world = ready().await;
    let arn = world.aws.insert_certificate(from_acme());
    let answer = world.fail(&arn, "issuer-changed").await;
    assert!(answer.to_string().contains("is not among the issuers of the directory"), "{answer}");
    assert_eq!(world.count("newOrder"), 0);
    world.grant_issuer_change();
    let arn = world.aws.insert_certificate(from_acme());
    let answer = world.renew(&arn).await;
    assert_eq!(answer["issuerAfter"], "C=US, O=letsencrypt, CN=E7", "a change is said");
}

#[tokio::test]
async fn the_account_must_be_registered() {
    let world = World::new();
    world.configure_acme();
    world.create_zone("example.com");
    refused(&world, from_acme(), "acme-account-missing").await;
    world.store_account("not an account").await;
    refused(&world, from_acme(), "acme-account-missing").await;

    let world = World::new();
    world.configure_acme();
    world.create_zone("example.com");
    let elsewhere = acme::StoredAccount::generate("https://ca.example/directory").unwrap();
    world.store_account(elsewhere.to_secret().unwrap().as_str()).await;
    refused(&world, from_acme(), "acme-account-missing").await;
    assert_eq!(world.letsencrypt().accounts().len(), 0, "a renewal never registers");
}

#[tokio::test]
async fn the_profile_must_be_offered() {
    let world = ready().await;
    let tagged = |profile| from_acme().tag("acm-autopilot:acme-profile", profile);
    let answer = refused(&world, tagged("next-years"), "acme-profile-not-offered").await;
    assert!(answer.to_string().contains("it offers classic"), "{answer}");
    refused(&world, tagged("two words"), "acme-profile-not-offered").await;
}

#[tokio::test]
async fn a_hosted_zone_must_be_there() {
    let world = World::new();
    world.configure_acme();
    world.register().await;
    refused(&world, from_acme(), "acme-zone-missing").await;
    world.create_zone("example.net");
    refused(&world, from_acme(), "acme-zone-missing").await;
}

/// Whoever may write a CNAME must not decide where the function writes.
#[tokio::test]
async fn a_cname_to_another_zone_is_not_followed() {
    let world = World::new();
    world.configure_acme();
    world.register().await;
    let zone = world.create_zone("example.com");
    world.create_zone("bank.example");
    for target in ["_acme-challenge.login.bank.example.", "acme.example.net.bank.example.", "www.example.com."] {
        world.aws.set_record(&zone, "_acme-challenge.pay.example.com", "CNAME", target);
        let answer = refused(&world, from_acme(), "acme-delegation-not-listed").await;
        assert!(answer.to_string().contains(target), "{answer}");
    }
    world.create_zone("acme.example.net");
    world.aws.set_record(&zone, "_acme-challenge.pay.example.com", "CNAME", "a.acme.example.net.");
    let [_, _, delegated] = &world.zones()[..] else { panic!() };
    world.aws.set_record(delegated, "a.acme.example.net", "CNAME", "a.acme.example.net.");
    refused(&world, from_acme(), "acme-record-conflict").await;
}

/// Let's Encrypt itself is never asked in a test: what it does not issue is known before.
#[tokio::test]
async fn what_a_public_ca_leaves_out_is_known() {
    let world = ready().await;
    *world.acme.borrow_mut() = json!({ "directories": [{ "name": "letsencrypt", "domains": ["example.com"] }] });
    let lost = from_acme().tag("acm-autopilot:acme-profile", "tlsserver");
    refused(&world, lost, "name-lost").await;
    let many = (0..30).fold(from_acme(), |spec, number| spec.dns(&format!("n{number}.example.com")));
    refused(&world, many.tag("acm-autopilot:acme-profile", "tlsserver"), "acme-names-not-issuable").await;
}
