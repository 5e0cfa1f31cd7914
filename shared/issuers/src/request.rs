//! What is asked of a source, and what it delivers.

use std::collections::BTreeSet;

use certificates::{CertificateArn, Failure};
use jiff::Timestamp;
use x509::{Certificate, KeyType};

/// A certificate like the current one that is to be obtained.
#[derive(Debug, Clone, Copy)]
pub struct IssueRequest<'a> {
    /// The ARN under which the new certificate will be imported.
    pub certificate_arn: &'a CertificateArn,
    /// The certificate in place, whose subject, names and usages are kept.
    pub current: &'a Certificate,
    /// The type of key that is to be kept.
    pub key_type: KeyType,
    /// Required lifetime, days.
    pub validity_days: u16,
    /// The number of this attempt, counted from 1.
    pub attempt: u32,
    /// When the source has to be done.
    pub deadline: Timestamp,
}

/// What an issuer would issue, as far as that is known before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The issuer's own certificate, then those above it.
    pub issuer_chain: Option<Vec<Certificate>>,
    /// Where the issuer's own certificate is not known before: CAs whose certificates it may replace.
    pub issuers: Option<Vec<Certificate>>,
    /// What the new certificate may be used for.
    pub usages: Option<Usages>,
    /// When it will expire.
    pub not_after: Option<Timestamp>,
    /// Whether the CA has announced that it will revoke the current certificate, which may then be replaced by one that
    /// expires earlier.
    pub revocation_is_ahead: bool,
}

/// What a certificate may be used for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Usages {
    /// As in [`Certificate::key_usage`].
    pub key_usage: u16,
    /// As in [`Certificate::extended_key_usage`].
    pub extended_key_usage: BTreeSet<String>,
}

/// Decides whether a certificate is to be issued, and keeps account of what may be charged.
///
/// An issuer calls [`approve`](Self::approve) before the one call that may be charged, and does not make that call unless
/// it is approved: so whatever may have been charged has been approved and accounted for, even if the process is
/// terminated during the call.
pub trait Approver: Sync {
    /// Decides, from all that is known without a charge. Once approved, a certificate may be charged.
    ///
    /// # Errors
    /// The certificate is not to be issued.
    fn approve(&self, offer: &Offer) -> Result<(), Failure>;

    /// The issuer refused the approved request, so that nothing was charged.
    fn withdraw(&self);
}

/// A certificate that was delivered, in PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuedChain {
    /// The certificate alone.
    pub certificate: String,
    /// Its chain, from its issuer upwards.
    pub chain: String,
}
