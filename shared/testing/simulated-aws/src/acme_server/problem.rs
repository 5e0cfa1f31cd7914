//! Problem documents (RFC 7807; RFC 8555, 6.7).

use jiff::Timestamp;
use serde_json::{Value, json};

use super::identifiers::Identifier;

/// Why a request, a challenge or an order failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) status: u16,
    /// What follows `urn:ietf:params:acme:error:`.
    pub(super) kind: String,
    pub(super) detail: String,
    pub(super) subproblems: Vec<(Identifier, Problem)>,
    /// When to come again.
    pub(super) retry_at: Option<Timestamp>,
}

impl Problem {
    pub(super) fn new(kind: &str, detail: impl Into<String>) -> Self {
        let status = match kind {
            "unauthorized" | "orderNotReady" | "caa" | "userActionRequired" => 403,
            "rateLimited" => 429,
            "alreadyReplaced" => 409,
            "serverInternal" => 500,
            _ => 400,
        };
        Self { status, kind: kind.to_owned(), detail: detail.into(), subproblems: Vec::new(), retry_at: None }
    }

    pub(super) fn malformed(detail: impl Into<String>) -> Self {
        Self::new("malformed", detail)
    }

    pub(super) fn unauthorized(detail: impl Into<String>) -> Self {
        Self::new("unauthorized", detail)
    }

    /// Boulder answers 404 and `malformed` for what is not there, also when it is another account's.
    pub(super) fn not_found(detail: impl Into<String>) -> Self {
        Self { status: 404, ..Self::malformed(detail) }
    }

    pub(super) fn status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    /// RFC 8555, 6.7.1: one problem as it is, several under one.
    pub(super) fn of_identifiers(mut problems: Vec<(Identifier, Self)>) -> Option<Self> {
        if problems.len() == 1 {
            return problems.pop().map(|(_, problem)| problem);
        }
        let (first, problem) = problems.first()?;
        let detail = format!(
            "Error for {:?}: {} (and {} more problems. Refer to sub-problems for more information.)",
            first.value,
            problem.detail,
            problems.len() - 1
        );
        Some(Self { detail, subproblems: problems.clone(), ..problem.clone() })
    }

    pub(super) fn json(&self) -> Value {
        let mut document = json!({ "type": self.urn(), "detail": self.detail, "status": self.status });
        if !self.subproblems.is_empty() {
            let each = self.subproblems.iter().map(|(identifier, problem)| {
                json!({ "type": problem.urn(), "detail": problem.detail, "identifier": identifier.json() })
            });
            document["subproblems"] = each.collect();
        }
        if self.kind == "badSignatureAlgorithm" {
            document["algorithms"] = json!(["ES256"]);
        }
        document
    }

    fn urn(&self) -> String {
        format!("urn:ietf:params:acme:error:{}", self.kind)
    }
}
