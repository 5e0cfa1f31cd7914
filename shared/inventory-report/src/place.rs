//! How an account and Region are written.

/// As `123456789012/eu-central-1`.
pub(crate) fn target_of(account: &str, region: &str) -> String {
    format!("{account}/{region}")
}
