//! What renewals from ACME servers share in a process.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use acme::Connection;
use aws_client::Clock;
use aws_config::SdkConfig;
use route53::{Delegations, DnsLookups, DnsName, PublicDns, Route53Limits, ZoneAccounts, ZoneRole};

/// Clients, and what they know of hosted zones. Clones share it.
#[derive(Clone)]
pub struct AcmeServices(Arc<Services>);

pub struct Services {
    pub(super) clock: Clock,
    pub(super) connection: Connection,
    pub(super) secrets: aws_sdk_secretsmanager::Client,
    pub(super) zone_accounts: ZoneAccounts,
    pub(super) limits: Route53Limits,
    pub(super) dns: PublicDns,
    pub(super) delegations: Delegations,
    pub(super) delegation_zones: Vec<DnsName>,
}

impl fmt::Debug for AcmeServices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AcmeServices").field("zone_accounts", &self.0.zone_accounts).finish_non_exhaustive()
    }
}

impl Deref for AcmeServices {
    type Target = Services;

    fn deref(&self) -> &Services {
        &self.0
    }
}

/// Where validation records may be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordPlaces {
    /// The roles that open other accounts' zones.
    pub zone_roles: Vec<ZoneRole>,
    /// Zones into which an `_acme-challenge` CNAME may lead.
    pub delegation_zones: Vec<DnsName>,
    /// Whether the public DNS is asked where Route 53 leaves it open.
    pub dns_lookups: DnsLookups,
}

impl AcmeServices {
    /// `session` names the function in the CloudTrail of other accounts.
    pub fn new(aws: &SdkConfig, connection: Connection, places: RecordPlaces, session: &'static str) -> Self {
        let clock = Clock::of(aws);
        Self(Arc::new(Services {
            limits: Route53Limits::limited(&clock),
            clock,
            connection,
            secrets: aws_sdk_secretsmanager::Client::new(aws),
            zone_accounts: ZoneAccounts::new(aws, places.zone_roles, session),
            dns: PublicDns::new(places.dns_lookups),
            delegations: Delegations::default(),
            delegation_zones: places.delegation_zones,
        }))
    }
}
