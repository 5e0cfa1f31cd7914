//! Uses of a certificate that were seen in another Region than its own: IAM server certificates have none, and CloudFront's
//! certificates are in one Region for all distributions.

use std::collections::HashMap;

use inventory::{Entry, Shard, Usage};

/// Uses by account and by what the user calls the certificate: its ARN, or the id of an IAM server certificate.
#[derive(Debug, Default)]
pub(crate) struct UsesElsewhere(HashMap<(String, String), Vec<Usage>>);

impl UsesElsewhere {
    /// Takes them out of all shards.
    pub(crate) fn take<'a>(shards: impl Iterator<Item = &'a mut Shard>) -> Self {
        let mut all = Self::default();
        for Shard { header, .. } in shards {
            for found in std::mem::take(&mut header.uses_elsewhere) {
                let key = (header.account.id.clone(), found.certificate);
                all.0.entry(key).or_default().push(found.usage);
            }
        }
        all
    }

    /// Adds to an entry of this account what uses it elsewhere.
    pub(crate) fn add_to(&mut self, entry: &mut Entry, account: &str) {
        let ids = std::iter::once(entry.arn.clone()).chain(entry.id.clone());
        let found: Vec<Usage> = ids.filter_map(|id| self.0.remove(&(account.to_owned(), id))).flatten().collect();
        for usage in found {
            match entry.uses.iter_mut().find(|known| known.resource == usage.resource) {
                Some(known) => {
                    known.seen_in.extend(usage.seen_in);
                    known.grants.extend(usage.grants);
                }
                None => entry.uses.push(usage),
            }
        }
    }
}
