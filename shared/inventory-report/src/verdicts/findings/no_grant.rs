//! InUseBy names a resource, and no KMS grant is for it: the service cannot load the key when it needs it next.
//!
//! ACM creates a grant on `aws/acm` for each resource that uses a certificate
//! ([data protection](https://docs.aws.amazon.com/acm/latest/userguide/data-protection.html)). Roles of Nitro Enclaves
//! read the key from S3 instead.

use std::collections::BTreeSet;

use inventory::{Kind, SeenIn, Usage};

use crate::model::Row;
use crate::place::target_of;
use crate::verdicts::resource;

pub(super) fn find(row: &Row, with_grants: &BTreeSet<String>) -> Option<String> {
    let is_acms = matches!(row.entry.kind, Kind::Imported | Kind::AmazonIssued | Kind::Private);
    if !is_acms || !row.entry.uses.iter().any(lacks_grant) {
        return None;
    }
    let usage = row.entry.uses.iter().find(|usage| lacks_grant(usage))?;
    let is_read = with_grants.contains(&target_of(&row.account.id, &row.region));
    is_read.then(|| {
        format!(
            "{} uses it by InUseBy, and no KMS grant is for it: it may fail when it loads the key next. Set the \
             certificate there again.",
            resource(&usage.resource)
        )
    })
}

fn lacks_grant(usage: &Usage) -> bool {
    usage.seen_in.contains(&SeenIn::InUseBy)
        && !usage.seen_in.contains(&SeenIn::Grant)
        && usage.grants.is_empty()
        && usage.service != "iam"
}
