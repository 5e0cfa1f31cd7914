//! RequestCertificate. What follows is in `validation`.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::validation::validation;
use super::{Entry, tags};
use crate::aws::State;
use crate::calls::{Answer, ApiError};
use crate::{Aws, Key};

/// API reference, RequestCertificate, IdempotencyToken: "within one hour".
const TOKEN_LIFETIME: SignedDuration = SignedDuration::from_hours(1);
/// User guide, "Quotas": domain names per certificate, unless raised (to 100 at most).
const MOST_NAMES: usize = 10;

impl Aws {
    /// AWS raises the quota of domain names per certificate, which is 10 at first.
    pub fn set_name_quota(&self, names: usize) {
        self.state().acm.most_names = Some(names);
    }

    /// An operator requests a public certificate for these names, with a P-256 key, validated by DNS, and gets its
    /// ARN. The request is checked as RequestCertificate is, and not recorded.
    ///
    /// # Panics
    /// When it is refused.
    pub fn request_certificate(&self, names: &[&str], tags: &[(&str, &str)]) -> String {
        let (first, others) = names.split_first().unwrap_or_else(|| panic!("a certificate has a name"));
        let tags: Vec<Value> = tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
        let mut input = json!({
            "DomainName": first, "SubjectAlternativeNames": others, "ValidationMethod": "DNS",
            "KeyAlgorithm": "EC_prime256v1",
        });
        if !tags.is_empty() {
            input["Tags"] = tags.into();
        }
        let answer = request(&mut self.state(), &input);
        let answer = answer.unwrap_or_else(|error| panic!("the request for {names:?} was refused: {error:?}"));
        answer["CertificateArn"].as_str().unwrap_or_default().to_owned()
    }
}

pub(super) fn request(state: &mut State, input: &Value) -> Answer {
    let domain = domain_name(input)?;
    check_alternative_names(input)?;
    check_token(input)?;
    if let Some(arn) = earlier_request(state, input) {
        return Ok(json!({ "CertificateArn": arn }));
    }
    let mut names = vec![domain.clone()];
    for name in input["SubjectAlternativeNames"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if !names.iter().any(|present| present == name) {
            names.push(name.to_owned());
        }
    }
    let most = state.acm.most_names.unwrap_or(MOST_NAMES);
    if names.len() > most {
        let why = format!("More than {most} domain names on one certificate");
        return Err(ApiError::new("LimitExceededException", why));
    }
    let key = match input["KeyAlgorithm"].as_str() {
        None => Key::Rsa2048,
        Some(name) => {
            Key::from_acm_name(name).ok_or_else(|| ApiError::constraint("keyAlgorithm", "satisfy enum value set"))?
        }
    };
    let tags = if input["Tags"].is_null() { Vec::new() } else { tags::parse(input)? };
    let ca = input["CertificateAuthorityArn"].as_str().map(str::to_owned);
    check_root_hierarchy(input)?;

    let arn = state.new_certificate_arn();
    let kind = if ca.is_some() { "PRIVATE" } else { "AMAZON_ISSUED" };
    let mut entry = Entry::new(&arn, kind, key, state.now);
    entry.status = "PENDING_VALIDATION".to_owned();
    if ca.is_none() {
        let method = input["ValidationMethod"].as_str().unwrap_or("EMAIL");
        let option = |name: &String| validation(&state.account, name, method, "PENDING_VALIDATION", false);
        entry.validation = names.iter().map(option).collect();
    }
    entry.root_hierarchy = input["RootHierarchyType"].as_str().map(str::to_owned);
    entry.client_auth_only = input["CertificateUsage"] == "CLIENT_AUTH_ONLY";
    entry.domain_name = Some(domain);
    entry.names = names;
    entry.ca_arn = ca;
    entry.tags = tags.into_iter().collect();
    entry.exportable = input["Options"]["Export"] == "ENABLED";
    state.acm.certificates.insert(arn.clone(), entry);
    state.acm.pending.insert(arn.clone(), state.now);
    if let Some(token) = input["IdempotencyToken"].as_str() {
        state.acm.requests.push((token.to_owned(), input.clone(), state.now, arn.clone()));
    }
    Ok(json!({ "CertificateArn": arn }))
}

/// API reference, DomainName: 1 to 253 characters; "the maximum length of the first domain name is 64 octets".
fn domain_name(input: &Value) -> Result<String, ApiError> {
    match input["DomainName"].as_str() {
        Some(name) if !is_domain_name(name) => Err(not_a_domain_name("domainName")),
        Some(name) if name.len() <= 64 => Ok(name.to_owned()),
        Some(_) => Err(ApiError::new(
            "InvalidDomainValidationOptionsException",
            "The first domain name is at most 64 octets long.",
        )),
        None => Err(ApiError::constraint("domainName", "not be null")),
    }
}

fn check_alternative_names(input: &Value) -> Result<(), ApiError> {
    let mut names = input["SubjectAlternativeNames"].as_array().into_iter().flatten().filter_map(Value::as_str);
    if names.all(is_domain_name) { Ok(()) } else { Err(not_a_domain_name("subjectAlternativeNames")) }
}

fn not_a_domain_name(member: &str) -> ApiError {
    ApiError::constraint(
        member,
        r"satisfy regular expression pattern: (\*\.)?(((?!-)[A-Za-z0-9-]{0,62}[A-Za-z0-9])\.)+((?!-)[A-Za-z0-9-]{1,62}[A-Za-z0-9])",
    )
}

/// API reference, DomainName and SubjectAlternativeNames: 1 to 253 characters; at least two labels of letters, digits
/// and inner hyphens, the last one of two characters at least; the first may be an asterisk.
fn is_domain_name(name: &str) -> bool {
    let base = name.strip_prefix("*.").unwrap_or(name);
    let is_label = |label: &str| {
        let inner = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
        (1..=63).contains(&label.len()) && label.bytes().all(inner) && !label.starts_with('-') && !label.ends_with('-')
    };
    let last = base.rsplit_once('.').map(|(_, last)| last);
    name.len() <= 253 && last.is_some_and(|last| last.len() >= 2) && base.split('.').all(is_label)
}

/// API reference, RootHierarchyType: the two values only, not "together with CertificateAuthorityArn", and "must specify
/// a ValidationMethod of DNS"; CertificateUsage: only with it, and CLIENT_AUTH_ONLY "only for N2_AMAZON_MANAGED".
fn check_root_hierarchy(input: &Value) -> Result<(), ApiError> {
    let usage = &input["CertificateUsage"];
    let is_fine = match input["RootHierarchyType"].as_str() {
        None => usage.is_null(),
        Some(_) if !input["CertificateAuthorityArn"].is_null() || input["ValidationMethod"] != "DNS" => false,
        Some("N2_AMAZON_MANAGED") => {
            usage.as_str().is_none_or(|usage| ["CLIENT_AND_SERVER_AUTH", "CLIENT_AUTH_ONLY"].contains(&usage))
        }
        Some("N2_SFG2_AMAZON_MANAGED") => usage.as_str().is_none_or(|usage| usage == "CLIENT_AND_SERVER_AUTH"),
        Some(_) => false,
    };
    if is_fine { Ok(()) } else { Err(ApiError::validation("The request for an Amazon N2 certificate is not valid.")) }
}

/// API reference, IdempotencyToken: 1 to 32 characters, pattern `\w+`.
fn check_token(input: &Value) -> Result<(), ApiError> {
    let Some(token) = input["IdempotencyToken"].as_str() else { return Ok(()) };
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if (1..=32).contains(&token.len()) && token.chars().all(word) {
        return Ok(());
    }
    Err(ApiError::constraint("idempotencyToken", r"satisfy regular expression pattern: \w+"))
}

/// API reference, IdempotencyToken: the same token within an hour means the same request.
fn earlier_request(state: &State, input: &Value) -> Option<String> {
    let token = input["IdempotencyToken"].as_str()?;
    state
        .acm
        .requests
        .iter()
        .rfind(|(known, request, at, _)| {
            known == token && request == input && state.now.duration_since(*at) < TOKEN_LIFETIME
        })
        .map(|(_, _, _, arn)| arn.clone())
}
