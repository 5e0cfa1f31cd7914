//! Which calls are acts that matter, service by service.

mod acm;
mod iam;
mod kms;
mod private_ca;
mod route53;

use serde_json::Value;

use super::act::Act;
use crate::record::Record;

/// What somebody did; `None`: nothing that matters here.
pub fn recognize(record: &Record<'_>) -> Option<Act> {
    match record.service {
        "acm.amazonaws.com" => acm::recognize(record),
        "acm-pca.amazonaws.com" => private_ca::recognize(record),
        "kms.amazonaws.com" => kms::recognize(record),
        "route53.amazonaws.com" => route53::recognize(record),
        "iam.amazonaws.com" => iam::recognize(record),
        _ => None,
    }
}

/// No ARN, name or reason of AWS's is longer, and more would not fit into a notice.
const LONGEST: usize = 2_048;
/// A certificate has at most this many names, and a batch of Route 53 this many changes of one record each.
const MOST: usize = 1_000;

/// A text, or empty.
fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().chars().take(LONGEST).collect()
}

/// The texts of a list.
fn texts(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter(|one| one.is_string()).take(MOST).map(text).collect()
}
