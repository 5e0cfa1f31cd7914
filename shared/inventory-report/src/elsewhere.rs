//! Uses of a certificate that were seen in another Region than its own: IAM server certificates have none, and CloudFront's
//! certificates are in one Region for all distributions.

use std::collections::HashMap;

use inventory::{Entry, Header, Usage};

/// Uses by account and by what the user calls the certificate: its ARN, or the id of an IAM server certificate.
#[derive(Debug, Default)]
pub(crate) struct UsesElsewhere(HashMap<(String, String), Vec<Usage>>);

impl UsesElsewhere {
    /// Takes them out of a shard's header.
    pub(crate) fn take(&mut self, header: &mut Header) {
        for found in std::mem::take(&mut header.uses_elsewhere) {
            let key = (header.account.id.clone(), found.certificate);
            self.0.entry(key).or_default().push(found.usage);
        }
    }

    /// Adds to an entry of this account what uses it elsewhere; whether there was any.
    pub(crate) fn add_to(&mut self, entry: &mut Entry, account: &str) -> bool {
        let ids = std::iter::once(entry.arn.clone()).chain(entry.id.clone());
        let found: Vec<Usage> = ids.filter_map(|id| self.0.remove(&(account.to_owned(), id))).flatten().collect();
        let has_any = !found.is_empty();
        for usage in found {
            match entry.uses.iter_mut().find(|known| known.resource == usage.resource) {
                Some(known) => {
                    known.seen_in.extend(usage.seen_in);
                    known.grants.extend(usage.grants);
                }
                None => entry.uses.push(usage),
            }
        }
        has_any
    }
}
