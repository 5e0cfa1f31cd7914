//! ImportCertificate, first import and re-import.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Entry, check_arn, find, find_mut, import_quotas, tags};
use crate::aws::State;
use crate::calls::{Answer, ApiError, decode_blob};
use crate::reading::{Facts, is_issued_by, pem_certificates, read};
use crate::{Key, PrivateKey};

/// API reference, ImportCertificate: the length constraints of its blobs.
const LARGEST_CERTIFICATE: usize = 32_768;
const LARGEST_KEY: usize = 5_120;
const LARGEST_CHAIN: usize = 2_097_152;

/// A request that passed the checks of its own.
struct Import {
    pem: String,
    chain: Option<String>,
    private_key: PrivateKey,
    facts: Facts,
}

pub(super) fn import(state: &mut State, input: &Value) -> Answer {
    let arn = input["CertificateArn"].as_str().map(str::to_owned);
    if let Some(arn) = &arn {
        check_arn(state, arn)?;
        refuse_tags_on_reimport(input)?;
    }
    let request = check_request(state, input)?;
    let arn = match arn {
        Some(arn) => reimport(state, arn, request)?,
        None => create(state, input, request)?,
    };
    import_quotas::count(state);
    Ok(json!({ "CertificateArn": arn }))
}

/// User guide, "Reimporting a certificate": "You cannot apply resource tags when reimporting". An empty
/// list is refused as well (aws-controllers-k8s/community#3018); the text is AWS's own.
fn refuse_tags_on_reimport(input: &Value) -> Result<(), ApiError> {
    if input["Tags"].is_null() {
        return Ok(());
    }
    Err(ApiError::validation("Tagging is not permitted on re-import."))
}

fn check_request(state: &State, input: &Value) -> Result<Import, ApiError> {
    let certificate = blob(input, "Certificate", LARGEST_CERTIFICATE)?
        .ok_or_else(|| ApiError::constraint("certificate", "not be null"))?;
    let key =
        blob(input, "PrivateKey", LARGEST_KEY)?.ok_or_else(|| ApiError::constraint("privateKey", "not be null"))?;
    let chain = blob(input, "CertificateChain", LARGEST_CHAIN)?;

    let leaf = one_certificate(&certificate)?;
    let facts = read(&leaf).map_err(|error| ApiError::validation(format!("The certificate is not valid: {error}")))?;
    check_end_entity(&facts)?;
    check_has_a_name(&facts)?;
    check_valid_now(state, &facts)?;
    let private_key = PrivateKey::from_pem(&key)
        .map_err(|error| ApiError::validation(format!("The private key is not supported: {error}")))?;
    check_key_matches(&private_key, &facts)?;
    if let Some(chain) = &chain {
        check_chain(state, &leaf, chain)?;
    }
    Ok(Import { pem: text(certificate), chain: chain.map(text), private_key, facts })
}

fn blob(input: &Value, member: &str, largest: usize) -> Result<Option<Vec<u8>>, ApiError> {
    let Some(given) = input[member].as_str() else { return Ok(None) };
    let bytes = decode_blob(given).ok_or_else(|| ApiError::new("SerializationException", "not base64"))?;
    if bytes.is_empty() || bytes.len() > largest {
        return Err(ApiError::constraint(member, &format!("have length between 1 and {largest}")));
    }
    Ok(Some(bytes))
}

fn text(pem: Vec<u8>) -> String {
    String::from_utf8_lossy(&pem).into_owned()
}

/// The text is AWS's own (hashicorp/terraform-provider-aws#19400).
fn one_certificate(pem: &[u8]) -> Result<Vec<u8>, ApiError> {
    let mut found = pem_certificates(pem)
        .map_err(|error| ApiError::validation(format!("The certificate body is not PEM: {error}")))?;
    match found.len() {
        1 => Ok(found.remove(0)),
        0 => Err(ApiError::validation("The certificate field contains no PEM certificate.")),
        _ => Err(ApiError::validation(
            "The certificate field contains more than one certificate. You can specify only one certificate in this field.",
        )),
    }
}

/// User guide, "Prerequisites for importing": "a SSL/TLS X.509 version 3 certificate" of a website; it may
/// be self-signed, and those that `openssl req -x509` makes say CA:TRUE. That the certificate of a CA below
/// another one is refused is unverified.
fn check_end_entity(facts: &Facts) -> Result<(), ApiError> {
    if facts.is_ca && facts.subject != facts.issuer {
        return Err(ApiError::validation("The certificate is a certificate authority's."));
    }
    Ok(())
}

/// User guide, "Prerequisites for importing": "It must contain a public key, the fully qualified domain
/// name (FQDN) or IP address for your website".
fn check_has_a_name(facts: &Facts) -> Result<(), ApiError> {
    if facts.all_names().is_empty() {
        return Err(ApiError::validation("The certificate has no domain name and no IP address."));
    }
    Ok(())
}

/// User guide, "Prerequisites for importing": "A certificate must be valid at the time of import".
fn check_valid_now(state: &State, facts: &Facts) -> Result<(), ApiError> {
    if state.now < facts.not_before {
        return Err(ApiError::validation("The certificate is not in effect until later."));
    }
    if state.now > facts.not_after {
        return Err(ApiError::validation("The certificate has expired."));
    }
    Ok(())
}

/// API reference, ImportCertificate: "The private key must match the public key in the certificate".
fn check_key_matches(key: &PrivateKey, facts: &Facts) -> Result<(), ApiError> {
    if key.kind() != facts.key || key.public_key() != facts.public_key {
        return Err(ApiError::validation("The private key does not match the certificate."));
    }
    Ok(())
}

/// User guide, "Certificate and key format for importing": "each certificate must directly certify the
/// one preceding" in the chain, which starts with the issuer of the certificate.
fn check_chain(state: &State, leaf: &[u8], pem: &[u8]) -> Result<(), ApiError> {
    let wrong = |why: String| {
        ApiError::validation(format!("Could not validate the certificate with the certificate chain: {why}"))
    };
    let chain = pem_certificates(pem).map_err(wrong)?;
    if chain.is_empty() {
        return Err(wrong("no certificate in it".to_owned()));
    }
    let mut below = leaf;
    for (place, issuer) in chain.iter().enumerate() {
        if !state.pca.known.is_signed(below, issuer) && !is_issued_by(below, issuer) {
            return Err(wrong(format!("certificate {} does not certify the one before it", place + 1)));
        }
        below = issuer;
    }
    Ok(())
}

/// User guide, "Reimporting a certificate": its conditions, one function each. Its sentence "You cannot remove all of
/// the domain names" does not hold for names that others take the place of: terraform-provider-aws's acceptance tests,
/// which run on AWS, import a certificate of another domain under the same ARN (TestAccACMCertificate_Imported_domainName
/// and ..._ReimportWithTags). A certificate without any name is refused as in every import.
fn check_reimport(present: &Entry, request: &Import) -> Result<(), ApiError> {
    check_was_imported(present)?;
    let Some(old) = &present.facts else { return Ok(()) };
    let new = &request.facts;
    check_same_key_type(old, new)?;
    check_key_usages_remain(old, new)?;
    check_extended_key_usages_remain(old, new)
}

/// API reference, ImportCertificate, CertificateArn: "The ARN of an imported certificate to replace".
fn check_was_imported(present: &Entry) -> Result<(), ApiError> {
    if present.kind == "IMPORTED" {
        return Ok(());
    }
    Err(ApiError::validation(format!("Certificate {} is not an imported certificate.", present.arn)))
}

/// "The key type and size cannot be changed."
fn check_same_key_type(old: &Facts, new: &Facts) -> Result<(), ApiError> {
    if old.key == new.key {
        return Ok(());
    }
    Err(ApiError::validation(format!(
        "The key type and size cannot be changed on re-import: {} to {}.",
        old.key.acm_name(),
        new.key.acm_name()
    )))
}

/// "If Key Usage extensions are present in the originally imported certificate, you can add new extension
/// values, but you cannot remove existing values", except keyEncipherment of an ECDSA certificate.
fn check_key_usages_remain(old: &Facts, new: &Facts) -> Result<(), ApiError> {
    let ecdsa = matches!(old.key, Key::P256 | Key::P384 | Key::P521);
    let lost: Vec<_> = old
        .key_usages
        .iter()
        .filter(|usage| !new.key_usages.contains(usage))
        .filter(|usage| !(ecdsa && *usage == "KEY_ENCIPHERMENT"))
        .collect();
    if lost.is_empty() {
        return Ok(());
    }
    Err(ApiError::validation(format!("You cannot remove existing key usage values: {lost:?}.")))
}

/// "If Extended Key Usage extensions are present in the originally imported certificate, you can add new
/// extension values, but you cannot remove existing values", except ClientAuth ("Import certificates").
fn check_extended_key_usages_remain(old: &Facts, new: &Facts) -> Result<(), ApiError> {
    let kept: BTreeSet<_> = new.extended_key_usages.iter().map(|(_, oid)| oid).collect();
    let lost: Vec<_> = old
        .extended_key_usages
        .iter()
        .filter(|(name, oid)| !kept.contains(oid) && name != "TLS_WEB_CLIENT_AUTHENTICATION")
        .map(|(name, _)| name)
        .collect();
    if lost.is_empty() {
        return Ok(());
    }
    Err(ApiError::validation(format!("You cannot remove existing extended key usage values: {lost:?}.")))
}

fn reimport(state: &mut State, arn: String, request: Import) -> Result<String, ApiError> {
    check_reimport(find(state, &arn)?, &request)?;
    import_quotas::check_year(state)?;
    let now = state.now;
    let present = find_mut(state, &arn)?;
    replace(present, request);
    present.imported_at = Some(now);
    Ok(arn)
}

/// User guide, "Reimporting a certificate": the ARN, the associations and the tags stay.
fn replace(present: &mut Entry, request: Import) {
    present.apply(request.facts);
    present.pem = Some(request.pem);
    present.chain = request.chain;
    present.private_key = Some(request.private_key);
    present.status = "ISSUED".to_owned();
}

fn create(state: &mut State, input: &Value, request: Import) -> Result<String, ApiError> {
    let tags = if input["Tags"].is_null() { Vec::new() } else { tags::parse(input)? };
    import_quotas::check_present(state)?;
    import_quotas::check_year(state)?;
    let arn = state.new_certificate_arn();
    let mut entry = Entry::new(&arn, "IMPORTED", request.facts.key, state.now);
    entry.imported_at = Some(state.now);
    entry.keep_tags(state.now, state.tagging_delay);
    entry.tags = tags.into_iter().collect();
    replace(&mut entry, request);
    state.acm.certificates.insert(arn.clone(), entry);
    Ok(arn)
}
