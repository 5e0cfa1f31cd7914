//! What DescribeCertificate and GetCertificate show, and what is kept of it.

use inventory::{Reading, SeenIn, Shard};
use jiff::{SignedDuration, ToSpan};
use simulated_aws::{Aws, CertificateSpec, Fault};

use crate::world::{self, deep, deep_for, fast, named};

#[tokio::test]
async fn a_description_has_users_and_the_chain_its_issuers() {
    let aws = world::full();
    let mut shard = fast(&aws, None).await;
    let pass = deep(&aws, &mut shard).await;
    assert_eq!((pass.read, pass.left), (10, 0));
    let imported = named(&shard, "imported.example.com");
    assert_eq!(imported.described.known().unwrap().in_use_by, [world::BALANCER]);
    assert_eq!((imported.uses.len(), imported.uses[0].label.as_str()), (1, "web"));
    assert_eq!(imported.uses[0].seen_in, [SeenIn::InUseBy].into());
    assert!(named(&shard, "api.example.com").uses[0].is_aws_owned);
    let private = named(&shard, "internal.example.com");
    assert!(private.described.known().unwrap().certificate_authority.is_some());
    let chain = private.chain.known().unwrap();
    assert!(chain.fingerprint.len() == 64 && !chain.issuers.is_empty() && chain.first_expiry > private.not_after);
    assert_eq!(named(&shard, "pending.example.com").chain, Reading::NotAsked, "there is none yet");
    assert!(named(&shard, "n2.example.com").identity.known().unwrap().serial.is_some(), "search does not show it");
}

fn many(count: usize) -> Aws {
    let aws = world::empty();
    for n in 0..count {
        aws.insert_certificate(CertificateSpec::imported(&format!("n{n}.example.com")).tag("Owner", "web"));
    }
    aws
}

fn described(shard: &Shard) -> usize {
    shard.entries.iter().filter(|entry| entry.described.known().is_some()).count()
}

#[tokio::test]
async fn a_pass_that_ends_is_continued_by_the_next_one() {
    let aws = many(25);
    let mut shard = fast(&aws, None).await;
    let first = deep_for(&aws, &mut shard, SignedDuration::from_millis(950)).await;
    assert_eq!((first.read, first.left, described(&shard)), (10, 15, 10));
    aws.advance(1.hour());
    let mut shard = fast(&aws, Some(&shard)).await;
    assert_eq!(described(&shard), 10, "what was read is kept");
    let second = deep(&aws, &mut shard).await;
    assert_eq!((second.read, second.left), (15, 0));
    let third = deep(&aws, &mut shard).await;
    assert_eq!((third.read, third.left), (0, 0), "nothing is due");
    aws.advance(169.hours());
    let mut shard = fast(&aws, Some(&shard)).await;
    let fourth = deep(&aws, &mut shard).await;
    assert_eq!((fourth.read, fourth.left), (25, 0), "a week later");
}

#[tokio::test]
async fn a_replaced_certificate_loses_what_was_read_of_the_old_one() {
    let aws = many(2);
    let mut shard = fast(&aws, None).await;
    deep(&aws, &mut shard).await;
    let arn = named(&shard, "n0.example.com").arn.clone();
    assert!(named(&shard, "n0.example.com").unused_since.is_some());
    aws.advance(1.hour());
    aws.set_certificate(&arn, CertificateSpec::imported("n0.example.com").days_left(365));
    let shard = fast(&aws, Some(&shard)).await;
    let replaced = named(&shard, "n0.example.com");
    assert_eq!((&replaced.described, &replaced.chain), (&Reading::NotAsked, &Reading::NotAsked));
    assert_eq!(replaced.unused_since, None);
    assert!(named(&shard, "n1.example.com").chain.known().is_some());
}

#[tokio::test]
async fn a_replacement_during_the_pass_is_noticed() {
    let aws = many(1);
    let mut shard = fast(&aws, None).await;
    let arn = shard.entries[0].arn.clone();
    aws.set_certificate(&arn, CertificateSpec::imported("n0.example.com").days_left(365));
    deep(&aws, &mut shard).await;
    let replaced = aws.certificate(&arn).unwrap();
    let entry = &shard.entries[0];
    assert_eq!(entry.identity.known().unwrap().serial.as_ref(), Some(&replaced.serial));
    assert_eq!(entry.not_after, Some(replaced.not_after));
}

#[tokio::test]
async fn a_certificate_that_was_deleted_during_the_pass_is_left_out() {
    let aws = many(2);
    let mut shard = fast(&aws, None).await;
    let gone = shard.entries[0].arn.clone();
    aws.remove_certificate(&gone);
    let pass = deep(&aws, &mut shard).await;
    assert_eq!((pass.read, pass.left, shard.entries.len()), (1, 0, 1));
}

#[tokio::test]
async fn unused_is_since_the_first_check_and_until_something_uses_it_or_is_not_known() {
    let aws = many(1);
    let mut shard = fast(&aws, None).await;
    assert_eq!(shard.entries[0].unused_since, None, "not described yet");
    deep(&aws, &mut shard).await;
    let since = shard.entries[0].unused_since;
    assert!(since.is_some());
    aws.advance(25.hours());
    let mut shard = fast(&aws, Some(&shard)).await;
    assert_eq!(shard.entries[0].unused_since, since);
    assert_eq!(deep(&aws, &mut shard).await.read, 1, "before a verdict it is described again");
    assert_eq!(shard.entries[0].unused_since, since);
    aws.set_in_use_by(&shard.entries[0].arn, &[world::BALANCER]);
    let shard = fast(&aws, Some(&shard)).await;
    assert_eq!(shard.entries[0].unused_since, None);
}

#[tokio::test]
async fn where_search_fails_the_description_identifies_and_that_is_kept() {
    let aws = many(3);
    aws.fail_always("SearchCertificates", Fault::AccessDenied);
    let mut shard = fast(&aws, None).await;
    assert!(shard.entries.iter().all(|entry| entry.identity.unreadable().is_some()));
    deep(&aws, &mut shard).await;
    let serials =
        |shard: &Shard| shard.entries.iter().filter_map(|entry| entry.identity.known()?.serial.clone()).count();
    assert_eq!(serials(&shard), 3);
    aws.advance(1.hour());
    let mut next = fast(&aws, Some(&shard)).await;
    assert_eq!((serials(&next), described(&next)), (3, 3));
    assert_eq!(deep(&aws, &mut next).await.read, 0);
}

#[tokio::test]
async fn three_refusals_in_a_row_are_enough() {
    let aws = many(40);
    aws.fail_always("DescribeCertificate", Fault::AccessDenied);
    let mut shard = fast(&aws, None).await;
    let pass = deep(&aws, &mut shard).await;
    assert_eq!((pass.read, pass.left), (0, 40));
    assert!(shard.entries.iter().all(|entry| entry.described.unreadable().is_some()));
    let asked = aws.calls().iter().filter(|call| call.operation == "DescribeCertificate").count();
    assert!(asked <= 12, "{asked} calls in vain");
    aws.clear_faults();
    aws.fail_always("GetCertificate", Fault::AccessDenied);
    let pass = deep(&aws, &mut shard).await;
    assert_eq!((pass.read, pass.left), (40, 0));
    assert!(shard.entries.iter().all(|entry| entry.chain.unreadable().is_some()));
    let asked = aws.calls().iter().filter(|call| call.operation == "GetCertificate").count();
    assert!(asked <= 12, "{asked} calls in vain");
}
