//! Problem documents (RFC 7807; RFC 8555, 6.7), cleaned.

use std::fmt;

use serde::Deserialize;

use crate::text::clean;

const LONGEST_DETAIL: usize = 500;
const MOST_SUBPROBLEMS: usize = 20;
const PREFIX: &str = "urn:ietf:params:acme:error:";

/// The types of problems that mean something here (RFC 8555, 6.7; RFC 9773, 7.4; draft-ietf-acme-profiles).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProblemKind {
    /// The server does not know the account.
    AccountDoesNotExist,
    /// The certificate that the order replaces has a replacement already.
    AlreadyReplaced,
    /// The CSR does not fit.
    BadCsr,
    /// The nonce was not accepted; the client has tried again.
    BadNonce,
    /// A CAA record does not allow this CA, account or method.
    Caa,
    /// The CA could not reach what it validates.
    Connection,
    /// The CA's look-up in the DNS failed.
    Dns,
    /// The server takes accounts with an external binding only.
    ExternalAccountRequired,
    /// The validation's answer was wrong.
    IncorrectResponse,
    /// The server does not offer the profile, or not to this account.
    InvalidProfile,
    /// The request is not what the server expects.
    Malformed,
    /// The order cannot be finalized yet, or not any more.
    OrderNotReady,
    /// A limit is reached.
    RateLimited,
    /// The CA does not issue for the name.
    RejectedIdentifier,
    /// The server's own fault.
    ServerInternal,
    /// The account may not do this, or validation found the wrong value.
    Unauthorized,
    /// The CA does not issue for names of this kind.
    UnsupportedIdentifier,
    /// A person must do something on the CA's website, such as agree to new terms.
    UserActionRequired,
    /// Any other type.
    Other,
}

impl ProblemKind {
    fn of(urn: &str) -> Self {
        match urn.strip_prefix(PREFIX).unwrap_or_default() {
            "accountDoesNotExist" => Self::AccountDoesNotExist,
            "alreadyReplaced" => Self::AlreadyReplaced,
            "badCSR" => Self::BadCsr,
            "badNonce" => Self::BadNonce,
            "caa" => Self::Caa,
            "connection" => Self::Connection,
            "dns" => Self::Dns,
            "externalAccountRequired" => Self::ExternalAccountRequired,
            "incorrectResponse" => Self::IncorrectResponse,
            "invalidProfile" => Self::InvalidProfile,
            "malformed" => Self::Malformed,
            "orderNotReady" => Self::OrderNotReady,
            "rateLimited" => Self::RateLimited,
            "rejectedIdentifier" => Self::RejectedIdentifier,
            "serverInternal" => Self::ServerInternal,
            "unauthorized" => Self::Unauthorized,
            "unsupportedIdentifier" => Self::UnsupportedIdentifier,
            "userActionRequired" => Self::UserActionRequired,
            _ => Self::Other,
        }
    }
}

/// What a server says about a failure. Its texts are one line each, printable and short.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "Document")]
pub struct Problem {
    /// The type.
    pub kind: ProblemKind,
    /// The type as the server wrote it.
    pub type_name: String,
    /// The server's words.
    pub detail: String,
    /// What is wrong with each name (RFC 8555, 6.7.1).
    pub subproblems: Vec<Subproblem>,
}

/// What is wrong with one name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subproblem {
    /// The name; empty when the server named none.
    pub name: String,
    /// The type.
    pub kind: ProblemKind,
    /// The server's words.
    pub detail: String,
}

/// As on the wire. Everything may be missing.
#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Document {
    r#type: String,
    detail: String,
    identifier: Identifier,
    subproblems: Vec<Self>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Identifier {
    value: String,
}

impl From<Document> for Problem {
    fn from(document: Document) -> Self {
        let subproblems = document.subproblems.iter().take(MOST_SUBPROBLEMS).map(|sub| Subproblem {
            name: clean(&sub.identifier.value, 253),
            kind: ProblemKind::of(&sub.r#type),
            detail: clean(&sub.detail, LONGEST_DETAIL),
        });
        Self {
            kind: ProblemKind::of(&document.r#type),
            type_name: clean(document.r#type.strip_prefix(PREFIX).unwrap_or(&document.r#type), 100),
            detail: clean(&document.detail, LONGEST_DETAIL),
            subproblems: subproblems.collect(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.type_name, self.detail)?;
        for sub in &self.subproblems {
            write!(f, "; {}: {}", sub.name, sub.detail)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_read_and_cleaned() {
        let problem: Problem = serde_json::from_str(
            r#"{ "type": "urn:ietf:params:acme:error:caa", "detail": "one\ntwo", "status": 403, "subproblems": [
                { "type": "urn:ietf:params:acme:error:dns", "detail": "SERVFAIL", "identifier": { "type": "dns", "value": "a.example" } },
                { "detail": "no type, no name" } ] }"#,
        )
        .unwrap();
        assert_eq!((problem.kind, problem.detail.as_str()), (ProblemKind::Caa, "one two"));
        assert_eq!(problem.subproblems[0].kind, ProblemKind::Dns);
        assert_eq!(problem.to_string(), "caa: one two; a.example: SERVFAIL; : no type, no name");
        let empty: Problem = serde_json::from_str("{}").unwrap();
        assert_eq!(empty.kind, ProblemKind::Other);
    }
}
