//! AWS IAM: server certificates, and the one operation that tools ask before they start.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::aws::State;
use crate::calls::{Answer, ApiError};
use crate::connector::not_modelled;
use crate::{Aws, Certificate};

/// API reference, ListServerCertificates and ListServerCertificateTags, MaxItems.
const USUAL_PAGE: usize = 100;

/// Of all accounts, since IAM has no Regions.
#[derive(Debug, Default)]
pub(crate) struct Store {
    /// By account and name: "the name must be unique within the account" (API reference, UploadServerCertificate).
    server_certificates: BTreeMap<(String, String), ServerCertificate>,
}

#[derive(Debug)]
struct ServerCertificate {
    id: String,
    path: String,
    uploaded_at: Timestamp,
    not_after: Timestamp,
    body: String,
    chain: Option<String>,
    tags: BTreeMap<String, String>,
}

impl Aws {
    /// Somebody uploads a certificate to IAM, such as one of [`Aws::issue_outside`], under a path such as `/` or
    /// `/cloudfront/`, and a name. Gives its ARN; one of the same name before it is gone.
    pub fn insert_server_certificate(
        &self,
        path: &str,
        name: &str,
        certificate: &Certificate,
        tags: &[(&str, &str)],
    ) -> String {
        let mut state = self.state();
        let uploaded = ServerCertificate {
            id: format!("ASCA{:017}", state.next_number()),
            path: path.to_owned(),
            uploaded_at: state.now,
            not_after: certificate.not_after,
            body: certificate.pem.clone().unwrap_or_default(),
            chain: certificate.chain.clone(),
            tags: tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
        };
        let arn = arn(&state, &uploaded.path, name);
        let key = (state.account.clone(), name.to_owned());
        state.iam.server_certificates.insert(key, uploaded);
        arn
    }
}

/// Answers one operation. The account has no alias.
pub(crate) fn call(state: &mut State, operation: &str, input: &Value) -> Answer {
    match operation {
        "GetServerCertificate" => get(state, input),
        "ListAccountAliases" => Ok(json!({ "AccountAliases": [], "IsTruncated": false })),
        "ListServerCertificates" => list(state, input),
        "ListServerCertificateTags" => list_tags(state, input),
        other => Err(not_modelled("iam", other)),
    }
}

fn arn(state: &State, path: &str, name: &str) -> String {
    format!("arn:{}:iam::{}:server-certificate{path}{name}", state.partition(), state.account)
}

/// API reference, ServerCertificateMetadata.
fn metadata(state: &State, name: &str, it: &ServerCertificate) -> Value {
    json!({
        "Path": it.path,
        "ServerCertificateName": name,
        "ServerCertificateId": it.id,
        "Arn": arn(state, &it.path, name),
        "UploadDate": it.uploaded_at.to_string(),
        "Expiration": it.not_after.to_string(),
    })
}

fn find<'a>(state: &'a State, input: &Value) -> Result<(&'a str, &'a ServerCertificate), ApiError> {
    let name = input["ServerCertificateName"].as_str().unwrap_or_default();
    let key = (state.account.clone(), name.to_owned());
    let found = state.iam.server_certificates.get_key_value(&key).map(|((_, name), it)| (name.as_str(), it));
    let why = || format!("The Server Certificate with name {name} cannot be found.");
    found.ok_or_else(|| ApiError::new("NoSuchEntity", why()).status(404))
}

fn get(state: &State, input: &Value) -> Answer {
    let (name, it) = find(state, input)?;
    Ok(json!({ "ServerCertificate": {
        "ServerCertificateMetadata": metadata(state, name, it),
        "CertificateBody": it.body,
        "CertificateChain": it.chain,
        "Tags": tags(it),
    }}))
}

/// API reference: ListServerCertificates "does not return tags". The order is by name (unverified).
fn list(state: &State, input: &Value) -> Answer {
    let prefix = input["PathPrefix"].as_str().unwrap_or("/");
    let all = state
        .iam
        .server_certificates
        .iter()
        .filter(|((account, _), it)| *account == state.account && it.path.starts_with(prefix));
    let all = all.map(|((_, name), it)| (name.clone(), metadata(state, name, it))).collect();
    page(input, "ServerCertificateMetadataList", all)
}

fn list_tags(state: &State, input: &Value) -> Answer {
    let (_, it) = find(state, input)?;
    let all = it.tags.iter().map(|(key, value)| (key.clone(), json!({ "Key": key, "Value": value }))).collect();
    page(input, "Tags", all)
}

fn tags(it: &ServerCertificate) -> Vec<Value> {
    it.tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect()
}

/// API reference: IsTruncated, and Marker when more follow.
fn page(input: &Value, member: &str, all: Vec<(String, Value)>) -> Answer {
    let most = input["MaxItems"].as_str().and_then(|most| most.parse().ok()).unwrap_or(USUAL_PAGE);
    let after = input["Marker"].as_str().map(name_at).transpose()?;
    let mut rest = all.into_iter().filter(|(name, _)| after.as_ref().is_none_or(|after| name > after)).peekable();
    let page: Vec<_> = rest.by_ref().take(most).collect();
    let marker = rest.peek().and(page.last()).map(|(name, _)| aws_smithy_types::base64::encode(name));
    let mut answer = json!({ "IsTruncated": marker.is_some(), "Marker": marker });
    answer[member] = page.into_iter().map(|(_, it)| it).collect();
    Ok(answer)
}

fn name_at(marker: &str) -> Result<String, ApiError> {
    let name = aws_smithy_types::base64::decode(marker).ok().and_then(|name| String::from_utf8(name).ok());
    name.ok_or_else(|| ApiError::new("ValidationError", "Invalid Marker."))
}
