//! Systems Manager's Parameter Store.
#![allow(clippy::unwrap_used, missing_docs)]

use aws_sdk_ssm::Client;
use aws_sdk_ssm::error::ProvideErrorMetadata;
use aws_sdk_ssm::types::ParameterType;
use simulated_aws::Aws;

fn start() -> (Aws, Client) {
    let aws = Aws::new("2026-11-20T08:00:00Z".parse().unwrap());
    let client = Client::new(&aws.sdk_config());
    (aws, client)
}

#[tokio::test]
async fn a_parameter_is_found_by_name_arn_and_version() {
    let (aws, ssm) = start();
    aws.set_parameter("/dns/roles", "[]");
    aws.set_parameter("/dns/roles", "[1]");
    let arn = format!("arn:aws:ssm:us-east-1:{}:parameter/dns/roles", aws.account());
    for name in ["/dns/roles", &arn, "/dns/roles:2"] {
        let answer = ssm.get_parameter().name(name).send().await.unwrap();
        let parameter = answer.parameter().unwrap();
        assert_eq!((parameter.value(), parameter.version()), (Some("[1]"), 2));
        assert_eq!((parameter.name(), parameter.arn()), (Some("/dns/roles"), Some(arn.as_str())));
        assert_eq!(parameter.r#type(), Some(&ParameterType::String));
    }
    for (name, code) in [("/dns/none", "ParameterNotFound"), ("/dns/roles:1", "ParameterVersionNotFound")] {
        assert_eq!(ssm.get_parameter().name(name).send().await.unwrap_err().code(), Some(code));
    }
}

#[tokio::test]
async fn a_secure_string_is_decrypted_when_asked() {
    let (aws, ssm) = start();
    aws.set_secure_parameter("secret", "value");
    for (decrypts, plain) in [(false, false), (true, true)] {
        let answer = ssm.get_parameter().name("secret").with_decryption(decrypts).send().await.unwrap();
        let parameter = answer.parameter().unwrap();
        assert_eq!(parameter.r#type(), Some(&ParameterType::SecureString));
        assert_eq!(parameter.value() == Some("value"), plain);
    }
}

#[tokio::test]
async fn of_several_names_the_missing_ones_are_listed() {
    let (aws, ssm) = start();
    aws.set_parameter("a", "1");
    let answer = ssm.get_parameters().names("a").names("b").send().await.unwrap();
    assert_eq!(answer.parameters()[0].value(), Some("1"));
    assert_eq!(answer.invalid_parameters(), ["b"]);
    let names = (0..11).map(|n| n.to_string()).collect();
    let error = ssm.get_parameters().set_names(Some(names)).send().await.unwrap_err();
    assert_eq!(error.code(), Some("ValidationException"));
}
