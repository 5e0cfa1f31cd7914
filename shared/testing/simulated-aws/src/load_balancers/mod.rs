//! Elastic Load Balancing: Application and Network Load Balancers (version 2 of its API) and, in `classic`, those before
//! them. The API version of a request tells the two services apart, which share their endpoint and their IAM actions.

pub(crate) mod classic;
mod setup;

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::aws::State;
use crate::calls::{Answer, ApiError, decode_blob};
use crate::connector::not_modelled;

pub use setup::LoadBalancer;

/// API reference, PageSize: 1 to 400. That a page has 400 without it is unverified.
const LARGEST_PAGE: usize = 400;
/// API reference, DescribeLoadBalancers, LoadBalancerArns: "You can specify up to 20 load balancers in a single call."
const MOST_NAMED: usize = 20;

/// Load balancers by their ARNs, and classic ones by their names.
#[derive(Debug, Default)]
pub(crate) struct Store {
    load_balancers: BTreeMap<String, LoadBalancer>,
    classic: BTreeMap<String, classic::LoadBalancer>,
}

/// A listener of a load balancer.
#[derive(Debug, Clone)]
struct Listener {
    arn: String,
    port: u16,
    protocol: &'static str,
    /// The default certificate first. Empty where the protocol has none.
    certificates: Vec<String>,
}

/// Answers one operation of version 2.
pub(crate) fn call(state: &mut State, operation: &str, input: &Value) -> Answer {
    match operation {
        "DescribeLoadBalancers" => load_balancers(state, input),
        "DescribeListeners" => listeners(state, input),
        "DescribeListenerCertificates" => listener_certificates(state, input),
        other => Err(not_modelled("elasticloadbalancing", other)),
    }
}

fn load_balancers(state: &State, input: &Value) -> Answer {
    let all = &state.load_balancers.load_balancers;
    let (arns, names) = (strings(&input["LoadBalancerArns"]), strings(&input["Names"]));
    if arns.len() > MOST_NAMED || names.len() > MOST_NAMED {
        return Err(invalid("Up to 20 load balancers can be described at a time"));
    }
    if arns.iter().any(|arn| !all.contains_key(*arn))
        || names.iter().any(|name| all.values().all(|it| it.name != *name))
    {
        return Err(ApiError::new("LoadBalancerNotFound", "One or more load balancers not found"));
    }
    let is_wanted = |arn: &str, one: &LoadBalancer| {
        (arns.is_empty() || arns.contains(&arn)) && (names.is_empty() || names.contains(&one.name.as_str()))
    };
    let wanted = all.iter().filter(|(arn, one)| is_wanted(arn, one)).map(|(arn, one)| (arn.clone(), one.shown(arn)));
    page("LoadBalancers", wanted, input)
}

impl LoadBalancer {
    /// API reference, LoadBalancer. Members that no caller here reads are left out.
    fn shown(&self, arn: &str) -> Value {
        json!({
            "LoadBalancerArn": arn,
            "LoadBalancerName": self.name,
            "DNSName": format!("{}.elb.amazonaws.com", self.name),
            "Scheme": "internet-facing",
            "Type": if self.kind == "app" { "application" } else { "network" },
            "State": { "Code": "active" },
        })
    }
}

/// API reference, DescribeListeners: "You must specify either a load balancer or one or more listeners" (the error is
/// unverified). Of the certificates it shows the default one only.
fn listeners(state: &State, input: &Value) -> Answer {
    let all = &state.load_balancers.load_balancers;
    let arns = strings(&input["ListenerArns"]);
    let found: Vec<(String, Value)> = match input["LoadBalancerArn"].as_str() {
        Some(arn) => {
            let one = all
                .get(arn)
                .ok_or_else(|| ApiError::new("LoadBalancerNotFound", "One or more load balancers not found"))?;
            one.listeners.iter().map(|it| (it.arn.clone(), it.shown(arn))).collect()
        }
        None if arns.is_empty() => {
            return Err(invalid("You must specify either listener ARNs or a load balancer ARN"));
        }
        None => {
            let every = all.iter().flat_map(|(arn, one)| one.listeners.iter().map(move |it| (arn, it)));
            let wanted = every.filter(|(_, it)| arns.contains(&it.arn.as_str()));
            let found: Vec<_> = wanted.map(|(arn, it)| (it.arn.clone(), it.shown(arn))).collect();
            if found.len() < arns.len() {
                return Err(no_listener());
            }
            found
        }
    };
    page("Listeners", found, input)
}

impl Listener {
    fn shown(&self, load_balancer: &str) -> Value {
        let default = self.certificates.first().map(|arn| json!([{ "CertificateArn": arn }]));
        json!({
            "ListenerArn": self.arn,
            "LoadBalancerArn": load_balancer,
            "Port": self.port,
            "Protocol": self.protocol,
            "Certificates": default,
        })
    }
}

/// API reference, DescribeListenerCertificates: "the default certificate and the certificate list"; Certificate, IsDefault:
/// "included when describing listener certificates". That a listener without certificates has an empty list is
/// unverified.
fn listener_certificates(state: &State, input: &Value) -> Answer {
    let arn = input["ListenerArn"].as_str().unwrap_or_default();
    let mut all = state.load_balancers.load_balancers.values().flat_map(|one| &one.listeners);
    let listener = all.find(|it| it.arn == arn).ok_or_else(no_listener)?;
    let shown = listener
        .certificates
        .iter()
        .enumerate()
        .map(|(place, arn)| (format!("{place:05}"), json!({ "CertificateArn": arn, "IsDefault": place == 0 })));
    page("Certificates", shown, input)
}

fn no_listener() -> ApiError {
    ApiError::new("ListenerNotFound", "One or more listeners not found")
}

/// A page of what is listed, by its keys and in their order. API references, Marker and NextMarker: "If there are
/// additional results, this is the marker for the next set of results."
fn page(member: &str, all: impl IntoIterator<Item = (String, Value)>, input: &Value) -> Answer {
    let after = input["Marker"].as_str().map(key_of).transpose()?;
    let size = input["PageSize"].as_str().and_then(|text| text.parse().ok()).unwrap_or(LARGEST_PAGE);
    let mut rest = all.into_iter().filter(|(key, _)| after.as_ref().is_none_or(|after| key > after)).peekable();
    let page: Vec<_> = rest.by_ref().take(size).collect();
    let last = page.last().filter(|_| rest.peek().is_some()).map(|(key, _)| aws_smithy_types::base64::encode(key));
    Ok(json!({ member: page.into_iter().map(|(_, shown)| shown).collect::<Vec<_>>(), "NextMarker": last }))
}

/// The error is unverified.
fn key_of(marker: &str) -> Result<String, ApiError> {
    let key = decode_blob(marker).and_then(|bytes| String::from_utf8(bytes).ok());
    key.filter(|key| !key.is_empty()).ok_or_else(|| invalid("Invalid marker"))
}

fn strings(list: &Value) -> Vec<&str> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

/// "Common Errors": ValidationError.
fn invalid(why: &str) -> ApiError {
    ApiError::new("ValidationError", why)
}
