//! Classic Load Balancers: version 2012-06-01 of the API.

use serde_json::{Value, json};

use super::{page, strings};
use crate::aws::State;
use crate::calls::{Answer, ApiError};
use crate::connector::not_modelled;

/// A load balancer with one plain listener, and one for each of these certificates.
#[derive(Debug)]
pub(super) struct LoadBalancer {
    pub(super) certificates: Vec<String>,
}

/// Answers one operation.
pub(crate) fn call(state: &mut State, operation: &str, input: &Value) -> Answer {
    match operation {
        "DescribeLoadBalancers" => load_balancers(state, input),
        other => Err(not_modelled("elasticloadbalancing", other)),
    }
}

/// API reference of version 2012-06-01, DescribeLoadBalancers: PageSize "from 1 to 400. The default is 400"; the error of
/// a name that is not there is LoadBalancerNotFound.
fn load_balancers(state: &State, input: &Value) -> Answer {
    let all = &state.load_balancers.classic;
    let names = strings(&input["LoadBalancerNames"]);
    if let Some(missing) = names.iter().find(|name| !all.contains_key(**name)) {
        let why = format!("There is no ACTIVE Load Balancer named '{missing}'");
        return Err(ApiError::new("LoadBalancerNotFound", why));
    }
    let wanted = all.iter().filter(|(name, _)| names.is_empty() || names.contains(&name.as_str()));
    page("LoadBalancerDescriptions", wanted.map(|(name, one)| (name.clone(), one.shown(name))), input)
}

impl LoadBalancer {
    /// API reference, LoadBalancerDescription. Members that no caller here reads are left out.
    fn shown(&self, name: &str) -> Value {
        let secure = self.certificates.iter().enumerate().map(|(place, arn)| listener(443 + place, "HTTPS", Some(arn)));
        let listeners: Vec<_> = [listener(80, "HTTP", None)].into_iter().chain(secure).collect();
        json!({
            "LoadBalancerName": name,
            "DNSName": format!("{name}.elb.amazonaws.com"),
            "Scheme": "internet-facing",
            "ListenerDescriptions": listeners,
        })
    }
}

fn listener(port: usize, protocol: &str, certificate: Option<&String>) -> Value {
    json!({ "Listener": {
        "Protocol": protocol,
        "LoadBalancerPort": port,
        "InstanceProtocol": "HTTP",
        "InstancePort": 80,
        "SSLCertificateId": certificate,
    } })
}
