//! What a shard was read from.

use serde::{Deserialize, Serialize};

use crate::reading::Reading;

/// A list that a shard was read from. Without it, entries or uses may be missing from the shard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Source {
    /// acm:ListCertificates, over all key types, key-pair origins and root hierarchies.
    Certificates,
    /// acm:SearchCertificates: issuer, serial, validation method.
    Identities,
    /// tag:GetResources.
    Tags,
    /// cloudtrail:LookupEvents: who requested or imported a certificate in the last 90 days.
    Requesters,
    /// kms:ListGrants on `aws/acm`.
    Grants,
    /// iam:ListServerCertificates.
    ServerCertificates,
    /// apigateway:GET /clientcertificates.
    ClientCertificates,
    /// acm-pca:ListCertificateAuthorities.
    PrivateCas,
    /// ACM's ACME endpoints, with their bindings and accounts.
    AcmeEndpoints,
    /// Listeners and their certificate lists of Application and Network Load Balancers.
    LoadBalancers,
    /// Classic Load Balancers.
    ClassicLoadBalancers,
    /// CloudFront distributions.
    Distributions,
    /// Custom domain names of API Gateway, version 1 and 2.
    ApiDomains,
    /// Custom domain names of AppSync.
    AppSyncDomains,
    /// Custom domains of Cognito user pools.
    UserPoolDomains,
    /// Client VPN endpoints.
    ClientVpnEndpoints,
    /// Custom endpoints of OpenSearch domains.
    OpenSearchDomains,
    /// VPC Lattice services.
    LatticeServices,
    /// TLS inspection configurations of Network Firewall.
    TlsInspections,
    /// FTPS servers of Transfer Family.
    TransferServers,
    /// IAM roles of Nitro Enclaves.
    Enclaves,
    /// Load balancers of Elastic Beanstalk environments.
    BeanstalkEnvironments,
}

/// How a source answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SourceReading {
    /// Which.
    pub source: Source,
    /// How many things it listed.
    pub found: Reading<u64>,
}
