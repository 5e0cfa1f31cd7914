//! The published request rates, as token buckets on the virtual clock.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use crate::places::Place;
use crate::route53;
use crate::services::Service;
use crate::wire::Request;

/// Requests per second, account and Region (ACM user guide, "API rate quotas"; AWS Private CA user guide,
/// "Quotas"; API Gateway: see below; Systems Manager, "Service quotas": standard throughput). Operations that are not
/// named here are not limited by the model.
const RATES: [(&str, &str, f64); 24] = [
    ("acm", "AddTagsToCertificate", 5.0),
    ("acm", "DeleteCertificate", 10.0),
    ("acm", "DescribeCertificate", 10.0),
    ("acm", "GetAccountConfiguration", 1.0),
    ("acm", "GetCertificate", 10.0),
    ("acm", "ImportCertificate", 1.0),
    ("acm", "ListCertificates", 8.0),
    ("acm", "ListTagsForCertificate", 10.0),
    ("acm", "PutAccountConfiguration", 1.0),
    ("acm", "RemoveTagsFromCertificate", 5.0),
    ("acm", "RenewCertificate", 5.0),
    ("acm", "RequestCertificate", 5.0),
    ("acm", "SearchCertificates", 5.0),
    ("acm", "UpdateCertificateOptions", 5.0),
    ("acm-pca", "DescribeCertificateAuthority", 20.0),
    ("acm-pca", "GetCertificate", 75.0),
    ("acm-pca", "IssueCertificate", 25.0),
    ("acm-pca", "GetCertificateAuthorityCertificate", 20.0),
    ("apigateway", "GetDomainNames", 10.0),
    // KMS developer guide, "Request quotas".
    ("kms", "ListGrants", 100.0),
    // API reference, LookupEvents.
    ("cloudtrail", "LookupEvents", 2.0),
    ("ssm", "GetParameter", 40.0),
    ("ssm", "GetParameters", 40.0),
    // No document that was read has the figure for GetResources; it is unverified.
    ("tag", "GetResources", 15.0),
];
/// API Gateway developer guide, "API Gateway quotas": "10 request per second (rps) with a burst quota of 40 rps".
const API_GATEWAY_BURST: f64 = 40.0;
/// User guide of Elastic Load Balancing, "Request throttling for the ELB API": "the bucket size for non-mutating API actions
/// is 40 tokens, with a refill rate of 10 tokens per second"; each version of the API has its own bucket.
const LOAD_BALANCERS: (f64, f64) = (40.0, 10.0);

/// What a call takes from a bucket of this size, which refills by so many tokens a second.
#[derive(Debug)]
pub(crate) struct Take {
    pub(crate) bucket: (String, String),
    pub(crate) size: f64,
    pub(crate) refill: f64,
    pub(crate) tokens: f64,
}

/// What is left of each rate. Off until a test asks for it.
#[derive(Debug, Default)]
pub(crate) struct Quotas {
    pub(crate) enforced: bool,
    buckets: BTreeMap<(String, String), (f64, Timestamp)>,
}

impl Quotas {
    /// Takes a call's tokens; false when it is over a rate, and then it takes none.
    pub(crate) fn admit(&mut self, place: &Place, request: &Request, now: Timestamp) -> bool {
        if !self.enforced {
            return true;
        }
        let takes = takes(request.service, place, &request.operation, &request.input);
        for take in &takes {
            let (tokens, since) = self.buckets.entry(take.bucket.clone()).or_insert((take.size, now));
            *tokens = (*tokens + take.refill * now.duration_since(*since).as_secs_f64()).min(take.size);
            *since = now;
        }
        // Rounding must not cost a caller a token that it waited for.
        let enough = |take: &Take| self.buckets[&take.bucket].0 > take.tokens - 1e-9;
        let admitted = takes.iter().all(enough);
        if admitted {
            for take in takes {
                self.buckets.entry(take.bucket).and_modify(|(tokens, _)| *tokens -= take.tokens);
            }
        }
        admitted
    }
}

/// A bucket of ACM, AWS Private CA, Systems Manager and the Resource Groups Tagging API holds one second's worth (the size of AWS's own is not
/// published); that of API Gateway holds 40.
fn takes(service: &Service, place: &Place, operation: &str, input: &Value) -> Vec<Take> {
    let Service { name: service, sdk_name, .. } = *service;
    if service == "route53" {
        return route53::quotas::takes(&place.account, operation, input);
    }
    let of_place = |service: &str| format!("{service} {} {}", place.account, place.region);
    if service == "elasticloadbalancing" {
        let (size, refill) = LOAD_BALANCERS;
        return vec![Take { bucket: (of_place(sdk_name), "Describe*".to_owned()), size, refill, tokens: 1.0 }];
    }
    let known = RATES.iter().find(|(s, o, _)| *s == service && *o == operation);
    let take = |(_, _, rate): &(&str, &str, f64)| Take {
        bucket: (of_place(service), operation.to_owned()),
        size: if service == "apigateway" { API_GATEWAY_BURST } else { *rate },
        refill: *rate,
        tokens: 1.0,
    };
    known.into_iter().map(take).collect()
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use serde_json::json;

    use super::*;
    use crate::services::SERVICES;

    /// Whether a call at this time is admitted.
    fn admit(quotas: &mut Quotas, account: &str, (service, operation): (&str, &str), now: Timestamp) -> bool {
        admit_batch(quotas, account, (service, operation), Value::Null, now)
    }

    fn admit_batch(
        quotas: &mut Quotas,
        account: &str,
        (service, operation): (&str, &str),
        input: Value,
        now: Timestamp,
    ) -> bool {
        let service = SERVICES.iter().find(|known| known.name == service).unwrap();
        let request = Request { service, operation: operation.to_owned(), input, access_key: None, region: None };
        quotas.admit(&Place::new(account, "us-east-1"), &request, now)
    }

    fn start() -> (Quotas, Timestamp) {
        (Quotas { enforced: true, ..Quotas::default() }, "2026-01-01T00:00:00Z".parse().unwrap())
    }

    #[test]
    fn one_import_a_second() {
        let (mut quotas, mut now) = start();
        let mut admit = |now| admit(&mut quotas, "1", ("acm", "ImportCertificate"), now);
        assert!(admit(now));
        assert!(!admit(now));
        now += SignedDuration::from_millis(999);
        assert!(!admit(now));
        now += SignedDuration::from_millis(1);
        assert!(admit(now));
        now += SignedDuration::from_hours(1);
        assert!(admit(now));
        assert!(!admit(now), "an idle hour is not saved up");
    }

    #[test]
    fn route_53_has_one_bucket_for_all_actions_of_an_account() {
        let (mut quotas, mut now) = start();
        for n in 0..50 {
            let operation = if n % 2 == 0 { "ListHostedZones" } else { "GetChange" };
            assert!(admit(&mut quotas, "1", ("route53", operation), now), "{n}");
        }
        let get = ("route53", "GetHostedZone");
        assert!(!admit(&mut quotas, "1", get, now));
        assert!(admit(&mut quotas, "2", get, now), "another account has its own");
        now += SignedDuration::from_millis(100);
        assert!(admit(&mut quotas, "1", get, now));
        assert!(!admit(&mut quotas, "1", get, now));
    }

    #[test]
    fn an_action_of_route_53_has_its_own_bucket_beside_it() {
        let (mut quotas, now) = start();
        let admitted = (0..50).filter(|_| admit(&mut quotas, "1", ("route53", "CreateHostedZone"), now)).count();
        assert_eq!(admitted, 40);
        assert!(admit(&mut quotas, "1", ("route53", "GetHostedZone"), now), "refused calls take nothing");
    }

    #[test]
    fn changes_are_1500_at_once_and_100_a_second_and_upserts_count_twice() {
        let (mut quotas, mut now) = start();
        let batch = |action: &str, count: usize| json!({ "ChangeBatch": { "Changes": vec![json!({ "Action": action }); count] } });
        let mut admit = |input, now| admit_batch(&mut quotas, "1", ("route53", "ChangeResourceRecordSets"), input, now);
        assert!(admit(batch("UPSERT", 500), now));
        assert!(admit(batch("CREATE", 400), now));
        assert!(!admit(batch("UPSERT", 51), now));
        assert!(admit(batch("UPSERT", 50), now));
        assert!(!admit(batch("DELETE", 1), now));
        now += SignedDuration::from_secs(1);
        assert!(admit(batch("UPSERT", 50), now));
        assert!(!admit(batch("DELETE", 1), now));
    }
}
