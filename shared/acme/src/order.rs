//! Orders (RFC 8555, 7.4), with `profile` and `replaces` (RFC 9773, 5).

use base64ct::{Base64UrlUnpadded, Encoding};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::json;

use crate::account::Account;
use crate::error::Error;
use crate::problem::Problem;
use crate::renewal_window::CertificateId;
use crate::transport::Answer;

/// Between two questions when the server does not say; certificates take seconds at most CAs.
const POLL: SignedDuration = SignedDuration::from_secs(2);
const SLOWEST_POLL: SignedDuration = SignedDuration::from_mins(1);

/// What to order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NewOrder {
    /// Domain names, wildcards and IP addresses (RFC 8738).
    pub names: Vec<String>,
    /// A profile of the server's, or its own choice.
    pub profile: Option<String>,
    /// The certificate that this one replaces; left out for servers without ARI.
    pub replaces: Option<CertificateId>,
}

/// RFC 8555, 7.1.6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum OrderStatus {
    /// Names are to be validated.
    Pending,
    /// It can be finalized.
    Ready,
    /// The certificate is being issued.
    Processing,
    /// The certificate can be downloaded.
    Valid,
    /// It failed, or expired.
    Invalid,
}

impl OrderStatus {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Ready => "ready",
            Self::Processing => "processing",
            Self::Valid => "valid",
            Self::Invalid => "invalid",
        }
    }
}

/// An order as the server showed it last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// Where it is.
    pub url: String,
    /// Its status.
    pub status: OrderStatus,
    /// The profile that the server says it has.
    pub profile: Option<String>,
    /// Not before this moment should its status be asked for again.
    pub poll_at: Timestamp,
    pub(crate) authorizations: Vec<String>,
    finalize: String,
    certificate: Option<String>,
    pub(crate) error: Option<Problem>,
}

#[derive(Deserialize)]
struct Shown {
    status: OrderStatus,
    #[serde(default)]
    profile: Option<String>,
    authorizations: Vec<String>,
    finalize: String,
    #[serde(default)]
    certificate: Option<String>,
    #[serde(default)]
    error: Option<Problem>,
}

impl Order {
    fn read(url: String, answer: &Answer) -> Result<Self, Error> {
        let shown: Shown = answer.json()?;
        let slowest = answer.at + SLOWEST_POLL;
        Ok(Self {
            url,
            status: shown.status,
            profile: shown.profile,
            poll_at: answer.retry_at.map_or(answer.at + POLL, |at| at.min(slowest)),
            authorizations: shown.authorizations,
            finalize: shown.finalize,
            certificate: shown.certificate,
            error: shown.error,
        })
    }

    pub(crate) fn update(&mut self, answer: &Answer) -> Result<(), Error> {
        *self = Self::read(std::mem::take(&mut self.url), answer)?;
        Ok(())
    }
}

impl Account {
    /// Orders a certificate. What is ordered again while it is pending is the same order at most CAs.
    ///
    /// # Errors
    /// When the server refuses; [`Advice::OrderWithoutReplaces`](crate::Advice) after one that does not like `replaces`.
    pub async fn order(&self, new: &NewOrder) -> Result<Order, Error> {
        let identifiers: Vec<_> = new.names.iter().map(|name| identifier(name)).collect();
        let mut payload = json!({ "identifiers": identifiers });
        if let Some(profile) = &new.profile {
            payload["profile"] = json!(profile);
        }
        let replaces = new.replaces.as_ref().filter(|_| self.server.directory.renewal_info.is_some());
        if let Some(id) = replaces {
            payload["replaces"] = json!(id.to_string());
        }
        let answer = self.post("newOrder", &self.server.directory.new_order, &payload.to_string()).await;
        let answer = answer.map_err(|error| of_replacement(error, replaces.is_some()))?;
        let url = answer.location.clone().ok_or_else(|| Error::unusable("newOrder", "the order has no URL"))?;
        Order::read(url, &answer)
    }

    /// Hands in the CSR (DER) of a ready order. It must have exactly the names of the order.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn finalize(&self, order: &mut Order, csr: &[u8]) -> Result<(), Error> {
        let payload = json!({ "csr": Base64UrlUnpadded::encode_string(csr) }).to_string();
        let answer = self.post("finalize", &order.finalize.clone(), &payload).await?;
        order.update(&answer)
    }

    /// The PEM chain of a valid order, the certificate first.
    ///
    /// # Errors
    /// When there is none.
    pub async fn certificate(&self, order: &Order) -> Result<String, Error> {
        let url = order.certificate.as_ref().ok_or_else(|| Error::unusable("order", "it has no certificate yet"))?;
        let answer = self.post("certificate", url, "").await?;
        String::from_utf8(answer.body).map_err(|_| Error::unusable("certificate", "it is not PEM"))
    }
}

fn identifier(name: &str) -> serde_json::Value {
    let kind = if name.parse::<std::net::IpAddr>().is_ok() { "ip" } else { "dns" };
    json!({ "type": kind, "value": name.to_ascii_lowercase() })
}

fn of_replacement(error: Error, replaces: bool) -> Error {
    match error {
        Error::Refused { operation, problem, retry_at, .. } => {
            Error::Refused { operation, problem, replaces, retry_at }
        }
        other => other,
    }
}
