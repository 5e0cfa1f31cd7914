//! Requests that no client library would send.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use aws_smithy_runtime_api::client::http::HttpConnector;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use base64ct::{Base64UrlUnpadded, Encoding};
use serde_json::{Value, json};
use simulated_aws::Aws;

pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// Status and error type.
    pub(crate) fn refusal(&self) -> (u16, String) {
        let kind = self.json()["type"].as_str().unwrap_or_default().to_owned();
        (self.status, kind.trim_start_matches("urn:ietf:params:acme:error:").to_owned())
    }
}

pub(crate) async fn send(aws: &Aws, method: &str, url: &str, content_type: &str, body: String) -> Answer {
    let request = http::Request::builder().method(method).uri(url).header("user-agent", "by hand");
    let request = request.header("content-type", content_type).body(SdkBody::from(body)).unwrap();
    let answer = aws.call(HttpRequest::try_from(request).unwrap()).await.unwrap();
    let headers = answer.headers().iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let body = String::from_utf8(answer.body().bytes().unwrap().to_vec()).unwrap();
    Answer { status: answer.status().as_u16(), headers, body }
}

pub(crate) async fn get(aws: &Aws, url: &str) -> Answer {
    send(aws, "GET", url, "", String::new()).await
}

/// An account key, and requests signed with it.
pub(crate) struct Signer {
    pub(crate) aws: Aws,
    pub(crate) base: String,
    key: EcdsaKeyPair,
}

impl Signer {
    pub(crate) fn new(aws: &Aws) -> Self {
        let key = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let ca = aws.acme_server("letsencrypt");
        ca.configure(|settings| settings.bad_nonce_percent = 0);
        Self { aws: aws.clone(), base: ca.directory_url().replace("/directory", ""), key }
    }

    pub(crate) fn jwk(&self) -> Value {
        let (x, y) = self.key.public_key().as_ref()[1..].split_at(32);
        let text = Base64UrlUnpadded::encode_string;
        json!({ "kty": "EC", "crv": "P-256", "x": text(x), "y": text(y) })
    }

    pub(crate) async fn nonce(&self) -> String {
        let answer = send(&self.aws, "HEAD", &format!("{}/new-nonce", self.base), "", String::new()).await;
        answer.header("replay-nonce").unwrap().to_owned()
    }

    pub(crate) fn jws(&self, header: &Value, payload: &str) -> Value {
        let header = Base64UrlUnpadded::encode_string(header.to_string().as_bytes());
        let payload = Base64UrlUnpadded::encode_string(payload.as_bytes());
        let signature = self.key.sign(&SystemRandom::new(), format!("{header}.{payload}").as_bytes()).unwrap();
        let signature = Base64UrlUnpadded::encode_string(signature.as_ref());
        json!({ "protected": header, "payload": payload, "signature": signature })
    }

    /// A good request, but for what `change` makes of its header.
    pub(crate) async fn post(
        &self,
        path: &str,
        signer: Value,
        payload: &str,
        change: impl FnOnce(&mut Value),
    ) -> Answer {
        let url = format!("{}/{path}", self.base);
        let mut header = json!({ "alg": "ES256", "nonce": self.nonce().await, "url": url });
        header.as_object_mut().unwrap().extend(signer.as_object().unwrap().clone());
        change(&mut header);
        let body = self.jws(&header, payload).to_string();
        send(&self.aws, "POST", &url, "application/jose+json", body).await
    }

    /// Registers, and gives the account's URL.
    pub(crate) async fn register(&self) -> String {
        let agreed = r#"{"termsOfServiceAgreed":true}"#;
        let answer = self.post("new-acct", json!({ "jwk": self.jwk() }), agreed, |_| {}).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
        answer.header("location").unwrap().to_owned()
    }
}
