//! instant-acme on the simulated AWS, with time that moves when a test says so.

use std::pin::Pin;

use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use instant_acme::{
    Account, AuthorizationStatus, BodyWrapper, BytesResponse, ChallengeType, Error, ExternalAccountKey, HttpClient,
    Identifier, NewAccount, NewOrder, Order, OrderStatus,
};
use jiff::ToSpan;
use simulated_aws::{AcmeServer, Aws};

pub(crate) struct Http(pub(crate) Aws);

type Sent = Pin<Box<dyn Future<Output = Result<BytesResponse, Error>> + Send>>;

impl HttpClient for Http {
    fn request(&self, request: http::Request<BodyWrapper<hyper::body::Bytes>>) -> Sent {
        let aws = self.0.clone();
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let body = http_body_util::BodyExt::collect(body).await.unwrap().to_bytes();
            let request = http::Request::from_parts(parts, SdkBody::from(body.to_vec()));
            let answer = aws.call(HttpRequest::try_from(request).unwrap()).await;
            let answer = answer.map_err(|error| Error::Other(Box::new(error)))?.try_into_http1x().unwrap();
            let (parts, body) = answer.into_parts();
            let body = hyper::body::Bytes::copy_from_slice(body.bytes().unwrap());
            Ok(BytesResponse { parts, body: Box::new(body) })
        })
    }
}

/// The CA's zone and an account there.
pub(crate) struct World {
    pub(crate) aws: Aws,
    pub(crate) ca: AcmeServer,
    pub(crate) zone: String,
    pub(crate) account: Account,
}

impl World {
    pub(crate) async fn new() -> Self {
        let aws = Aws::new("2026-11-20T08:00:00Z".parse().unwrap());
        let ca = aws.acme_server("letsencrypt");
        let zone = aws.create_hosted_zone("example.com");
        let account = register(&aws, &ca, None).await.unwrap();
        Self { aws, ca, zone, account }
    }

    pub(crate) async fn order(&self, names: &[&str]) -> Order {
        let names: Vec<_> = names.iter().map(|name| Identifier::Dns((*name).to_owned())).collect();
        self.account.new_order(&NewOrder::new(&names)).await.unwrap()
    }

    /// An operator sets every pending value, and says that it is ready.
    pub(crate) async fn prove(&self, order: &mut Order) {
        let (mut values, mut authorizations) = (std::collections::BTreeMap::new(), order.authorizations());
        while let Some(authorization) = authorizations.next().await {
            let mut authorization = authorization.unwrap();
            if authorization.status != AuthorizationStatus::Pending {
                continue;
            }
            let mut challenge = authorization.challenge(ChallengeType::Dns01).unwrap();
            let name = challenge.identifier().to_string();
            let name = format!("_acme-challenge.{}", name.trim_start_matches("*."));
            let value = format!("\"{}\"", challenge.key_authorization().dns_value());
            let all: &mut Vec<String> = values.entry(name.clone()).or_default();
            all.push(value);
            self.aws.set_records(&self.zone, &name, "TXT", &all.iter().map(String::as_str).collect::<Vec<_>>());
            challenge.set_ready().await.unwrap();
        }
        self.aws.advance(10.seconds());
        order.refresh().await.unwrap();
    }

    pub(crate) async fn finalize(&self, order: &mut Order, names: &[&str]) -> String {
        let key = rcgen::KeyPair::generate().unwrap();
        order.finalize_csr(&csr(names, &key)).await.unwrap();
        assert_eq!(order.state().status, OrderStatus::Processing);
        self.aws.advance(10.seconds());
        order.refresh().await.unwrap();
        order.certificate().await.unwrap().unwrap()
    }

    /// The whole way.
    pub(crate) async fn issue(&self, names: &[&str]) -> String {
        let mut order = self.order(names).await;
        self.prove(&mut order).await;
        self.finalize(&mut order, names).await
    }
}

pub(crate) fn csr(names: &[&str], key: &rcgen::KeyPair) -> Vec<u8> {
    let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = rcgen::CertificateParams::new(names).unwrap();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.serialize_request(key).unwrap().der().to_vec()
}

pub(crate) async fn register(aws: &Aws, ca: &AcmeServer, bound: Option<&ExternalAccountKey>) -> Result<Account, Error> {
    let new = NewAccount { contact: &[], terms_of_service_agreed: true, only_return_existing: false };
    let builder = Account::builder_with_http(Box::new(Http(aws.clone())));
    builder.create(&new, ca.directory_url(), bound).await.map(|(account, _)| account)
}
