//! What has an expiry outside of ACM: IAM's server certificates, API Gateway's client certificates, and private CAs.

mod body;
mod clients;
mod private_cas;
mod server;

use inventory::{Reading, Source};
use jiff::Timestamp;

use crate::certificates::{asked_ones, counted, reading};
use crate::clients::OtherClients;
use crate::found::Found;
use crate::target_facts::TargetFacts;
use crate::unreadable::unreadable;

pub(crate) use server::{Deepened, deepen, is_due, keep};

/// Lists them all, at the same time. IAM has no Regions: it is asked in one Region of each account.
pub(crate) async fn collect(
    clients: OtherClients<'_>,
    asked: &impl Fn(Source) -> bool,
    of: &TargetFacts,
    at: Timestamp,
) -> Found {
    let is_asked = |source| asked(source) && (source != Source::ServerCertificates || of.has_global_services);
    let (servers, api_clients, cas) = futures::join!(
        reading(is_asked(Source::ServerCertificates), at, async {
            server::list(clients.iam).await.map_err(|error| unreadable(&error))
        }),
        reading(is_asked(Source::ClientCertificates), at, async {
            clients::list(clients.apigateway, &of.target, at).await.map_err(|error| unreadable(&error))
        }),
        reading(is_asked(Source::PrivateCas), at, async {
            private_cas::list(clients.private_ca, at).await.map_err(|error| unreadable(&error))
        }),
    );
    let sources = asked_ones([
        (Source::ServerCertificates, counted(&servers, Vec::len)),
        (Source::ClientCertificates, counted(&api_clients, Vec::len)),
        (Source::PrivateCas, counted(&cas, Vec::len)),
    ]);
    let entries = listed(servers).into_iter().chain(listed(api_clients)).chain(listed(cas)).collect();
    Found { entries, sources, ..Found::default() }
}

fn listed<T>(reading: Reading<Vec<T>>) -> Vec<T> {
    match reading {
        Reading::Known { value, .. } => value,
        Reading::Unreadable(_) | Reading::NotAsked => Vec::new(),
    }
}

#[cfg(test)]
mod tests;
