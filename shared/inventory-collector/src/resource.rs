//! A resource that uses a certificate, by its ARN.

use inventory::{SeenIn, Usage};

/// A resource of which only the ARN is known, for a certificate of this account.
pub(crate) fn usage(resource: &str, account_of_certificate: &str, seen_in: SeenIn) -> Usage {
    let service = resource.split(':').nth(2).unwrap_or_default();
    let account_of_resource = account(resource);
    let is_aws_owned = !account_of_resource.is_empty() && account_of_resource != account_of_certificate;
    Usage {
        resource: resource.to_owned(),
        service: service.to_owned(),
        label: label(resource, service, is_aws_owned),
        is_aws_owned,
        seen_in: [seen_in].into(),
        grants: [].into(),
    }
}

/// The account in an ARN; empty where it has none.
pub(crate) fn account(arn: &str) -> &str {
    arn.split(':').nth(4).unwrap_or_default()
}

/// Which services have their resources behind which ones of AWS:
/// [Troubleshoot API Gateway](https://docs.aws.amazon.com/acm/latest/userguide/troubleshoot-apigateway.html).
fn label(resource: &str, service: &str, is_aws_owned: bool) -> String {
    match service {
        "elasticloadbalancing" if is_aws_owned => "a load balancer that AWS owns (API Gateway, ...)".to_owned(),
        "cloudfront" if is_aws_owned => "a distribution that AWS owns (API Gateway, Cognito, AppSync, ...)".to_owned(),
        _ if is_aws_owned => format!("a resource in another account ({service})"),
        _ => name(resource).to_owned(),
    }
}

/// The name in an ARN: load balancers have `loadbalancer/app/NAME/ID`, others end in theirs.
fn name(resource: &str) -> &str {
    let path = resource.splitn(6, ':').last().unwrap_or(resource);
    let parts: Vec<&str> = path.split('/').collect();
    match parts[..] {
        ["loadbalancer", "app" | "net", name, _] => name,
        _ => path.rsplit(['/', ':']).next().unwrap_or(path),
    }
}
