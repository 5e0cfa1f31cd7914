//! Entries of which everything is known and in order.

use std::collections::BTreeSet;

use certificates::{DomainValidation, ResourceRecord, Validation};
use inventory::{
    Authority, Chain, Crl, Described, Entry, Identity, Kind, Owner, OwnerSource, Reading, SeenIn, Source, Tags, Usage,
};

use super::{PLACE, at};

pub(super) const SOURCES: [Source; 14] = [
    Source::Certificates,
    Source::Identities,
    Source::Tags,
    Source::Requesters,
    Source::Grants,
    Source::ServerCertificates,
    Source::ClientCertificates,
    Source::PrivateCas,
    Source::AcmeEndpoints,
    Source::LoadBalancers,
    Source::ClassicLoadBalancers,
    Source::Distributions,
    Source::ApiDomains,
    Source::UserPoolDomains,
];

/// What a source asks for.
pub(super) fn action(source: Source) -> &'static str {
    match source {
        Source::Certificates => "acm:ListCertificates",
        Source::Identities => "acm:SearchCertificates",
        Source::Tags => "tag:GetResources",
        Source::Requesters => "cloudtrail:LookupEvents",
        Source::Grants => "kms:ListGrants",
        Source::PrivateCas => "acm-pca:ListCertificateAuthorities",
        Source::LoadBalancers => "elasticloadbalancing:DescribeListeners",
        Source::Distributions => "cloudfront:ListDistributions",
        _ => "iam:ListServerCertificates",
    }
}

/// What AWS showed an hour ago.
pub(super) fn known<T>(value: T) -> Reading<T> {
    Reading::Known { value, as_of: at(0, -1) }
}

/// An entry of this kind that expires in this many days, of which everything is known: a load balancer uses it, and ACM
/// renews it where it is able to.
pub fn entry(kind: Kind, id: &str, name: &str, days: i64) -> Entry {
    let arn = arn(kind, id);
    let is_acms = matches!(kind, Kind::AmazonIssued | Kind::Private);
    let entry = Entry {
        id: None,
        kind,
        name: name.into(),
        names: vec![name.into()],
        has_more_names: false,
        status: if kind == Kind::PrivateCa { "ACTIVE" } else { "ISSUED" }.into(),
        key_algorithm: Some("RSA_2048".into()),
        not_before: Some(at(days - 198, 0)),
        not_after: Some(at(days, 0)),
        created_at: Some(at(days - 198, 0)),
        issued_at: is_acms.then(|| at(days - 198, 0)),
        imported_at: (kind == Kind::Imported).then(|| at(days - 198, 0)),
        in_use: Some(true),
        renewal_eligibility: Some(if is_acms { "ELIGIBLE" } else { "INELIGIBLE" }.into()),
        export_option: is_acms.then(|| "DISABLED".into()),
        exported: is_acms.then_some(false),
        managed_by: None,
        root_hierarchy: None,
        usage: None,
        authority: (kind == Kind::PrivateCa).then(|| Box::new(authority())),
        key_usages: Some(vec!["DIGITAL_SIGNATURE".into(), "KEY_ENCIPHERMENT".into()]),
        extended_key_usages: Some(vec!["TLS_WEB_SERVER_AUTHENTICATION".into()]),
        identity: known(identity(kind, id, name)),
        tags: known(tags(&[("Owner", "shop")])),
        described: known(described(kind, name)),
        chain: known(Chain {
            fingerprint: format!("sha256-{id}"),
            issuers: vec!["CN=Example CA".into()],
            first_expiry: Some(at(3_000, 0)),
        }),
        uses: Vec::new(),
        unused_since: None,
        owner: known(Some(Owner { name: "shop".into(), source: OwnerSource::CertificateTag })),
        purpose: Some("production".into()),
        arn,
    };
    match kind {
        Kind::Imported | Kind::AmazonIssued | Kind::Private => in_use(entry, "shop"),
        Kind::Acme => Entry { in_use: Some(false), ..entry },
        _ => Entry { described: Reading::NotAsked, in_use: None, renewal_eligibility: None, ..entry },
    }
}

/// The same, in use by a load balancer of this name.
pub fn in_use(mut entry: Entry, name: &str) -> Entry {
    let resource = format!("arn:aws:elasticloadbalancing:{}:{}:loadbalancer/app/{name}/50dc", PLACE.1, PLACE.0);
    if let Reading::Known { value, .. } = &mut entry.described {
        value.in_use_by = vec![resource.clone()];
    }
    entry.in_use = Some(true);
    entry.uses = vec![Usage {
        resource,
        service: "elasticloadbalancing".into(),
        label: format!("load balancer {name}"),
        is_aws_owned: false,
        seen_in: BTreeSet::from([SeenIn::InUseBy, SeenIn::Grant, SeenIn::Lookup]),
        grants: BTreeSet::from(["0c237476".to_owned()]),
    }];
    entry
}

/// The same, not in use, and seen so for ten days.
pub fn unused(mut entry: Entry) -> Entry {
    if let Reading::Known { value, .. } = &mut entry.described {
        value.in_use_by.clear();
    }
    entry.uses.clear();
    entry.in_use = Some(false);
    entry.renewal_eligibility = Some("INELIGIBLE".into());
    entry.unused_since = Some(at(-10, 0));
    entry
}

/// Tags.
pub(super) fn tags(tags: &[(&str, &str)]) -> Tags {
    tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn arn(kind: Kind, id: &str) -> String {
    let (account, region) = PLACE;
    match kind {
        Kind::IamServer => format!("arn:aws:iam::{account}:server-certificate/{id}"),
        Kind::ApiClient => format!("arn:aws:apigateway:{region}::/clientcertificates/{id}"),
        Kind::PrivateCa => format!("arn:aws:acm-pca:{region}:{account}:certificate-authority/{id}"),
        Kind::AcmeEndpoint => format!("arn:aws:acm:{region}:{account}:acme-endpoint/{id}"),
        Kind::AcmeBinding => format!("arn:aws:acm:{region}:{account}:acme-external-account-binding/{id}"),
        Kind::AcmeAccount => format!("https://acme.{region}.example/account/{id}"),
        _ => format!("arn:aws:acm:{region}:{account}:certificate/{id}"),
    }
}

fn authority() -> Authority {
    Authority {
        ca_type: Some("SUBORDINATE".into()),
        usage_mode: Some("GENERAL_PURPOSE".into()),
        signing_algorithm: Some("SHA256WITHRSA".into()),
        key_storage_standard: Some("FIPS_140_2_LEVEL_3_OR_HIGHER".into()),
        owner_account: Some(PLACE.0.into()),
        crl: Some(Crl { enabled: false, ..Crl::default() }),
        ..Authority::default()
    }
}

fn identity(kind: Kind, id: &str, name: &str) -> Identity {
    Identity {
        issuer: Some(if kind == Kind::AmazonIssued { "Amazon" } else { "CN=Example CA,O=Example" }.into()),
        subject: Some(format!("CN={name}")),
        serial: Some(format!("0a:{id}")),
        validation_method: (kind == Kind::AmazonIssued).then(|| "DNS".into()),
        ..Identity::default()
    }
}

fn described(kind: Kind, name: &str) -> Described {
    let record =
        ResourceRecord { name: format!("_a.{name}."), kind: "CNAME".into(), value: "_b.acm-validations.aws.".into() };
    let by_dns =
        DomainValidation { domain_name: name.into(), succeeded: Some(true), validation: Validation::Dns(Some(record)) };
    Described {
        certificate_authority: (kind == Kind::Private).then(|| arn(Kind::PrivateCa, "6f51")),
        signature_algorithm: Some("SHA256WITHRSA".into()),
        transparency_logging: Some("ENABLED".into()),
        domain_validations: if kind == Kind::AmazonIssued { vec![by_dns] } else { Vec::new() },
        ..Described::default()
    }
}
