//! What clients make of a chain ([RFC 5280, 6.1](https://www.rfc-editor.org/rfc/rfc5280#section-6.1)), apart from
//! signatures and validity, of which callers have more to say.
//!
//! `rustls-webpki` verifies the path as a client does. Where it refuses, the cause is found here, so that it can be
//! put in words; and what it refuses only because it does not implement it (names of directories and URIs in name
//! constraints, critical policies, unusual keys, version 1) is not an objection, since other clients take it.

use std::time::Duration;

use rustls_pki_types::{CertificateDer, UnixTime};
use webpki::{EndEntityCert, Error, ExtendedKeyUsageValidator, KeyPurposeIdIter, anchor_from_trusted_cert};
use x509_parser::extensions::ExtendedKeyUsage;
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::DistinguishedName;
use crate::constraints;

/// Why clients refuse a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// A name is outside of what a CA above may certify.
    NameConstraints,
    /// There are more CAs below a CA than it allows.
    PathLength,
    /// An extension is critical, and no common client knows it.
    CriticalExtension,
    /// A CA's key may not sign certificates.
    KeyUsage,
    /// A CA may not certify for what the certificate is used.
    ExtendedKeyUsage,
}

/// Clients refuse the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Objection {
    /// Why.
    pub cause: Cause,
    /// The same in words: a clause.
    pub detail: String,
}

type Parsed<'a> = X509Certificate<'a>;

/// A check of one certificate of a path, given the leaf, those above it, and the position of the one that is checked.
type Check = fn(&Path<'_>, usize) -> Option<Objection>;

const CHECKS: [Check; 4] = [critical_extensions, key_usage, path_length, extended_key_usage];

/// Extensions of which common clients (OpenSSL, Go, Windows, browsers) know at least what they demand.
const KNOWN: [&str; 16] = [
    "2.5.29.14",
    "2.5.29.15",
    "2.5.29.17",
    "2.5.29.18",
    "2.5.29.19",
    "2.5.29.30",
    "2.5.29.31",
    "2.5.29.32",
    "2.5.29.33",
    "2.5.29.35",
    "2.5.29.36",
    "2.5.29.37",
    "2.5.29.54",
    "1.3.6.1.5.5.7.1.1",
    "1.3.6.1.5.5.7.1.7",
    "2.16.840.1.113730.1.1",
];

/// For what a certificate is used, as its issuers have to allow it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Usage {
    ServerAuth,
    ClientAuth,
}

/// A leaf and those above it.
struct Path<'a> {
    leaf: &'a Parsed<'a>,
    above: &'a [Parsed<'a>],
}

/// What clients object to in a certificate (DER) with these ones above it, of which they trust the last. `None` where
/// nothing is known against it, and where one of them cannot be read.
pub fn objection(leaf: &[u8], above: &[&[u8]]) -> Option<Objection> {
    let (_, parsed) = X509Certificate::from_der(leaf).ok()?;
    let parsed_above: Vec<Parsed<'_>> =
        above.iter().map(|der| Some(X509Certificate::from_der(der).ok()?.1)).collect::<Option<_>>()?;
    let path = Path { leaf: &parsed, above: &parsed_above };
    // The leaf is at 0.
    let found = (0..=above.len()).find_map(|position| CHECKS.iter().find_map(|check| check(&path, position)));
    found.or_else(|| match verify(leaf, above, latest_begin(&path)) {
        Ok(()) => None,
        Err(error) => refused(&error, &path),
    })
}

impl<'a> Path<'a> {
    fn at(&self, position: usize) -> Option<&'a Parsed<'a>> {
        position.checked_sub(1).map_or(Some(self.leaf), |index| self.above.get(index))
    }

    /// Whether the certificate at this position is a root at the top, of which clients take name and key alone.
    fn is_root(&self, position: usize) -> bool {
        position == self.above.len() && position > 0 && self.at(position).is_some_and(is_self_issued)
    }

    /// The usage that the leaf allows; `None` for one that serves neither servers nor clients.
    fn usage(&self) -> Option<Usage> {
        [Usage::ServerAuth, Usage::ClientAuth].into_iter().find(|usage| allows(self.leaf, *usage))
    }
}

fn is_self_issued(certificate: &Parsed<'_>) -> bool {
    certificate.subject().as_raw() == certificate.issuer().as_raw()
        || DistinguishedName::from(certificate.subject()) == DistinguishedName::from(certificate.issuer())
}

fn usages<'a>(certificate: &'a Parsed<'a>) -> Option<&'a ExtendedKeyUsage<'a>> {
    certificate.extended_key_usage().ok().flatten().map(|extension| extension.value)
}

fn allows(certificate: &Parsed<'_>, usage: Usage) -> bool {
    usages(certificate).is_none_or(|usages| {
        usages.any
            || match usage {
                Usage::ServerAuth => usages.server_auth,
                Usage::ClientAuth => usages.client_auth,
            }
    })
}

fn object(cause: Cause, certificate: &Parsed<'_>, what: &str) -> Objection {
    let subject = DistinguishedName::from(certificate.subject());
    Objection { cause, detail: format!("`{subject}` {what}") }
}

fn critical_extensions(path: &Path<'_>, position: usize) -> Option<Objection> {
    let certificate = path.at(position).filter(|_| !path.is_root(position))?;
    let mut critical = certificate.extensions().iter().filter(|extension| extension.critical);
    let unknown = critical.find(|extension| !KNOWN.contains(&extension.oid.to_id_string().as_str()))?;
    let what = format!("has the critical extension {}, which clients do not know", unknown.oid.to_id_string());
    Some(object(Cause::CriticalExtension, certificate, &what))
}

fn key_usage(path: &Path<'_>, position: usize) -> Option<Objection> {
    let certificate = path.at(position).filter(|_| position > 0 && !path.is_root(position))?;
    let usage = certificate.key_usage().ok()??;
    (!usage.value.key_cert_sign())
        .then(|| object(Cause::KeyUsage, certificate, "may not sign certificates: its key usage lacks keyCertSign"))
}

/// Certificates that a CA issued to itself do not count
/// ([RFC 5280, 4.2.1.9](https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.9)).
fn path_length(path: &Path<'_>, position: usize) -> Option<Objection> {
    let certificate = path.at(position).filter(|_| position > 0)?;
    let most = certificate.basic_constraints().ok()??.value.path_len_constraint?;
    let below = path.above.iter().take(position - 1).filter(|ca| !is_self_issued(ca)).count();
    let too_many = u32::try_from(below).is_ok_and(|below| below > most);
    too_many.then(|| {
        object(Cause::PathLength, certificate, &format!("allows {most} CAs below it, and the chain has {below}"))
    })
}

fn extended_key_usage(path: &Path<'_>, position: usize) -> Option<Objection> {
    let certificate = path.at(position).filter(|_| position > 0 && !path.is_root(position))?;
    let usage = path.usage()?;
    let name = match usage {
        Usage::ServerAuth => "servers (serverAuth)",
        Usage::ClientAuth => "clients (clientAuth)",
    };
    (!allows(certificate, usage)).then(|| {
        object(
            Cause::ExtendedKeyUsage,
            certificate,
            &format!("may not issue for {name}: its extended key usages do not include it"),
        )
    })
}

/// Of extended key usages everything was said before, and of `anyExtendedKeyUsage` more than webpki knows.
struct AnyUsage;

impl ExtendedKeyUsageValidator for AnyUsage {
    fn validate(&self, _: KeyPurposeIdIter<'_, '_>) -> Result<(), Error> {
        Ok(())
    }
}

/// A moment at which the whole path is valid, if there is one: whether it is valid now is not asked here.
fn latest_begin(path: &Path<'_>) -> UnixTime {
    let starts = path.above.iter().chain([path.leaf]).map(|one| one.validity().not_before.timestamp());
    let latest = starts.max().and_then(|at| u64::try_from(at).ok()).unwrap_or_default();
    UnixTime::since_unix_epoch(Duration::from_secs(latest))
}

fn verify(leaf: &[u8], above: &[&[u8]], at: UnixTime) -> Result<(), Error> {
    let Some((last, between)) = above.split_last() else { return Ok(()) };
    let last = CertificateDer::from(*last);
    let anchors = [anchor_from_trusted_cert(&last)?];
    let between: Vec<CertificateDer<'_>> = between.iter().map(|der| CertificateDer::from(*der)).collect();
    let leaf = CertificateDer::from(leaf);
    EndEntityCert::try_from(&leaf)?
        .verify_for_usage(webpki::ALL_VERIFICATION_ALGS, &anchors, &between, at, AnyUsage, None, None)
        .map(drop)
}

/// The cause of a refusal by webpki; `None` where it may be webpki's own limit.
fn refused(error: &Error, path: &Path<'_>) -> Option<Objection> {
    let named = path.above.iter().find_map(|ca| {
        let name = constraints::violated_by(ca, path.leaf)?;
        Some(object(Cause::NameConstraints, ca, &format!("may not issue for {name}: its name constraints forbid it")))
    });
    let constrained = || path.above.iter().find(|ca| constraints::of(ca).is_some());
    named.or_else(|| match error {
        // A wildcard may fall under a constraint in more ways than are checked here.
        Error::NameConstraintViolation if path.above.iter().all(constraints::are_of_hosts_only) => constrained()
            .map(|ca| object(Cause::NameConstraints, ca, "has name constraints that forbid a name of the certificate")),
        Error::InvalidNetworkMaskConstraint | Error::MalformedNameConstraint => {
            constrained().map(|ca| object(Cause::NameConstraints, ca, "has name constraints that cannot be read"))
        }
        _ => None,
    })
}
