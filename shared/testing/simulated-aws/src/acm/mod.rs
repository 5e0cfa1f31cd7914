//! AWS Certificate Manager.

mod account;
mod acme_endpoints;
mod building;
mod certificate;
mod describe;
mod entry;
mod history;
mod import;
mod import_quotas;
mod list;
mod renew;
mod renewal;
mod request;
mod search;
mod setup;
mod signing;
mod spec;
mod tag_history;
mod tags;
mod update;
mod validation;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::Key;
use crate::aws::State;
use crate::calls::{Answer, ApiError};
use crate::connector::not_modelled;

pub use certificate::Certificate;
use entry::Entry;
pub(crate) use signing::serial_number;
pub use spec::CertificateSpec;
pub(crate) use tags::{tag_list, tagged};

/// The certificates, by ARN. ARNs grow, so this is the order of creation.
#[derive(Debug, Default)]
pub(crate) struct Store {
    certificates: BTreeMap<String, Entry>,
    /// RequestCertificate's tokens: what was asked, when, and the ARN.
    requests: Vec<(String, Value, Timestamp, String)>,
    /// Requested certificates that are not issued yet: when they were requested.
    pending: BTreeMap<String, Timestamp>,
    /// Issued certificates whose validation method changes.
    updates: BTreeSet<String>,
    /// Issued certificates that ACM tries to renew.
    renewals: BTreeSet<String>,
    /// Renewals that RenewCertificate asked for, and when.
    renewals_asked: BTreeMap<String, Timestamp>,
    /// How long before expiry ACM starts to renew; `None` for never.
    renews_before: Option<SignedDuration>,
    /// When the model checks again which renewals are due.
    next_look: Timestamp,
    imports: import_quotas::Imports,
    /// Domain names per certificate; `None` for the usual quota.
    most_names: Option<usize>,
    /// The endpoint is older than Amazon N2 certificates.
    before_n2: bool,
    acme_endpoints: Vec<acme_endpoints::Endpoint>,
    /// Of the account configuration; `None` until it is set.
    expiry_days: Option<u64>,
}

/// Makes an answer's `KeyAlgorithm`. DescribeCertificate and ListCertificates spell `RSA-2048`, where requests and the
/// service model spell `RSA_2048` (recorded from AWS: LocalStack's `tests/aws/services/acm/test_acm.snapshot.json`,
/// test_certificate_for_subdomain_wildcard, 2023-04-18). How lists spell elliptic curves is unverified.
fn shown_algorithm(key: Key) -> String {
    key.acm_name().replace("RSA_", "RSA-")
}

/// Brings requested certificates, changes of the validation method and renewals up to the clock's now.
fn settle(state: &mut State) {
    validation::settle(state);
    update::settle(state);
    renew::settle(state);
    renewal::settle(state);
}

/// Whether the account has certificates in the Region.
pub(crate) fn has_certificates(state: &State) -> bool {
    !state.acm.certificates.is_empty()
}

/// Each certificate with each resource that uses it, and when the certificate was made.
pub(crate) fn uses(state: &State) -> impl Iterator<Item = (&str, &str, Timestamp)> {
    state.acm.certificates.values().flat_map(|entry| {
        entry.in_use_by.iter().map(move |resource| (entry.arn.as_str(), resource.as_str(), entry.created_at))
    })
}

/// Answers one operation.
pub(crate) fn call(state: &mut State, operation: &str, input: &Value) -> Answer {
    settle(state);
    match operation {
        "ListCertificates" => list::list(state, input),
        "SearchCertificates" => search::search(state, input),
        "ListAcmeEndpoints" => acme_endpoints::list(state, input),
        "ListAcmeExternalAccountBindings" => acme_endpoints::list_bindings(state, input),
        "ListAcmeAccounts" => acme_endpoints::list_accounts(state, input),
        "DescribeCertificate" => describe::describe(state, input),
        "GetCertificate" => describe::get(state, input),
        "ImportCertificate" => import::import(state, input),
        "RequestCertificate" => request::request(state, input),
        "DeleteCertificate" => delete(state, input),
        "ListCertificateDomainValidations" => update::list(state, input),
        "ListTagsForCertificate" => tags::list(state, input),
        "AddTagsToCertificate" => tags::add(state, input),
        "RemoveTagsFromCertificate" => tags::remove(state, input),
        "RenewCertificate" => renew::renew(state, input),
        "UpdateCertificateOptions" => update::update_options(state, input),
        "GetAccountConfiguration" => Ok(account::configuration(state)),
        "PutAccountConfiguration" => account::configure(state, input),
        other => Err(not_modelled("acm", other)),
    }
}

/// API reference, DeleteCertificate: refused with ResourceInUseException while a service uses it.
fn delete(state: &mut State, input: &Value) -> Answer {
    let arn = certificate_arn(state, input)?;
    if !find(state, &arn)?.in_use_by.is_empty() {
        return Err(ApiError::new(
            "ResourceInUseException",
            format!("Certificate {arn} in account {} is in use.", state.account),
        ));
    }
    state.acm.certificates.remove(&arn);
    Ok(json!({}))
}

/// The `CertificateArn` member, checked.
fn certificate_arn(state: &State, input: &Value) -> Result<String, ApiError> {
    match input["CertificateArn"].as_str() {
        Some(arn) => check_arn(state, arn).map(|()| arn.to_owned()),
        None => Err(ApiError::constraint("certificateArn", "not be null")),
    }
}

/// API reference, CertificateArn: length 20 to 2048, pattern `arn:[\w+=/,.@-]+:acm:[\w+=/,.@-]*:[0-9]+:...`.
/// Which error another kind of resource, account or Region gets is unverified.
fn check_arn(state: &State, arn: &str) -> Result<(), ApiError> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let well_formed = (20..=2048).contains(&arn.len())
        && matches!(parts[..], ["arn", partition, "acm", _, account, resource]
            if !partition.is_empty()
                && !account.is_empty()
                && account.bytes().all(|b| b.is_ascii_digit())
                && !resource.is_empty());
    if !well_formed {
        return Err(ApiError::constraint(
            "certificateArn",
            r"satisfy regular expression pattern: arn:[\w+=/,.@-]+:acm:[\w+=/,.@-]*:[0-9]+:[\w+=,.@-]+(/[\w+=,.@-]+)*",
        ));
    }
    if !parts[5].starts_with("certificate/") {
        return Err(ApiError::new("InvalidArnException", format!("{arn} is not a certificate")));
    }
    if parts[4] != state.account {
        return Err(ApiError::new(
            "AccessDeniedException",
            format!("User is not authorized to access certificate {arn}"),
        ));
    }
    Ok(())
}

fn find<'a>(state: &'a State, arn: &str) -> Result<&'a Entry, ApiError> {
    state.acm.certificates.get(arn).ok_or_else(|| not_found(state, arn))
}

fn find_mut<'a>(state: &'a mut State, arn: &str) -> Result<&'a mut Entry, ApiError> {
    let missing = not_found(state, arn);
    state.acm.certificates.get_mut(arn).ok_or(missing)
}

/// "ResourceNotFoundException: The specified certificate cannot be found in the caller's account".
fn not_found(state: &State, arn: &str) -> ApiError {
    ApiError::new(
        "ResourceNotFoundException",
        format!("Could not find certificate {arn} in account {}.", state.account),
    )
}

/// A timestamp of the JSON protocol: seconds since 1970.
pub(crate) fn epoch(at: Timestamp) -> Value {
    match at.as_millisecond() {
        ms if ms % 1000 == 0 => json!(ms / 1000),
        #[allow(clippy::cast_precision_loss, reason = "milliseconds of this era fit into 53 bits")]
        ms => json!(ms as f64 / 1000.0),
    }
}

/// An object of those members that are there. Other than `json!` it makes no copies.
pub(crate) fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    members
        .into_iter()
        .filter(|(_, member)| !member.is_null())
        .map(|(name, member)| (name.to_owned(), member))
        .collect()
}

/// Services leave missing members out.
pub(crate) fn without_nulls(mut value: Value) -> Value {
    if let Some(members) = value.as_object_mut() {
        members.retain(|_, member| !member.is_null());
    }
    value
}
