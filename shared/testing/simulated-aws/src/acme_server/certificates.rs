//! Certificates: download (RFC 8555, 7.4.2) and revocation (7.6).

use base64ct::{Base64UrlUnpadded, Encoding};
use jiff::Timestamp;

use super::jws::Jws;
use super::problem::Problem;
use super::{Answer, Body, Exchange, Reply};
use crate::der;
use crate::x509;

/// A certificate that was issued.
#[derive(Debug)]
pub(super) struct Issued {
    pub(super) account: usize,
    /// Of the order, sorted.
    pub(super) names: Vec<String>,
    pub(super) profile: &'static str,
    pub(super) replaces: Option<String>,
    /// RFC 9773, 4.1.
    pub(super) id: String,
    pub(super) serial: Vec<u8>,
    pub(super) pem: String,
    pub(super) chain: String,
    pub(super) issued_at: Timestamp,
    pub(super) not_before: Timestamp,
    pub(super) not_after: Timestamp,
    /// Since when ARI says that it must be replaced at once.
    pub(super) replace_now: Option<Timestamp>,
    pub(super) revoked: bool,
}

impl Issued {
    /// RFC 9773, 4.1: key identifier of the issuer and serial number, without tags and lengths, in base64url.
    pub(super) fn ari_id(issuer: &[u8], serial: &[u8]) -> String {
        let (_, _, extension) = x509::authority_key_identifier(issuer);
        // A SEQUENCE with one member: four bytes of tags and lengths.
        let key_id = Base64UrlUnpadded::encode_string(&extension[4..]);
        let integer = der::unsigned(serial);
        format!("{key_id}.{}", Base64UrlUnpadded::encode_string(&integer[2..]))
    }
}

impl Exchange<'_> {
    pub(super) fn certificate(&self, jws: &Jws, account: usize, id: usize) -> Answer {
        jws.check_post_as_get()?;
        let found = self.server.certificates.get(id).filter(|certificate| certificate.account == account);
        let certificate = found.ok_or_else(|| Problem::not_found("Certificate not found"))?;
        let chain = format!("{}\n{}", certificate.pem, certificate.chain);
        Ok(Reply { status: 200, headers: Vec::new(), body: Body::Chain(chain) })
    }

    /// By the account that ordered it. The keys of certificates are not modelled as signers.
    pub(super) fn revoke(&mut self, jws: &Jws, account: usize) -> Answer {
        let payload = jws.object()?;
        let der = Base64UrlUnpadded::decode_vec(payload["certificate"].as_str().unwrap_or_default());
        let der = der.map_err(|_| Problem::malformed("Unable to decode certificate"))?;
        if payload["reason"].as_u64().is_some_and(|reason| !matches!(reason, 0 | 1 | 4 | 5)) {
            return Err(Problem::new("badRevocationReason", "unsupported revocation reason code provided"));
        }
        let is_it = |pem: &str| pem_rfc7468::decode_vec(pem.as_bytes()).is_ok_and(|(_, own)| own == der);
        let found = self.server.certificates.iter_mut().find(|one| is_it(&one.pem));
        let certificate = found.ok_or_else(|| Problem::not_found("No such certificate"))?;
        if certificate.account != account {
            return Err(Problem::unauthorized("The key ID specified in the revocation request does not match"));
        }
        if std::mem::replace(&mut certificate.revoked, true) {
            return Err(Problem::new("alreadyRevoked", "Certificate already revoked"));
        }
        certificate.replace_now = Some(self.now);
        Ok(Reply { status: 200, headers: Vec::new(), body: Body::Empty })
    }
}
