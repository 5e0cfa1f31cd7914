//! Endpoints on this machine: what they serve, and what a renewal reports of it.

use std::net::SocketAddr;
use std::sync::Arc;

use certificates::Target;
use jiff::SignedDuration;
use lambda::{Environment, Invocation};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert, WebPkiClientVerifier};
use rustls::sign::CertifiedKey;
use rustls::{RootCertStore, ServerConfig};
use serde_json::{Value, json};
use simulated_aws::{Aws, CertificateSpec, Key};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::*;
use crate::{Config, Handler};

const NAME: &str = "pay.example.com";
const DOMAINS: &str = r#"{"domains": ["example.com"]}"#;

/// What a server does with a connection.
#[derive(Clone)]
enum Server {
    /// It presents what this returns at the moment.
    Presents(Arc<dyn Fn() -> Vec<u8> + Send + Sync>),
    RequiresAClientCertificate(Vec<u8>),
    Silent,
    Garbage,
}

impl Server {
    fn presents(certificate: &rcgen::Certificate) -> Self {
        let der = certificate.der().to_vec();
        Self::Presents(Arc::new(move || der.clone()))
    }

    async fn start(self) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let mut open = Vec::new();
            while let Ok((mut stream, _)) = listener.accept().await {
                match &self {
                    Self::Silent => open.push(stream),
                    Self::Garbage => stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap(),
                    Self::Presents(_) | Self::RequiresAClientCertificate(_) => {
                        let _ = TlsAcceptor::from(Arc::new(self.config())).accept(stream).await;
                    }
                }
            }
        });
        address
    }

    fn config(&self) -> ServerConfig {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let builder =
            ServerConfig::builder_with_provider(provider.clone()).with_safe_default_protocol_versions().unwrap();
        let (builder, der) = match self {
            Self::RequiresAClientCertificate(der) => {
                let mut roots = RootCertStore::empty();
                roots.add(CertificateDer::from(der.clone())).unwrap();
                let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
                (builder.with_client_cert_verifier(verifier), der.clone())
            }
            Self::Presents(der) => (builder.with_no_client_auth(), der()),
            Self::Silent | Self::Garbage => unreachable!(),
        };
        builder.with_cert_resolver(Arc::new(Presented(der)))
    }
}

/// Any certificate, with any key: nobody verifies the signature.
#[derive(Debug)]
struct Presented(Vec<u8>);

impl ResolvesServerCert for Presented {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        assert_eq!(hello.server_name(), Some(NAME));
        let key = PrivateKeyDer::try_from(rcgen::KeyPair::generate().unwrap().serialize_der()).unwrap();
        let key = aws_lc_rs::sign::any_supported_type(&key).unwrap();
        Some(Arc::new(CertifiedKey::new(vec![CertificateDer::from(self.0.clone())], key)))
    }
}

fn certificate(serial: u64) -> rcgen::Certificate {
    let mut params = rcgen::CertificateParams::new([NAME.to_owned()]).unwrap();
    params.serial_number = Some(serial.into());
    params.self_signed(&rcgen::KeyPair::generate().unwrap()).unwrap()
}

fn aws(region: &str) -> Aws {
    Aws::in_account("2026-11-20T08:00:00Z".parse().unwrap(), "123456789012", region)
}

/// What is found of a renewal from 0a to 0b with this much time.
async fn found(aws: &Aws, settings: &EndpointCheckSettings, names: &[&str], seconds: i64) -> Vec<Endpoint> {
    let [previous, new] = ["0a", "0b"].map(|serial| SerialNumber::parse(serial).unwrap());
    let names: Vec<String> = names.iter().map(|&name| name.into()).collect();
    let until = aws.now() + SignedDuration::from_secs(seconds);
    let checker = EndpointChecker::new(settings, &aws.sdk_config());
    checker.check(&names, Serials { previous: &previous, new: &new }, until).await
}

async fn served(aws: &Aws, server: Server) -> Served {
    let settings = DOMAINS.parse::<EndpointCheckSettings>().unwrap().at(NAME, server.start().await);
    let [Endpoint { name, serves }] = found(aws, &settings, &[NAME], 60).await.try_into().unwrap();
    assert_eq!(name, NAME);
    serves
}

#[tokio::test]
async fn each_server_is_reported_as_it_is() {
    let aws = aws("us-east-801");
    let start = aws.now();
    assert_eq!(served(&aws, Server::presents(&certificate(11))).await, Served::NewCertificate);
    let demanding = Server::RequiresAClientCertificate(certificate(11).der().to_vec());
    assert_eq!(served(&aws, demanding).await, Served::NewCertificate);
    let another = Served::AnotherCertificate(SerialNumber::parse("0c"));
    assert_eq!(served(&aws, Server::presents(&certificate(12))).await, another);
    let unreadable = Server::Presents(Arc::new(|| vec![0x30, 0x03, 0x02, 0x01, 0x01]));
    assert_eq!(served(&aws, unreadable).await, Served::AnotherCertificate(None));
    for (server, says) in [(Server::Silent, "did not answer in time"), (Server::Garbage, "the TLS handshake failed")] {
        let Served::Unknown(why) = served(&aws, server).await else { panic!("known") };
        assert!(why.contains(says), "{why}");
    }
    assert_eq!(aws.now(), start, "nothing of this changes with time");
}

#[tokio::test]
async fn nobody_is_there() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let settings = DOMAINS.parse::<EndpointCheckSettings>().unwrap().at(NAME, address);
    let endpoints = found(&aws("us-east-802"), &settings, &[NAME, "www.example.com"], 60).await;
    let whys: Vec<String> = endpoints.iter().map(|endpoint| format!("{:?}", endpoint.serves)).collect();
    assert!(whys[0].contains("cannot be connected to") && whys[1].contains("no address"), "{whys:?}");
}

#[tokio::test]
async fn an_endpoint_is_checked_again_until_it_serves_the_new_certificate() {
    let aws = aws("us-east-803");
    let (start, clock) = (aws.now(), aws.clone());
    let ders = [10, 11].map(|serial| certificate(serial).der().to_vec());
    let late = Server::Presents(Arc::new(move || {
        let is_new = clock.now().duration_since(start) >= SignedDuration::from_secs(30);
        ders[usize::from(is_new)].clone()
    }));
    assert_eq!(served(&aws, late).await, Served::NewCertificate);
    assert_eq!(aws.now().duration_since(start).as_secs(), 30);
    assert_eq!(served(&aws, Server::presents(&certificate(10))).await, Served::PreviousCertificate);
    assert!(aws.now().duration_since(start).as_secs() <= 90, "its time is over");
}

#[tokio::test]
async fn only_names_that_are_listed_are_connected_to() {
    let aws = aws("us-east-804");
    let address = Server::presents(&certificate(11)).start().await;
    let names =
        [NAME, "*.example.com", "PAY.example.com.", "badexample.com", "10.0.0.1", "a@example.com", "example.com"];
    let settings: EndpointCheckSettings = r#"{"domains": ["pay.example.com"]}"#.parse().unwrap();
    let found_names = async |settings: &EndpointCheckSettings| -> Vec<String> {
        found(&aws, settings, &names, 60).await.into_iter().map(|endpoint| endpoint.name).collect()
    };
    assert_eq!(found_names(&settings.at(NAME, address)).await, [NAME]);
    let settings: EndpointCheckSettings = DOMAINS.parse().unwrap();
    assert_eq!(found_names(&settings.at(NAME, address)).await, [NAME, "example.com"]);
    assert_eq!(found_names(&EndpointCheckSettings::default().at(NAME, address)).await, [""; 0]);
    let many: Vec<String> = (0..100).map(|number| format!("{number}.example.com")).collect();
    assert_eq!(DOMAINS.parse::<EndpointCheckSettings>().unwrap().select(&many).len(), 5);
}

#[test]
fn mistakes_are_named() {
    for (text, says) in [
        ("example.com", "expected value"),
        (r#"[["example.com"], true]"#, "expected a map"),
        (r#"{"domain": []}"#, "unknown field `domain`"),
        (r#"{"domains": ["*"]}"#, "`*` would let every certificate choose"),
        (r#"{"domains": ["https://example.com"]}"#, "is not a domain"),
        (r#"{"domains": ["example.com"], "privateAddresses": "yes"}"#, "expected a boolean"),
    ] {
        let error = text.parse::<EndpointCheckSettings>().unwrap_err().to_string();
        assert!(error.contains(says) && error.contains("use a JSON object"), "{error}");
    }
}

/// Renews a certificate whose endpoint presents what this chooses of the certificate in place now, and of the one before.
async fn renewed(region: &str, choose: fn(&str, &str) -> String) -> (Value, Value) {
    let aws = aws(region);
    let ca = aws.create_private_ca(Key::P256);
    let topic = aws.create_topic("notices");
    let spec = CertificateSpec::imported(NAME).key(Key::P256).dns(NAME).dns("*.pay.example.com").days_left(20);
    let arn = aws.insert_certificate(
        spec.issued_by(&ca).tag("acm-autopilot:renew-from", "private-ca").in_use_by("arn:aws:elasticloadbalancing:x"),
    );
    let (world, id, before) = (aws.clone(), arn.clone(), aws.certificate(&arn).unwrap().pem.unwrap());
    let server = Server::Presents(Arc::new(move || {
        let pem = choose(&before, &world.certificate(&id).unwrap().pem.unwrap());
        CertificateDer::from_pem_slice(pem.as_bytes()).unwrap().to_vec()
    }));
    let variables =
        [("NOTICE_TOPIC_ARN", topic.as_str()), ("DEFAULT_PRIVATE_CA_ARN", &ca), ("ENDPOINT_CHECK", DOMAINS)];
    let mut config = Config::read(&variables.into_iter().collect::<Environment>()).unwrap();
    config.endpoint_check = config.endpoint_check.at(NAME, server.start().await);
    let event = json!({
        "source": "acm-autopilot", "detail-type": "Certificate Renewal Requested", "detail": { "certificateArn": arn },
    });
    let home = Target { partition: "aws".into(), region: aws.region(), account: aws.account() };
    let invocation = Invocation { home, deadline: aws.now() + SignedDuration::from_secs(300) };
    let answer = Box::pin(Handler::new(config, &aws.sdk_config()).answer(event, invocation)).await.unwrap();
    let notice = aws.published().pop().unwrap();
    (answer, serde_json::from_str(notice.for_protocol("sqs")).unwrap())
}

#[tokio::test]
async fn a_renewal_reports_what_its_endpoints_serve() {
    for (number, choose, serves, severity, says, steps) in [
        (
            811,
            (|_, new| new.into()) as fn(&str, &str) -> String,
            "new-certificate",
            "info",
            "serves the new certificate.",
            0,
        ),
        (812, |old, _| old.into(), "previous-certificate", "info", "did not serve the new certificate yet", 1),
        (813, |_, _| certificate(12).pem(), "another-certificate", "warning", "(serial c)", 1),
    ] {
        let (answer, notice) = renewed(&format!("us-east-{number}"), choose).await;
        assert_eq!(answer["outcome"], "renewed");
        assert_eq!(answer["endpoints"], json!([{ "name": NAME, "serves": serves }]));
        assert_eq!((notice["kind"].as_str(), notice["severity"].as_str()), (Some("renewal-complete"), Some(severity)));
        let what_happened = notice["whatHappened"].as_str().unwrap();
        assert!(what_happened.contains(says), "{what_happened}");
        assert_eq!(notice["whatToDo"].as_array().unwrap().len(), steps, "{notice}");
    }
}
