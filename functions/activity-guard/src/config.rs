//! The function's environment variables, of which several can be fields of `SETTINGS`.

use aws_client::TrustStore;
use aws_config::SdkConfig;
use grants::Grants;
use lambda::{ConfigurationError, Environment};
use notices::Destination;
use organization::OrganizationConfig;

const BUCKET: &str = "INVENTORY_BUCKET";

/// What the function is configured to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// `INVENTORY_BUCKET`: where certificate-inventory keeps its shards, and this function what it noticed.
    pub bucket: String,
    /// `NOTICE_TOPIC_ARN` and `CHAT_TOPIC_ARN`: where notices go.
    pub notices: Destination,
    /// `GRANTS`: which names certificates may have.
    pub grants: Grants,
    /// `ORGANIZATION` or `ORGANIZATION_PARAMETER`: the accounts and Regions besides this one.
    pub organization: OrganizationConfig,
    /// `TRUST_STORE`: whom the AWS clients trust.
    pub trust_store: TrustStore,
}

impl Config {
    /// Reads the environment.
    ///
    /// # Errors
    /// A variable is missing or cannot be used; the error names it.
    pub fn read(environment: &Environment) -> Result<Self, ConfigurationError> {
        let environment = &environment.with_settings()?;
        Ok(Self {
            bucket: environment.required(BUCKET, "the name of the S3 bucket of certificate-inventory")?.to_owned(),
            notices: Destination::read(environment)?,
            grants: environment.parsed("GRANTS", Grants::default())?,
            organization: OrganizationConfig::read(environment)?,
            trust_store: environment.parsed("TRUST_STORE", TrustStore::default())?,
        })
    }

    /// Reads the SSM parameters, if any are configured.
    ///
    /// # Errors
    /// One cannot be read, or does not hold what its variable would.
    pub async fn with_parameters(self, sdk: &SdkConfig) -> Result<Self, ConfigurationError> {
        let organization = self.organization.clone().with_parameter(sdk).await?;
        Ok(Self { organization, ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOPIC: (&str, &str) = ("NOTICE_TOPIC_ARN", "arn:aws:sns:us-east-1:123456789012:notices");
    const IN_BUCKET: (&str, &str) = ("INVENTORY_BUCKET", "inventory");

    fn read(variables: &[(&str, &str)]) -> Result<Config, ConfigurationError> {
        Config::read(&variables.iter().copied().collect())
    }

    #[test]
    fn bucket_and_topic_are_needed() {
        let config = read(&[TOPIC, IN_BUCKET]).unwrap();
        assert_eq!((config.bucket.as_str(), config.grants), ("inventory", Grants::default()));
    }

    #[test]
    fn each_error_names_its_variable() {
        assert!(read(&[TOPIC]).unwrap_err().to_string().contains("INVENTORY_BUCKET is missing"));
        for (name, value) in [
            ("NOTICE_TOPIC_ARN", "notices"),
            ("GRANTS", "example.com"),
            ("TRUST_STORE", "everybody"),
            ("ORGANIZATION", "all"),
        ] {
            let error = read(&[TOPIC, IN_BUCKET, (name, value)]).unwrap_err().to_string();
            assert!(error.contains(name) && error.contains(value), "{error}");
        }
    }
}
