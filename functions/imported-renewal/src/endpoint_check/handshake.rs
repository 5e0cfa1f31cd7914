//! Asks a server for its certificate.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// The certificate that the server at this address presents for this name, DER; or why it is not known.
pub(super) async fn presented_certificate(
    address: SocketAddr,
    name: &str,
    patience: Duration,
) -> Result<Vec<u8>, String> {
    let recorder = Arc::new(Recorder::new());
    let handshake = tokio::time::timeout(patience, shake_hands(address, name, recorder.clone())).await;
    // A server that requires a certificate of its clients refuses this one after it has presented its own.
    if let Some(certificate) = recorder.presented() {
        return Ok(certificate);
    }
    match handshake {
        Ok(Ok(())) => Err("it presented no certificate".into()),
        Ok(Err(error)) => Err(error),
        Err(_) => Err("it did not answer in time".into()),
    }
}

async fn shake_hands(address: SocketAddr, name: &str, recorder: Arc<Recorder>) -> Result<(), String> {
    let name = ServerName::try_from(name.to_owned()).map_err(|error| error.to_string())?;
    let config = ClientConfig::builder_with_provider(recorder.provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .dangerous()
        .with_custom_certificate_verifier(recorder)
        .with_no_client_auth();
    let stream = TcpStream::connect(address).await.map_err(|error| format!("it cannot be connected to: {error}"))?;
    let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await;
    stream.map(|_| ()).map_err(|error| format!("the TLS handshake failed: {error}"))
}

/// Accepts every certificate, and remembers it. What is asked is which certificate a server presents, not whether anybody
/// should trust it: a private CA's is not trusted here, and one that has expired or is for another name is worth a report
/// too. Nothing is sent over the connection or read from it.
#[derive(Debug)]
struct Recorder {
    provider: Arc<CryptoProvider>,
    presented: Mutex<Option<Vec<u8>>>,
}

impl Recorder {
    fn new() -> Self {
        Self { provider: Arc::new(aws_lc_rs::default_provider()), presented: Mutex::default() }
    }

    fn presented(&self) -> Option<Vec<u8>> {
        self.presented.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl ServerCertVerifier for Recorder {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        *self.presented.lock().unwrap_or_else(PoisonError::into_inner) = Some(end_entity.to_vec());
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _message: &[u8],
        _certificate: &CertificateDer<'_>,
        _signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
