//! Settings in a parameter of SSM, which are longer than a stack's parameter may be.

use expiry_events::Config;
use simulated_aws::Aws;

use super::world::{NOW, at};

const SETTINGS: &str = r#"{"directories": [{"name": "letsencrypt", "domains": ["example.com"]}]}"#;

/// The configuration that reads this parameter.
pub(crate) fn config(name: &str) -> Config {
    let topic = ("NOTICE_TOPIC_ARN", "arn:aws:sns:us-east-1:123456789012:notices");
    Config::read(&[topic, ("ACME_SETTINGS_PARAMETER", name)].into_iter().collect()).unwrap()
}

#[tokio::test]
async fn the_parameter_holds_what_the_variable_would() {
    let aws = Aws::new(at(NOW));
    aws.set_parameter("/acm-autopilot/acme", SETTINGS);
    let config = config("/acm-autopilot/acme").with_parameters(&aws.sdk_config()).await.unwrap();
    assert!(config.acme.directory("letsencrypt").is_some());
    assert!(config.settings.acme_directories.contains("letsencrypt"));
}

#[tokio::test]
async fn a_parameter_that_cannot_be_used_stops_the_start() {
    let aws = Aws::new(at(NOW));
    aws.set_parameter("/wrong", r#"{"directories": [{"name": "letsencrypt"}]}"#);
    for (name, says) in [("/wrong", "missing field `domains`"), ("/nowhere", "ssm:GetParameter failed")] {
        let error = config(name).with_parameters(&aws.sdk_config()).await.unwrap_err().to_string();
        assert!(error.contains(&format!("ACME_SETTINGS_PARAMETER is `{name}`")) && error.contains(says), "{error}");
    }
}
