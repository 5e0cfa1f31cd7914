//! IAM's server certificates, of which the list has neither names nor issuer nor tags.

use inventory::{Entry, Shard};
use jiff::Timestamp;

use crate::clients::Clients;
use crate::other_certificates::{Deepened, deepen, is_due};

/// After so many refusals in a row the others would be refused too.
const HOPELESS: usize = 3;

/// Reads those that are due until `latest`; the answer is how many.
pub(super) async fn read(clients: &Clients, shard: &mut Shard, latest: Timestamp) -> usize {
    let now = clients.clock.now();
    let (mut read, mut refused, mut gone) = (0, 0, Vec::new());
    for entry in shard.entries.iter_mut().filter(|entry| is_due(entry, now)) {
        if refused == HOPELESS || !clients.pace.servers.acquire_before(latest).await {
            break;
        }
        match deepen(&clients.iam, entry, clients.clock.now()).await {
            Deepened::Read => (read, refused) = (read + 1, 0),
            Deepened::Gone => gone.push(entry.arn.clone()),
            Deepened::Failed(cause) => {
                tracing::warn!(certificate_arn = entry.arn, outcome = "not-read", reason = %cause);
                refused += 1;
            }
        }
    }
    shard.entries.retain(|entry| !gone.contains(&entry.arn));
    read
}

/// Whether it was never read, or not for a week.
pub(super) fn is_left(entry: &Entry, now: Timestamp) -> bool {
    is_due(entry, now)
}
