//! What uses certificates, from the configuration of the services that use them.
//!
//! Each source is read apart from the others: a failure makes that source unreadable, and what was found of it remains.
//!
//! # Calls
//! One for each 400 load balancers of either API, 100 distributions, 500 custom domain names, and 100 resources of a type
//! that Cloud Control API lists. Besides, two for most load balancers that nothing explains (see [`Explained`]), and one
//! for each resource of Cloud Control API whose list does not show the certificate.
//!
//! # What is not asked
//! - [`Source::ClientVpnEndpoints`]: Cloud Control API has no handlers for `AWS::EC2::ClientVpnEndpoint`.
//! - [`Source::OpenSearchDomains`]: `AWS::OpenSearchService::Domain` has no list there.
//! - [`Source::BeanstalkEnvironments`]: option settings are write-only there; the load balancers of environments are among
//!   the account's own.
//! - [`Source::UserPoolDomains`]: Cloud Control API lists the user pools, and nothing that names their domains.
//! - [`Source::Enclaves`]: `ec2:GetAssociatedEnclaveCertificateIamRoles` takes one certificate a call.
//!
//! InUseBy and the grants show what uses a certificate there, too. Schemas: terraform-provider-awscc,
//! `internal/service/cloudformation/schemas`.

mod api_domains;
mod classic_load_balancers;
mod clients;
mod cloud_control;
mod distributions;
mod listed;
mod load_balancers;
mod owned;
mod resource_types;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use futures::future::{BoxFuture, FutureExt, join_all};
use inventory::{Source, SourceReading, Usage};

use crate::found;
use crate::target_facts::TargetFacts;

pub(crate) use clients::Clients;
pub(crate) use load_balancers::Explained;
pub(crate) use owned::resolve;

use listed::Listed;

/// What the services say.
#[derive(Debug, Default)]
pub(crate) struct Found {
    /// Uses by certificate: the ARN of an ACM certificate or of an IAM server certificate, or the id of the latter, by
    /// which CloudFront knows it. A certificate may be in another Region than what uses it: those of distributions and of
    /// AWS's own in front of API Gateway, AppSync and Cognito are in us-east-1.
    pub(crate) uses: Vec<(String, Usage)>,
    /// How the sources answered. Those that are not asked have none: see above, and distributions where those are read in
    /// another Region of the account.
    pub(crate) readings: Vec<SourceReading>,
}

impl From<Found> for found::Found {
    fn from(found: Found) -> Self {
        let mut all = Self { sources: found.readings, ..Self::default() };
        for (certificate, usage) in found.uses {
            all.uses.entry(certificate).or_default().push(usage);
        }
        all
    }
}

/// Asks these sources, all at the same time. Load balancers that are explained already are not asked for their listeners.
pub(crate) async fn look_up(
    clients: &Clients,
    of: &TargetFacts,
    sources: &BTreeSet<Source>,
    explained: &Explained,
) -> Found {
    let asked = sources.iter().filter_map(|source| Some((*source, read(*source, clients, of, explained)?)));
    let answers = join_all(asked.map(|(source, answer)| async move { (source, answer.await) })).await;
    let mut found = Found::default();
    for (source, listed) in answers {
        let (uses, reading) = listed.into_found(source, clients.clock.now());
        found.uses.extend(uses);
        found.readings.push(reading);
    }
    found
}

fn read<'a>(
    source: Source,
    clients: &'a Clients,
    of: &'a TargetFacts,
    explained: &'a Explained,
) -> Option<BoxFuture<'a, Listed>> {
    Some(match source {
        Source::LoadBalancers => load_balancers::read(clients, explained).boxed(),
        Source::ClassicLoadBalancers => classic_load_balancers::read(clients, of).boxed(),
        Source::Distributions if of.has_global_services => distributions::read(clients).boxed(),
        Source::ApiDomains => api_domains::read(clients, of).boxed(),
        other => cloud_control::read(clients, of, resource_types::of(other)?).boxed(),
    })
}
