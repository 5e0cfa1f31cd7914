//! Whom the AWS clients trust for TLS.

use std::str::FromStr;
use std::time::Duration;

use aws_smithy_async::rt::sleep::default_async_sleep;
use aws_smithy_http_client::Connector;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::{self, TlsContext, TrustStore as Roots, rustls_provider::CryptoMode};
use aws_smithy_runtime_api::client::http::{
    HttpConnectorSettings, SharedHttpClient, SharedHttpConnector, http_client_fn,
};

/// As in the SDK's own defaults.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(3_100);

/// The roots that AWS's endpoints chain up to; see `roots/README.md`.
const AMAZON_ROOTS: [&str; 5] = [
    include_str!("../roots/amazon-root-ca-1.pem"),
    include_str!("../roots/amazon-root-ca-2.pem"),
    include_str!("../roots/amazon-root-ca-3.pem"),
    include_str!("../roots/amazon-root-ca-4.pem"),
    include_str!("../roots/starfield-services-root-ca-g2.pem"),
];

/// Whom the AWS clients trust for TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TrustStore {
    /// Amazon's own roots, which are part of the program: a faster start, and nobody else can pose
    /// as AWS.
    #[default]
    Amazon,
    /// The system's store and the proxy that the environment names (`HTTPS_PROXY`), for networks
    /// that inspect TLS.
    System,
}

/// The text names no trust store.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("use `amazon` or `system`")]
pub struct UnknownTrustStore;

impl FromStr for TrustStore {
    type Err = UnknownTrustStore;

    fn from_str(text: &str) -> Result<Self, UnknownTrustStore> {
        match text {
            "amazon" => Ok(Self::Amazon),
            "system" => Ok(Self::System),
            _ => Err(UnknownTrustStore),
        }
    }
}

impl TrustStore {
    /// One connector for all clients: each would otherwise read the roots and set up TLS again, which
    /// is most of what a start costs. They share connections too.
    pub(crate) fn https_client(self) -> SharedHttpClient {
        let mut connector = Connector::builder()
            .connector_settings(HttpConnectorSettings::builder().connect_timeout(CONNECT_TIMEOUT).build());
        connector.set_sleep_impl(default_async_sleep());
        let roots = match self {
            Self::Amazon => AMAZON_ROOTS.iter().fold(Roots::empty(), |roots, pem| roots.with_pem_certificate(*pem)),
            Self::System => {
                connector.set_proxy_config(Some(ProxyConfig::from_env()));
                Roots::default()
            }
        };
        let connector = connector.tls_provider(tls::Provider::Rustls(CryptoMode::AwsLc));
        let connector = match TlsContext::builder().with_trust_store(roots).build() {
            Ok(context) => connector.tls_context(context),
            // The builder checks nothing today. Should it ever, the system's store is what every
            // SDK uses, and a start is better than none.
            Err(_) => connector,
        };
        let connector = SharedHttpConnector::new(connector.build());
        http_client_fn(move |_, _| connector.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_two_stores_are_known() {
        assert_eq!("amazon".parse(), Ok(TrustStore::Amazon));
        assert_eq!("system".parse(), Ok(TrustStore::System));
        assert_eq!("".parse::<TrustStore>(), Err(UnknownTrustStore));
    }

    /// SHA-256 of each root's DER, as printed in Amazon Trust Services' repository.
    #[test]
    fn the_roots_are_the_published_ones() {
        let fingerprints = [
            "8ecde6884f3d87b1125ba31ac3fcb13d7016de7f57cc904fe1cb97c6ae98196e",
            "1ba5b2aa8c65401a82960118f80bec4f62304d83cec4713a19c39c011ea46db4",
            "18ce6cfe7bf14e60b2e347b8dfe868cb31d02ebb3ada271569f50343b46db3a4",
            "e35d28419ed02025cfa69038cd623962458da5c695fbdea3c22b0bfb25897092",
            "568d6905a2c88708a4b3025190edcfedb1974a606a13c6e5290fcb2ae63edab5",
        ];
        for (pem, fingerprint) in AMAZON_ROOTS.iter().zip(fingerprints) {
            let (_, pem) = x509_parser::pem::parse_x509_pem(pem.as_bytes()).unwrap();
            let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &pem.contents);
            let hex: String = digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(hex, fingerprint, "{}", pem.parse_x509().unwrap().subject());
        }
    }

    #[test]
    fn both_stores_make_a_client() {
        let _ = TrustStore::Amazon.https_client();
        let _ = TrustStore::System.https_client();
    }
}
