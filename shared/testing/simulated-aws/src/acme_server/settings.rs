//! How a CA behaves: Let's Encrypt's way, unless a test says otherwise.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How a CA behaves. `..Default::default()` is Let's Encrypt in good health.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
#[non_exhaustive]
pub struct AcmeSettings {
    /// How many of a hundred good nonces are refused nonetheless.
    pub bad_nonce_percent: u32,
    /// Seconds from a challenge that is said to be ready to its result.
    pub validation_seconds: i64,
    /// Seconds for which a finalized order is `processing`.
    pub issuance_seconds: i64,
    /// Let's Encrypt's rate limits hold.
    pub limits: bool,
    /// In which form the server says when to come again.
    pub retry_after: RetryAfter,
    /// What the server does about ARI.
    pub renewal_info: AcmeRenewalInfo,
    /// The directory has profiles.
    pub profiles: bool,
    /// Orders show the certificate that they replace (RFC 9773, 5: "MUST reflect that field").
    pub reflects_replaces: bool,
    /// Pending and ready orders, and authorizations, are used again for the same names.
    pub reuses: bool,
    /// New accounts need an external account binding.
    pub external_account_required: bool,
    /// The directory says so. SSL.com's did not while it was required.
    pub external_account_announced: bool,
    /// What CAA records call this CA.
    pub caa_identity: String,
    /// Nothing works for now.
    pub outage: Option<AcmeOutage>,
}

impl Default for AcmeSettings {
    fn default() -> Self {
        Self {
            bad_nonce_percent: 5,
            validation_seconds: 3,
            issuance_seconds: 2,
            limits: true,
            retry_after: RetryAfter::Seconds,
            renewal_info: AcmeRenewalInfo::Served,
            profiles: true,
            reflects_replaces: true,
            reuses: true,
            external_account_required: false,
            external_account_announced: true,
            caa_identity: "letsencrypt.org".to_owned(),
            outage: None,
        }
    }
}

/// The form of `Retry-After` (RFC 9110, 10.2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RetryAfter {
    /// A number of seconds.
    Seconds,
    /// An HTTP date.
    HttpDate,
    /// None at all.
    Missing,
    /// Something that is neither.
    Wrong,
    /// A date long past.
    Past,
}

/// What the server does about ARI (RFC 9773).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum AcmeRenewalInfo {
    /// As the RFC says.
    Served,
    /// The directory does not have it.
    Missing,
    /// The directory has it, and it answers 404 (HARICA: "ARI Feature not enabled", win-acme#2814).
    NotEnabled,
    /// The window ends before it starts, which RFC 9773, 4.2, forbids.
    Reversed,
    /// The window starts long after the certificate has expired.
    TooLate,
    /// Something that is not JSON.
    NotJson,
}

/// How a CA is out of order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum AcmeOutage {
    /// A load balancer answers 503 with a page of HTML.
    HtmlPage,
    /// The server answers 503 with a problem document and when to come again, as in maintenance
    /// (Boulder: "The service is down for maintenance").
    Maintenance,
    /// Connections break.
    NoConnection,
}

impl RetryAfter {
    /// The header's value for this moment.
    pub(super) fn header(self, now: Timestamp, at: Timestamp) -> Option<String> {
        let date = |at: Timestamp| at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
        match self {
            Self::Seconds => Some(at.duration_since(now).as_secs().max(1).to_string()),
            Self::HttpDate => Some(date(at)),
            Self::Missing => None,
            Self::Wrong => Some("soon".to_owned()),
            Self::Past => Some(date(Timestamp::UNIX_EPOCH)),
        }
    }
}
