//! The two kinds of source.

use std::fmt::Debug;
use std::pin::Pin;

use certificates::Failure;
use x509::Certificate;

use crate::csr;
use crate::key::{KeyPair, PrivateKey};
use crate::request::{Approver, IssueRequest, IssuedChain};

/// What a source is at work on.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = Result<T, Failure>> + Send + 'a>>;

/// What a source is asked, and always answers.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Signs requests. Whatever can be known without a charge, it checks before it asks its [`Approver`].
///
/// Two attempts to renew one certificate may run at the same time. An issuer that can (by an idempotency token from
/// ARN, current serial number and attempt) delivers both the same certificate: the second then sees that the certificate
/// is not for its own key, and leaves the renewal to the first.
pub trait Issuer: Debug + Send + Sync {
    /// Issues a certificate for a certificate signing request (PEM).
    ///
    /// # Errors
    /// It did not; the reason says who can resolve it.
    fn issue<'a>(
        &'a self,
        request: &'a IssueRequest<'a>,
        csr: &'a str,
        approver: &'a dyn Approver,
    ) -> Pending<'a, IssuedChain>;

    /// CAs whose certificates, or those of CAs beneath them, this issuer may replace. The operator says so, or the CA's own
    /// publications, never a tag.
    fn issuers(&self) -> Vec<Certificate> {
        Vec::new()
    }

    /// Whether a certificate can be asked for that is valid for a number of days.
    fn takes_a_lifetime(&self) -> bool {
        true
    }

    /// Whether the CA itself has announced that it will revoke the current certificate. One that does not say is taken to
    /// keep it.
    fn announces_revocation<'a>(&'a self, _current: &'a Certificate) -> Answer<'a, bool> {
        Box::pin(async { false })
    }
}

/// Keeps certificates together with their own keys, which another tool puts there.
pub trait BundleStore: Debug + Send + Sync {
    /// The bundle that is to replace the current certificate.
    ///
    /// # Errors
    /// There is none; the reason says who can resolve it.
    fn fetch<'a>(&'a self, request: &'a IssueRequest<'a>) -> Pending<'a, KeyedChain>;
}

/// A source of certificates.
#[derive(Debug)]
pub enum Source {
    /// Signs a request for a key that is made here.
    Issuer(Box<dyn Issuer>),
    /// Delivers the key with the certificate.
    Bundle(Box<dyn BundleStore>),
}

/// A chain with the key of its first certificate.
#[derive(Debug)]
pub struct KeyedChain {
    /// The certificate and those above it.
    pub issued: IssuedChain,
    /// The certificate's key, or what should be.
    pub key: PrivateKey,
}

impl Source {
    /// Obtains a certificate that may replace the current one. Whether it really may is for the caller to check.
    ///
    /// # Errors
    /// There is none; the reason says who can resolve it.
    pub async fn obtain(&self, request: &IssueRequest<'_>, approver: &dyn Approver) -> Result<KeyedChain, Failure> {
        match self {
            Self::Issuer(issuer) => {
                let pair = KeyPair::generate(request.key_type)?;
                let csr = csr::from_current(request.current, &pair)?;
                let issued = issuer.issue(request, &csr, approver).await?;
                Ok(KeyedChain { issued, key: pair.private_key()? })
            }
            Self::Bundle(store) => store.fetch(request).await,
        }
    }

    /// Whether it issues certificates, for a key that is made here.
    pub fn is_issuer(&self) -> bool {
        matches!(self, Self::Issuer(_))
    }

    /// As [`Issuer::takes_a_lifetime`].
    pub fn takes_a_lifetime(&self) -> bool {
        matches!(self, Self::Issuer(issuer) if issuer.takes_a_lifetime())
    }

    /// As [`Issuer::announces_revocation`].
    pub async fn announces_revocation(&self, current: &Certificate) -> bool {
        match self {
            Self::Issuer(issuer) => issuer.announces_revocation(current).await,
            Self::Bundle(_) => false,
        }
    }

    /// As [`Issuer::issuers`].
    pub fn issuers(&self) -> Vec<Certificate> {
        match self {
            Self::Issuer(issuer) => issuer.issuers(),
            Self::Bundle(_) => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use x509::KeyType;

    use super::*;
    use crate::request::Offer;

    #[derive(Debug)]
    struct Echo;

    impl Issuer for Echo {
        fn issue<'a>(&'a self, _: &'a IssueRequest<'a>, csr: &'a str, _: &'a dyn Approver) -> Pending<'a, IssuedChain> {
            Box::pin(async { Ok(IssuedChain { certificate: csr.to_owned(), chain: String::new() }) })
        }
    }

    #[derive(Debug)]
    struct Kept;

    impl BundleStore for Kept {
        fn fetch<'a>(&'a self, request: &'a IssueRequest<'a>) -> Pending<'a, KeyedChain> {
            let issued = IssuedChain { certificate: "its certificate".into(), chain: String::new() };
            Box::pin(async { Ok(KeyedChain { issued, key: KeyPair::generate(request.key_type)?.private_key()? }) })
        }
    }

    struct Nobody;

    impl Approver for Nobody {
        fn approve(&self, _: &Offer) -> Result<(), Failure> {
            unreachable!()
        }

        fn withdraw(&self) {
            unreachable!()
        }
    }

    async fn obtain(source: &Source) -> KeyedChain {
        let params = rcgen::CertificateParams::new(vec!["example.com".into()]).unwrap();
        let pem = params.self_signed(&rcgen::KeyPair::generate().unwrap()).unwrap().pem();
        let request = IssueRequest {
            certificate_arn: &"arn:aws:acm:us-east-1:123456789012:certificate/a".parse().unwrap(),
            current: &Certificate::from_pem(&pem).unwrap(),
            key_type: KeyType::P256,
            validity_days: 90,
            attempt: 1,
            deadline: jiff::Timestamp::MAX,
        };
        source.obtain(&request, &Nobody).await.unwrap()
    }

    #[tokio::test]
    async fn an_issuer_signs_a_request_for_a_key_of_ours() {
        let source = Source::Issuer(Box::new(Echo));
        let KeyedChain { issued, key } = obtain(&source).await;
        assert!(issued.certificate.starts_with("-----BEGIN CERTIFICATE REQUEST-----\n"), "{}", issued.certificate);
        assert!(key.pem().starts_with("-----BEGIN PRIVATE KEY-----\n") && !key.public_key().is_empty());
        assert!(source.is_issuer());
    }

    #[tokio::test]
    async fn a_bundle_has_a_key_of_its_own() {
        let source = Source::Bundle(Box::new(Kept));
        assert_eq!(obtain(&source).await.issued.certificate, "its certificate");
        assert!(!source.is_issuer());
    }
}
