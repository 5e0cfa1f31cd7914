//! Whom the client trusts for TLS.

use std::time::Duration;

use aws_smithy_async::rt::sleep::default_async_sleep;
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{self, TlsContext, TrustStore, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::{HttpConnectorSettings, SharedHttpConnector};
use x509_parser::pem::Pem;

/// As the AWS clients have it.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(3_100);
/// newOrder with 100 names and finalize take seconds; ACM's own ACME endpoints up to two minutes, which are awaited by
/// polling.
const READ_TIMEOUT: Duration = Duration::from_secs(30);

/// The configured root is not a PEM certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the root of the ACME server is not one or more PEM certificates")]
pub struct InvalidRoot;

/// A connector for ACME servers. Without roots the system's store decides; a private server's own roots (PEM) are the only
/// ones that are trusted for it then. `HTTPS_PROXY` is honoured, since many networks let nothing else out.
///
/// # Errors
/// When the roots cannot be read.
pub fn https_connector(roots: Option<&str>) -> Result<SharedHttpConnector, InvalidRoot> {
    let trusted = match roots {
        Some(pem) => TrustStore::empty().with_pem_certificate(checked(pem)?),
        None => TrustStore::default(),
    };
    let context = TlsContext::builder().with_trust_store(trusted).build().map_err(|_| InvalidRoot)?;
    let settings = HttpConnectorSettings::builder().connect_timeout(CONNECT_TIMEOUT).read_timeout(READ_TIMEOUT).build();
    let mut connector = Connector::builder().connector_settings(settings);
    connector.set_sleep_impl(default_async_sleep());
    connector.set_proxy_config(Some(ProxyConfig::from_env()));
    let connector = connector.tls_provider(tls::Provider::Rustls(CryptoMode::AwsLc)).tls_context(context);
    Ok(SharedHttpConnector::new(connector.build()))
}

/// The connector panics at roots that it cannot read, so they are read before.
fn checked(pem: &str) -> Result<Vec<u8>, InvalidRoot> {
    let mut certificates = 0;
    for block in Pem::iter_from_buffer(pem.as_bytes()) {
        let block = block.map_err(|_| InvalidRoot)?;
        if block.label != "CERTIFICATE" || block.parse_x509().is_err() {
            return Err(InvalidRoot);
        }
        certificates += 1;
    }
    if certificates == 0 { Err(InvalidRoot) } else { Ok(pem.as_bytes().to_vec()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_are_checked() {
        assert!(https_connector(None).is_ok());
        let root = rcgen::generate_simple_self_signed(["root.example".to_owned()]).unwrap().cert.pem();
        assert!(https_connector(Some(&root)).is_ok());
        for wrong in ["", "no PEM", &root.replace("CERTIFICATE", "PUBLIC KEY"), &root.replace("MII", "AAA")] {
            assert_eq!(https_connector(Some(wrong)).err(), Some(InvalidRoot), "{wrong}");
        }
    }
}
