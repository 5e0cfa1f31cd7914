//! Hosted zones of Route 53, in the function's own account and in those that roles open: which one a record belongs in,
//! what is in it, and the changes that are made to it.
//!
//! [`ZoneAccounts`] has the clients, [`ZoneDirectory`] the zones as one invocation sees them, [`ZoneSelector`] the zone
//! of a name. [`PublicDns`] shows what the rest of the world sees.

pub mod caa;
mod changes;
mod limits;
mod name;
mod public_dns;
mod record_sets;
mod txt;
mod zone_accounts;
mod zone_directory;
mod zone_index;
mod zone_listings;
mod zone_roles;
mod zone_selection;

pub use changes::{Cname, Refusal};
pub use limits::{AccountLimits, Route53Limits};
pub use name::DnsName;
pub use public_dns::{DnsAnswer, DnsLookups, NotAResolver, PublicDns, ResolverAddress, are_private};
pub use record_sets::{Present, RecordQuery, RecordSet};
pub use txt::{ChangeId, TxtChange};
pub use zone_accounts::ZoneAccounts;
pub use zone_directory::{IndexedZones, ZoneDirectory};
pub use zone_index::{HostedZone, RoleIndex, UnreadZones, ZoneChoice, ZoneIndex, ZoneOwner};
pub use zone_listings::ZoneListings;
pub use zone_roles::{InvalidZoneRoles, ZoneRole, parse as parse_zone_roles};
pub use zone_selection::{Delegations, ZoneProblem, ZoneSelection, ZoneSelector};
