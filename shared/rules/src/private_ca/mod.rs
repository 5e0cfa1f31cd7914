//! Rules about private CAs.

use super::rules;

mod applicability;

rules! {
    ca_status,
    ca_expiry,
    ca_validity_covers_issuance,
    ca_root_issues_no_leaves,
    ca_hierarchy_depth,
    ca_key_algorithm,
    ca_signing_algorithm,
    ca_key_storage_standard,
    ca_revocation_configured,
    ca_crl_bucket_private,
    ca_acm_permission,
    ca_shared_with,
    ca_pending_deletion,
    ca_tagged,
}
