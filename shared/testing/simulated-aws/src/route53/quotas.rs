//! How many tokens a call takes from which of Route 53's buckets (developer guide, "Throttling for Amazon Route
//! 53 API requests", 2026). They belong to the account that is called.

use serde_json::Value;

use crate::quotas::Take;

/// "All Amazon Route 53 API actions combined" and "any API action not listed below".
const REQUESTS: (f64, f64) = (50.0, 10.0);
/// Actions with a bucket of another size.
const OTHERS: [(&str, f64, f64); 2] = [("CreateHostedZone", 40.0, 2.0), ("DeleteHostedZone", 40.0, 5.0)];
/// "Change throughput".
const CHANGES: (f64, f64) = (1_500.0, 100.0);

/// A request takes a token of the account's and one of its action's; a batch takes one for each change, and two
/// for each UPSERT. What a throttled request takes is unverified: here nothing.
pub(crate) fn takes(account: &str, operation: &str, input: &Value) -> Vec<Take> {
    let other = OTHERS.iter().find(|(action, ..)| *action == operation).map(|(_, size, refill)| (*size, *refill));
    let take = |what: &str, (size, refill), tokens| Take {
        bucket: (format!("route53 {account}"), what.to_owned()),
        size,
        refill,
        tokens,
    };
    let mut takes = vec![take("all actions", REQUESTS, 1.0), take(operation, other.unwrap_or(REQUESTS), 1.0)];
    if operation == "ChangeResourceRecordSets" {
        let changes = input["ChangeBatch"]["Changes"].as_array().into_iter().flatten();
        let tokens = changes.map(|change| if change["Action"] == "UPSERT" { 2.0 } else { 1.0 }).sum();
        takes.push(take("changes", CHANGES, tokens));
    }
    takes
}
