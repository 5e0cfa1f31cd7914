//! CreateCertificateAuthority.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::Authority;
use super::authority::PENDING;
use super::setup::self_signed;
use crate::aws::State;
use crate::calls::{Answer, ApiError};
use crate::x509::{self, Rdn};
use crate::{Key, PrivateKey};

/// API reference, CreateCertificateAuthority, KeyStorageSecurityStandard.
pub(super) const DEFAULT_KEY_STORAGE: &str = "FIPS_140_2_LEVEL_3_OR_HIGHER";
/// API reference, CreateCertificateAuthority, IdempotencyToken: "Idempotency tokens for CreateCertificateAuthority time out
/// after five minutes".
const TOKEN_LIFETIME: SignedDuration = SignedDuration::from_mins(5);
/// Keys of this slot on are for private CAs.
const FIRST_SLOT: u8 = 16;

/// A key that no other CA has: by its key, and not by its name, an issuer is known.
pub(super) fn key_of_its_own(state: &State, kind: Key) -> PrivateKey {
    let slot = u8::try_from(state.pca.authorities.len() % 200).unwrap_or_default();
    PrivateKey::cached(kind, FIRST_SLOT + slot)
}

/// API reference, CreateCertificateAuthority. The CA waits for its certificate (PENDING_CERTIFICATE).
pub(super) fn create(state: &mut State, input: &Value) -> Answer {
    if let Some(arn) = created_earlier(state, input) {
        return Ok(json!({ "CertificateAuthorityArn": arn }));
    }
    let configuration = &input["CertificateAuthorityConfiguration"];
    let algorithm = configuration["KeyAlgorithm"].as_str().unwrap_or_default();
    let key = Key::from_acm_name(algorithm)
        .filter(|key| *key != Key::Rsa1024)
        .ok_or_else(|| ApiError::constraint("keyAlgorithm", "satisfy enum value set"))?;
    let signing = configuration["SigningAlgorithm"].as_str().unwrap_or_default();
    let family = if key.is_rsa() { "RSA" } else { "ECDSA" };
    if !signing.ends_with(&format!("WITH{family}")) {
        return Err(ApiError::new("InvalidArgsException", "The signing algorithm does not fit the key algorithm"));
    }
    let subordinate = match input["CertificateAuthorityType"].as_str() {
        Some("ROOT") => false,
        Some("SUBORDINATE") => true,
        _ => return Err(ApiError::constraint("certificateAuthorityType", "satisfy enum value set")),
    };
    let subject = subject(&configuration["Subject"]);
    if subject.is_empty() {
        return Err(ApiError::new("InvalidArgsException", "The subject has no modelled attribute"));
    }
    let id = state.next_uuid();
    let arn = state.arn("acm-pca", &format!("certificate-authority/{id}"));
    let key = key_of_its_own(state, key);
    let end = state.now + SignedDuration::from_hours(24);
    // Not shown to anybody while the CA waits for its certificate.
    let (facts, pem) = self_signed(state, &subject, &key, end);
    let authority = Authority {
        arn: arn.clone(),
        status: PENDING.to_owned(),
        has_certificate: false,
        subordinate,
        short_lived: input["UsageMode"] == "SHORT_LIVED_CERTIFICATE",
        signing_algorithm: signing.to_owned(),
        name: x509::name(&subject),
        subject,
        key,
        facts,
        pem,
        chain: None,
        created_at: state.now,
        changed_at: state.now,
        restorable_until: None,
        key_storage: input["KeyStorageSecurityStandard"].as_str().unwrap_or(DEFAULT_KEY_STORAGE).to_owned(),
        revocation: revocation(&input["RevocationConfiguration"]),
        tags: tags(&input["Tags"]),
        issued: 0,
    };
    state.pca.authorities.insert(arn.clone(), authority);
    if let Some(token) = input["IdempotencyToken"].as_str() {
        state.pca.created.insert(token.to_owned(), (state.now, arn.clone()));
    }
    Ok(json!({ "CertificateAuthorityArn": arn }))
}

/// API reference, CreateCertificateAuthority, IdempotencyToken: the same within five minutes, and "AWS Private CA
/// recognizes that you are requesting only one certificate authority". That the token alone decides is unverified.
fn created_earlier(state: &State, input: &Value) -> Option<String> {
    let (at, arn) = state.pca.created.get(input["IdempotencyToken"].as_str()?)?;
    (state.now.duration_since(*at) < TOKEN_LIFETIME).then(|| arn.clone())
}

/// What a description says of a CA that has neither. Whether AWS adds members that were not given, such as
/// S3ObjectAcl with its default, is unverified: they stay away here.
pub(super) fn revocation(given: &Value) -> Value {
    let none = json!({ "Enabled": false });
    let part = |member: &str| if given[member].is_null() { none.clone() } else { given[member].clone() };
    json!({ "CrlConfiguration": part("CrlConfiguration"), "OcspConfiguration": part("OcspConfiguration") })
}

/// API reference, ASN1Subject, in the order that X.500 directories use.
fn subject(given: &Value) -> Vec<Rdn> {
    let known = [
        ("C", "Country"),
        ("ST", "State"),
        ("L", "Locality"),
        ("O", "Organization"),
        ("OU", "OrganizationalUnit"),
        ("CN", "CommonName"),
    ];
    let attributes: Vec<_> =
        known.iter().filter_map(|(kind, member)| Some((*kind, given[*member].as_str()?))).collect();
    x509::rdns(&attributes)
}

pub(super) fn tags(list: &Value) -> BTreeMap<String, String> {
    let text = |tag: &Value, member: &str| tag[member].as_str().unwrap_or_default().to_owned();
    list.as_array().into_iter().flatten().map(|tag| (text(tag, "Key"), text(tag, "Value"))).collect()
}
