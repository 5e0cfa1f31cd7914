//! What a private CA is asked, and when.
#![cfg(test)]

use std::sync::Mutex;

use aws_client::Clock;
use certificates::{Failure, FailureReason};
use issuers::{Approver, IssueRequest, KeyedChain, Offer, PrivateCa, Source};
use jiff::SignedDuration;
use simulated_aws::{Aws, CertificateSpec, Fault, Key};
use x509::{Certificate, KeyType};

/// Notes what happens, and how many certificates were requested by then.
struct Log<'a> {
    aws: &'a Aws,
    approves: bool,
    lines: Mutex<Vec<String>>,
}

impl Log<'_> {
    fn add(&self, what: &str) {
        let requested = self.aws.call_counts().get("IssueCertificate").copied().unwrap_or_default();
        self.lines.lock().unwrap().push(format!("{what} after {requested} requests"));
    }
}

impl Approver for Log<'_> {
    fn approve(&self, offer: &Offer) -> Result<(), Failure> {
        assert!(offer.issuer_chain.is_some() && offer.usages.is_some() && offer.not_after.is_some(), "{offer:?}");
        self.add("approval");
        if self.approves { Ok(()) } else { Err(Failure::new(FailureReason::NotLonger, "no")) }
    }

    fn withdraw(&self) {
        self.add("withdrawal");
    }
}

/// What a request to a private CA comes to, and what happened meanwhile.
async fn obtain(approves: bool, fault: Option<Fault>) -> (Result<KeyedChain, FailureReason>, Vec<String>) {
    let aws = Aws::in_account("2026-11-20T08:00:00Z".parse().unwrap(), "123456789012", "us-east-1");
    let ca = aws.create_private_ca(Key::P256);
    let spec = CertificateSpec::imported("pay.example.com").key(Key::P256).days_left(20).issued_by(&ca);
    let arn = aws.insert_certificate(spec);
    if let Some(fault) = fault {
        aws.fail_always("IssueCertificate", fault);
    }
    let request = IssueRequest {
        certificate_arn: &arn.parse().unwrap(),
        current: &Certificate::from_pem(&aws.certificate(&arn).unwrap().pem.unwrap()).unwrap(),
        key_type: KeyType::P256,
        validity_days: 90,
        attempt: 1,
        deadline: aws.now() + SignedDuration::from_mins(1),
    };
    let config = aws.sdk_config();
    let issuer = PrivateCa::new(&config, Clock::of(&config), ca.parse().unwrap());
    let log = Log { aws: &aws, approves, lines: Mutex::default() };
    let obtained = Source::Issuer(Box::new(issuer)).obtain(&request, &log).await;
    (obtained.map_err(|failure| failure.reason), log.lines.into_inner().unwrap())
}

#[tokio::test]
async fn a_certificate_is_approved_before_it_is_requested() {
    let (obtained, log) = obtain(true, None).await;
    let KeyedChain { issued, key } = obtained.unwrap();
    assert_eq!(log, ["approval after 0 requests"]);
    let new = Certificate::from_pem(&issued.certificate).unwrap();
    assert!(new.has_key(key.public_key()) && !issued.chain.is_empty());
    assert_eq!(new.lifetime_days(), 90);
}

#[tokio::test]
async fn what_is_not_approved_is_not_requested() {
    let (obtained, log) = obtain(false, None).await;
    assert_eq!(obtained.unwrap_err(), FailureReason::NotLonger);
    assert_eq!(log, ["approval after 0 requests"]);
}

/// Only a refusal costs nothing for certain.
#[tokio::test]
async fn an_approval_is_withdrawn_when_the_request_is_refused() {
    let refusal = Fault::Error { code: "MalformedCSRException".into(), message: "no".into(), status: 400 };
    let (obtained, log) = obtain(true, Some(refusal)).await;
    assert_eq!(obtained.unwrap_err(), FailureReason::IssuerRefused);
    assert_eq!(log, ["approval after 0 requests", "withdrawal after 1 requests"]);

    let (obtained, log) = obtain(true, Some(Fault::AnswerLost)).await;
    assert_eq!(obtained.unwrap_err(), FailureReason::ServiceError);
    assert_eq!(log, ["approval after 0 requests"]);
}
