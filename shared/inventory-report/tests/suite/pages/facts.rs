//! What was read of each row's certificate.

use std::collections::BTreeSet;

use certificates::{DomainValidation, Validation};
use inventory::{Chain, Described, Identity, Kind, Owner, OwnerSource, Reading, SeenIn, Tags, Usage};

use super::rows::{TEAMS, known};
use super::{denied, throttled};

pub(super) fn identity(index: usize, mixed: usize, gaps: bool, kind: Kind) -> Reading<Identity> {
    if gaps && index % 17 == 2 {
        return Reading::Unreadable(throttled("acm:SearchCertificates"));
    }
    let issuer = match kind {
        Kind::Imported => "CN=R11,O=Let's Encrypt,C=US",
        _ => "CN=Amazon RSA 2048 M02,O=Amazon,C=US",
    };
    let serial: Vec<String> = (0..16).map(|byte| format!("{:02x}", (mixed >> (byte % 7)) as u8 ^ byte as u8)).collect();
    known(Identity {
        issuer: Some(issuer.to_owned()),
        subject: Some(format!("CN=certificate {index}")),
        serial: Some(serial.join(":")),
        validation_method: (kind == Kind::AmazonIssued).then(|| "DNS".to_owned()),
        ..Identity::default()
    })
}

pub(super) fn described(index: usize, gaps: bool, kind: Kind) -> Reading<Described> {
    if gaps && index % 6 == 1 {
        return Reading::NotAsked;
    }
    let validations = (kind == Kind::AmazonIssued).then(|| DomainValidation {
        domain_name: format!("{index}.example.com"),
        succeeded: Some(true),
        validation: Validation::Other(Some("DNS".to_owned())),
    });
    known(Described {
        signature_algorithm: Some("SHA256WITHRSA".to_owned()),
        domain_validations: validations.into_iter().collect(),
        ..Described::default()
    })
}

pub(super) fn chain(index: usize, mixed: usize, gaps: bool) -> Reading<Chain> {
    if gaps && index % 6 == 1 {
        return Reading::NotAsked;
    }
    known(Chain {
        fingerprint: format!("{mixed:016x}{index:016x}{:032x}", mixed.wrapping_mul(31)),
        issuers: vec![
            "CN=Amazon RSA 2048 M02,O=Amazon,C=US".to_owned(),
            "CN=Amazon Root CA 1,O=Amazon,C=US".to_owned(),
        ],
        first_expiry: Some("2030-08-23T22:25:30Z".parse().unwrap()),
    })
}

pub(super) fn tags(account: usize, index: usize) -> Tags {
    let pairs =
        [("owner", TEAMS[account % 7]), ("environment", "production"), ("aws:cloudformation:stack-name", "edge")];
    let mut tags: Tags = pairs.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
    tags.insert("ticket".to_owned(), format!("OPS-{}", index % 900));
    tags
}

pub(super) fn owner(index: usize, account: usize, is_denied: bool) -> Reading<Option<Owner>> {
    let source = [OwnerSource::CertificateTag, OwnerSource::Stack, OwnerSource::AccountTag][index % 3];
    match index % 11 {
        _ if is_denied => Reading::Unreadable(denied("tag:GetResources")),
        6 => known(None),
        _ => known(Some(Owner { name: TEAMS[account % 7].to_owned(), source })),
    }
}

pub(super) fn uses(index: usize, account: usize, region: &str) -> Vec<Usage> {
    let balancer = Usage {
        resource: format!(
            "arn:aws:elasticloadbalancing:{region}:1111222233{account}:loadbalancer/app/edge-{}/50dc6c495c0c9188",
            index % 300
        ),
        service: "elasticloadbalancing".to_owned(),
        label: format!("load balancer edge-{}", index % 300),
        is_aws_owned: false,
        seen_in: BTreeSet::from([SeenIn::InUseBy, SeenIn::Grant, SeenIn::Lookup]),
        grants: BTreeSet::from([format!("{:064x}", index.wrapping_mul(977))]),
    };
    let owned = Usage {
        resource: format!("arn:aws:elasticloadbalancing:{region}:813000000000:loadbalancer/app/prod-1/9"),
        label: "a load balancer that AWS owns (API Gateway, Cognito, ...)".to_owned(),
        is_aws_owned: true,
        seen_in: BTreeSet::from([SeenIn::InUseBy]),
        grants: BTreeSet::new(),
        ..balancer.clone()
    };
    if index.is_multiple_of(8) { vec![balancer, owned] } else { vec![balancer] }
}
