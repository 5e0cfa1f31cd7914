use simulated_aws::CallResult;
use simulated_aws::permissions::granted_actions;

use super::*;
use crate::{Kind, Parameters};

/// What no function of a world calls with a spoke's role, and why.
const NOT_CALLED: [(&str, &str); 8] = [
    // No trail of a world has event selectors of its own.
    ("read", "cloudtrail:GetEventSelectors"),
    // Secrets Manager decrypts in the function's name.
    ("renew", "kms:Decrypt"),
    // Nobody changes a certificate from e-mail to DNS validation.
    ("dns", "acm:ListCertificateDomainValidations"),
    // The zones are in the hub, and in an account without certificates.
    ("dns", "route53:ListHostedZones"),
    ("dns", "route53:GetHostedZone"),
    ("dns", "route53:ListResourceRecordSets"),
    ("dns", "route53:ChangeResourceRecordSets"),
    // No record is missing for so long that a notice is resolved.
    ("dns", "acm:RemoveTagsFromCertificate"),
];

fn call(account: &str, service: &str, operation: &str) -> Call {
    Call {
        account: account.to_owned(),
        service: service.to_owned(),
        operation: operation.to_owned(),
        input: serde_json::json!({}),
        result: CallResult::Ok,
        at: jiff::Timestamp::UNIX_EPOCH,
    }
}

#[test]
fn calls_beyond_the_roles_are_found() {
    let of = |function: &str, account: &str, service: &str, operation: &str| {
        let is_of_spoke = account != ACCOUNT;
        permissions()[function].allow(&call(account, service, operation), is_of_spoke)
    };
    assert!(of(EXPIRY_EVENTS, SPOKES[0], "acm", "ListCertificates") && of(EXPIRY_EVENTS, ACCOUNT, "sns", "Publish"));
    assert!(of(EXPIRY_EVENTS, ACCOUNT, "sqs", "SendMessageBatch"));
    assert!(!of(EXPIRY_EVENTS, SPOKES[0], "sns", "Publish"), "notices are the hub's");
    assert!(!of(EXPIRY_EVENTS, SPOKES[0], "acm", "ImportCertificate"));
    assert!(of(IMPORTED_RENEWAL, SPOKES[0], "acm", "ImportCertificate"));
    assert!(!of(IMPORTED_RENEWAL, SPOKES[0], "acm-pca", "IssueCertificate"), "CAs are the hub's");
    assert!(!of(DNS_VALIDATION, ACCOUNT, "acm", "ImportCertificate"));
}

/// What no role of a spoke needs must not be in it.
#[tokio::test]
async fn each_action_of_a_spokes_roles_is_called() {
    let mut called = BTreeSet::new();
    // One with a CA that speaks ACME, and one with hosted zones.
    for seed in [16, 34] {
        let parameters = Parameters { certificates: 1, days: 200, ..Parameters::new(Kind::Mixed, seed) };
        assert!(parameters.has_organization() && (parameters.has_acme() || parameters.has_zones()));
        let mut world = World::new(parameters);
        world.run_to_end().await.unwrap_or_else(|violation| panic!("{violation}"));
        called.append(&mut world.organization.as_mut().unwrap().called);
    }
    called.extend(NOT_CALLED.map(|(role, action)| (role, action.to_owned())));
    let roles = [("read", "ReadRole"), ("renew", "RenewRole"), ("dns", "DnsRole")];
    let granted = roles.into_iter().flat_map(|(role, id)| {
        granted_actions(&spoke_template_path(), id).into_iter().map(move |action| (role, action))
    });
    let granted: BTreeSet<_> = granted.collect();
    assert_eq!(granted.difference(&called).collect::<Vec<_>>(), Vec::<&(&str, String)>::new(), "nobody calls them");
    assert_eq!(called.difference(&granted).collect::<Vec<_>>(), Vec::<&(&str, String)>::new());
}
