//! What people call things.

use inventory::{Kind, OwnerSource, SeenIn, Source, Usage};

use super::cell::Tone;
use crate::{Difference, FindingKind, Missing, Ready, Renewer, Use};

pub(crate) const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Imported => "imported",
        Kind::AmazonIssued => "Amazon-issued",
        Kind::Private => "private",
        Kind::Acme => "ACME",
        Kind::IamServer => "IAM server certificate",
        Kind::ApiClient => "API Gateway client certificate",
        Kind::PrivateCa => "private CA",
        Kind::AcmeEndpoint => "ACME endpoint",
        Kind::AcmeBinding => "ACME account binding",
        Kind::AcmeAccount => "ACME account",
    }
}

pub(crate) const fn renewer(who: Renewer) -> (&'static str, Tone) {
    match who {
        Renewer::Acm => ("ACM", Tone::Good),
        Renewer::Autopilot => ("imported-renewal", Tone::Good),
        Renewer::AcmeClient => ("ACME client", Tone::Good),
        Renewer::Person => ("a person", Tone::Attention),
        Renewer::Nobody => ("nobody", Tone::Bad),
        Renewer::Unknown => ("not known", Tone::Unread),
        Renewer::NotNeeded => ("not needed", Tone::Plain),
    }
}

pub(crate) const fn in_use(verdict: Use) -> (&'static str, Tone) {
    match verdict {
        Use::InUse => ("in use", Tone::Plain),
        Use::OutsideAws => ("outside AWS", Tone::Plain),
        Use::Unused => ("unused", Tone::Attention),
        Use::Unknown => ("not known", Tone::Unread),
        Use::NotApplicable => ("does not apply", Tone::Plain),
    }
}

pub(crate) const fn ready(verdict: Ready) -> (&'static str, Tone) {
    match verdict {
        Ready::Ready => ("ready", Tone::Good),
        Ready::NotReady => ("not ready", Tone::Attention),
        Ready::Exempt => ("exempt", Tone::Plain),
        Ready::Unknown => ("not known", Tone::Unread),
    }
}

pub(crate) const fn finding(kind: FindingKind) -> (&'static str, Tone) {
    match kind {
        FindingKind::ExpiredInUse => ("expired, in use", Tone::Bad),
        FindingKind::SameCertificate => ("same certificate", Tone::Plain),
        FindingKind::SameNames => ("same names", Tone::Plain),
        FindingKind::WildcardWouldDo => ("wildcard would do", Tone::Plain),
        FindingKind::Pinned => ("pinned", Tone::Attention),
        FindingKind::MixedPurposes => ("production and test", Tone::Attention),
        FindingKind::ExportedCopies => ("exported copies", Tone::Attention),
        FindingKind::NoGrant => ("no KMS grant", Tone::Bad),
        FindingKind::ChainExpiresFirst => ("chain expires first", Tone::Bad),
    }
}

pub(crate) const fn owner_source(source: OwnerSource) -> &'static str {
    match source {
        OwnerSource::CertificateTag => "by its tag",
        OwnerSource::Stack => "by its stack",
        OwnerSource::AccountTag => "by the account's tag",
        OwnerSource::AccountContact => "account's contact",
        OwnerSource::Requester => "requester, by CloudTrail",
    }
}

/// Where the use was seen.
pub(crate) fn seen_in(usage: &Usage) -> String {
    let places = usage.seen_in.iter().map(|place| match place {
        SeenIn::InUseBy => "InUseBy".to_owned(),
        SeenIn::Grant => match usage.grants.len() {
            0 => "KMS grant".to_owned(),
            _ => format!("KMS grant {}", usage.grants.iter().cloned().collect::<Vec<_>>().join(", ")),
        },
        SeenIn::Lookup => format!("configuration of {}", usage.service),
    });
    places.collect::<Vec<_>>().join(", ")
}

pub(crate) const fn difference(what: Difference) -> (&'static str, Tone) {
    match what {
        Difference::New => ("new", Tone::Plain),
        Difference::Gone => ("gone", Tone::Attention),
        Difference::Replaced => ("replaced", Tone::Good),
        Difference::NewConsumer => ("new consumer", Tone::Plain),
        Difference::OwnerChanged => ("owner changed", Tone::Plain),
    }
}

pub(crate) const fn missing(what: Missing) -> &'static str {
    match what {
        Missing::Shard => "everything in an account and Region",
        Missing::List(list) => source(list),
        Missing::Identity => "issuer, serial and validation",
        Missing::Tags => "tags",
        Missing::Description => "what only DescribeCertificate shows",
        Missing::Chain => "certificate and chain",
        Missing::Owner => "owner",
    }
}

const fn source(source: Source) -> &'static str {
    match source {
        Source::Certificates => "list of ACM's certificates",
        Source::Identities => "list of issuers and serials",
        Source::Tags => "list of tags",
        Source::Requesters => "list of who requested certificates",
        Source::Grants => "list of KMS grants",
        Source::ServerCertificates => "list of IAM server certificates",
        Source::ClientCertificates => "list of API Gateway client certificates",
        Source::PrivateCas => "list of private CAs",
        Source::AcmeEndpoints => "list of ACME endpoints",
        Source::LoadBalancers => "Application and Network Load Balancers",
        Source::ClassicLoadBalancers => "Classic Load Balancers",
        Source::Distributions => "CloudFront distributions",
        Source::ApiDomains => "API Gateway custom domain names",
        Source::AppSyncDomains => "AppSync custom domain names",
        Source::UserPoolDomains => "Cognito user pool domains",
        Source::ClientVpnEndpoints => "Client VPN endpoints",
        Source::OpenSearchDomains => "OpenSearch domains",
        Source::LatticeServices => "VPC Lattice services",
        Source::TlsInspections => "Network Firewall TLS inspection configurations",
        Source::TransferServers => "Transfer Family servers",
        Source::Enclaves => "IAM roles of Nitro Enclaves",
        Source::BeanstalkEnvironments => "Elastic Beanstalk environments",
    }
}
