//! Cloud Control API.

use aws_sdk_cloudcontrol::Client;
use aws_sdk_cloudcontrol::error::ProvideErrorMetadata;
use serde_json::{Value, json};
use simulated_aws::Fault;

use super::{FIRST, start};

const DOMAIN: &str = "AWS::AppSync::DomainName";
const SERVER: &str = "AWS::Transfer::Server";

fn read(properties: Option<&str>) -> Value {
    serde_json::from_str(properties.unwrap()).unwrap()
}

#[tokio::test]
async fn lists_have_the_identifier_or_all_properties_and_get_has_all() {
    let (aws, config) = start();
    let client = Client::new(&config);
    let properties = json!({ "DomainName": "api.example.com", "CertificateArn": FIRST });
    let id = aws.insert_resource(DOMAIN, properties.clone());
    for (is_whole, shown) in [(false, json!({ "DomainName": "api.example.com" })), (true, properties.clone())] {
        if is_whole {
            aws.list_resources_whole(DOMAIN);
        }
        let answer = client.list_resources().type_name(DOMAIN).send().await.unwrap();
        let [one] = answer.resource_descriptions() else { panic!("{answer:?}") };
        assert_eq!((one.identifier(), read(one.properties())), (Some(id.as_str()), shown));
    }
    let answer = client.get_resource().type_name(DOMAIN).identifier(&id).send().await.unwrap();
    assert_eq!(read(answer.resource_description().unwrap().properties()), properties);
    assert_eq!(aws.calls()[0].action(), "cloudformation:ListResources");
}

#[tokio::test]
async fn pages_have_tokens() {
    let (aws, config) = start();
    let client = Client::new(&config);
    for n in 0..130 {
        aws.insert_resource(DOMAIN, json!({ "DomainName": format!("{n:03}.example.com") }));
    }
    let all = client.list_resources().type_name(DOMAIN).into_paginator().send();
    let pages = all.collect::<Result<Vec<_>, _>>().await.unwrap();
    assert_eq!(pages.iter().map(|page| page.resource_descriptions().len()).collect::<Vec<_>>(), [100, 30]);
    let error = client.list_resources().type_name(SERVER).next_token("eA==").send().await.unwrap_err();
    assert_eq!(error.code(), Some("InvalidRequestException"));
}

#[tokio::test]
async fn types_without_a_list_and_missing_resources_are_refused() {
    let (_, config) = start();
    let client = Client::new(&config);
    for (name, code) in [
        ("AWS::OpenSearchService::Domain", "UnsupportedActionException"),
        ("AWS::Cognito::UserPoolDomain", "UnsupportedActionException"),
        ("AWS::Nothing::AtAll", "TypeNotFoundException"),
        ("nothing", "ValidationException"),
    ] {
        let error = client.list_resources().type_name(name).send().await.unwrap_err();
        assert_eq!(error.code(), Some(code), "{name}");
    }
    let error = client.get_resource().type_name(SERVER).identifier("s-1").send().await.unwrap_err();
    assert_eq!(error.code(), Some("ResourceNotFoundException"));
}

#[tokio::test]
async fn the_caller_needs_the_permissions_of_the_handler_too() {
    let (aws, _) = start();
    let role = "arn:aws:iam::123456789012:role/reader";
    aws.limit_role(role, &["cloudformation:ListResources", "cloudformation:GetResource", "appsync:ListDomainNames"]);
    let client = Client::new(&aws.sdk_config_as(role, "reader"));
    client.list_resources().type_name(DOMAIN).send().await.unwrap();
    let error = client.list_resources().type_name(SERVER).send().await.unwrap_err();
    assert_eq!(error.code(), Some("AccessDeniedException"));
    assert!(error.message().unwrap().contains("is not authorized to perform: transfer:ListServers"), "{error:?}");
    aws.fail(
        "ListResources",
        1,
        Fault::Error { code: "GeneralServiceException".into(), message: "x".into(), status: 400 },
    );
    let error = client.list_resources().type_name(DOMAIN).send().await.unwrap_err();
    assert_eq!(error.code(), Some("GeneralServiceException"));
}
