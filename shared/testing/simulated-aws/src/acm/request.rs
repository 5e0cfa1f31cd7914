//! RequestCertificate. What follows is in `validation`.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::validation::validation;
use super::{Entry, tags};
use crate::aws::State;
use crate::calls::{Answer, ApiError};
use crate::{Aws, Key, parameters};

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
        let mut input = json!({ "DomainName": first, "ValidationMethod": "DNS", "KeyAlgorithm": "EC_prime256v1" });
        if !others.is_empty() {
            input["SubjectAlternativeNames"] = json!(others);
        }
        if !tags.is_empty() {
            input["Tags"] = tags.into();
        }
        let answer = parameters::check_named("acm", "RequestCertificate", &input)
            .and_then(|()| request(&mut self.state(), &input));
        let answer = answer.unwrap_or_else(|error| panic!("the request for {names:?} was refused: {error:?}"));
        answer["CertificateArn"].as_str().unwrap_or_default().to_owned()
    }
}

pub(super) fn request(state: &mut State, input: &Value) -> Answer {
    let domain = first_name(input)?;
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
    let key = key(input)?;
    check_validation_domains(input, &names)?;
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
    entry.keep_tags(state.now, state.tagging_delay);
    entry.tags = tags.into_iter().collect();
    entry.exportable = input["Options"]["Export"] == "ENABLED";
    state.acm.certificates.insert(arn.clone(), entry);
    state.acm.pending.insert(arn.clone(), state.now);
    if let Some(token) = input["IdempotencyToken"].as_str() {
        state.acm.requests.push((token.to_owned(), input.clone(), state.now, arn.clone()));
    }
    Ok(json!({ "CertificateArn": arn }))
}

/// API reference, DomainName: "the maximum length of the first domain name is 64 octets".
fn first_name(input: &Value) -> Result<String, ApiError> {
    match input["DomainName"].as_str().unwrap_or_default() {
        name if name.len() <= 64 => Ok(name.to_owned()),
        _ => Err(ApiError::new(
            "InvalidDomainValidationOptionsException",
            "The first domain name is at most 64 octets long.",
        )),
    }
}

/// User guide, "Characteristics": ACM requests certificates of RSA 2048, P-256 and P-384, private ones of all that its
/// models list. The error is unverified.
fn key(input: &Value) -> Result<Key, ApiError> {
    let name = input["KeyAlgorithm"].as_str().unwrap_or("RSA_2048");
    let is_private = !input["CertificateAuthorityArn"].is_null();
    let key = Key::from_acm_name(name).filter(|key| is_private || matches!(key, Key::Rsa2048 | Key::P256 | Key::P384));
    key.ok_or_else(|| {
        ApiError::validation(format!("Key algorithm {name} is not supported for requested certificates."))
    })
}

/// API reference, DomainValidationOption: "DomainName: A fully qualified domain name in the certificate request";
/// ValidationDomain "must be the same as the DomainName value or a superdomain". Only e-mail validation reads it.
fn check_validation_domains(input: &Value, names: &[String]) -> Result<(), ApiError> {
    let text = |option: &Value, member: &str| option[member].as_str().unwrap_or_default().to_ascii_lowercase();
    let is_fine = |option: &Value| {
        let (name, above) = (text(option, "DomainName"), text(option, "ValidationDomain"));
        let is_above = name == above || name.ends_with(&format!(".{above}"));
        is_above && names.iter().any(|one| one.eq_ignore_ascii_case(&name))
    };
    if input["DomainValidationOptions"].as_array().into_iter().flatten().all(is_fine) {
        return Ok(());
    }
    Err(ApiError::new(
        "InvalidDomainValidationOptionsException",
        "One or more values in the DomainValidationOption structure is incorrect.",
    ))
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
