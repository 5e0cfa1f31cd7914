//! Roles of other accounts, and what their credentials reach.
#![allow(clippy::unwrap_used, missing_docs)]

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_route53::error::ProvideErrorMetadata;
use aws_sdk_route53::types::{Change, ChangeAction, ChangeBatch, ResourceRecord, ResourceRecordSet, RrType};
use aws_sdk_sts::operation::assume_role::{AssumeRoleError, AssumeRoleOutput};
use jiff::ToSpan;
use simulated_aws::{Aws, CallResult, CertificateSpec, RoleRule};

const HOME: &str = "123456789012";
const OTHER: &str = "210987654321";
const ROLE: &str = "arn:aws:iam::210987654321:role/dns/zones";

fn start() -> Aws {
    Aws::new("2026-11-20T08:00:00Z".parse().unwrap())
}

async fn assume(aws: &Aws, external_id: Option<&str>) -> Result<AssumeRoleOutput, AssumeRoleError> {
    let sts = aws_sdk_sts::Client::new(&aws.sdk_config());
    let assume =
        sts.assume_role().role_arn(ROLE).role_session_name("zones").set_external_id(external_id.map(Into::into));
    assume.send().await.map_err(aws_sdk_sts::error::SdkError::into_service_error)
}

/// The configuration of a client that has the role's credentials, and does not know when they expire.
async fn other_account(aws: &Aws) -> aws_config::SdkConfig {
    let assumed = assume(aws, None).await.unwrap();
    let given = assumed.credentials().unwrap();
    let token = Some(given.session_token().to_owned());
    let credentials = Credentials::new(given.access_key_id(), given.secret_access_key(), token, None, "test");
    aws.sdk_config().into_builder().credentials_provider(SharedCredentialsProvider::new(credentials)).build()
}

fn cname(name: &str) -> ChangeBatch {
    let record = ResourceRecord::builder().value("x.acm-validations.aws.").build().unwrap();
    let set = ResourceRecordSet::builder().name(name).r#type(RrType::Cname).ttl(300).resource_records(record);
    let change = Change::builder().action(ChangeAction::Upsert).resource_record_set(set.build().unwrap()).build();
    ChangeBatch::builder().changes(change.unwrap()).build().unwrap()
}

#[tokio::test]
async fn an_account_sees_and_changes_its_own_zones_only() {
    let aws = start();
    let home = aws.create_hosted_zone("example.com");
    let theirs = aws.create_hosted_zone_in(OTHER, "example.org");
    let private = aws.create_private_hosted_zone_in(OTHER, "example.com");
    let at_home = aws_sdk_route53::Client::new(&aws.sdk_config());
    let there = aws_sdk_route53::Client::new(&other_account(&aws).await);
    for (route53, own, foreign) in [(&at_home, vec![&home], &theirs), (&there, vec![&theirs, &private], &home)] {
        let plain = |id: &str| id.trim_start_matches("/hostedzone/").to_owned();
        let listed = route53.list_hosted_zones().send().await.unwrap();
        let ids: Vec<_> = listed.hosted_zones().iter().map(|zone| plain(zone.id())).collect();
        assert_eq!(ids.iter().collect::<Vec<_>>(), own);
        let by_name = route53.list_hosted_zones_by_name().send().await.unwrap();
        assert_eq!(by_name.hosted_zones().len(), own.len());
        let refused = [
            route53.get_hosted_zone().id(foreign).send().await.unwrap_err().code().map(str::to_owned),
            route53
                .list_resource_record_sets()
                .hosted_zone_id(foreign)
                .send()
                .await
                .unwrap_err()
                .code()
                .map(str::to_owned),
            route53
                .change_resource_record_sets()
                .hosted_zone_id(foreign)
                .change_batch(cname("_a.example.com"))
                .send()
                .await
                .unwrap_err()
                .code()
                .map(str::to_owned),
            route53.list_hosted_zones().marker(foreign).send().await.unwrap_err().code().map(str::to_owned),
        ];
        assert!(refused.iter().all(|code| code.as_deref() == Some("AccessDenied")), "{refused:?}");
    }
    let change = there.change_resource_record_sets().hosted_zone_id(&theirs).change_batch(cname("_a.example.org"));
    let id = change.send().await.unwrap().change_info().unwrap().id().to_owned();
    assert_eq!(aws.records(&theirs).len(), 3);
    there.get_change().id(&id).send().await.unwrap();
    assert_eq!(at_home.get_change().id(&id).send().await.unwrap_err().code(), Some("AccessDenied"));
    aws.remove_record(&theirs, "_A.example.org", "CNAME");
    assert_eq!(aws.records(&theirs).len(), 2);
    // A caller reference is an account's own.
    for route53 in [&at_home, &there] {
        route53.create_hosted_zone().name("example.net").caller_reference("one").send().await.unwrap();
    }
}

#[tokio::test]
async fn the_record_says_which_account_was_called() {
    let aws = start();
    let there = aws_sdk_route53::Client::new(&other_account(&aws).await);
    there.list_hosted_zones().send().await.unwrap();
    let accounts: Vec<_> = aws.calls().into_iter().map(|call| call.account).collect();
    assert_eq!(accounts, [HOME, OTHER]);
    assert!(aws.record().ends_with("route53:ListHostedZones @210987654321 {} -> ok\n"), "{}", aws.record());
}

#[tokio::test]
async fn credentials_say_who_calls_and_reach_the_roles_account() {
    let aws = start();
    let home = aws.insert_certificate(CertificateSpec::imported("home.example.com").thin());
    let there = aws.scoped(OTHER, "us-east-1");
    let theirs = there.insert_certificate(CertificateSpec::imported("there.example.com").thin());
    let config = other_account(&aws).await;
    let identity = aws_sdk_sts::Client::new(&config).get_caller_identity().send().await.unwrap();
    assert_eq!(identity.account(), Some(OTHER));
    assert_eq!(identity.arn(), Some("arn:aws:sts::210987654321:assumed-role/zones/zones"));
    let acm = aws_sdk_acm::Client::new(&config);
    let listed = acm.list_certificates().send().await.unwrap();
    let arns: Vec<_> = listed.certificate_summary_list().iter().filter_map(|one| one.certificate_arn()).collect();
    assert_eq!(arns, [&theirs]);
    assert!(theirs.contains(OTHER));
    let error = acm.describe_certificate().certificate_arn(&home).send().await.unwrap_err();
    assert_eq!(error.code(), Some("AccessDeniedException"));
    assert_eq!(aws.certificates().len(), 1, "after the call the model is at home again");
}

#[tokio::test]
async fn credentials_expire_by_the_clock() {
    let aws = start();
    let route53 = aws_sdk_route53::Client::new(&other_account(&aws).await);
    aws.advance(59.minutes());
    route53.list_hosted_zones().send().await.unwrap();
    aws.advance(1.minute());
    assert_eq!(route53.list_hosted_zones().send().await.unwrap_err().code(), Some("ExpiredToken"));
    assert_eq!(aws.calls().last().unwrap().result, CallResult::Error("ExpiredToken".to_owned()));
}

#[tokio::test]
async fn a_role_lets_in_whom_its_rule_names() {
    let aws = start();
    assume(&aws, None).await.unwrap();
    aws.set_role(ROLE, RoleRule::ExternalId("acm-autopilot".to_owned()));
    for (external_id, trusted) in [(None, false), (Some("other"), false), (Some("acm-autopilot"), true)] {
        let answer = assume(&aws, external_id).await;
        assert_eq!(answer.as_ref().err().map(|error| error.code()), (!trusted).then_some(Some("AccessDenied")));
    }
    aws.set_role(ROLE, RoleRule::Refused);
    let refused = assume(&aws, Some("acm-autopilot")).await.unwrap_err();
    assert!(refused.message().unwrap().ends_with(&format!("sts:AssumeRole on resource: {ROLE}")), "{refused:?}");
    assert_eq!(assume(&aws, Some("no spaces")).await.unwrap_err().code(), Some("ValidationError"));
}

#[tokio::test]
async fn a_chained_role_lasts_an_hour_at_most() {
    let aws = start();
    let assume = async |config: &aws_config::SdkConfig, seconds| {
        let sts = aws_sdk_sts::Client::new(config);
        sts.assume_role().role_arn(ROLE).role_session_name("zones").duration_seconds(seconds).send().await
    };
    assume(&aws.sdk_config(), 7_200).await.unwrap();
    let chained = other_account(&aws).await;
    assume(&chained, 3_600).await.unwrap();
    assert!(assume(&chained, 3_601).await.unwrap_err().message().unwrap().contains("role chaining"));
}
