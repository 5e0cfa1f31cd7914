//! Rules about certificates in ACM.

use super::rules;

rules! {
    certificate_expiry,
    certificate_expired_in_use,
    renewal_status,
    acm_managed_renewal,
    imported_renewal_source,
    renewal_eligible,
    key_algorithm,
    signature_algorithm,
    transparency_logging,
    required_tags,
    tags_hold_no_secrets,
    wildcard_use,
    domain_allow_list,
    validation_method,
    trusted_issuer,
    issuance_status,
    unused_certificate,
    maximum_lifetime,
    extended_key_usage,
    chain_complete,
    duplicate_certificates,
    exportable,
    quota_headroom,
}
