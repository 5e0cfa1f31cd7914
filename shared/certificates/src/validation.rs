//! How control of domains is proven to ACM, at first and at each managed renewal.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A CNAME record that proves control of a domain to ACM.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourceRecord {
    /// The name of the record, with its trailing dot.
    pub name: String,
    /// `CNAME`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The value of the record, with its trailing dot.
    pub value: String,
}

/// How control of one domain is proven.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Validation {
    /// By a CNAME record. ACM names the record some seconds after the request.
    Dns(Option<ResourceRecord>),
    /// By a person who follows the link in an e-mail to one of these addresses.
    Email(Vec<String>),
    /// By another method, or by one that ACM does not show.
    Other(Option<String>),
}

/// The validation of one domain of a certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DomainValidation {
    /// The domain, possibly a wildcard.
    pub domain_name: String,
    /// Whether ACM has seen the proof; `None` where ACM does not show it.
    pub succeeded: Option<bool>,
    /// How it is proven.
    pub validation: Validation,
}

/// The state of ACM's own, managed renewal of a certificate
/// ([RenewalSummary](https://docs.aws.amazon.com/acm/latest/APIReference/API_RenewalSummary.html)).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Renewal {
    /// `PENDING_AUTO_RENEWAL`, `PENDING_VALIDATION`, `SUCCESS` or `FAILED`.
    pub status: String,
    /// ACM's reason, for instance `CAA_ERROR`.
    pub reason: Option<String>,
    /// The domains that it has to validate again.
    pub domains: Vec<DomainValidation>,
}

impl Renewal {
    /// Whether the renewal cannot continue without a person.
    pub fn is_stuck(&self) -> bool {
        matches!(self.status.as_str(), "PENDING_VALIDATION" | "FAILED")
    }
}

/// The last update of the method by which a certificate's domains are validated
/// ([UpdateSummary](https://docs.aws.amazon.com/acm/latest/APIReference/API_UpdateSummary.html)).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValidationMethodUpdate {
    /// `PENDING_DOMAIN_VALIDATION`, `SUCCESS` or `FAILED`.
    pub status: String,
    /// The method that it leads to, such as `DNS`.
    pub to: Option<String>,
    /// When it was requested.
    pub requested_at: Option<Timestamp>,
}

impl ValidationMethodUpdate {
    /// Whether it is under way: it is waiting for the domains to be validated by the new method.
    pub fn is_pending(&self) -> bool {
        self.status == "PENDING_DOMAIN_VALIDATION"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_renewal_is_stuck_while_it_waits_for_a_person() {
        for (status, is_stuck) in
            [("PENDING_AUTO_RENEWAL", false), ("PENDING_VALIDATION", true), ("SUCCESS", false), ("FAILED", true)]
        {
            let renewal = Renewal { status: status.into(), reason: None, domains: Vec::new() };
            assert_eq!(renewal.is_stuck(), is_stuck, "{status}");
        }
    }

    #[test]
    fn an_update_is_pending_until_the_domains_are_validated() {
        for (status, is_pending) in [("PENDING_DOMAIN_VALIDATION", true), ("SUCCESS", false), ("FAILED", false)] {
            let update = ValidationMethodUpdate { status: status.into(), to: None, requested_at: None };
            assert_eq!(update.is_pending(), is_pending, "{status}");
        }
    }
}
