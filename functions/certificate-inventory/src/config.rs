//! The function's environment variables, of which several can be fields of `SETTINGS`.

use std::collections::BTreeSet;

use aws_client::TrustStore;
use aws_config::SdkConfig;
use inventory::Source;
use lambda::{ConfigurationError, Environment};
use notices::{Destination, TagKeys};
use organization::{OrganizationConfig, SweepQueue};

use crate::policy::sources::Sources;

const BUCKET: &str = "INVENTORY_BUCKET";

/// What the function is configured to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// `INVENTORY_BUCKET`: where shards and reports are kept.
    pub bucket: String,
    /// `NOTICE_TOPIC_ARN` and `CHAT_TOPIC_ARN`: where the weekly digests go.
    pub notices: Destination,
    /// `INVENTORY_SOURCES`: where it looks for what uses certificates.
    pub sources: BTreeSet<Source>,
    /// `ORGANIZATION` or `ORGANIZATION_PARAMETER`: the accounts and Regions besides this one.
    pub organization: OrganizationConfig,
    /// `TARGET_QUEUE_URL`: the queue in which each of them is collected.
    pub target_queue_url: Option<String>,
    /// `TRUST_STORE`: whom the AWS clients trust.
    pub trust_store: TrustStore,
    /// `OWNER_TAG_KEY` and `PURPOSE_TAG_KEY`.
    pub tag_keys: TagKeys,
}

impl Config {
    /// Reads the environment.
    ///
    /// # Errors
    /// A variable is missing or cannot be used; the error names it.
    pub fn read(environment: &Environment) -> Result<Self, ConfigurationError> {
        let environment = &environment.with_settings()?;
        let organization = OrganizationConfig::read(environment)?;
        Ok(Self {
            bucket: environment.required(BUCKET, "the name of the S3 bucket of shards and reports")?.to_owned(),
            notices: Destination::read(environment)?,
            sources: environment.parsed("INVENTORY_SOURCES", Sources::default())?.0,
            target_queue_url: SweepQueue::read_url(environment, &organization)?,
            organization,
            trust_store: environment.parsed("TRUST_STORE", TrustStore::default())?,
            tag_keys: TagKeys::read(environment),
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
    const BUCKET: (&str, &str) = ("INVENTORY_BUCKET", "inventory");

    fn read(variables: &[(&str, &str)]) -> Result<Config, ConfigurationError> {
        Config::read(&variables.iter().copied().collect())
    }

    #[test]
    fn bucket_and_topic_are_needed() {
        let config = read(&[TOPIC, BUCKET]).unwrap();
        assert_eq!((config.bucket.as_str(), &config.sources), ("inventory", &Sources::default().0));
        assert_eq!(config.tag_keys, TagKeys::default());
    }

    #[test]
    fn each_error_names_its_variable() {
        assert!(read(&[TOPIC]).unwrap_err().to_string().contains("INVENTORY_BUCKET is missing"));
        for (name, value) in [
            ("NOTICE_TOPIC_ARN", "notices"),
            ("INVENTORY_SOURCES", "load-balancers,teapots"),
            ("TRUST_STORE", "everybody"),
            ("ORGANIZATION", "all"),
        ] {
            let error = read(&[TOPIC, BUCKET, (name, value)]).unwrap_err().to_string();
            assert!(error.contains(name) && error.contains(value), "{error}");
        }
    }
}
