//! Opens the source that a plan names. The clients are made when there is something to obtain: most events have nothing,
//! and a start should not pay for it.

use acme::settings::AcmeDirectory;
use aws_client::Clock;
use grants::Grants;
use issuers::{Acme, AcmeServices, PrivateCa, Secret};

use crate::credentials::{HubSdk, TargetSdk};
use crate::policy::Source;
use crate::services::Services;

#[derive(Debug, Clone)]
pub(super) struct Sources {
    hub: HubSdk,
    target: TargetSdk,
    grants: Grants,
    acme: AcmeServices,
}

impl Sources {
    pub(super) fn new(services: &Services, target: &TargetSdk, grants: Grants) -> Self {
        let Services { hub, acme, .. } = services.clone();
        Self { hub, target: target.clone(), grants, acme }
    }

    pub(super) fn open(&self, source: &Source) -> issuers::Source {
        match source {
            Source::PrivateCa(arn) => {
                let sdk = self.hub.in_region(&arn.target().region);
                issuers::Source::Issuer(Box::new(PrivateCa::new(&sdk, Clock::of(&sdk), arn.clone())))
            }
            Source::Secret(id) => issuers::Source::Bundle(Box::new(Secret::new(
                self.target.config(),
                id.clone(),
                self.grants.secrets.clone(),
            ))),
            Source::Acme(directory, profile) => {
                let (services, directory) = (self.acme.clone(), AcmeDirectory::clone(directory));
                issuers::Source::Issuer(Box::new(Acme::new(services, directory, profile.clone())))
            }
        }
    }
}

/// As it is named to people.
pub(super) fn name(source: &Source) -> String {
    match source {
        Source::PrivateCa(arn) => format!("the private CA {arn}"),
        Source::Secret(id) => format!("the secret {id}"),
        Source::Acme(directory, _) => format!("the ACME directory {}", directory.name),
    }
}
