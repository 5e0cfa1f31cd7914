use aws_smithy_runtime_api::http::Headers;
use aws_smithy_types::body::SdkBody;

use super::*;

fn request(method: &str, uri: &str, target: Option<&str>, body: &str) -> HttpRequest {
    let mut request = HttpRequest::new(SdkBody::from(body));
    request.set_method(method).unwrap();
    request.set_uri(uri).unwrap();
    let headers: &mut Headers = request.headers_mut();
    if let Some(target) = target {
        headers.insert("x-amz-target", target.to_owned());
    }
    request
}

#[test]
fn reads_pass() {
    for (method, uri, target, body) in [
        ("POST", "https://acm.eu-central-1.amazonaws.com/", Some("CertificateManager.DescribeCertificate"), "{}"),
        ("POST", "https://acm.eu-central-1.amazonaws.com/", Some("CertificateManager.SearchCertificates"), "{}"),
        ("POST", "https://cloudtrail.eu-central-1.amazonaws.com/", Some("CloudTrail_20131101.LookupEvents"), "{}"),
        ("POST", "https://sts.eu-central-1.amazonaws.com/", None, "Action=GetCallerIdentity&Version=2011-06-15"),
        ("GET", "https://route53.amazonaws.com/2013-04-01/hostedzone?maxitems=100", None, ""),
        ("POST", "https://account.us-east-1.amazonaws.com/listRegions", None, "{}"),
        ("POST", "http://127.0.0.1:4577/getAlternateContact", None, "{}"),
    ] {
        assert_eq!(refused(&request(method, uri, target, body)), None, "{uri}");
    }
}

#[test]
fn everything_else_is_refused() {
    for (method, uri, target, body, named) in [
        ("POST", "https://acm.x/", Some("CertificateManager.ImportCertificate"), "{}", "ImportCertificate"),
        ("POST", "https://acm.x/", Some("CertificateManager.AddTagsToCertificate"), "{}", "AddTagsToCertificate"),
        ("POST", "https://secretsmanager.x/", Some("secretsmanager.GetSecretValue"), "{}", "GetSecretValue"),
        ("POST", "https://x/", Some(""), "{}", ""),
        ("POST", "https://sns.x/", None, "Action=Publish&TopicArn=x", "Publish"),
        ("POST", "https://sns.x/", None, "Version=1&Action=GetTopic", "POST /"),
        (
            "POST",
            "https://route53.amazonaws.com/2013-04-01/hostedzone/Z1/rrset/",
            None,
            "<x/>",
            "POST /2013-04-01/hostedzone/Z1/rrset/",
        ),
        ("DELETE", "https://apigateway.x/domainnames/a", None, "", "DELETE /domainnames/a"),
        ("POST", "https://account.x/putAlternateContact", None, "{}", "POST /putAlternateContact"),
        (
            "POST",
            "https://evil.x/listRegions/../putContactInformation",
            None,
            "{}",
            "POST /listRegions/../putContactInformation",
        ),
    ] {
        assert_eq!(refused(&request(method, uri, target, body)).as_deref(), Some(named), "{uri}");
    }
}
