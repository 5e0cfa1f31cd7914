use aws_config::identity::IdentityCache;
use simulated_aws::Aws;

use super::*;
use crate::account::Account;
use crate::members::Spoke;

fn member(account: &str, region: &str, owner: &str) -> Member {
    let target = Target { partition: "aws-cn".into(), account: account.into(), region: region.into() };
    let spoke = Spoke {
        account: Account::new(account),
        grants: crate::AccountGrants::default(),
        is_read_only: false,
        renew_days_earlier: 0,
        owner: Some(owner.into()),
        purpose: None,
        contact: None,
    };
    Member { target, spoke: Some(spoke) }
}

fn targets() -> Targets<String> {
    let sdk = Aws::new("2026-11-27T00:00:00Z".parse().unwrap()).sdk_config();
    Targets::new(&sdk, SpokeRole::Renew, None)
}

/// What is kept, or the Region of the configuration that it would be made with.
async fn get(targets: &Targets<String>, member: &Member) -> (bool, String) {
    let mut made = false;
    let kept = targets.get(member, |sdk| {
        made = true;
        sdk.region().map(ToString::to_string).unwrap_or_default()
    });
    let kept = kept.await;
    (made, kept.to_string())
}

#[tokio::test]
async fn what_is_made_for_a_target_is_kept_for_it_alone() {
    let targets = targets();
    let beijing = member("111122223333", "cn-north-1", "a");
    assert_eq!(get(&targets, &beijing).await, (true, "cn-north-1".into()));
    assert_eq!(get(&targets, &beijing).await, (false, "cn-north-1".into()));
    assert!(get(&targets, &member("111122223333", "cn-northwest-1", "a")).await.0);
    assert!(get(&targets, &member("444455556666", "cn-north-1", "a")).await.0);
    assert_eq!(targets.lock().sdks.len(), 2, "a session is valid in all Regions");
}

/// The SDK's own cache, which all clients of a configuration share, is made for 64 roles.
#[tokio::test]
async fn the_role_of_each_account_is_assumed_once() {
    let aws = Aws::new("2026-11-27T00:00:00Z".parse().unwrap());
    let sdk = aws.sdk_config().into_builder().identity_cache(IdentityCache::lazy().build()).build();
    let settings = r#"{"id": "o-a1b2c3d4e5", "regions": ["cn-north-1"]}"#.parse().unwrap();
    let targets = Targets::new(&sdk, SpokeRole::Dns, Some(&settings));
    for region in ["cn-north-1", "cn-northwest-1", "cn-north-1"] {
        for account in 1..=90 {
            let member = member(&format!("{account:012}"), region, "a");
            let client = targets.get(&member, aws_sdk_sqs::Client::new).await;
            client.list_queues().send().await.unwrap();
        }
    }
    assert_eq!(aws.call_counts()["AssumeRole"], 90);
}

#[tokio::test]
async fn what_an_account_may_have_is_not_kept_beyond_a_change() {
    let targets = targets();
    assert!(get(&targets, &member("111122223333", "cn-north-1", "a")).await.0);
    assert!(get(&targets, &member("111122223333", "cn-north-1", "b")).await.0);
    assert_eq!(targets.lock().targets.len(), 1);
}

#[tokio::test]
async fn the_target_unused_for_longest_makes_room() {
    let targets = targets();
    let first = member("111122223333", "cn-north-0", "a");
    get(&targets, &first).await;
    for number in 1..MOST_KEPT {
        get(&targets, &member("111122223333", &format!("cn-north-{number}"), "a")).await;
    }
    assert!(!get(&targets, &first).await.0, "there is still room, and now it is the newest");
    get(&targets, &member("444455556666", "cn-north-1", "a")).await;
    assert!(!get(&targets, &first).await.0);
    assert!(get(&targets, &member("111122223333", "cn-north-1", "a")).await.0);
}

#[test]
fn roles_have_the_partition_of_their_target() {
    let arn = SpokeRole::Dns.arn(&member("111122223333", "cn-north-1", "a").target);
    assert_eq!(arn, "arn:aws-cn:iam::111122223333:role/acm-autopilot/acm-autopilot-dns");
    assert!(RoleArn::parse(&arn).is_some());
}

#[test]
fn what_is_about_one_certificate_is_no_refusal_of_its_account() {
    use CallErrorKind::{Denied, Refused, Throttled};
    for (operation, code, kind, expected) in [
        ("sts:AssumeRole", "AccessDenied", Denied, true),
        ("sts:AssumeRole", "RegionDisabledException", Refused, true),
        ("sts:AssumeRole", "Throttling", Throttled, false),
        ("acm:DescribeCertificate", "AccessDeniedException", Denied, true),
        ("acm:DescribeCertificate", "UnrecognizedClientException", Refused, true),
        ("acm:DescribeCertificate", "ThrottlingException", Throttled, false),
        ("acm:AddTagsToCertificate", "TooManyTagsException", Refused, false),
        ("acm:DescribeCertificate", "ResourceNotFoundException", Refused, false),
        ("secretsmanager:GetSecretValue", "AccessDeniedException", Denied, false),
    ] {
        let error = CallError { operation, code: Some(code.into()), message: "no".into(), kind };
        assert_eq!(is_account_refusal(&error), expected, "{operation} {code}");
    }
}
