//! AWS Private CA.

mod authority;
mod creation;
mod csr;
mod issue;
mod known;
mod misissue;
mod setup;
mod sharing;
mod spec;
mod templates;
mod validity;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::PrivateKey;
use crate::acm::{epoch, without_nulls};
use crate::aws::State;
use crate::calls::{Answer, ApiError};
use crate::connector::not_modelled;
use crate::reading::Facts;
use crate::x509::Rdn;

pub use misissue::Misissue;
pub use setup::PrivateCa;
pub use spec::PrivateCaSpec;

/// The certificate authorities, and what they issued.
#[derive(Debug, Default)]
pub(crate) struct Store {
    authorities: BTreeMap<String, Authority>,
    /// CreateCertificateAuthority's tokens: when, and the ARN.
    created: BTreeMap<String, (Timestamp, String)>,
    issued: BTreeMap<String, Issued>,
    /// Signatures that an import need not verify.
    pub(crate) known: known::Known,
    /// How many GetCertificate calls a certificate takes at least.
    polls: u32,
    misissue: Option<Misissue>,
    sharing: sharing::Store,
}

/// One certificate authority.
#[derive(Debug, Clone)]
struct Authority {
    arn: String,
    status: String,
    /// Its certificate was imported.
    has_certificate: bool,
    subordinate: bool,
    short_lived: bool,
    signing_algorithm: String,
    subject: Vec<Rdn>,
    /// The subject, encoded.
    name: Vec<u8>,
    key: PrivateKey,
    facts: Facts,
    pem: String,
    /// The certificates above it; missing for a root CA.
    chain: Option<String>,
    created_at: Timestamp,
    changed_at: Timestamp,
    /// Until when a deleted CA can be restored.
    restorable_until: Option<Timestamp>,
    key_storage: String,
    /// RevocationConfiguration as it was given.
    revocation: Value,
    tags: BTreeMap<String, String>,
    /// How many certificates it issued.
    issued: usize,
}

impl Authority {
    /// User guide, "CA status": an active CA whose certificate expired is EXPIRED.
    fn status(&self, now: Timestamp) -> &str {
        if self.status == "ACTIVE" && self.facts.not_after < now { "EXPIRED" } else { &self.status }
    }
}

/// One issued certificate.
#[derive(Debug, Clone)]
struct Issued {
    ca_arn: String,
    pem: String,
    chain: Option<String>,
    ready_at: Timestamp,
    polls_left: u32,
    /// The reason, when it was revoked.
    revoked: Option<String>,
    /// The request, for its idempotency token.
    request: Value,
    at: Timestamp,
}

/// Answers one operation.
pub(crate) fn call(state: &mut State, operation: &str, input: &Value) -> Answer {
    match operation {
        "DescribeCertificateAuthority" => describe(state, input),
        "CreateCertificateAuthority" => creation::create(state, input),
        "DeleteCertificateAuthority" => authority::delete(state, input),
        "GetCertificateAuthorityCsr" => authority::csr(state, input),
        "ImportCertificateAuthorityCertificate" => authority::import(state, input),
        "ListCertificateAuthorities" => authority::list(state, input),
        "ListTags" => authority::list_tags(state, input),
        "TagCertificateAuthority" => authority::tag(state, input),
        "RestoreCertificateAuthority" => authority::restore(state, input),
        "ListPermissions" => sharing::permissions(state, input),
        "CreatePermission" => sharing::permit(state, input),
        "DeletePermission" => sharing::withdraw(state, input),
        "GetPolicy" => sharing::policy(state, input),
        "PutPolicy" => sharing::put_policy(state, input),
        "RevokeCertificate" => authority::revoke(state, input),
        "UpdateCertificateAuthority" => authority::update(state, input),
        "IssueCertificate" => issue::issue(state, input),
        "GetCertificate" => get(state, input),
        "GetCertificateAuthorityCertificate" => authority_certificate(state, input),
        other => Err(not_modelled("acm-pca", other)),
    }
}

fn describe(state: &State, input: &Value) -> Answer {
    let ca = authority(state, input)?;
    Ok(json!({ "CertificateAuthority": shown(state, ca) }))
}

/// API reference, CertificateAuthority: serial and validity are those of its certificate.
fn shown(state: &State, ca: &Authority) -> Value {
    let kind = if ca.subordinate { "SUBORDINATE" } else { "ROOT" };
    let usage = if ca.short_lived { "SHORT_LIVED_CERTIFICATE" } else { "GENERAL_PURPOSE" };
    let facts = (ca.status != "PENDING_CERTIFICATE").then_some(&ca.facts);
    without_nulls(json!({
        "Arn": ca.arn,
        "OwnerAccount": state.account,
        "CreatedAt": epoch(ca.created_at),
        "LastStateChangeAt": epoch(ca.changed_at),
        "Type": kind,
        "Serial": facts.map(|facts| facts.serial.clone()),
        "Status": ca.status(state.now),
        "NotBefore": facts.map(|facts| epoch(facts.not_before)),
        "NotAfter": facts.map(|facts| epoch(facts.not_after)),
        "CertificateAuthorityConfiguration": {
            "KeyAlgorithm": ca.key.kind().acm_name(),
            "SigningAlgorithm": ca.signing_algorithm,
            "Subject": setup::asn1_subject(&ca.subject),
        },
        "RestorableUntil": ca.restorable_until.map(epoch),
        "RevocationConfiguration": ca.revocation,
        "KeyStorageSecurityStandard": ca.key_storage,
        "UsageMode": usage,
    }))
}

/// API reference, GetCertificate: RequestInProgressException until the certificate is there. The chain
/// "does not include the certificate", and ends with the root.
fn get(state: &mut State, input: &Value) -> Answer {
    let ca = present(state, input)?;
    let ca_arn = ca.arn.clone();
    let arn = input["CertificateArn"]
        .as_str()
        .ok_or_else(|| ApiError::constraint("certificateArn", "not be null"))?
        .to_owned();
    let now = state.now;
    let issued = state
        .pca
        .issued
        .get_mut(&arn)
        .filter(|issued| issued.ca_arn == ca_arn)
        .ok_or_else(|| ApiError::new("ResourceNotFoundException", format!("Could not find certificate {arn}")))?;
    if now < issued.ready_at || issued.polls_left > 0 {
        issued.polls_left = issued.polls_left.saturating_sub(1);
        return Err(ApiError::new(
            "RequestInProgressException",
            "The request to issue a certificate is still in progress.",
        ));
    }
    Ok(without_nulls(json!({ "Certificate": issued.pem, "CertificateChain": issued.chain })))
}

/// API reference, GetCertificateAuthorityCertificate: no chain for a root CA.
fn authority_certificate(state: &State, input: &Value) -> Answer {
    let ca = present(state, input)?;
    if matches!(ca.status.as_str(), "CREATING" | "PENDING_CERTIFICATE") {
        return Err(ApiError::new("InvalidStateException", "The certificate authority has no certificate."));
    }
    Ok(without_nulls(json!({ "Certificate": ca.pem, "CertificateChain": ca.chain })))
}

fn chain_of(ca: &Authority) -> String {
    format!("{}{}", ca.pem, ca.chain.as_deref().unwrap_or_default())
}

/// The CA of the `CertificateAuthorityArn` member, unless it is deleted: then it answers
/// InvalidStateException to everything but its description and its restoration.
fn present<'a>(state: &'a State, input: &Value) -> Result<&'a Authority, ApiError> {
    match authority(state, input)? {
        ca if ca.status == "DELETED" => Err(ApiError::new(
            "InvalidStateException",
            "The state of the private CA does not allow this action to occur.",
        )),
        ca => Ok(ca),
    }
}

/// The CA of the `CertificateAuthorityArn` member.
fn authority<'a>(state: &'a State, input: &Value) -> Result<&'a Authority, ApiError> {
    let arn = input["CertificateAuthorityArn"]
        .as_str()
        .ok_or_else(|| ApiError::constraint("certificateAuthorityArn", "not be null"))?;
    check_arn(arn)?;
    state.pca.authorities.get(arn).ok_or_else(|| {
        ApiError::new("ResourceNotFoundException", format!("Could not find certificate authority {arn}."))
    })
}

/// API reference, CertificateAuthorityArn: 5 to 200 characters, pattern
/// `arn:[\w+=/,.@-]+:acm-pca:[\w+=/,.@-]*:[0-9]*:[\w+=,.@-]+(/[\w+=,.@-]+)*`.
fn check_arn(arn: &str) -> Result<(), ApiError> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    if !matches!(parts[..], ["arn", _, "acm-pca", _, _, resource] if !resource.is_empty()) {
        return Err(ApiError::constraint("certificateAuthorityArn", "satisfy regular expression pattern"));
    }
    if !parts[5].starts_with("certificate-authority/") {
        return Err(ApiError::new("InvalidArnException", format!("{arn} is not a certificate authority")));
    }
    Ok(())
}
