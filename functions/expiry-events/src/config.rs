//! The function's environment variables, of which several can be fields of `SETTINGS`.

use std::collections::BTreeSet;

use acme::settings::{AcmeSettings, InvalidAcmeSettings};
use aws_client::TrustStore;
use aws_config::SdkConfig;
use certificates::Thresholds;
use lambda::{ConfigurationError, Environment, SweepSchedule};
use notices::{Destination, TagKeys};
use organization::{OrganizationConfig, SweepQueue};

use crate::policy::Settings;

const SWEEP_SCHEDULE: &str = "SWEEP_SCHEDULE";
const ACME_SETTINGS_PARAMETER: &str = "ACME_SETTINGS_PARAMETER";

/// What the function is configured to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// `NOTICE_TOPIC_ARN` and `CHAT_TOPIC_ARN`: where notices go.
    pub notices: Destination,
    /// `EVENT_BUS_NAME`: where our events go.
    pub event_bus: String,
    /// `DRY_RUN`: decide and answer, but apply nothing.
    pub dry_run: bool,
    /// `NOTICES_PER_SWEEP`: how many notices that are not critical one sweep publishes.
    pub notices_per_sweep: u16,
    /// `ACME_SETTINGS`: the ACME servers that certificates may be renewed from.
    pub acme: AcmeSettings,
    /// `ACME_SETTINGS_PARAMETER`: the SSM parameter that holds them instead. See [`Config::with_parameters`].
    pub acme_parameter: Option<String>,
    /// `ORGANIZATION` or `ORGANIZATION_PARAMETER`: the accounts and Regions besides this one.
    pub organization: OrganizationConfig,
    /// `TARGET_QUEUE_URL`: the queue in which each of them is swept.
    pub target_queue_url: Option<String>,
    /// `TRUST_STORE`: whom the AWS clients trust.
    pub trust_store: TrustStore,
    /// What the policy needs: `NOTICE_THRESHOLDS`, `RENEW_BEFORE_DAYS`, `SWEEP_SCHEDULE`, `REQUEST_RENEWALS`,
    /// `RECORDS_ARE_KEPT`, `OWNER_TAG_KEY`, `PURPOSE_TAG_KEY`.
    pub settings: Settings,
}

impl Config {
    /// Reads the environment.
    ///
    /// # Errors
    /// A variable is missing or cannot be used; the error names it.
    pub fn read(environment: &Environment) -> Result<Self, ConfigurationError> {
        let environment = &environment.with_settings()?;
        let acme: AcmeSettings = environment.parsed("ACME_SETTINGS", AcmeSettings::default())?;
        let organization = OrganizationConfig::read(environment)?;
        let sweep_gap = environment.parsed(SWEEP_SCHEDULE, SweepSchedule::Unknown)?.longest_gap();
        Ok(Self {
            notices: Destination::read(environment)?,
            event_bus: environment.optional("EVENT_BUS_NAME").unwrap_or("default").to_owned(),
            dry_run: environment.flag("DRY_RUN")?,
            notices_per_sweep: environment.number("NOTICES_PER_SWEEP", 1..=10_000, 100)?,
            target_queue_url: SweepQueue::read_url(environment, &organization)?,
            organization,
            trust_store: environment.parsed("TRUST_STORE", TrustStore::default())?,
            settings: Settings {
                thresholds: environment.parsed("NOTICE_THRESHOLDS", Thresholds::default())?,
                renew_before_days: environment.number("RENEW_BEFORE_DAYS", 1..=365, 30)?,
                sweep_gap,
                trail_checks: environment.optional(SWEEP_SCHEDULE).map(|_| sweep_gap),
                request_renewals: environment.parsed("REQUEST_RENEWALS", true)?,
                records_are_kept: environment.flag("RECORDS_ARE_KEPT")?,
                acme_directories: names(&acme),
                tag_keys: TagKeys::read(environment),
            },
            acme_parameter: environment.optional(ACME_SETTINGS_PARAMETER).map(str::to_owned),
            acme,
        })
    }

    /// Reads the SSM parameters, if any are configured.
    ///
    /// # Errors
    /// One cannot be read, or does not hold what its variable would.
    pub async fn with_parameters(self, sdk: &SdkConfig) -> Result<Self, ConfigurationError> {
        let organization = self.organization.clone().with_parameter(sdk).await?;
        Self { organization, ..self }.with_acme_parameter(sdk).await
    }

    async fn with_acme_parameter(mut self, sdk: &SdkConfig) -> Result<Self, ConfigurationError> {
        let Some(name) = &self.acme_parameter else { return Ok(self) };
        let text = parameters::read(sdk, ACME_SETTINGS_PARAMETER, name).await?;
        self.acme = text.parse().map_err(|error: InvalidAcmeSettings| {
            ConfigurationError::invalid(ACME_SETTINGS_PARAMETER, name, &error.to_string())
        })?;
        self.settings.acme_directories = names(&self.acme);
        Ok(self)
    }
}

fn names(acme: &AcmeSettings) -> BTreeSet<String> {
    acme.directories().iter().map(|directory| directory.name.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOPIC: (&str, &str) = ("NOTICE_TOPIC_ARN", "arn:aws:sns:us-east-1:123456789012:notices");

    fn read(variables: &[(&str, &str)]) -> Result<Config, ConfigurationError> {
        Config::read(&variables.iter().copied().collect())
    }

    #[test]
    fn only_the_topic_is_needed() {
        let config = read(&[TOPIC]).unwrap();
        assert_eq!(config.notices.topic.as_str(), TOPIC.1);
        assert_eq!((config.event_bus.as_str(), config.dry_run), ("default", false));
        assert_eq!((config.notices_per_sweep, config.settings.renew_before_days), (100, 30));
        assert_eq!(config.settings.tag_keys, TagKeys::default());
        assert_eq!(config.settings.thresholds, Thresholds::default());
    }

    #[test]
    fn each_error_names_its_variable() {
        assert!(read(&[]).unwrap_err().to_string().contains("NOTICE_TOPIC_ARN is missing"));
        for (name, value) in [
            ("NOTICE_TOPIC_ARN", "notices"),
            ("NOTICE_TOPIC_ARN", "arn:aws:sqs:us-east-1:123456789012:notices"),
            ("NOTICE_TOPIC_ARN", "arn:aws:sns:us-east-1:1234:notices"),
            ("NOTICE_TOPIC_ARN", "arn:aws:sns:us-east-1:123456789012:notices:subscription"),
            ("DRY_RUN", "yes"),
            ("TRUST_STORE", "everybody"),
            ("NOTICE_THRESHOLDS", "soon"),
            ("ACME_SETTINGS", "letsencrypt"),
            ("RENEW_BEFORE_DAYS", "0"),
            ("NOTICES_PER_SWEEP", "0"),
            ("NOTICES_PER_SWEEP", "10001"),
            ("REQUEST_RENEWALS", "maybe"),
            ("RECORDS_ARE_KEPT", "maybe"),
        ] {
            let error = read(&[TOPIC, (name, value)]).unwrap_err().to_string();
            assert!(error.contains(name) && error.contains(value), "{error}");
        }
    }
}
