//! When the CA wants a certificate to be replaced (ARI, RFC 9773).

use std::fmt;

use base64ct::{Base64UrlUnpadded, Encoding};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use x509_parser::extensions::ParsedExtension;
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::directory::{Server, check};
use crate::error::Error;
use crate::text::clean;

/// RFC 9773, 4.3.2: how often to ask a server that says nothing usable.
const ASK_AGAIN: SignedDuration = SignedDuration::from_hours(6);
/// "Clients MUST set reasonable limits on their checking interval": a minute and a day are the RFC's examples.
const MOST_OFTEN: SignedDuration = SignedDuration::from_mins(1);
const LEAST_OFTEN: SignedDuration = SignedDuration::from_hours(24);

/// A certificate as ARI names it (RFC 9773, 4.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateId(String);

impl fmt::Display for CertificateId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl CertificateId {
    /// Of a certificate in DER; none without the issuer's key identifier.
    pub fn from_certificate(der: &[u8]) -> Option<Self> {
        let (_, certificate) = X509Certificate::from_der(der).ok()?;
        let issuer = certificate.iter_extensions().find_map(|extension| match extension.parsed_extension() {
            ParsedExtension::AuthorityKeyIdentifier(issuer) => issuer.key_identifier.as_ref(),
            _ => None,
        })?;
        let text = Base64UrlUnpadded::encode_string;
        Some(Self(format!("{}.{}", text(issuer.0), text(certificate.tbs_certificate.raw_serial()))))
    }
}

/// What the CA says about a certificate. It never fails: a renewal must not depend on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenewalWindow {
    /// The window, or why there is none; then the certificate's lifetime decides.
    pub window: Result<Window, String>,
    /// Not before this moment should the CA be asked again.
    pub ask_again_at: Timestamp,
}

/// When to replace the certificate: at a random moment in the window, and at once when that is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    /// Its start.
    pub start: Timestamp,
    /// Its end.
    pub end: Timestamp,
    /// A page that says why, such as a revocation ahead.
    pub explanation: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Shown {
    suggested_window: ShownWindow,
    #[serde(rename = "explanationURL", default)]
    explanation: Option<String>,
}

#[derive(Deserialize)]
struct ShownWindow {
    start: Timestamp,
    end: Timestamp,
}

impl Server {
    /// Asks when a certificate that expires then should be replaced.
    pub async fn renewal_window(&self, id: &CertificateId, expires: Timestamp) -> RenewalWindow {
        let asked = self.ask(id).await;
        let now = self.transport.clock.now();
        let said = match &asked {
            Ok((_, said)) => *said,
            Err(error) => error.retry_at(),
        };
        let ask_again_at = said.unwrap_or(now + ASK_AGAIN).clamp(now + MOST_OFTEN, now + LEAST_OFTEN);
        let window = asked.map_err(|error| error.to_string()).and_then(|(shown, _)| sensible(shown, expires));
        RenewalWindow { window, ask_again_at }
    }

    async fn ask(&self, id: &CertificateId) -> Result<(Shown, Option<Timestamp>), Error> {
        let base = self.directory.renewal_info.as_deref();
        let base = base.ok_or_else(|| Error::unusable("directory", "the server has no renewal information"))?;
        check(base, "renewalInfo")?;
        let answer = self.transport.get("renewalInfo", &format!("{}/{id}", base.trim_end_matches('/'))).await?;
        Ok((answer.json()?, answer.retry_at))
    }
}

/// RFC 9773, 4.2: a window whose end is not after its start is to be ignored. One after the expiry is a mistake too: nobody
/// may be talked into letting a certificate expire.
fn sensible(shown: Shown, expires: Timestamp) -> Result<Window, String> {
    let ShownWindow { start, end } = shown.suggested_window;
    if end <= start {
        return Err("the renewal window ends before it starts".to_owned());
    }
    if start >= expires {
        return Err("the renewal window starts after the certificate has expired".to_owned());
    }
    let explanation = shown.explanation.filter(|url| url.starts_with("https://")).map(|url| clean(&url, 300));
    Ok(Window { start, end, explanation })
}
