//! Settings that are too long for an environment variable, in a parameter of AWS Systems Manager
//! ([GetParameter](https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html)).

use aws_client::CallError;
use aws_config::SdkConfig;
use lambda::ConfigurationError;

/// The value of a parameter, decrypted, which `variable` names. The client is made for that one call only.
///
/// # Errors
/// It cannot be read; the error names the variable.
pub async fn read(aws: &SdkConfig, variable: &'static str, name: &str) -> Result<String, ConfigurationError> {
    let answer = aws_sdk_ssm::Client::new(aws).get_parameter().name(name).with_decryption(true).send().await;
    let answer = answer.map_err(|error| CallError::new("ssm:GetParameter", &error).to_string());
    let text = answer.and_then(|answer| {
        let value = answer.parameter.and_then(|parameter| parameter.value);
        value.ok_or_else(|| "the parameter has no value".to_owned())
    });
    text.map_err(|problem| ConfigurationError::invalid(variable, name, &problem))
}
