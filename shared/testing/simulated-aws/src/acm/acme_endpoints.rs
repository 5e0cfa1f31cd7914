//! ACM's ACME endpoints: ListAcmeEndpoints, ListAcmeExternalAccountBindings, ListAcmeAccounts.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{epoch, object};
use crate::Aws;
use crate::aws::State;
use crate::calls::{Answer, ApiError, decode_blob};

/// API reference of the three, MaxResults: 1 to 100. That it is 100 when it is missing is unverified.
const PAGE: u64 = 100;

/// An endpoint, with what is registered at it.
#[derive(Debug)]
pub(super) struct Endpoint {
    arn: String,
    created_at: Timestamp,
    bindings: Vec<Value>,
    accounts: Vec<Value>,
}

impl Aws {
    /// Makes an ACME endpoint of ACM and gives its ARN.
    pub fn create_acme_endpoint(&self) -> String {
        let mut state = self.state();
        let (id, created_at) = (state.next_uuid(), state.now);
        let arn = state.arn("acm", &format!("acme-endpoint/{id}"));
        let endpoint = Endpoint { arn: arn.clone(), created_at, bindings: Vec::new(), accounts: Vec::new() };
        state.acm.acme_endpoints.push(endpoint);
        arn
    }

    /// Makes an external account binding of an endpoint, for a role, and gives its ARN.
    ///
    /// # Panics
    /// When there is no such endpoint.
    pub fn create_acme_binding(&self, endpoint: &str, role_arn: &str, expires_at: Option<Timestamp>) -> String {
        let mut state = self.state();
        let (id, now) = (state.next_uuid(), state.now);
        let arn = format!("{endpoint}/acme-external-account-binding/{id}");
        let binding = object([
            ("AcmeExternalAccountBindingArn", json!(arn)),
            ("AcmeEndpointArn", json!(endpoint)),
            ("RoleArn", json!(role_arn)),
            ("ExpiresAt", json!(expires_at.map(epoch))),
            ("CreatedAt", epoch(now)),
        ]);
        named(&mut state, endpoint).bindings.push(binding);
        arn
    }

    /// A client registers an account with a binding. Gives the account's URL, whose form is unverified.
    ///
    /// # Panics
    /// When there is no such endpoint or binding.
    pub fn register_acme_account(&self, binding: &str, contact: &str) -> String {
        let endpoint = binding.split("/acme-external-account-binding/").next().expect("a binding's ARN");
        let mut state = self.state();
        let (id, now) = (state.next_uuid(), state.now);
        let url = format!("https://acm-acme.{}.amazonaws.com/account/{id}", state.region);
        let account = json!({
            "AccountUrl": url, "PublicKeyThumbprint": format!("thumbprint-{id}"), "Status": "VALID",
            "CreatedAt": epoch(now), "AcmeExternalAccountBindingArn": binding, "Contacts": [contact],
        });
        let endpoint = named(&mut state, endpoint);
        let of = |one: &&mut Value| one["AcmeExternalAccountBindingArn"] == binding;
        endpoint.bindings.iter_mut().find(of).expect("the binding exists")["LastUsedAt"] = epoch(now);
        endpoint.accounts.push(account);
        url
    }
}

fn named<'a>(state: &'a mut State, arn: &str) -> &'a mut Endpoint {
    let endpoints = &mut state.acm.acme_endpoints;
    endpoints.iter_mut().find(|endpoint| endpoint.arn == arn).unwrap_or_else(|| panic!("there is no endpoint {arn}"))
}

pub(super) fn list(state: &State, input: &Value) -> Answer {
    let shown: Vec<Value> = state.acm.acme_endpoints.iter().map(|endpoint| summary(state, endpoint)).collect();
    page("AcmeEndpoints", &shown, input)
}

pub(super) fn list_bindings(state: &State, input: &Value) -> Answer {
    page("ExternalAccountBindings", &find(state, input)?.bindings, input)
}

pub(super) fn list_accounts(state: &State, input: &Value) -> Answer {
    page("AcmeAccounts", &find(state, input)?.accounts, input)
}

/// API reference, AcmeEndpointSummary. The form of EndpointUrl is unverified.
fn summary(state: &State, endpoint: &Endpoint) -> Value {
    let id = endpoint.arn.rsplit('/').next().unwrap_or_default();
    json!({
        "AcmeEndpointArn": endpoint.arn,
        "EndpointUrl": format!("https://{id}.acm-acme.{}.amazonaws.com/directory", state.region),
        "Status": "ACTIVE",
        "AuthorizationBehavior": "PRE_APPROVED",
        "Contact": "NOT_REQUIRED",
        "CertificateAuthority": { "PublicCertificateAuthority": {} },
        "CreatedAt": epoch(endpoint.created_at),
    })
}

/// API reference, Errors: ResourceNotFoundException.
fn find<'a>(state: &'a State, input: &Value) -> Result<&'a Endpoint, ApiError> {
    let arn = input["AcmeEndpointArn"].as_str().unwrap_or_default();
    let found = state.acm.acme_endpoints.iter().find(|endpoint| endpoint.arn == arn);
    found.ok_or_else(|| ApiError::new("ResourceNotFoundException", format!("Could not find ACME endpoint {arn}.")))
}

fn page(member: &'static str, all: &[Value], input: &Value) -> Answer {
    let most = usize::try_from(input["MaxResults"].as_u64().unwrap_or(PAGE)).unwrap_or(usize::MAX);
    let start = start(member, input)?;
    let end = all.len().min(start + most);
    let token = (end < all.len()).then(|| aws_smithy_types::base64::encode(format!("{member} {end}")));
    Ok(object([(member, json!(all.get(start..end).unwrap_or_default())), ("NextToken", json!(token))]))
}

fn start(member: &str, input: &Value) -> Result<usize, ApiError> {
    let Some(given) = input["NextToken"].as_str() else { return Ok(0) };
    let text = decode_blob(given).and_then(|bytes| String::from_utf8(bytes).ok());
    let start = text.as_deref().and_then(|text| text.strip_prefix(member)?.trim().parse().ok());
    start.ok_or_else(|| ApiError::validation("The NextToken is not valid"))
}
