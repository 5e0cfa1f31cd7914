//! AWS KMS: the AWS managed key of ACM and the grants on it. ACM user guide, "Security for certificate private keys": the
//! first certificate of an account and Region makes the key `aws/acm`, and each service that uses a certificate gets a grant
//! to decrypt its private key.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::acm::{epoch, without_nulls};
use crate::aws::State;
use crate::calls::{Answer, ApiError};
use crate::connector::not_modelled;
use crate::{Aws, acm, md5};

const ALIAS: &str = "alias/aws/acm";
/// An alias that AWS made and that has no key yet, as there are some in every account.
const WITHOUT_KEY: &str = "alias/aws/ebs";
/// API reference, ListAliases and ListGrants, Limit: "a value between 1 and 100, inclusive. If you do not include a value, it defaults to 50."
const USUAL_PAGE: usize = 50;
const LARGEST_PAGE: usize = 100;

/// What differs from the grants of ACM's InUseBy.
#[derive(Debug, Default)]
pub(crate) struct Store {
    added: BTreeMap<String, Grant>,
    removed: BTreeSet<String>,
    has_key: bool,
}

#[derive(Debug, Clone)]
struct Grant {
    certificate: String,
    resource: String,
    created_at: Timestamp,
}

impl Aws {
    /// A service has a grant for a certificate's key, on behalf of a resource, beside the grants that there are for ACM's
    /// InUseBy. Gives the grant's id.
    pub fn add_grant(&self, certificate_arn: &str, resource_arn: &str) -> String {
        let mut state = self.state();
        let (certificate, resource) = (certificate_arn.to_owned(), resource_arn.to_owned());
        let grant = Grant { certificate, resource, created_at: state.now };
        let id = id_of(certificate_arn, resource_arn);
        state.kms.removed.remove(&id);
        state.kms.has_key = true;
        state.kms.added.insert(id.clone(), grant);
        id
    }

    /// Somebody revokes a grant, of whatever origin: the service loses access to the key when it loads it next.
    ///
    /// # Panics
    /// When there is no such grant.
    pub fn revoke_grant(&self, grant_id: &str) {
        let mut state = self.state();
        assert!(grants(&state).contains_key(grant_id), "there is no grant {grant_id}");
        state.kms.added.remove(grant_id);
        state.kms.removed.insert(grant_id.to_owned());
    }

    /// The ids of the grants for a certificate, by the resource that each is for.
    pub fn grants(&self, certificate_arn: &str) -> BTreeMap<String, String> {
        let all = grants(&self.state());
        all.into_iter().filter(|(_, it)| it.certificate == certificate_arn).map(|(id, it)| (it.resource, id)).collect()
    }

    /// The ARN of the AWS managed key `aws/acm` of this account and Region.
    pub fn acm_key_arn(&self) -> String {
        key_arn(&self.state())
    }
}

/// Answers one operation.
pub(crate) fn call(state: &mut State, operation: &str, input: &Value) -> Answer {
    match operation {
        "DescribeKey" => describe(state, input),
        "ListAliases" => list_aliases(state, input),
        "ListGrants" => list(state, input),
        other => Err(not_modelled("kms", other)),
    }
}

fn has_key(state: &State) -> bool {
    state.kms.has_key || acm::has_certificates(state)
}

fn key_id(state: &State) -> String {
    let digest = md5::hex(format!("{} {}", state.account, state.region).as_bytes());
    let part = |from, to| digest.get(from..to).unwrap_or_default();
    format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
}

fn key_arn(state: &State) -> String {
    state.arn("kms", &format!("key/{}", key_id(state)))
}

/// API reference, ListAliases: "aliases that have no TargetKeyId field ... are predefined aliases that AWS has created but
/// has not yet associated with a KMS key". With a KeyId, those of that key.
fn list_aliases(state: &State, input: &Value) -> Answer {
    let asked = input["KeyId"].as_str();
    if asked.is_some_and(|asked| !has_key(state) || !is_key(state, asked)) {
        return Err(not_found(state, asked.unwrap_or_default()));
    }
    let key = Some(key_id(state)).filter(|_| has_key(state));
    let all = [(ALIAS, key), (WITHOUT_KEY, None)].into_iter().filter(|(_, key)| asked.is_none() || key.is_some());
    let shown = all.map(|(name, key)| {
        without_nulls(json!({ "AliasName": name, "AliasArn": state.arn("kms", name), "TargetKeyId": key }))
    });
    Ok(json!({ "Aliases": shown.collect::<Vec<_>>(), "Truncated": false }))
}

/// API reference, DescribeKey: "If you specify a predefined AWS alias (an AWS alias with no key ID), KMS associates the alias
/// with an AWS managed key".
fn describe(state: &mut State, input: &Value) -> Answer {
    let asked = input["KeyId"].as_str().unwrap_or_default();
    let alias_arn = state.arn("kms", ALIAS);
    let is_alias = asked == ALIAS || asked == alias_arn;
    state.kms.has_key |= is_alias;
    if !has_key(state) || !(is_alias || is_key(state, asked)) {
        return Err(not_found(state, asked));
    }
    Ok(json!({ "KeyMetadata": {
        "AWSAccountId": state.account,
        "Arn": key_arn(state),
        "KeyId": key_id(state),
        "Description": "Default key that protects my ACM private keys when no other key is defined",
        "Enabled": true,
        "KeyManager": "AWS",
        "KeySpec": "SYMMETRIC_DEFAULT",
        "KeyState": "Enabled",
        "KeyUsage": "ENCRYPT_DECRYPT",
        "MultiRegion": false,
        "Origin": "AWS_KMS",
    }}))
}

fn is_key(state: &State, asked: &str) -> bool {
    asked == key_id(state) || asked == key_arn(state)
}

/// Texts of NotFoundException: of an alias in cloudposse/docs#152; of keys unverified.
fn not_found(state: &State, asked: &str) -> ApiError {
    let why = match asked.strip_prefix("alias/") {
        Some(_) => format!("Alias {} is not found.", state.arn("kms", asked)),
        None if asked.contains(":alias/") => format!("Alias {asked} is not found."),
        None if asked.starts_with("arn:") => format!("Key '{asked}' does not exist"),
        None => format!("Key '{}' does not exist", state.arn("kms", &format!("key/{asked}"))),
    };
    ApiError::new("NotFoundException", why)
}

/// API reference, ListGrants, KeyId: "the key ID or key ARN". An alias is not one: "Invalid keyId alias/aws/sqs" is
/// the text for an alias in place of a key in mondoohq/mql#10108.
fn list(state: &State, input: &Value) -> Answer {
    let asked = input["KeyId"].as_str().unwrap_or_default();
    if asked.contains("alias/") {
        return Err(ApiError::new("NotFoundException", format!("Invalid keyId {asked}")));
    }
    if !has_key(state) || !is_key(state, asked) {
        return Err(not_found(state, asked));
    }
    let limit = input["Limit"].as_u64().and_then(|limit| usize::try_from(limit).ok());
    let limit = limit.unwrap_or(USUAL_PAGE).min(LARGEST_PAGE);
    let after = input["Marker"].as_str().map(id_at).transpose()?;
    let is_next = |id: &str| after.as_deref().is_none_or(|after| id > after);
    let is_asked = |id: &str| input["GrantId"].as_str().is_none_or(|asked| asked == id);
    let mut rest = grants(state).into_iter().filter(|(id, _)| is_next(id) && is_asked(id)).peekable();
    let page: Vec<_> = rest.by_ref().take(limit).collect();
    let marker = rest.peek().and(page.last()).map(|(id, _)| aws_smithy_types::base64::encode(id));
    let mut answer = json!({ "Truncated": marker.is_some() });
    answer["Grants"] = page.iter().map(|(id, grant)| shown(state, id, grant)).collect();
    if let Some(marker) = marker {
        answer["NextMarker"] = json!(marker);
    }
    Ok(answer)
}

fn id_at(marker: &str) -> Result<String, ApiError> {
    let id = aws_smithy_types::base64::decode(marker).ok().and_then(|id| String::from_utf8(id).ok());
    id.ok_or_else(|| ApiError::new("InvalidMarkerException", "Could not decode the marker."))
}

/// Of resources in the account, as InUseBy has them, and those that were added. InUseBy of a resource that AWS owns is of
/// another account; the grant behind it names the customer's own resource, which nothing here knows.
fn grants(state: &State) -> BTreeMap<String, Grant> {
    let owner = format!(":{}:", state.account);
    let mut all: BTreeMap<_, _> = acm::uses(state)
        .filter(|(_, resource, _)| resource.contains(&owner))
        .map(|(certificate, resource, created_at)| {
            let grant = Grant { certificate: certificate.to_owned(), resource: resource.to_owned(), created_at };
            (id_of(certificate, resource), grant)
        })
        .collect();
    all.extend(state.kms.added.iter().map(|(id, grant)| (id.clone(), grant.clone())));
    all.retain(|id, _| !state.kms.removed.contains(id));
    all
}

fn id_of(certificate: &str, resource: &str) -> String {
    let half = |text: String| md5::hex(text.as_bytes());
    half(format!("{certificate} {resource}")) + &half(format!("{resource} {certificate}"))
}

/// VPC Lattice user guide, "Data protection", has a grant of ListGrants: its name, operation, retiring principal and both
/// members of its encryption context. That other services' grants are the same, with `aws:SERVICE:arn` as that
/// of Decrypt in CloudTrail has it for elasticloadbalancing and cloudfront, is unverified.
fn shown(state: &State, id: &str, grant: &Grant) -> Value {
    let service = grant.resource.split(':').nth(2).unwrap_or_default();
    let grantee = match service {
        "apigateway" | "vpc-lattice" => "tlsconnectionmanager.amazonaws.com".to_owned(),
        service => format!("{service}.amazonaws.com"),
    };
    let mut context = json!({ "aws:acm:arn": grant.certificate });
    context[format!("aws:{service}:arn")] = json!(grant.resource);
    json!({
        "KeyId": key_arn(state),
        "GrantId": id,
        "Name": "IssuedThroughACM",
        "CreationDate": epoch(grant.created_at),
        "GranteePrincipal": grantee,
        "RetiringPrincipal": format!("acm.{}.amazonaws.com", state.region),
        "IssuingAccount": format!("arn:{}:iam::{}:root", state.partition(), state.account),
        "Operations": ["Decrypt"],
        "Constraints": { "EncryptionContextEquals": context },
    })
}
