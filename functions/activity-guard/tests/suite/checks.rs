//! Acts, one by one.

use serde_json::json;

use crate::world::{BALANCER, World};

#[tokio::test]
async fn a_deleted_certificate_is_named_with_owner_and_use() {
    let (world, used, unused) = World::filled().await;
    let delete = |arn: &str| world.call("acm", "DeleteCertificate", json!({ "certificateArn": arn }), json!(null));
    assert_eq!(world.outcome(&delete(&unused)).await, "not-missed");
    assert!(world.notices().is_empty());
    assert_eq!(world.outcome(&delete(&used)).await, "noticed");
    let notice = world.last();
    assert_eq!((&notice["kind"], &notice["severity"]), (&json!("certificate-deleted"), &json!("critical")));
    let act = &notice["acts"][0];
    assert_eq!((&act["name"], &act["owner"]), (&json!("shop.example.com"), &json!("web")));
    assert_eq!(notice["principal"], "arn:aws:sts::123456789012:assumed-role/admin/eve");
    assert!(!act["uses"].as_array().unwrap().is_empty(), "{act}");
}

#[tokio::test]
async fn a_refused_deletion_is_noticed() {
    let (world, used, _) = World::filled().await;
    let mut event = world.call("acm", "DeleteCertificate", json!({ "certificateArn": used }), json!(null));
    event["detail"]["errorCode"] = json!("ResourceInUseException");
    assert_eq!(world.outcome(&event).await, "noticed");
    assert_eq!(world.last()["acts"][0]["uses"].as_array().unwrap().len(), 1, "{BALANCER}");
}

#[tokio::test]
async fn an_import_is_judged_by_the_names_that_acm_shows() {
    let world = World::new();
    for (name, expected) in [("www.example.com", "names-granted"), ("login.bank.example", "noticed")] {
        let arn =
            world.aws.insert_certificate(simulated_aws::CertificateSpec::imported(name).days_left(90)).to_string();
        let event = world.call("acm", "ImportCertificate", json!({}), json!({ "certificateArn": arn }));
        assert_eq!(world.outcome(&event).await, expected, "{name}");
    }
    assert_eq!(world.last()["acts"][0]["names"], json!(["login.bank.example"]));
}

#[tokio::test]
async fn a_request_and_its_issuance_are_one_notice() {
    let world = World::new();
    let spec = simulated_aws::CertificateSpec::amazon_issued("bank.example").days_left(190);
    let arn = world.aws.insert_certificate(spec).to_string();
    let request = json!({"domainName": "bank.example", "subjectAlternativeNames": ["www.example.com"]});
    let requested = world.call("acm", "RequestCertificate", request, json!({ "certificateArn": arn }));
    assert_eq!(world.outcome(&requested).await, "noticed");
    assert_eq!(world.last()["acts"][0]["names"], json!(["bank.example"]), "granted names are left out");
    let issued = json!({"source": "aws.acm", "detail-type": "ACM Certificate Available", "id": "2",
        "time": "2026-11-24T02:10:00Z", "account": "123456789012", "region": "us-east-1", "resources": [arn],
        "detail": {"Action": "ISSUANCE", "CommonName": "bank.example"}});
    assert_eq!(world.outcome(&issued).await, "already-noticed");
    assert_eq!(world.notices().len(), 1);
}

#[tokio::test]
async fn another_foreign_name_under_the_same_arn_is_noticed_too() {
    let world = World::new();
    let spec = |name: &str| simulated_aws::CertificateSpec::imported(name).days_left(90);
    let arn = world.aws.insert_certificate(spec("bank.example")).to_string();
    let import = || world.call("acm", "ImportCertificate", json!({}), json!({ "certificateArn": arn }));
    assert_eq!(world.outcome(&import()).await, "noticed");
    assert_eq!(world.outcome(&import()).await, "already-noticed");
    world.aws.set_certificate(&arn, spec("login.bank.example"));
    world.minutes(65);
    assert_eq!(world.outcome(&import()).await, "noticed");
    assert_eq!(world.last()["acts"][0]["names"], json!(["login.bank.example"]));
}

#[tokio::test]
async fn an_acme_client_is_noticed_by_acms_event_alone() {
    let world = World::new();
    let spec = simulated_aws::CertificateSpec::amazon_issued("bank.example").days_left(45);
    let arn = world.aws.insert_certificate(spec).to_string();
    let issued = json!({"source": "aws.acm", "detail-type": "ACM Certificate Available", "id": "2",
        "time": "2026-11-24T02:10:00Z", "account": "123456789012", "region": "us-east-1", "resources": [arn],
        "detail": {"Action": "ISSUANCE", "CommonName": "bank.example"}});
    assert_eq!(world.outcome(&issued).await, "noticed");
    assert_eq!(world.last()["principal"], json!(null));
}

#[tokio::test]
async fn a_revoked_grant_is_traced_to_its_certificate() {
    let (world, used, _) = World::filled().await;
    let shard = world.text("shards/123456789012/us-east-1.jsonl");
    let with_grant = shard.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let grant = with_grant
        .filter(|entry| entry["arn"] == used.as_str())
        .find_map(|entry| Some(entry["uses"][0]["grants"][0].as_str()?.to_owned()))
        .expect("the load balancer has a grant");
    let revoke = |grant: &str| world.call("kms", "RevokeGrant", json!({"keyId": "k", "grantId": grant}), json!(null));
    assert_eq!(world.outcome(&revoke("0123")).await, "no-certificate");
    assert_eq!(world.outcome(&revoke(&grant)).await, "noticed");
    let notice = world.last();
    assert_eq!((&notice["severity"], &notice["acts"][0]["resource"]), (&json!("critical"), &json!(used)));
}

#[tokio::test]
async fn what_our_own_functions_do_is_quiet_and_what_they_never_do_is_critical() {
    let (world, used, _) = World::filled().await;
    let by_renewal = |mut event: serde_json::Value| {
        event["detail"]["userIdentity"]["sessionContext"]["sessionIssuer"]["arn"] =
            json!("arn:aws:iam::123456789012:role/acm-autopilot/imported-renewal/acm-autopilot-ImportedRenewalRole-1");
        event
    };
    let import = world.call("acm", "ImportCertificate", json!({}), json!({ "certificateArn": used }));
    assert_eq!(world.outcome(&by_renewal(import)).await, "routine");
    let export = world.call("acm", "ExportCertificate", json!({ "certificateArn": used }), json!({}));
    assert_eq!(world.outcome(&by_renewal(export)).await, "noticed");
    let notice = world.last();
    assert_eq!(notice["severity"], "critical");
    assert!(notice["whatToDo"][0].as_str().unwrap().contains("stolen"), "{notice}");
}

#[tokio::test]
async fn only_roles_of_this_installation_are_ours() {
    let world = World::new();
    let change = |role: &str| world.call("iam", "PutRolePolicy", json!({ "roleName": role }), json!(null));
    assert_eq!(world.outcome(&change("build-server")).await, "other-role");
    assert_eq!(world.outcome(&change("acm-autopilot-dns")).await, "noticed");
    let mut deployed = change("acm-autopilot-renew");
    deployed["detail"]["userIdentity"]["invokedBy"] = json!("cloudformation.amazonaws.com");
    assert_eq!(world.outcome(&deployed).await, "deployment");
}

#[tokio::test]
async fn an_event_that_comes_again_changes_nothing() {
    let (world, used, _) = World::filled().await;
    let event = world.call("acm", "ExportCertificate", json!({ "certificateArn": used }), json!({}));
    assert_eq!(world.outcome(&event).await, "noticed");
    world.minutes(125);
    let before = world.aws.object_keys(crate::world::BUCKET);
    assert_eq!(world.outcome(&event).await, "repeated");
    assert_eq!((world.notices().len(), world.aws.object_keys(crate::world::BUCKET)), (1, before));
}

#[tokio::test]
async fn calls_that_matter_to_nobody_are_ignored() {
    let world = World::new();
    let event = world.call("acm", "ListCertificates", json!({}), json!({}));
    assert_eq!(world.answer(&event).await, json!({"outcome": "ignored", "reason": "not-an-act"}));
    assert!(world.aws.calls().is_empty());
}
