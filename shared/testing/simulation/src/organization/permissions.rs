//! What the templates let the hub's functions call: with their own roles in the hub, and with its own role in each spoke.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use simulated_aws::Call;
use simulated_aws::permissions::{Statement, granted};

use super::{SPOKES, outages};
use crate::report::{Broken, Check};
use crate::run_effects::{Run, RunEffects};
use crate::wiring::{spoke_template_path, template_path};
use crate::world::{ACCOUNT, DNS_VALIDATION, EXPIRY_EVENTS, IMPORTED_RENEWAL, World};

pub(crate) const PERMITTED: &str = "every call is one that the templates' roles allow";

/// Of a function: its role and the policy of a hub in template.yaml, and its role in spoke.yaml.
const ROLES: [(&str, [&str; 2], &str); 3] = [
    (EXPIRY_EVENTS, ["ExpiryEventsRole", "ExpiryEventsOrganizationPolicy"], "ReadRole"),
    (IMPORTED_RENEWAL, ["ImportedRenewalRole", "ImportedRenewalOrganizationPolicy"], "RenewRole"),
    (DNS_VALIDATION, ["DnsValidationRole", "DnsValidationOrganizationPolicy"], "DnsRole"),
];

/// What a function may do.
struct Permissions {
    /// The actions in the hub.
    hub: BTreeSet<String>,
    spoke: Vec<Statement>,
}

/// The templates take long to read.
fn permissions() -> &'static BTreeMap<&'static str, Permissions> {
    static ALL: OnceLock<BTreeMap<&'static str, Permissions>> = OnceLock::new();
    ALL.get_or_init(|| {
        let of = |(function, hub, spoke): (&'static str, [&str; 2], &str)| {
            let hub = hub.into_iter().flat_map(|role| granted(&template_path(), role));
            let hub = hub.flat_map(|statement| statement.actions).collect();
            (function, Permissions { hub, spoke: granted(&spoke_template_path(), spoke) })
        };
        ROLES.map(of).into()
    })
}

impl World {
    /// Checks the calls of runs, and notes what was called with the roles of spokes.
    pub(crate) fn check_permitted(&mut self, runs: &[Run], effects: &RunEffects) -> Check {
        let (Some(organization), Some(run)) = (&mut self.organization, runs.first()) else { return Ok(()) };
        let Some(permissions) = permissions().get(run.function.as_str()) else { return Ok(()) };
        // A CA outside AWS asks for no permission of it.
        for call in effects.calls.iter().filter(|call| call.service != "acme") {
            let is_of_spoke = SPOKES.contains(&call.account.as_str());
            if !permissions.allow(call, is_of_spoke) {
                let Call { service, operation, account, input, .. } = call;
                let what = format!("{} called {service}:{operation} in {account}: {input}", run.function);
                return Err(Broken::new(PERMITTED, "", what));
            }
            if let Some(role) = outages::role_of(&run.function).filter(|_| is_of_spoke) {
                organization.called.insert((role, call.action()));
            }
        }
        Ok(())
    }
}

impl Permissions {
    /// Zones in other accounts have roles of their own.
    fn allow(&self, call: &Call, is_of_spoke: bool) -> bool {
        if is_of_spoke {
            return self.spoke.iter().any(|statement| statement.allows(call));
        }
        call.account != ACCOUNT || self.hub.contains(&call.action())
    }
}

#[cfg(test)]
mod tests;
