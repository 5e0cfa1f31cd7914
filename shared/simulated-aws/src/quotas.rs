//! The published request rates, as token buckets on the virtual clock.

use std::collections::BTreeMap;

use jiff::Timestamp;

/// Requests per second and account (ACM user guide, "API rate quotas"; AWS Private CA user guide,
/// "Quotas"). Operations that are not named here are not limited by the model.
const RATES: [(&str, &str, f64); 17] = [
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
    ("acm", "UpdateCertificateOptions", 5.0),
    ("acm-pca", "DescribeCertificateAuthority", 20.0),
    ("acm-pca", "GetCertificate", 75.0),
    ("acm-pca", "IssueCertificate", 25.0),
    ("acm-pca", "GetCertificateAuthorityCertificate", 20.0),
];
/// Route 53 developer guide, "Quotas on API requests": token buckets of 50 that refill by 10 a second, one
/// for the account and one for each action.
const ROUTE53_BURST: f64 = 50.0;
const ROUTE53_RATE: f64 = 10.0;

/// What is left of each rate. Off until a test asks for it.
#[derive(Debug, Default)]
pub(crate) struct Quotas {
    pub(crate) enforced: bool,
    buckets: BTreeMap<(String, String), (f64, Timestamp)>,
}

impl Quotas {
    /// Takes a token; false when the call is over the rate. A bucket of ACM and AWS Private CA holds one
    /// second's worth (the size of AWS's own is not published).
    pub(crate) fn admit(&mut self, service: &str, operation: &str, now: Timestamp) -> bool {
        if !self.enforced {
            return true;
        }
        if service == "route53" {
            return self.take(service, operation, ROUTE53_RATE, ROUTE53_BURST, now)
                && self.take(service, "", ROUTE53_RATE, ROUTE53_BURST, now);
        }
        let known = RATES.iter().find(|(s, o, _)| *s == service && *o == operation);
        known.is_none_or(|(_, _, rate)| self.take(service, operation, *rate, *rate, now))
    }

    fn take(&mut self, service: &str, operation: &str, rate: f64, burst: f64, now: Timestamp) -> bool {
        let place = (service.to_owned(), operation.to_owned());
        let (tokens, since) = self.buckets.entry(place).or_insert((burst, now));
        *tokens = (*tokens + rate * now.duration_since(*since).as_secs_f64()).min(burst);
        *since = now;
        // Rounding must not cost a caller a token that it waited for.
        let admitted = *tokens > 1.0 - 1e-9;
        if admitted {
            *tokens -= 1.0;
        }
        admitted
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    #[test]
    fn one_import_a_second() {
        let mut quotas = Quotas { enforced: true, ..Quotas::default() };
        let mut now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        assert!(quotas.admit("acm", "ImportCertificate", now));
        assert!(!quotas.admit("acm", "ImportCertificate", now));
        now += SignedDuration::from_millis(999);
        assert!(!quotas.admit("acm", "ImportCertificate", now));
        now += SignedDuration::from_millis(1);
        assert!(quotas.admit("acm", "ImportCertificate", now));
        now += SignedDuration::from_hours(1);
        assert!(quotas.admit("acm", "ImportCertificate", now));
        assert!(!quotas.admit("acm", "ImportCertificate", now), "an idle hour is not saved up");
    }

    #[test]
    fn route_53_has_one_bucket_for_all_actions() {
        let mut quotas = Quotas { enforced: true, ..Quotas::default() };
        let mut now: Timestamp = "2026-01-01T00:00:00Z".parse().unwrap();
        for n in 0..50 {
            let operation = if n % 2 == 0 { "ListHostedZones" } else { "GetChange" };
            assert!(quotas.admit("route53", operation, now), "{n}");
        }
        assert!(!quotas.admit("route53", "GetHostedZone", now));
        now += SignedDuration::from_millis(100);
        assert!(quotas.admit("route53", "GetHostedZone", now));
        assert!(!quotas.admit("route53", "GetHostedZone", now));
    }
}
