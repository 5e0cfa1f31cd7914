//! The EventBridge events that acm-autopilot sends. Their JSON Schemas and samples lie in
//! `events/` at the root of the repository; a test holds code and files together.
//!
//! Of events that functions get, what several of them read: [`Envelope`] and [`HealthEvent`].

mod bus;
mod envelope;
mod health;

use certificates::{CertificateArn, FailureReason, RenewalStatus};
use jiff::Timestamp;
use serde::Serialize;

pub use bus::EventBus;
pub use envelope::{BadField, Envelope, certificate, text};
pub use health::{Affected, HEALTH_EVENT, HealthEvent, Skipped};

/// The source of all our events.
pub const SOURCE: &str = "acm-autopilot";
/// Version of the shape of `detail`. Fields may be added within a version, never changed.
pub const SCHEMA_VERSION: u8 = 1;
/// Detail type of [`RenewalRequested`].
pub const RENEWAL_REQUESTED: &str = "Certificate Renewal Requested";
/// Detail type of [`StatusChanged`].
pub const STATUS_CHANGED: &str = "Certificate Renewal Status Changed";
/// Detail type of [`ValidationRecordsProvisioned`].
pub const VALIDATION_RECORDS_PROVISIONED: &str = "Certificate Validation Records Provisioned";
/// Detail type with which a schedule or an operator asks for a sweep over all certificates.
pub const SWEEP_REQUESTED: &str = "Certificate Sweep Requested";

/// Why a renewal is requested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RenewalTrigger {
    /// The certificate has entered its renewal window.
    Due,
    /// It was requested before, and nothing happened.
    LostRequest,
    /// An attempt started and never ended, or was terminated before its success was announced.
    StaleClaim,
    /// The last attempt failed for a reason that time fixes, and its pause is over.
    Retry,
    /// The last attempt failed for a reason that a person has to fix, and another threshold was crossed.
    ThresholdCrossed,
    /// The CA suggests to replace the certificate now (RFC 9773).
    SuggestedWindow,
    /// The CA has moved the window that it suggests into the past: it may revoke the certificate soon.
    RevocationAhead,
}

impl RenewalTrigger {
    /// Whether a renewal starts that is not about an earlier attempt.
    #[must_use]
    pub fn starts_over(self) -> bool {
        matches!(self, Self::Due | Self::SuggestedWindow | Self::RevocationAhead)
    }

    /// As the event shows it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Due => "due",
            Self::LostRequest => "lost-request",
            Self::StaleClaim => "stale-claim",
            Self::Retry => "retry",
            Self::ThresholdCrossed => "threshold-crossed",
            Self::SuggestedWindow => "suggested-window",
            Self::RevocationAhead => "revocation-ahead",
        }
    }
}

/// `Certificate Renewal Requested`: please check this certificate and renew it if it is due.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RenewalRequested {
    /// The certificate.
    pub certificate_arn: CertificateArn,
    /// Why now.
    pub why: RenewalTrigger,
    /// Its first name.
    pub domain_name: Option<String>,
    /// The operator's tag.
    pub renew_from: String,
    /// End of the present certificate.
    pub not_after: Timestamp,
    /// Calendar days (UTC) until then; negative afterwards.
    pub days_left: i64,
}

/// `Certificate Renewal Status Changed`: what the status tag says now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StatusChanged {
    /// The certificate.
    pub certificate_arn: CertificateArn,
    /// The status before; none for a first renewal.
    pub from: Option<RenewalStatus>,
    /// The status now.
    pub to: RenewalStatus,
    /// Why it failed, only with `renewal-failed`.
    pub reason: Option<FailureReason>,
    /// Attempts in this renewal so far.
    pub attempt: u32,
    /// The operator's tag.
    pub renew_from: Option<String>,
    /// Serial number of the certificate that is replaced.
    pub serial_before: Option<String>,
    /// Serial number of the new certificate.
    pub serial_after: Option<String>,
    /// End of the certificate that is replaced.
    pub not_after_before: Option<Timestamp>,
    /// End of the new certificate.
    pub not_after_after: Option<Timestamp>,
    /// Only when the issuer changed.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub issuer_change: Option<IssuerChange>,
    /// API Gateway's custom domain names that wait for a person after the import.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pending_domain_names: Vec<PendingDomainName>,
}

/// A custom domain name of API Gateway that waits for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PendingDomainName {
    /// The name.
    pub domain_name: String,
    /// Its `domainNameStatus`.
    pub status: String,
}

/// A renewal replaced a certificate by one of another issuer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct IssuerChange {
    /// Distinguished name of the issuer of the certificate that was replaced.
    pub issuer_before: String,
    /// Distinguished name of the issuer of the new certificate.
    pub issuer_after: String,
}

/// `Certificate Validation Records Provisioned`: the DNS records that ACM validates domains by were
/// created.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ValidationRecordsProvisioned {
    /// The certificate.
    pub certificate_arn: CertificateArn,
    /// Its first name.
    pub domain_name: Option<String>,
    /// Its account.
    pub account: String,
    /// Its Region.
    pub region: String,
    /// The records that were created at this moment, not those that were there before.
    pub records: Vec<ProvisionedRecord>,
}

/// A record that was created.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProvisionedRecord {
    /// Id of its hosted zone, without `/hostedzone/`.
    pub zone_id: String,
    /// Name of the hosted zone, with the dot at its end.
    pub zone_name: String,
    /// Its name, with the dot at its end.
    pub name: String,
    /// `CNAME`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its value, with the dot at its end.
    pub value: String,
}

/// One of our events.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Event {
    /// See [`RenewalRequested`].
    RenewalRequested(RenewalRequested),
    /// See [`StatusChanged`].
    StatusChanged(StatusChanged),
    /// See [`ValidationRecordsProvisioned`].
    ValidationRecordsProvisioned(ValidationRecordsProvisioned),
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Detail<'a> {
    schema_version: u8,
    #[serde(flatten)]
    event: &'a Event,
}

impl Event {
    /// The event's `detail-type`.
    pub fn detail_type(&self) -> &'static str {
        match self {
            Self::RenewalRequested(_) => RENEWAL_REQUESTED,
            Self::StatusChanged(_) => STATUS_CHANGED,
            Self::ValidationRecordsProvisioned(_) => VALIDATION_RECORDS_PROVISIONED,
        }
    }

    /// The certificate that it is about.
    pub fn certificate_arn(&self) -> &CertificateArn {
        match self {
            Self::RenewalRequested(event) => &event.certificate_arn,
            Self::StatusChanged(event) => &event.certificate_arn,
            Self::ValidationRecordsProvisioned(event) => &event.certificate_arn,
        }
    }

    /// The event's `detail`.
    pub fn detail(&self) -> serde_json::Value {
        // Plain structs with string keys: there is nothing in them that JSON cannot hold.
        serde_json::to_value(Detail { schema_version: SCHEMA_VERSION, event: self }).unwrap_or_default()
    }
}
