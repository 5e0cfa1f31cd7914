//! Certificate authorities on the internet that speak ACME (RFC 8555), with ARI (RFC 9773), CAA with accounts and
//! methods (RFC 8657) and profiles (draft-ietf-acme-profiles), as Let's Encrypt's server Boulder does.
//!
//! Each name under `/acme/` is a CA of its own, which is there as soon as somebody asks for it:
//! `https://acme.simulated/acme/letsencrypt/directory` in process, and the same path on a served model. The model
//! checks what the RFCs say; where they leave a choice, it does what Boulder does, and says so.

mod accounts;
mod authorizations;
mod certificates;
mod challenges;
mod connect;
mod eab;
mod finalize;
mod identifiers;
mod issuer;
mod jws;
mod limits;
mod new_order;
mod nonces;
mod orders;
mod problem;
mod profiles;
mod record;
mod renewal_info;
mod routes;
mod settings;
mod setup;
mod signed;
mod validation;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use crate::route53;

pub use settings::{AcmeOutage, AcmeRenewalInfo, AcmeSettings, RetryAfter};
pub use setup::{AcmeCertificate, AcmeOrder, AcmeServer};

use accounts::Account;
use authorizations::Authorization;
use certificates::Issued;
pub(crate) use connect::{AcmeRequest, HOST};
use limits::Limits;
use nonces::Nonces;
use orders::Order;
use problem::Problem;

/// The CAs by name.
#[derive(Debug, Default)]
pub(crate) struct Store {
    servers: BTreeMap<String, Server>,
}

/// One CA. Ids are places in the lists.
#[derive(Debug, Default)]
struct Server {
    name: String,
    settings: AcmeSettings,
    nonces: Nonces,
    eab_keys: BTreeMap<String, eab::EabKey>,
    accounts: Vec<Account>,
    authorizations: Vec<Authorization>,
    orders: Vec<Order>,
    certificates: Vec<Issued>,
    limits: Limits,
    /// Which intermediate signs now.
    intermediate: u8,
}

impl Store {
    fn server(&mut self, name: &str) -> &mut Server {
        self.servers.entry(name.to_owned()).or_insert_with(|| Server { name: name.to_owned(), ..Server::default() })
    }
}

/// A request that is being answered, and what the CA sees of the world.
struct Exchange<'a> {
    server: &'a mut Server,
    route53: &'a route53::Store,
    now: Timestamp,
    /// Before the paths of this CA, such as `https://acme.simulated/acme/letsencrypt`.
    base: String,
}

impl Exchange<'_> {
    fn url(&self, path: &str) -> String {
        format!("{}/{path}", self.base)
    }
}

/// A response that is not an error.
struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Body,
}

enum Body {
    Empty,
    Json(Value),
    /// RFC 8555, 9.1: `application/pem-certificate-chain`.
    Chain(String),
}

impl Reply {
    fn json(body: Value) -> Self {
        Self { status: 200, headers: Vec::new(), body: Body::Json(body) }
    }

    fn created(self) -> Self {
        Self { status: 201, ..self }
    }

    fn header(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }
}

type Answer = Result<Reply, Problem>;
