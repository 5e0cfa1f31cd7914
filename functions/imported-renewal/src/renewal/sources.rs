//! Opens the source that a plan names. The clients are made when there is something to obtain: most events have nothing,
//! and a start should not pay for it.

use aws_client::Clock;
use aws_config::SdkConfig;
use issuers::PrivateCa;

use crate::policy::Source;

pub(super) fn open(source: &Source, aws: &SdkConfig) -> issuers::Source {
    match source {
        Source::PrivateCa(arn) => issuers::Source::Issuer(Box::new(PrivateCa::new(aws, Clock::of(aws), arn.clone()))),
    }
}

/// As it is named to people.
pub(super) fn name(source: &Source) -> String {
    match source {
        Source::PrivateCa(arn) => format!("the private CA {arn}"),
    }
}
