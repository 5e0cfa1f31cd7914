//! Opens the source that a plan names. The clients are made when there is something to obtain: most events have nothing,
//! and a start should not pay for it.

use aws_client::Clock;
use aws_config::SdkConfig;
use grants::Grants;
use issuers::{PrivateCa, Secret};

use crate::policy::Source;

pub(super) fn open(source: &Source, grants: &Grants, aws: &SdkConfig) -> issuers::Source {
    match source {
        Source::PrivateCa(arn) => issuers::Source::Issuer(Box::new(PrivateCa::new(aws, Clock::of(aws), arn.clone()))),
        Source::Secret(id) => issuers::Source::Bundle(Box::new(Secret::new(aws, id.clone(), grants.secrets.clone()))),
    }
}

/// As it is named to people.
pub(super) fn name(source: &Source) -> String {
    match source {
        Source::PrivateCa(arn) => format!("the private CA {arn}"),
        Source::Secret(id) => format!("the secret {id}"),
    }
}
