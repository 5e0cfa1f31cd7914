//! GetClientCertificates.

use std::collections::BTreeMap;
use std::ops::Bound;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{bad_request, limit};
use crate::acm::{epoch, without_nulls};
use crate::aws::State;
use crate::calls::Answer;
use crate::{Aws, Certificate};

#[derive(Debug)]
pub(super) struct ClientCertificate {
    description: Option<String>,
    pem: String,
    created_at: Timestamp,
    expires_at: Timestamp,
    tags: BTreeMap<String, String>,
}

impl Aws {
    /// API Gateway has made a client certificate, which expires this many days from now. Gives its id. Its PEM text is that of
    /// `certificate`, such as one of [`Aws::issue_outside`]: API Gateway's own are valid for a year.
    pub fn insert_client_certificate(
        &self,
        description: &str,
        certificate: &Certificate,
        days_left: i64,
        tags: &[(&str, &str)],
    ) -> String {
        let mut state = self.state();
        let id = format!("c{:05}", state.next_number());
        let it = ClientCertificate {
            description: Some(description.to_owned()).filter(|description| !description.is_empty()),
            pem: certificate.pem.clone().unwrap_or_default(),
            created_at: state.now,
            expires_at: state.now + SignedDuration::from_hours(24 * days_left),
            tags: tags.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
        };
        state.apigateway.client_certificates.insert(id.clone(), it);
        id
    }
}

/// API reference, GetClientCertificates: the list is called `item`, and `position` is there when more follow. The order is by
/// id (unverified).
pub(super) fn list(state: &State, input: &Value) -> Answer {
    let start = match input["position"].as_str() {
        None => Bound::Unbounded,
        Some(position) => Bound::Excluded(id_at(position).ok_or_else(|| bad_request("Invalid position parameter"))?),
    };
    let limit = limit(input)?;
    let mut rest = state.apigateway.client_certificates.range((start, Bound::Unbounded));
    let page: Vec<_> = rest.by_ref().take(limit).collect();
    let mut answer = json!({ "item": page.iter().map(|(id, it)| shown(id, it)).collect::<Vec<_>>() });
    if rest.next().is_some() {
        answer["position"] = json!(page.last().map(|(id, _)| aws_smithy_types::base64::encode(id.as_str())));
    }
    Ok(answer)
}

fn id_at(position: &str) -> Option<String> {
    aws_smithy_types::base64::decode(position).ok().and_then(|id| String::from_utf8(id).ok())
}

/// API reference, ClientCertificate. Members without a value are missing.
fn shown(id: &str, it: &ClientCertificate) -> Value {
    without_nulls(json!({
        "clientCertificateId": id,
        "description": it.description,
        "pemEncodedCertificate": it.pem,
        "createdDate": epoch(it.created_at),
        "expirationDate": epoch(it.expires_at),
        "tags": Some(&it.tags).filter(|tags| !tags.is_empty()),
    }))
}
