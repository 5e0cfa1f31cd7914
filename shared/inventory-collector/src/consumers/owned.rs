//! Resources that AWS owns, in accounts of its own, in front of those of customers.

use inventory::{SeenIn, Usage};

/// What InUseBy or a grant names. Where AWS owns it, and look-ups of the same certificate found a resource of the customer
/// that is behind such ones, it is that resource. Otherwise it stays what it is, with a label that says that AWS owns it.
///
/// Which services have their resources behind which of AWS's:
/// [Troubleshoot API Gateway](https://docs.aws.amazon.com/acm/latest/userguide/troubleshoot-apigateway.html); AppSync's
/// custom domains have a distribution as well
/// ([DomainNameConfig](https://docs.aws.amazon.com/appsync/latest/APIReference/API_DomainNameConfig.html), hosted zone). Where
/// several are behind it, any of them explains it: each is a use of its own.
pub(crate) fn resolve(named: Usage, hits: &[Usage]) -> Usage {
    let behind: &[&str] = match named.service.as_str() {
        "elasticloadbalancing" if named.is_aws_owned => &["apigateway"],
        "cloudfront" if named.is_aws_owned => &["apigateway", "appsync", "cognito-idp"],
        _ => return named,
    };
    let is_behind = |hit: &&Usage| hit.seen_in.contains(&SeenIn::Lookup) && behind.contains(&hit.service.as_str());
    match hits.iter().find(is_behind) {
        Some(hit) => {
            Usage { seen_in: &hit.seen_in | &named.seen_in, grants: &hit.grants | &named.grants, ..hit.clone() }
        }
        None => named,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consumers::listed::usage;
    use crate::resource;

    const OWN: &str = "123456789012";

    #[test]
    fn what_aws_owns_is_replaced_by_the_customers_resource_or_labelled() {
        let api = usage("arn:aws:apigateway:us-east-1::/domainnames/api.example.com", "apigateway", "api.example.com");
        let graph = usage("arn:aws:appsync:us-east-1:123456789012:domainnames/graph.example.com", "appsync", "graph");
        let own = usage("arn:aws:cloudfront::123456789012:distribution/E1", "cloudfront", "www");
        for (resource, hits, label, is_aws_owned) in [
            (
                "arn:aws:elasticloadbalancing:us-east-1:392220576650:loadbalancer/app/p/1",
                vec![&api],
                "api.example.com",
                false,
            ),
            ("arn:aws:cloudfront::269644705920:distribution/E2", vec![&own, &graph], "graph", false),
            (
                "arn:aws:elasticloadbalancing:us-east-1:392220576650:loadbalancer/app/p/1",
                vec![&graph, &own],
                "a load balancer that AWS owns (API Gateway, ...)",
                true,
            ),
            (
                "arn:aws:cloudfront::269644705920:distribution/E2",
                vec![],
                "a distribution that AWS owns (API Gateway, Cognito, AppSync, ...)",
                true,
            ),
            ("arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/web/1", vec![&api], "web", false),
        ] {
            let hits: Vec<_> = hits.into_iter().cloned().collect();
            let usage = resolve(resource::usage(resource, OWN, SeenIn::InUseBy), &hits);
            assert_eq!((usage.label.as_str(), usage.is_aws_owned), (label, is_aws_owned), "{resource}");
            assert!(usage.seen_in.contains(&SeenIn::InUseBy));
        }
    }
}
