//! What RFC 8555 says that a server must refuse.

use serde_json::json;
use simulated_aws::{AcmeOutage, Aws, RetryAfter};

use crate::by_hand::{Signer, get, send};

fn aws() -> Aws {
    Aws::new("2026-11-20T08:00:00Z".parse().unwrap())
}

#[tokio::test]
async fn requests_are_signed_as_the_rfc_says() {
    let signer = Signer::new(&aws());
    let account = signer.register().await;
    let kid = || json!({ "kid": account });
    let url = format!("{}/new-order", signer.base);
    let names = r#"{"identifiers":[{"type":"dns","value":"www.example.com"}]}"#;
    let refused = async |signed_by, change: fn(&mut serde_json::Value)| {
        signer.post("new-order", signed_by, names, change).await.refusal()
    };
    let refusal = |status, kind: &str| (status, kind.to_owned());
    assert_eq!(refused(kid(), |header| header["nonce"] = json!("nonce-0")).await, refusal(400, "badNonce"));
    assert_eq!(refused(kid(), |header| header["nonce"] = json!(null)).await, refusal(400, "badNonce"));
    assert_eq!(refused(kid(), |header| header["url"] = json!("https://other/")).await, refusal(403, "unauthorized"));
    assert_eq!(refused(kid(), |header| header["alg"] = json!("RS256")).await, refusal(400, "badSignatureAlgorithm"));
    assert_eq!(refused(kid(), |header| header["crit"] = json!(["b64"])).await, refusal(400, "malformed"));
    assert_eq!(refused(json!({ "jwk": signer.jwk() }), |_| {}).await, refusal(400, "malformed"));
    assert_eq!(refused(json!({ "kid": account, "jwk": signer.jwk() }), |_| {}).await, refusal(400, "malformed"));
    assert_eq!(refused(json!({ "kid": "https://other/1" }), |_| {}).await, refusal(400, "accountDoesNotExist"));

    let other = Signer::new(&signer.aws);
    let forged = other.post("new-order", kid(), names, |_| {}).await;
    assert_eq!(forged.refusal(), refusal(400, "malformed"));
    let header = json!({ "alg": "ES256", "nonce": signer.nonce().await, "url": url, "kid": account });
    let body = signer.jws(&header, names);
    let plain = send(&signer.aws, "POST", &url, "application/json", body.to_string()).await;
    assert_eq!(plain.refusal(), refusal(415, "malformed"));
    let mut unprotected = body.clone();
    unprotected["header"] = json!({});
    let unprotected = send(&signer.aws, "POST", &url, "application/jose+json", unprotected.to_string()).await;
    assert_eq!(unprotected.refusal(), refusal(400, "malformed"));
    assert_eq!(get(&signer.aws, &account).await.refusal(), refusal(405, "malformed"));
    let good = send(&signer.aws, "POST", &url, "application/jose+json", body.to_string()).await;
    assert_eq!(good.status, 201, "the nonce was not used up: {}", good.body);
    let again = send(&signer.aws, "POST", &url, "application/jose+json", body.to_string()).await;
    assert_eq!(again.refusal(), refusal(400, "badNonce"), "a nonce is good once");
}

#[tokio::test]
async fn accounts_are_found_by_their_key() {
    let signer = Signer::new(&aws());
    let jwk = || json!({ "jwk": signer.jwk() });
    let existing = r#"{"onlyReturnExisting":true}"#;
    let none = signer.post("new-acct", jwk(), existing, |_| {}).await;
    assert_eq!(none.refusal(), (400, "accountDoesNotExist".to_owned()));
    let disagreed = signer.post("new-acct", jwk(), "{}", |_| {}).await;
    assert_eq!(disagreed.refusal(), (400, "malformed".to_owned()));
    let account = signer.register().await;
    let found = signer.post("new-acct", jwk(), existing, |_| {}).await;
    assert_eq!((found.status, found.header("location")), (200, Some(account.as_str())));
    let kid = || json!({ "kid": account });
    let path = account.rsplit_once("/letsencrypt/").unwrap().1;
    let gone = signer.post(path, kid(), r#"{"status":"deactivated"}"#, |_| {}).await;
    assert_eq!(gone.json()["status"], "deactivated");
    let after = signer.post("new-order", kid(), "{}", |_| {}).await;
    assert_eq!(after.refusal(), (403, "unauthorized".to_owned()));
}

#[tokio::test]
async fn names_that_no_ca_certifies() {
    let signer = Signer::new(&aws());
    let kid = json!({ "kid": signer.register().await });
    let refused = async |names: &[&str]| {
        let names: Vec<_> = names.iter().map(|name| json!({ "type": "dns", "value": name })).collect();
        let payload = json!({ "identifiers": names }).to_string();
        let answer = signer.post("new-order", kid.clone(), &payload, |_| {}).await;
        (answer.refusal().1, answer.json()["subproblems"].as_array().map_or(0, Vec::len))
    };
    assert_eq!(refused(&[]).await, ("malformed".to_owned(), 0));
    assert_eq!(refused(&["_a.example.com"]).await, ("rejectedIdentifier".to_owned(), 0));
    assert_eq!(refused(&["localhost", "10.0.0.1", "a.example"]).await, ("rejectedIdentifier".to_owned(), 2));
    assert_eq!(refused(&["*.example.com", "www.example.com"]).await, ("malformed".to_owned(), 0));
    let many: Vec<_> = (0..101).map(|number| format!("n{number}.example.com")).collect();
    let many: Vec<_> = many.iter().map(String::as_str).collect();
    assert_eq!(refused(&many).await, ("malformed".to_owned(), 0));
}

#[tokio::test]
async fn outages_and_their_times() {
    let aws = aws();
    let ca = aws.acme_server("letsencrypt");
    ca.configure(|settings| settings.outage = Some(AcmeOutage::HtmlPage));
    let page = get(&aws, &ca.directory_url()).await;
    assert_eq!((page.status, page.header("retry-after")), (503, Some("600")));
    assert!(page.body.starts_with("<html>"));
    ca.configure(|settings| {
        settings.outage = Some(AcmeOutage::Maintenance);
        settings.retry_after = RetryAfter::HttpDate;
    });
    let maintenance = get(&aws, &ca.directory_url()).await;
    assert_eq!(maintenance.refusal(), (503, "serverInternal".to_owned()));
    assert_eq!(maintenance.header("retry-after"), Some("Fri, 20 Nov 2026 08:10:00 GMT"));
}
