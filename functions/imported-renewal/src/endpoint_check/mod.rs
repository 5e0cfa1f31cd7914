//! Whether the endpoints of a renewed certificate serve the new one.
//!
//! The names come from a certificate that anybody may import, and who has them points them anywhere. So nothing is connected
//! to but what the operator lists: names at or below the listed domains, on port 443, at public addresses. Nothing is sent
//! but a TLS handshake, and nothing of what comes back is reported but a serial number.

mod address;
mod handshake;
mod resolver;
mod settings;

use std::time::Duration;

use aws_client::Clock;
use aws_config::SdkConfig;
use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};
use x509::{Certificate, SerialNumber};

pub use settings::EndpointCheckSettings;

/// Load balancers and CloudFront take minutes to serve a certificate that was imported.
const CHECK_EVERY: Duration = Duration::from_secs(10);
/// What one round may take: a look-up, and two addresses that do not answer.
pub(crate) const ROUND: SignedDuration = SignedDuration::from_secs(9);

/// An endpoint of a certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Endpoint {
    /// One of the certificate's names.
    pub(crate) name: String,
    pub(crate) serves: Served,
}

/// What an endpoint serves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Served {
    NewCertificate,
    /// The one that was replaced.
    PreviousCertificate,
    /// Neither: this one, if it can be read.
    AnotherCertificate(Option<SerialNumber>),
    /// It is not known, for this reason.
    Unknown(String),
}

impl Served {
    /// As it is in answers and logs.
    pub(crate) fn as_str(&self) -> &'static str {
        match self {
            Self::NewCertificate => "new-certificate",
            Self::PreviousCertificate => "previous-certificate",
            Self::AnotherCertificate(_) => "another-certificate",
            Self::Unknown(_) => "unknown",
        }
    }
}

/// The serial numbers of a certificate and of the one that replaced it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Serials<'a> {
    pub(crate) previous: &'a SerialNumber,
    pub(crate) new: &'a SerialNumber,
}

impl Serials<'_> {
    fn compare(self, presented: &[u8]) -> Served {
        match Certificate::from_der(presented).ok().map(|certificate| certificate.serial) {
            Some(serial) if serial == *self.new => Served::NewCertificate,
            Some(serial) if serial == *self.previous => Served::PreviousCertificate,
            other => Served::AnotherCertificate(other),
        }
    }
}

/// Checks endpoints.
#[derive(Debug, Clone)]
pub(crate) struct EndpointChecker {
    settings: EndpointCheckSettings,
    clock: Clock,
}

impl EndpointChecker {
    pub(crate) fn new(settings: &EndpointCheckSettings, aws: &SdkConfig) -> Self {
        Self { settings: settings.clone(), clock: Clock::of(aws) }
    }

    /// What those of the names serve that may be checked. While one of them serves the previous certificate, all are
    /// checked again, as long as there is time.
    pub(crate) async fn check(&self, names: &[String], serials: Serials<'_>, until: Timestamp) -> Vec<Endpoint> {
        let names = self.settings.select(names);
        loop {
            let endpoints = join_all(names.iter().map(|name| self.check_one(name, serials))).await;
            let is_to_come = endpoints.iter().any(|endpoint| endpoint.serves == Served::PreviousCertificate);
            if !is_to_come || self.clock.now() + CHECK_EVERY + ROUND > until {
                return endpoints;
            }
            self.clock.sleep(CHECK_EVERY).await;
        }
    }

    async fn check_one(&self, name: &str, serials: Serials<'_>) -> Endpoint {
        let presented = self.presented(name).await;
        let serves = presented.map_or_else(Served::Unknown, |certificate| serials.compare(&certificate));
        Endpoint { name: name.to_owned(), serves }
    }

    /// The certificate of the first address that presents one.
    async fn presented(&self, name: &str) -> Result<Vec<u8>, String> {
        let EndpointCheckSettings { resolver, patience, .. } = &self.settings;
        let addresses = resolver.resolve(name, self.settings.private_addresses, *patience).await?;
        let mut why = "it has no address".to_owned();
        for address in addresses {
            match handshake::presented_certificate(address, name, *patience).await {
                Ok(certificate) => return Ok(certificate),
                Err(error) => why = error,
            }
        }
        Err(why)
    }
}

#[cfg(test)]
mod tests;
