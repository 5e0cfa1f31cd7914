//! Which resource a path names, and who may ask how.

use serde_json::{Value, json};

use super::problem::Problem;
use super::{AcmeRenewalInfo, AcmeRequest, Answer, Body, Exchange, Reply, profiles};

/// What a path under a CA's base names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Resource {
    Directory,
    NewNonce,
    NewAccount,
    NewOrder,
    RevokeCert,
    KeyChange,
    Account(usize),
    Order(usize),
    Authorization(usize),
    Challenge(usize, String),
    Finalize(usize),
    Certificate(usize),
    RenewalInfo(String),
    Unknown,
}

impl Resource {
    pub(super) fn of(path: &str) -> Self {
        let parts: Vec<_> = path.split('/').collect();
        let id = |make: fn(usize) -> Self| parts.get(1).and_then(|id| id.parse().ok()).map_or(Self::Unknown, make);
        match parts[..] {
            ["directory"] => Self::Directory,
            ["new-nonce"] => Self::NewNonce,
            ["new-acct"] => Self::NewAccount,
            ["new-order"] => Self::NewOrder,
            ["revoke-cert"] => Self::RevokeCert,
            ["key-change"] => Self::KeyChange,
            ["acct", _] => id(Self::Account),
            ["order", _] => id(Self::Order),
            ["authz", _] => id(Self::Authorization),
            ["finalize", _] => id(Self::Finalize),
            ["cert", _] => id(Self::Certificate),
            ["chall", number, kind] => {
                number.parse().map_or(Self::Unknown, |number| Self::Challenge(number, kind.to_owned()))
            }
            ["renewal-info", certificate] => Self::RenewalInfo(certificate.to_owned()),
            _ => Self::Unknown,
        }
    }

    /// As RFC 8555, 7.1.1, and RFC 9773 name it in the directory, or else its kind.
    pub(super) fn operation(&self) -> &'static str {
        match self {
            Self::Directory => "directory",
            Self::NewNonce => "newNonce",
            Self::NewAccount => "newAccount",
            Self::NewOrder => "newOrder",
            Self::RevokeCert => "revokeCert",
            Self::KeyChange => "keyChange",
            Self::Account(_) => "account",
            Self::Order(_) => "order",
            Self::Authorization(_) => "authorization",
            Self::Challenge(..) => "challenge",
            Self::Finalize(_) => "finalize",
            Self::Certificate(_) => "certificate",
            Self::RenewalInfo(_) => "renewalInfo",
            Self::Unknown => "unknown",
        }
    }
}

impl Exchange<'_> {
    pub(super) fn answer(&mut self, resource: &Resource, request: &AcmeRequest<'_>) -> Answer {
        // RFC 8555, 6.1: "ACME clients MUST send a User-Agent header field".
        if request.user_agent.is_none_or(str::is_empty) {
            return Err(Problem::malformed("ACME clients must send a User-Agent header field"));
        }
        match (resource, request.method) {
            (Resource::Unknown, _) => Err(Problem::not_found("Page not found")),
            (Resource::Directory, "GET") => Ok(Reply::json(self.directory())),
            (Resource::NewNonce, "HEAD") => Ok(Reply { status: 200, headers: Vec::new(), body: Body::Empty }),
            (Resource::NewNonce, "GET") => Ok(Reply { status: 204, headers: Vec::new(), body: Body::Empty }),
            (Resource::RenewalInfo(id), "GET") => self.renewal_info(id),
            (Resource::Directory | Resource::NewNonce | Resource::RenewalInfo(_), _) => Err(method_not_allowed()),
            (_, "POST") => self.post(resource, request),
            // RFC 8555, 6.3: "the server MUST return an error with status code 405 and type malformed".
            _ => Err(method_not_allowed()),
        }
    }

    /// RFC 8555, 7.1.1.
    fn directory(&self) -> Value {
        let settings = &self.server.settings;
        let mut meta = json!({
            "termsOfService": "https://letsencrypt.org/documents/LE-SA-v1.6.pdf",
            "website": "https://letsencrypt.org",
            "caaIdentities": [settings.caa_identity],
        });
        if settings.external_account_required && settings.external_account_announced {
            meta["externalAccountRequired"] = json!(true);
        }
        if settings.profiles {
            meta["profiles"] = profiles::described();
        }
        let mut directory = json!({
            "newNonce": self.url("new-nonce"),
            "newAccount": self.url("new-acct"),
            "newOrder": self.url("new-order"),
            "revokeCert": self.url("revoke-cert"),
            "keyChange": self.url("key-change"),
            "meta": meta,
        });
        if settings.renewal_info != AcmeRenewalInfo::Missing {
            directory["renewalInfo"] = json!(self.url("renewal-info"));
        }
        directory
    }
}

fn method_not_allowed() -> Problem {
    Problem::malformed("Method not allowed").status(405)
}
