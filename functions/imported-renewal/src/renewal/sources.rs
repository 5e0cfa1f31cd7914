//! Opens the source that a plan names. The clients are made when there is something to obtain: most events have nothing,
//! and a start should not pay for it.

use acme::settings::AcmeDirectory;
use aws_client::Clock;
use aws_config::SdkConfig;
use grants::Grants;
use issuers::{Acme, AcmeServices, PrivateCa, Secret};

use crate::policy::Source;

#[derive(Debug, Clone)]
pub(super) struct Sources {
    aws: SdkConfig,
    grants: Grants,
    acme: AcmeServices,
}

impl Sources {
    pub(super) fn new(aws: &SdkConfig, grants: Grants, acme: AcmeServices) -> Self {
        Self { aws: aws.clone(), grants, acme }
    }

    pub(super) fn open(&self, source: &Source) -> issuers::Source {
        let aws = &self.aws;
        match source {
            Source::PrivateCa(arn) => {
                issuers::Source::Issuer(Box::new(PrivateCa::new(aws, Clock::of(aws), arn.clone())))
            }
            Source::Secret(id) => {
                issuers::Source::Bundle(Box::new(Secret::new(aws, id.clone(), self.grants.secrets.clone())))
            }
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
